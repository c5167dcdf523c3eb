// Retry policy as data (DESIGN section 2, point 5): what follows an attempt, decided in one place.

import type { Channel } from "./channel.ts";
import type { AttemptReport, JobOptions } from "./job.ts";
import type { Outcome } from "./outcome.ts";

const MINUTE = 60_000;

/** Gaps before each redial on BUSY: FAX.de dials again after 1, 5 and 10 minutes; more redials repeat the last gap. */
export const BUSY_GAPS_MS: readonly number[] = [MINUTE, 5 * MINUTE, 10 * MINUTE];
/** Gaps before a repeat of the whole sending (FAX.de RETRY). */
export const REPEAT_GAPS_MS: readonly number[] = [5 * MINUTE, 10 * MINUTE, 15 * MINUTE];
/** Gaps after a temporary refusal of the carrier or server (throttled, greylisted, try later). */
export const TEMPORARY_GAPS_MS: Readonly<Record<Channel, readonly number[]>> = {
  fax: [MINUTE, 5 * MINUTE, 10 * MINUTE],
  sms: [10_000, 30_000, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  mail: [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 240 * MINUTE],
  letter: [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE],
  null: [],
};

/** How often each kind of failure has already been met, this report not included. */
export interface RetryHistory {
  busy: number;
  temporary: number;
  repeats: number;
}

export type NextStep = { step: "final" } | { step: "retry"; afterMs: number; kind: keyof RetryHistory };

const NEVER_REPEATED: readonly Outcome[] = ["OK", "BLACKLIST", "CANCELLED"];

/** What follows `report`; delays in simulated milliseconds. */
export function nextStep(
  channel: Channel,
  options: JobOptions,
  history: RetryHistory,
  report: AttemptReport,
): NextStep {
  if (NEVER_REPEATED.includes(report.outcome)) return { step: "final" };
  if (report.temporary) {
    const gap = TEMPORARY_GAPS_MS[channel][history.temporary];
    if (gap !== undefined) return { step: "retry", afterMs: gap, kind: "temporary" };
  }
  // What did not pass after all counts as any other failure: the customer's own repeats are still his.
  if (report.outcome === "BUSY") {
    const redials = options.busyRedials ?? BUSY_GAPS_MS.length;
    if (history.busy < redials) {
      const gap = BUSY_GAPS_MS[Math.min(history.busy, BUSY_GAPS_MS.length - 1)] as number;
      return { step: "retry", afterMs: gap, kind: "busy" };
    }
  }
  if (history.repeats < (options.repeats ?? 0)) {
    const gap = REPEAT_GAPS_MS[Math.min(history.repeats, REPEAT_GAPS_MS.length - 1)] as number;
    return { step: "retry", afterMs: gap, kind: "repeats" };
  }
  return { step: "final" };
}
