// One scenario on one house: orders, trouble, the end of all work, and the checks.

import * as checks from "./checks.ts";
import { sendCustomers } from "./customers.ts";
import { dice, seedOf } from "./dice.ts";
import { facesAgree } from "./faces.ts";
import { gather, jobsOf } from "./facts.ts";
import type { House } from "./house.ts";
import { ordersFor } from "./orders.ts";
import { readByFeed, readBySql, readClock } from "./readers.ts";
import type { Scenario } from "./scenarios.ts";
import { pause, until, within } from "./waiting.ts";

/** Everything done, lost leases and redials included. */
const DONE_MS = 300_000;
const PROGRESS_EVERY_MS = 60;

export interface Outcome {
  /** Sentences that say which promise was broken; empty when all were kept. */
  problems: string[];
  /** One line for the report. */
  summary: string;
}

export async function runScenario(
  house: House,
  scenario: Scenario,
  seed: number,
  recipients: number,
): Promise<Outcome> {
  const began = performance.now();
  const chance = dice(seedOf(seed, `${house.backend}/${scenario.name}`));
  const run = `r${seedOf(seed, scenario.name).toString(36)}${Date.now().toString(36)}`;
  const orders = ordersFor(run, recipients, chance);
  await scenario.prepare?.(orders, house);
  const total = orders.reduce((sum, order) => sum + order.addresses.length, 0);

  const { rows: heads } = await house.pool.query<{ seq: number }>("SELECT seq FROM feed_head");
  const from = heads[0]?.seq ?? 0;
  const readers = { sql: readBySql(house, from), feed: readByFeed(house, from), clock: readClock(house) };
  const customers = sendCustomers(house, orders, chance);
  const over = new AbortController();
  const state = { share: 0 };
  const watching = watch(house, run, total, over.signal, (share) => {
    state.share = share;
  });
  const told: string[] = [];
  const reached = async (is: () => boolean) => {
    while (!over.signal.aborted && !is()) await pause(20);
  };
  const trouble = scenario.trouble({
    house,
    dice: chance,
    customers,
    jobs: () => jobsOf(house, run),
    over: over.signal,
    reach: (share) => reached(() => state.share >= share),
    answered: (share) => reached(() => customers.answered >= share),
    tell: (what) => told.push(what),
  });

  trouble.catch(() => over.abort()); // told below

  const problems: string[] = [];
  const hold = (work: Promise<unknown>) => work.catch((error) => void problems.push(String(error)));
  await hold(within("all orders are answered", DONE_MS, customers.done));
  const jobs = () => jobsOf(house, run);
  await hold(until("all jobs are done", DONE_MS, async () => allDone(house, await jobs()), 100));
  over.abort();
  await hold(within("the trouble ends", 60_000, trouble));
  await watching;
  await hold(house.healthy());

  const { rows } = await house.pool.query<{ seq: number }>("SELECT seq FROM feed_head");
  const head = rows[0]?.seq ?? 0;
  problems.push(
    ...(await readers.sql.finish(head)),
    ...(await readers.feed.finish(head)),
    ...(await readers.clock.finish()),
  );
  const facts = await gather(house, await jobs(), from);
  const victims = new Set(house.workers.flatMap((worker) => worker.victims));
  problems.push(
    ...checks.nothingLost(facts),
    ...checks.finalOnce(facts),
    ...checks.attemptsInOrder(facts),
    ...checks.wireAgrees(facts, !scenario.breaksWires),
    ...checks.onlyVictimsLost(facts, victims),
    ...checks.outagesOutlived(facts),
    ...checks.startsInTime(facts),
    ...checks.answersKept(facts, customers.asked),
    ...(scenario.breaksWires ? [] : checks.outcomesAsDialled(facts)),
    ...(await facesAgree(house, facts)),
  );

  const calls = facts.wire.filter((w) => w.channel === "fax").length;
  const repeats = facts.attempts.filter((a) => a.repeat).length;
  const lost = facts.attempts.filter((a) => a.interrupted);
  const causes = [...new Set(lost.map((a) => a.cause))].join(", ");
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const summary = [
    `${facts.recipients.length} recipients in ${facts.jobs.length} jobs, ${facts.attempts.length} attempts`,
    `${calls} calls and ${facts.wire.length - calls} messages on the wires`,
    `${lost.length} attempts lost${causes && ` (${causes})`}, ${repeats} marked as repeats, ${doubled(facts.wire)} sent twice`,
    `${facts.events.length} events, ${readers.feed.breaks} breaks of the feed, ${customers.unanswered} requests unanswered`,
    `${told.length} faults (${told.join(", ")})`,
    `${seconds} s`,
  ].join("; ");
  return { problems, summary };
}

async function allDone(house: House, jobs: readonly number[]): Promise<boolean> {
  const { rows } = await house.pool.query<{ open: number }>(
    "SELECT count(*) AS open FROM job WHERE id = ANY($1) AND done_at IS NULL",
    [jobs],
  );
  return rows[0]?.open === 0;
}

/** Tells the share of recipients that are final, as long as the database answers. */
async function watch(house: House, run: string, total: number, over: AbortSignal, tell: (share: number) => void) {
  while (!over.aborted) {
    const jobs = await jobsOf(house, run).catch(() => []);
    const { rows } = await house.pool
      .query<{ final: number | null }>("SELECT sum(final)::int AS final FROM job WHERE id = ANY($1)", [jobs])
      .catch(() => ({ rows: [] as { final: number | null }[] }));
    if (rows[0]) tell((rows[0].final ?? 0) / total);
    await pause(PROGRESS_EVERY_MS, over);
  }
}

function doubled(wire: readonly { job: number; n: number; delivered: boolean }[]): number {
  const counts = new Map<string, number>();
  for (const w of wire) if (w.delivered) counts.set(`${w.job}.${w.n}`, (counts.get(`${w.job}.${w.n}`) ?? 0) + 1);
  return [...counts.values()].filter((count) => count > 1).length;
}
