import { expect, test } from "vitest";
import { axisOf, placeOn } from "./axis.ts";

const at = (clock: string) => Date.parse(`2026-03-01T${clock}Z`);

test("ticks stand on round times and there are no more than asked for", () => {
  const axis = axisOf(at("12:00:07"), at("12:21:30"), 6);
  expect(axis.step).toBe(5 * 60_000);
  expect(axis.ticks).toEqual([at("12:05:00"), at("12:10:00"), at("12:15:00"), at("12:20:00")]);
  expect(axisOf(at("12:00:00"), at("12:00:05"), 6).ticks).toHaveLength(6);
});

test.each([1, 999, 61_000, 86_400_000, 4e11, 4e12])(
  "a span of %i ms has from none to six ticks, all within it",
  (span) => {
    const axis = axisOf(at("12:34:56"), at("12:34:56") + span, 6);
    expect(axis.ticks.length).toBeLessThanOrEqual(6);
    for (const tick of axis.ticks) expect(tick >= axis.from && tick <= axis.to).toBe(true);
  },
);

test("an axis without length is a second long, so that no place on it is endless", () => {
  const axis = axisOf(at("12:00:00"), at("12:00:00"));
  expect(axis.to - axis.from).toBe(1000);
  expect(placeOn(axis, at("12:00:00"))).toBe(0);
});

test("a moment beyond the axis stands at its end", () => {
  const axis = axisOf(0, 10_000);
  expect([-5, 2500, 99_999].map((moment) => placeOn(axis, moment))).toEqual([0, 25, 100]);
});
