// GET /v1/jobs/{id}/report: how a job is going. Counted by the ledger once a second however many ask.

import type { JobReport } from "@depesche/client";
import { type ClockSetting, type Job, priceOf, tariffAt, type Usage, wallAt } from "@depesche/core";
import { postingOf } from "@depesche/letter";
import type { JobFacts } from "@depesche/ports";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { notFound } from "./problems.ts";
import { ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";
import { iso } from "./views.ts";

const REMEMBERED_MS = 1_000;
/** A report that is dear to make is remembered for as many times as long as it took: the database has other things to do. */
const REST_FACTOR = 4;
const MOST_REMEMBERED_MS = 10_000;
const MOST_REMEMBERED = 1_000;
/** Without an outcome for so long, and nothing due, a job does not move. */
const MOVING_MS = 60_000;
const SLOT_S = 10;

export function addReport(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const remembered = new Map<number, { until: number; facts: Promise<JobFacts> }>();

  /** The clock that counts is the one of this process: reports are remembered here. */
  function factsOf(job: Job): Promise<JobFacts> {
    const now = deps.wall.monotonic();
    const known = remembered.get(job.id);
    if (known && known.until > now) return known.facts;
    const facts = deps.ledger.jobFacts(job);
    // While it is being counted all who ask wait for the same.
    const entry = { until: Number.POSITIVE_INFINITY, facts };
    const counted = () => {
      const done = deps.wall.monotonic();
      entry.until = done + Math.min(MOST_REMEMBERED_MS, Math.max(REMEMBERED_MS, (done - now) * REST_FACTOR));
    };
    facts.then(counted, () => remembered.delete(job.id));
    remembered.delete(job.id);
    if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as number);
    remembered.set(job.id, entry);
    return facts;
  }

  const route = guarded("jobs:read", {
    method: "get",
    path: "/v1/jobs/{id}/report",
    tags: ["Jobs"],
    summary: "How a job is going: timeline, durations, failing prefixes and causes, rate, when it will be done, price",
    description:
      "Computed at most once a second. The price is that of a demo tariff; only what was delivered is charged.",
    request: { params: z.object({ id: s.id }) },
    responses: { 200: json(s.jobReport, "The report"), ...ERRORS },
  });
  app.openapi(route, async (c) => {
    const job = await deps.ledger.job(c.get("caller").account.id, c.req.valid("param").id);
    if (!job) throw notFound("such job");
    const [facts, clock] = await Promise.all([factsOf(job), deps.ledger.clock()]);
    return c.json(reportOf(job, facts, clock, deps.wall.now()), 200);
  });
}

/** The report from what the ledger counted, at wall time `now`. */
export function reportOf(job: Job, facts: JobFacts, clock: ClockSetting, now: number): JobReport {
  const perSecond = rateOf(facts);
  const report: JobReport = {
    at: iso(now),
    bucketMs: facts.bucketMs,
    timeline: timelineOf(job, facts, clock, now),
    durations: durationsOf(facts),
    prefixes: facts.prefixes,
    causes: facts.causes,
    attempts: facts.attempts,
    waiting: facts.waiting,
    sending: facts.sending,
    perSecond: Math.round(perSecond * 1000) / 1000,
    price: priceOfJob(job, facts),
  };
  const eta = etaOf(job, facts, clock, now, perSecond);
  if (eta) report.eta = eta;
  return report;
}

function timelineOf(job: Job, facts: JobFacts, clock: ClockSetting, now: number): JobReport["timeline"] {
  const buckets = new Map<number, JobReport["timeline"][number]["outcomes"]>();
  const add = (at: number, outcome: keyof Job["outcomes"], count: number) => {
    const start = at - (at % facts.bucketMs);
    const outcomes = buckets.get(start) ?? {};
    buckets.set(start, { ...outcomes, [outcome]: (outcomes[outcome] ?? 0) + count });
  };
  for (const { at, outcome, count } of facts.timeline) add(at, outcome, count);
  for (const { outcome, count, simAt } of facts.untried) {
    // The ledger has the simulated time of a cancellation only; the clock as it runs now gives a wall time within the job's life.
    const at = outcome === "CANCELLED" ? Math.min(now, Math.max(job.acceptedAt, wallAt(clock, simAt))) : job.acceptedAt;
    add(Math.floor(at), outcome, count);
  }
  return [...buckets].sort(([a], [b]) => a - b).map(([at, outcomes]) => ({ at: iso(at), outcomes }));
}

function durationsOf({ durations, durationStepMs: step }: JobFacts): JobReport["durations"] {
  const [first, last] = [durations[0]?.fromMs, durations.at(-1)?.fromMs];
  if (first === undefined || last === undefined) return [];
  const counts = new Map(durations.map(({ fromMs, count }) => [fromMs, count]));
  return Array.from({ length: (last - first) / step + 1 }, (_, i) => {
    const fromMs = first + i * step;
    return { fromMs, toMs: fromMs + step, count: counts.get(fromMs) ?? 0 };
  });
}

/** Seconds of the last minute that the job ran in. */
function ranSeconds({ firstAt = 0, lastAt = 0 }: JobFacts): number {
  return Math.min(60, Math.max(1, (lastAt - firstAt) / 1000));
}

function rateOf(facts: JobFacts): number {
  return facts.recent.reduce((sum, count) => sum + count, 0) / ranSeconds(facts);
}

/** Rate of a slow and of a quick stretch of the last minute: a standard deviation around the mean of its tens of seconds. */
function spreadOf(facts: JobFacts, perSecond: number): { slow: number; quick: number } {
  const slots = facts.recent.slice(-Math.max(1, Math.floor(ranSeconds(facts) / SLOT_S))).map((count) => count / SLOT_S);
  const variance = slots.reduce((sum, rate) => sum + (rate - perSecond) ** 2, 0) / slots.length;
  const deviation = slots.length > 1 ? Math.sqrt(variance) : perSecond / 2;
  return { slow: Math.max(perSecond - deviation, perSecond / 4), quick: perSecond + deviation };
}

/**
 * When the last outcome may come: no sooner than the rest takes at the rate of late, and than the last redial that waits is due. Redials
 * that are not known yet can follow, so the latest takes the wait once more.
 */
function etaOf(
  job: Job,
  facts: JobFacts,
  clock: ClockSetting,
  now: number,
  perSecond: number,
): JobReport["eta"] | undefined {
  const left = job.total - job.final;
  if (left === 0 || job.paused || perSecond <= 0) return undefined;
  const dueIn = facts.lastDue === undefined ? 0 : Math.max(0, wallAt(clock, facts.lastDue) - now);
  const moving = facts.sending > 0 || dueIn > 0 || now - (facts.lastAt ?? 0) < MOVING_MS;
  if (!moving) return undefined;
  const { slow, quick } = spreadOf(facts, perSecond);
  const after = (rate: number, wait: number) => iso(Math.round(now + Math.max((left / rate) * 1000, wait)));
  return {
    earliest: after(quick, dueIn),
    likely: after(perSecond, dueIn + 1000 / perSecond),
    latest: after(slow, (dueIn + 1000 / slow) * (facts.waiting > 0 ? 2 : 1)),
  };
}

function priceOfJob(job: Job, facts: JobFacts): JobReport["price"] {
  const tariff = tariffAt(job.simAcceptedAt);
  const { letter } = job.content;
  const letterClass = letter && postingOf(letter.sheets)?.class.name;
  const usage = facts.delivered.map((delivered): Usage => {
    const international = job.channel === "letter" ? letter?.international === true : delivered.international;
    return { ...delivered, channel: job.channel, international, ...(letterClass && { letterClass }) };
  });
  return { millicents: priceOf(tariff, usage), tariff: tariff.name };
}
