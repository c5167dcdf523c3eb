import { expect, test } from "vitest";
import { barsOf, spanOf } from "./figures.ts";

const at = (second: number) => new Date(Date.parse("2026-03-01T12:00:00Z") + second * 1000).toISOString();

test("outcomes of a time stand on each other, measured by the highest bar, and a pause is a gap", () => {
  const bars = barsOf({
    bucketMs: 1000,
    timeline: [
      { at: at(0), outcomes: { BUSY: 1, OK: 3 } },
      { at: at(3), outcomes: { OK: 8 } },
    ],
  });
  expect(bars.slice(0, 4).map((bar) => bar.total)).toEqual([4, 0, 0, 8]);
  expect(bars[0]?.parts).toEqual([
    { outcome: "OK", n: 3, from: 0, height: 37.5 },
    { outcome: "BUSY", n: 1, from: 37.5, height: 12.5 },
  ]);
  expect(bars[3]?.parts[0]?.height).toBe(100);
});

test("a job without outcomes has no bars, a short one leaves room for what follows", () => {
  expect(barsOf({ bucketMs: 1000, timeline: [] })).toEqual([]);
  expect(barsOf({ bucketMs: 1000, timeline: [{ at: at(0), outcomes: { OK: 1 } }] })).toHaveLength(40);
});

test.each([
  [-5, "second", 0],
  [4_400, "second", 4],
  [47_000, "second", 45],
  [100_000, "minute", 2],
  [5_400_000, "hour", 2],
  [2 * 86_400_000, "day", 2],
] as const)("%i ms is said in %ss: %i", (ms, unit, n) => {
  expect(spanOf(ms)).toEqual({ unit, n });
});
