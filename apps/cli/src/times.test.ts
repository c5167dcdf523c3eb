import { describe, expect, it } from "vitest";
import { clockTime, duration, fromNow, pointInTime } from "./times.ts";

describe("points in time", () => {
  it.each([
    ["2026-11-30T09:00", "2026-11-30T08:00:00.000Z"],
    ["2026-07-01 09:00:30", "2026-07-01T07:00:30.000Z"],
    ["2026-11-30T09:00Z", "2026-11-30T09:00:00.000Z"],
    ["2026-11-30T09:00+0530", "2026-11-30T03:30:00.000Z"],
    // The night the clocks go forward: 03:00 is the first full hour of summer time.
    ["2026-03-29T03:00", "2026-03-29T01:00:00.000Z"],
    ["2026-03-29T01:59", "2026-03-29T00:59:00.000Z"],
  ])("%s is %s", (written, utc) => {
    expect(pointInTime(written)?.toISOString()).toBe(utc);
  });

  it.each(["tomorrow", "2026-02-31T10:00", "2026-11-30", "2026-11-30T25:00", "09:00"])("%s is none", (written) => {
    expect(pointInTime(written)).toBeUndefined();
  });
});

it("waits are read with their unit", () => {
  expect(["+90s", "+15m", "+2h", "+1d", "15m", "+m"].map(fromNow)).toEqual([
    90_000,
    900_000,
    7_200_000,
    86_400_000,
    undefined,
    undefined,
  ]);
});

it("durations grow with their size", () => {
  expect([400, 48_000, 185_000, 3_723_000].map((ms) => duration(ms, "en"))).toEqual([
    "0.4 s",
    "48 s",
    "3:05 min",
    "1:02:03 h",
  ]);
  expect(duration(400, "de")).toBe("0,4 s");
});

it("times are those of Berlin, written as each language does", () => {
  expect(clockTime("2026-11-22T15:30:05.000Z", "de")).toBe("22.11.2026, 16:30:05");
  expect(clockTime("2026-11-22T15:30:05.000Z", "en")).toBe("22 Nov 2026, 16:30:05");
});
