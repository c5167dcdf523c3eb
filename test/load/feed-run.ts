// The feed under load: dashboards that listen while real jobs (null channel, so that the log is what is measured) write events at a
// rate. Some stall, some break off and come back; at the end all must have been told the same, each event once.

import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Command, ListenersReport } from "./feed-listeners.ts";
import { cpuSeconds, residentMb } from "./machine.ts";
import type { LoadedHouse } from "./whole-house.ts";

export interface FeedPlan {
  listeners: number;
  stalled: number;
  breaking: number;
  eventsPerSecond: number;
  seconds: number;
}

export interface FeedRun extends FeedPlan {
  events: number;
  reachedPerSecond: number;
  /** Of the steady listeners, weighted by events: from the commit to the listener's process. */
  lagMs: { p50: number; p99: number; max: number };
  /** From the end of the stall until the last stalled one had been told everything. */
  caughtUpMs: number;
  gatewayMb: { before: number; peak: number };
  gatewayCores: number;
  /** What did not add up; empty when everybody was told everything once. */
  wrong: string[];
}

/** Two events a recipient: its attempt's begin and end. */
const EVENTS_A_RECIPIENT = 2;
const JOBS_PER_SECOND = 5;
const CAUGHT_UP_WITHIN_MS = 60_000;

export async function feedRun(house: LoadedHouse, plan: FeedPlan): Promise<FeedRun> {
  const { client } = house;
  const gateway = house.processes().find(({ name }) => name === "gateway")?.pid as number;
  const from = await headOf(house);
  const child = fork(fileURLToPath(new URL("./feed-listeners.ts", import.meta.url)), [], {
    execArgv: process.execArgv,
  });
  const tell = (command: Command) => void child.send(command);
  const report = async (): Promise<ListenersReport> => {
    tell({ do: "report" });
    return (await once(child, "message"))[0] as ListenersReport;
  };
  try {
    const { listeners: count, stalled, breaking } = plan;
    tell({ open: { url: house.gateway, apiKey: "demo-key", from, count, stalled, breaking } });
    while ((await report()).heard.some(({ heard }) => heard.snapshots === 0)) await pause(50);
    tell({ do: "stall" });

    const before = residentMb(gateway);
    let peak = before;
    const cpuBefore = cpuSeconds(gateway);
    const began = performance.now();
    const perJob = Math.round(plan.eventsPerSecond / EVENTS_A_RECIPIENT / JOBS_PER_SECOND);
    const jobs: number[] = [];
    for (let i = 0; i < plan.seconds * JOBS_PER_SECOND; i++) {
      const due = began + (i * 1000) / JOBS_PER_SECOND;
      await pause(Math.max(0, due - performance.now()));
      const recipients = Array.from({ length: perJob }, (_, n) => ({
        address: `+4930231250${String(n % 100).padStart(2, "0")}`,
        reference: `${i}/${n}`, // the same number twice in a job is one recipient, unless the references differ
      }));
      jobs.push((await client.createJob({ channel: "null", recipients, text: "feed" })).id);
      if (i % (JOBS_PER_SECOND * 5) === JOBS_PER_SECOND * 2) tell({ do: "breakOff" });
      peak = Math.max(peak, residentMb(gateway));
    }
    const done = await jobsDone(house, jobs);
    const tookMs = performance.now() - began;
    const cpu = cpuSeconds(gateway) - cpuBefore;
    const head = await headOf(house);

    const goOnAt = performance.now();
    tell({ do: "goOn" });
    let last = await report();
    while (last.heard.some(({ heard }) => heard.seq < head) && performance.now() - goOnAt < CAUGHT_UP_WITHIN_MS) {
      await pause(50);
      peak = Math.max(peak, residentMb(gateway));
      last = await report();
    }
    return {
      ...plan,
      events: head - from,
      reachedPerSecond: ((head - from) * 1000) / tookMs,
      lagMs: percentiles(last.lags),
      caughtUpMs: performance.now() - goOnAt,
      gatewayMb: { before, peak },
      gatewayCores: (cpu * 1000) / tookMs,
      wrong: differences(last, { from, head, finals: done }),
    };
  } finally {
    child.disconnect();
  }
}

/** The number of the last event of the log. */
async function headOf({ gateway }: LoadedHouse): Promise<number> {
  const metrics = await (await fetch(`${gateway}/metrics`)).text();
  return Number(/^depesche_feed_seq\{.*\} (\d+)$/m.exec(metrics)?.[1]);
}

/** Waits until the jobs are done; their outcomes summed, as the ledger counts them. */
async function jobsDone({ client }: LoadedHouse, jobs: readonly number[]): Promise<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const id of jobs) {
    let job = await client.job(id);
    while (job.state !== "done") {
      await pause(50);
      job = await client.job(id);
    }
    for (const [outcome, n] of Object.entries(job.outcomes)) sum[outcome] = (sum[outcome] ?? 0) + n;
  }
  return sum;
}

function percentiles(lags: readonly number[]): FeedRun["lagMs"] {
  const total = lags.reduce((sum, n) => sum + n, 0);
  const at = (share: number) => {
    let seen = 0;
    return lags.findIndex((n) => {
      seen += n;
      return seen >= total * share;
    });
  };
  return { p50: at(0.5), p99: at(0.99), max: lags.findLastIndex((n) => n > 0) };
}

function differences(
  { heard }: ListenersReport,
  truth: { from: number; head: number; finals: Record<string, number> },
): string[] {
  const wrong: string[] = [];
  const events = truth.head - truth.from;
  for (const [i, { role, parses, heard: one }] of heard.entries()) {
    const who = `listener ${i} (${role})`;
    if (one.seq !== truth.head) wrong.push(`${who} stands at ${one.seq}, the log at ${truth.head}`);
    if (one.events !== events) wrong.push(`${who} was told ${one.events} events of ${events}`);
    if (one.misplaced > 0) wrong.push(`${who} was told ${one.misplaced} messages out of order`);
    if (parses && JSON.stringify(sorted(one.finals)) !== JSON.stringify(sorted(truth.finals)))
      wrong.push(`${who} counts ${JSON.stringify(one.finals)}, the ledger ${JSON.stringify(truth.finals)}`);
  }
  return wrong;
}

function sorted(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}
