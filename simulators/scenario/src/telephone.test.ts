import { describe, expect, it } from "vitest";
import { callSeed, dialled, drawn, subscriberAt } from "./index.ts";

describe("the simulated numbers", () => {
  it("the first digit decides what a call meets", () => {
    const kinds = Array.from({ length: 9 }, (_, x) => subscriberAt(`+493023125${x}00`).kind);
    expect(kinds).toEqual([
      "machine",
      "busy",
      "no-answer",
      "voice",
      "unassigned",
      "network-fault",
      "no-service",
      "machine",
      "machine",
    ]);
  });

  it("a number of row 8 is busy as often as its last digit says", () => {
    expect(subscriberAt("+493023125803")).toEqual({ kind: "machine", mood: "modern", busyCalls: 3 });
  });

  it("row 91 holds the old machines, the rest of row 9 nobody", () => {
    expect(subscriberAt("+493023125914")).toEqual({ kind: "machine", mood: "standard-only", busyCalls: 0 });
    expect(subscriberAt("+493023125900").kind).toBe("unassigned");
  });

  it("numbers outside of the range are unassigned", () => {
    for (const number of ["+49302312500", "+4930231250000", "+493023126000", "+491713920000"]) {
      expect(subscriberAt(number).kind).toBe("unassigned");
    }
  });

  it("a number is understood as people write it", () => {
    expect(dialled("0049 (30) 23125-000")).toBe("+493023125000");
    expect(dialled("sip:x")).toBeUndefined();
  });

  it("the seed follows from number and call count alone", () => {
    expect(callSeed("+493023125000", 0)).toBe(callSeed("+493023125000", 0));
    expect(callSeed("+493023125000", 0)).not.toBe(callSeed("+493023125000", 1));
    const draws = Array.from({ length: 200 }, (_, seed) => drawn(seed, "ring", 4, 12));
    expect(Math.min(...draws)).toBe(4);
    expect(Math.max(...draws)).toBe(12);
  });
});
