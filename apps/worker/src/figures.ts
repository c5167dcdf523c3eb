// What a worker counts of its own work. The gateway tells it to Prometheus, together with its own (DESIGN section 9).

import type { AttemptReport } from "@depesche/core";
import { BATCH_SIZES, bounded, CALL_SECONDS, type Figures, SECONDS } from "@depesche/telemetry";

/** Causes told apart in a figure: the codes are closed lists, but a carrier's own codes come from outside. */
const MOST_CAUSES = 200;

export interface WorkerFigures {
  /** A claim was committed. */
  claimed(recipients: number, seconds: number): void;
  /** Results were committed. */
  written(results: number, seconds: number): void;
  /** A channel has answered. `next`: what follows by the retry policy. */
  attempted(channel: string, report: AttemptReport, next: "final" | "retry", seconds: number): void;
  /** The lines of a channel, asked whenever the figures are read. */
  watchLines(channel: string, lines: { readonly size: number; readonly free: number }): void;
  ranChunk(channel: string, seconds: number): void;
  dispatched(channel: string, chunks: number): void;
  /** Chunks that were handed out before and are handed out once more, since nothing was heard of them. */
  repaired(channel: string, chunks: number): void;
  /** A round of the dispatcher or the reconciler failed. */
  failed(part: "dispatcher" | "reconciler"): void;
  reconciled(deadWorkers: number, returnedRecipients: number): void;
}

export function openWorkerFigures(figures: Figures): WorkerFigures {
  const claims = figures.counter("claims_total", "Recipients claimed for a line.");
  const claimSizes = figures.histogram("claim_batch_size", "Recipients claimed in one commit.", BATCH_SIZES);
  const claimTimes = figures.histogram("claim_seconds", "Time of a claim until its commit.", SECONDS);
  const resultSizes = figures.histogram("result_batch_size", "Results written in one commit.", BATCH_SIZES);
  const resultTimes = figures.histogram("result_seconds", "Time of writing results until their commit.", SECONDS);
  const attempts = figures.tally("attempts_total", "Attempts by channel, outcome and cause.", [
    "channel",
    "outcome",
    "cause",
    "next",
  ]);
  const attemptTimes = figures.histogram("attempt_seconds", "Wall time a line was taken by an attempt.", CALL_SECONDS, [
    "channel",
  ]);
  const pages = figures.tally("pages_total", "Pages and parts confirmed by the other end.", ["channel"]);
  const runs = figures.histogram("chunk_run_seconds", "Time of a run over a chunk.", SECONDS, ["channel"]);
  const dispatched = figures.counter("dispatched_chunks_total", "Chunks handed to the schedule.", ["channel"]);
  const repaired = figures.counter("repaired_chunks_total", "Chunks handed out again after silence.", ["channel"]);
  const failures = figures.counter("round_failures_total", "Rounds of dispatcher and reconciler that failed.", [
    "part",
  ]);
  const dead = figures.counter("dead_workers_total", "Workers this one declared dead.");
  const returned = figures.counter("returned_recipients_total", "Recipients taken back from dead workers.");

  const lines = new Map<string, { readonly size: number; readonly free: number }>();
  figures.gauge("lines", "Lines and connections of a worker, by what they do.", ["channel", "state"], (gauge) => {
    for (const [channel, { size, free }] of lines) {
      gauge.set({ channel, state: "busy" }, size - free);
      gauge.set({ channel, state: "free" }, free);
    }
  });
  const causeOf = bounded(MOST_CAUSES);

  return {
    claimed(recipients, seconds) {
      claims.inc(recipients);
      claimSizes.observe(recipients);
      claimTimes.observe(seconds);
    },
    written(results, seconds) {
      resultSizes.observe(results);
      resultTimes.observe(seconds);
    },
    attempted(channel, report, next, seconds) {
      const { outcome, cause } = report;
      attempts([channel, outcome, causeOf(cause?.code ?? "none"), next]);
      attemptTimes.observe({ channel }, seconds);
      if (report.pages) pages([channel], report.pages);
    },
    watchLines: (channel, of) => void lines.set(channel, of),
    ranChunk: (channel, seconds) => runs.observe({ channel }, seconds),
    dispatched: (channel, chunks) => dispatched.inc({ channel }, chunks),
    repaired: (channel, chunks) => repaired.inc({ channel }, chunks),
    failed: (part) => failures.inc({ part }),
    reconciled(deadWorkers, returnedRecipients) {
      dead.inc(deadWorkers);
      returned.inc(returnedRecipients);
    },
  };
}
