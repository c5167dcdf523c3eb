// A time axis: where its ticks stand, and how far along it a moment lies.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances between ticks that people count in. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((n) => n * DAY),
];

export interface Axis {
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  /** Between two ticks, ms. */
  step: number;
  ticks: number[];
}

/** An axis from one moment to another (ms) with at most so many ticks, each on a round time. Never empty: a second at least. */
export function axisOf(from: number, to: number, most = 6): Axis {
  const end = Math.max(to, from + SECOND);
  const wanted = (end - from) / Math.max(1, most);
  const step = STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / (365 * DAY)) * 365 * DAY;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= end && ticks.length < most; at += step) ticks.push(at);
  return { from, to: end, step, ticks };
}

/** Place of a moment on the axis in percent, kept within it. */
export function placeOn(axis: Pick<Axis, "from" | "to">, at: number): number {
  return Math.min(100, Math.max(0, ((at - axis.from) / (axis.to - axis.from)) * 100));
}
