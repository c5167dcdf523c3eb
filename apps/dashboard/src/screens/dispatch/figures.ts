// The figures of a report as they are drawn: stacked bars, shares, and how long it will take.

import type { JobReport, Timestamp } from "@depesche/client";
import { OUTCOMES, type Outcome } from "@depesche/core";

export interface Bar {
  at: Timestamp;
  total: number;
  /** From the ground up, in percent of the highest bar. */
  parts: { outcome: Outcome; n: number; from: number; height: number }[];
}

/** Fewer than these would be blocks, not bars. */
const LEAST_BARS = 40;

/** Outcomes by time as stacked bars of equal width without gaps, so that a pause is seen as one. */
export function barsOf({ timeline, bucketMs }: Pick<JobReport, "timeline" | "bucketMs">): Bar[] {
  const first = timeline[0];
  const last = timeline.at(-1);
  if (!first || !last || bucketMs <= 0) return [];
  const known = new Map(timeline.map((bucket) => [Date.parse(bucket.at), bucket.outcomes]));
  const totalOf = (outcomes: JobReport["timeline"][number]["outcomes"]) =>
    Object.values(outcomes).reduce((sum, n) => sum + n, 0);
  const most = Math.max(1, ...timeline.map((bucket) => totalOf(bucket.outcomes)));
  const from = Date.parse(first.at);
  const count = Math.max(LEAST_BARS, Math.round((Date.parse(last.at) - from) / bucketMs) + 1);
  return Array.from({ length: count }, (_, i) => {
    const outcomes = known.get(from + i * bucketMs) ?? {};
    let height = 0;
    const parts = OUTCOMES.flatMap((outcome) => {
      const n = outcomes[outcome] ?? 0;
      if (n === 0) return [];
      const part = { outcome, n, from: height, height: (n / most) * 100 };
      height += part.height;
      return [part];
    });
    return { at: new Date(from + i * bucketMs).toISOString(), total: totalOf(outcomes), parts };
  });
}

/** The unit people would say a wait in, and how many of it. */
export function spanOf(ms: number): { unit: "second" | "minute" | "hour" | "day"; n: number } {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 90)
    return { unit: "second", n: Math.round(seconds < 10 ? seconds : seconds / 5) * (seconds < 10 ? 1 : 5) };
  if (seconds < 90 * 60) return { unit: "minute", n: Math.round(seconds / 60) };
  if (seconds < 36 * 3600) return { unit: "hour", n: Math.round(seconds / 3600) };
  return { unit: "day", n: Math.round(seconds / 86_400) };
}
