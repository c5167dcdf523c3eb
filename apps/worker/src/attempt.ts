// One attempt: the claimed recipient goes to its channel, and what comes back becomes a result. Never rejects, whatever a channel does.

import { type Account, type AttemptReport, attemptKey, isOutcome, type Job, nextStep } from "@depesche/core";
import type { Claimed, Result } from "@depesche/ledger";
import type { ChannelWork, LineProgress, LiveRecord } from "@depesche/ports";
import { attemptFields } from "@depesche/telemetry";
import type { WorkerFigures } from "./figures.ts";
import type { Holder, Life } from "./life.ts";

/** Causes that leave open whether the other end has it. The carrier's driver asks it, but only the worker that sent knows what to ask. */
const ANSWER_LOST = new Set(["carrier-answer-lost"]);

export interface JobContext {
  job: Job;
  account: Account;
}

export interface AttemptDeps {
  channel: ChannelWork;
  life: Life;
  /** True when the worker stops: what has not begun is given back. */
  isStopping(): boolean;
  /** States of the line, for the board. */
  onProgress(progress: LineProgress): void;
  /** The record of a call while it is on the line. */
  onRecord(claimed: Claimed, holder: Holder, live: LiveRecord): void;
  figures: Pick<WorkerFigures, "attempted">;
  log: {
    isLevelEnabled(level: "debug"): boolean;
    debug(data: object, text: string): void;
    warn(data: object, text: string): void;
  };
}

/** The result, and the ladder that is kept beside it. */
export interface Attempted {
  result: Result;
  ladder: Uint8Array | undefined;
}

export async function makeAttempt(
  deps: AttemptDeps,
  { job, account }: JobContext,
  c: Claimed,
  line: number,
  holder: Holder,
): Promise<Attempted> {
  const { channel, life, log } = deps;
  const key = attemptKey(c.job, c.n, c.k);
  const begunAt = performance.now();
  // Stopping, or stopped past our lease: then somebody else may hold this recipient now.
  const begins = !deps.isStopping() && life.mayBegin(holder);
  let report: AttemptReport = NOT_BEGUN;
  try {
    if (begins)
      report = await channel.send(
        {
          key,
          accountId: account.id,
          sender: { name: account.name, ...(account.faxNumber ? { faxNumber: account.faxNumber } : {}) },
          address: c.address,
          reference: c.reference,
          content: job.content,
          options: job.options,
          pageCount: job.pageCount,
          repeat: c.repeat,
        },
        {
          line,
          signal: holder.alive,
          progress: (p) => deps.onProgress({ ...p, line, attempt: key }),
          record: (live) => deps.onRecord(c, holder, live),
        },
      );
    if (!isOutcome(report?.outcome)) throw new Error(`no outcome in the report: ${JSON.stringify(report)}`);
  } catch (error) {
    log.warn({ err: error, ...attemptFields(key) }, "a channel threw");
    report = {
      outcome: "SENDFAIL",
      cause: { code: "channel-error", text: String((error as Error | undefined)?.message ?? error).slice(0, 300) },
    };
  }
  // A call that failed while we were halted failed by our fault: the other end has not said no.
  if (life.sleptSince(begunAt) && report.outcome !== "OK") report = { ...report, interrupted: true };
  const next = nextStep(channel.channel, job.options, c, report);
  deps.figures.attempted(channel.channel, report, next.step, (performance.now() - begunAt) / 1000);
  if (log.isLevelEnabled("debug")) {
    const { outcome, cause } = report;
    log.debug({ ...attemptFields(key), channel: channel.channel, outcome, cause: cause?.code, next }, "attempt");
  }
  const result = {
    job: c.job,
    n: c.n,
    k: c.k,
    report,
    next,
    mayHaveArrived: begins && (report.interrupted || ANSWER_LOST.has(report.cause?.code ?? "")),
  };
  return { result, ladder: report.ladder?.length ? report.ladder : undefined };
}

const NOT_BEGUN: AttemptReport = {
  outcome: "SENDFAIL",
  cause: { code: "worker-stopped", text: "the worker was stopped before anything went out" },
  interrupted: true,
};
