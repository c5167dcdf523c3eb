import { expect, test } from "vitest";
import { berlinTime, fromBerlin } from "./berlin.ts";

const iso = (at: number) => new Date(at).toISOString();

test.each([
  ["2026-01-15T14:30", "2026-01-15T13:30:00.000Z"],
  ["2026-07-15T14:30", "2026-07-15T12:30:00.000Z"],
  ["2026-03-29T01:30", "2026-03-29T00:30:00.000Z"],
  ["2026-03-29T03:30", "2026-03-29T01:30:00.000Z"],
  ["2026-10-25T04:00", "2026-10-25T03:00:00.000Z"],
])("when a clock in Berlin shows %s it is %s", (shown, moment) => {
  expect(iso(fromBerlin(shown))).toBe(moment);
  expect(berlinTime(Date.parse(moment))).toBe(`${shown}:00`);
});

test("seconds and their fractions count; what is no time is none", () => {
  expect(iso(fromBerlin("2026-07-15T14:30:05.250"))).toBe("2026-07-15T12:30:05.250Z");
  expect(berlinTime(Date.parse("2026-07-15T12:30:05.250Z"))).toBe("2026-07-15T14:30:05");
  expect(fromBerlin("tomorrow")).toBeNaN();
});

test("the hour that spring leaves out is the one after it", () => {
  expect(iso(fromBerlin("2026-03-29T02:30"))).toBe("2026-03-29T01:30:00.000Z");
});
