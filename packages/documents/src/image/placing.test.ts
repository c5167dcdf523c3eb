import { describe, expect, it } from "vitest";
import { A4, FAX_PAPER, place } from "./placing.ts";

describe("laying a page on paper", () => {
  it("leaves what fits at its own size", () => {
    expect(place(210, 297, FAX_PAPER)).toEqual({ turns: 0, widthMm: 210, heightMm: 297 });
    expect(place(50, 20, A4)).toEqual({ turns: 0, widthMm: 50, heightMm: 20 });
  });

  it("turns a landscape page instead of making it smaller", () => {
    expect(place(297, 210, A4)).toEqual({ turns: 1, widthMm: 210, heightMm: 297 });
  });

  it("makes larger pages smaller and keeps their shape", () => {
    expect(place(420, 594, A4)).toEqual({ turns: 0, widthMm: 210, heightMm: 297 });
    const long = place(100, 2970, A4);
    expect(long.heightMm).toBe(297);
    expect(long.widthMm).toBeCloseTo(10);
  });
});
