// The last hour as the board draws it: every minute, also those in which nothing happened.

import type { StatsMinute } from "@depesche/client";

const MINUTE = 60_000;

/** Sixty minutes up to `now` (wall time, ms), the quiet ones with zeros; the last one is under way. */
export function lastHour(minutes: readonly StatsMinute[], now: number): StatsMinute[] {
  const known = new Map(minutes.map((minute) => [Math.floor(Date.parse(minute.at) / MINUTE), minute]));
  // Clocks of two machines differ: a minute the gateway already tells of is not left out.
  const last = Math.max(Math.floor(now / MINUTE), ...known.keys());
  return Array.from({ length: 60 }, (_, i) => {
    const at = last - 59 + i;
    return known.get(at) ?? { at: new Date(at * MINUTE).toISOString(), jobs: 0, attempts: 0, pages: 0, outcomes: {} };
  });
}

/** Points of a line over values on a field of `width` by `height`, the greatest value at its top; all zeros lie on its ground. */
export function sparkline(values: readonly number[], width: number, height: number): string {
  const most = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  return values
    .map((value, i) => `${(i * step).toFixed(1)},${(height - (value / most) * height).toFixed(1)}`)
    .join(" ");
}
