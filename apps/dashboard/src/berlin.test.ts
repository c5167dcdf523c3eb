import { expect, test } from "vitest";
import { berlinTime, fromBerlin, nextAt } from "./berlin.ts";

const iso = (at: number) => new Date(at).toISOString();

test.each([
  ["2026-01-15T14:30", "2026-01-15T13:30:00.000Z"],
  ["2026-07-15T14:30", "2026-07-15T12:30:00.000Z"],
  ["2026-03-29T01:30", "2026-03-29T00:30:00.000Z"],
  ["2026-03-29T03:30", "2026-03-29T01:30:00.000Z"],
  ["2026-10-25T04:00", "2026-10-25T03:00:00.000Z"],
])("when a clock in Berlin shows %s it is %s", (shown, moment) => {
  expect(iso(fromBerlin(shown))).toBe(moment);
  expect(berlinTime(Date.parse(moment))).toBe(shown);
});

test("the next 14:30 is today's before it and tomorrow's from then on", () => {
  expect(iso(nextAt(Date.parse("2026-07-15T12:29:00Z"), "14:30"))).toBe("2026-07-15T12:30:00.000Z");
  expect(iso(nextAt(Date.parse("2026-07-15T12:30:00Z"), "14:30"))).toBe("2026-07-16T12:30:00.000Z");
});

test("the next 14:30 over the change to summer time is 23 hours away", () => {
  expect(iso(nextAt(Date.parse("2026-03-28T13:30:00Z"), "14:30"))).toBe("2026-03-29T12:30:00.000Z");
});
