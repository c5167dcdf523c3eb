// The figures of a run as one value: what --json prints, --report writes and the page shows.

import { OUTCOMES, type Outcome } from "@depesche/core";
import type { Check } from "./check.ts";
import { isAgreed } from "./checks.ts";
import type { MachineFacts } from "./machine.ts";
import type { LoadPlan, LoadResult } from "./run.ts";

export interface Percentiles {
  p50?: number;
  p95?: number;
  p99?: number;
  max?: number;
}

export interface LoadReport {
  /** Wall time, ISO 8601. */
  startedAt: string;
  end: LoadResult["end"];
  /** As they were asked for; times in ms, rates per second. */
  parameters: Record<string, unknown> & { face: string; seed: number };
  machine: MachineFacts;
  jobs: number;
  arrived: number;
  accepted: number;
  finals: number;
  refused: Record<string, number>;
  /** Arrivals handed in more than a second after their moment: the machine that makes the load was too slow. */
  late: number;
  outcomes: Partial<Record<Outcome, number>>;
  handedInMs: number;
  tookMs: number;
  perSecond: { jobs: number; accepted: number; outcomes: number };
  /** `answer`: scheduled moment to answer; `outcome`: acceptance to outcome; `total`: scheduled moment to outcome. */
  latencyMs: { answer: Percentiles; outcome: Percentiles; total: Percentiles };
  histogram: { answer: Bar[]; outcome: Bar[] };
  series: { widthMs: number; bins: ReportBin[] };
  checks: Check[];
  agreed: boolean;
}

export interface Bar {
  fromMs: number;
  toMs: number;
  count: number;
}

export interface ReportBin {
  atMs: number;
  /** Recipients. */
  arrived: number;
  accepted: number;
  outcomes: Partial<Record<Outcome, number>>;
  answer: Percentiles;
  outcome: Percentiles;
}

export function reportOf(plan: LoadPlan, result: LoadResult, checks: Check[], machine: MachineFacts): LoadReport {
  const { tally, handedInMs, tookMs } = result;
  const weights = (given: readonly { what: string; weight: number }[]) =>
    given.map(({ what, weight }) => `${what}:${weight}`).join(",");
  return {
    startedAt: new Date(result.startedAt).toISOString(),
    end: result.end,
    parameters: {
      face: plan.face,
      ...(Number.isFinite(plan.recipients) && { recipients: plan.recipients }),
      perJob: plan.perJob,
      ...(plan.forMs !== undefined && { forMs: plan.forMs }),
      ...(plan.rate !== undefined && { rate: plan.rate }),
      ...(plan.rampMs !== undefined && { rampMs: plan.rampMs }),
      ...(plan.callers !== undefined && { callers: plan.callers }),
      ...(plan.outstanding !== undefined && { outstanding: plan.outstanding }),
      mix: weights(plan.mix),
      outcomes: weights(plan.outcomes),
      ...(plan.file ? { file: plan.file.name } : { pages: plan.pages }),
      ...(plan.redials !== undefined && { redials: plan.redials }),
      seed: plan.seed,
    },
    machine,
    jobs: tally.jobs.size,
    arrived: result.arrived,
    accepted: tally.accepted,
    finals: tally.finals,
    refused: Object.fromEntries(result.refused),
    late: result.late,
    outcomes: tally.outcomes,
    handedInMs: Math.round(handedInMs),
    tookMs: Math.round(tookMs),
    perSecond: {
      jobs: perSecond(tally.jobs.size, handedInMs),
      accepted: perSecond(tally.accepted, handedInMs),
      outcomes: perSecond(tally.finals, tookMs),
    },
    latencyMs: {
      answer: tally.answers.summary(),
      outcome: tally.latencies.summary(),
      total: tally.total.summary(),
    },
    histogram: { answer: tally.answers.histogram(), outcome: tally.latencies.histogram() },
    series: { widthMs: tally.series.widthMs, bins: binsOf(result) },
    checks,
    agreed: isAgreed(checks),
  };
}

function binsOf({ tally }: LoadResult): ReportBin[] {
  const { widthMs, bins } = tally.series;
  return bins.map(({ arrived, accepted, outcomes, answer, outcome }, i) => ({
    atMs: i * widthMs,
    arrived,
    accepted,
    outcomes: Object.fromEntries(
      OUTCOMES.map((word, k) => [word, outcomes[k] as number] as const).filter(([, n]) => n > 0),
    ),
    answer: answer.summary(),
    outcome: outcome.summary(),
  }));
}

function perSecond(count: number, ms: number): number {
  return Math.round((count / Math.max(ms, 1)) * 10_000) / 10;
}
