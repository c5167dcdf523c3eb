import { expect, test } from "vitest";
import { nextAt } from "./next-at.ts";

const iso = (at: number) => new Date(at).toISOString();

test("the next 14:30 is today's before it and tomorrow's from then on", () => {
  expect(iso(nextAt(Date.parse("2026-07-15T12:29:00Z"), "14:30"))).toBe("2026-07-15T12:30:00.000Z");
  expect(iso(nextAt(Date.parse("2026-07-15T12:30:00Z"), "14:30"))).toBe("2026-07-16T12:30:00.000Z");
});

test("the next 14:30 over the change to summer time is 23 hours away", () => {
  expect(iso(nextAt(Date.parse("2026-03-28T13:30:00Z"), "14:30"))).toBe("2026-03-29T12:30:00.000Z");
});
