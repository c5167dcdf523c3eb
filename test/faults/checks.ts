// The promise, held against what a run left behind (DESIGN section 2). Every check gives the sentences that say what is broken.

import type { Asked } from "./customers.ts";
import type { AttemptFact, Facts, RecipientFact, WireFact } from "./facts.ts";
import { expectedOutcome } from "./orders.ts";

const nameOf = (r: { job: number; n: number }) => `${r.job}.${r.n}`;

function grouped<T extends { job: number; n: number }>(all: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(nameOf(one));
    if (group) group.push(one);
    else groups.set(nameOf(one), [one]);
  }
  return groups;
}

/** No recipient lost: every row final, every job done, its counters equal to its rows. */
export function nothingLost({ jobs, recipients }: Facts): string[] {
  const problems: string[] = [];
  const rows = new Map<number, RecipientFact[]>();
  for (const r of recipients) rows.set(r.job, [...(rows.get(r.job) ?? []), r]);
  for (const job of jobs) {
    const mine = rows.get(job.id) ?? [];
    if (mine.length !== job.total) problems.push(`job ${job.id} has ${mine.length} rows, not ${job.total}`);
    if (job.done_at === null || job.final !== job.total)
      problems.push(`job ${job.id} (${job.channel}) is not done: ${job.final} of ${job.total} final`);
    const counted: Record<string, number> = {};
    for (const r of mine) {
      if (r.state !== "final" || r.outcome === null) problems.push(`recipient ${nameOf(r)} is ${r.state}`);
      else counted[r.outcome] = (counted[r.outcome] ?? 0) + 1;
    }
    for (const [outcome, count] of Object.entries(job.counters))
      if (count !== (counted[outcome] ?? 0))
        problems.push(`job ${job.id} counts ${count} ${outcome}, its rows say ${counted[outcome] ?? 0}`);
  }
  return problems;
}

/** The event log tells one final outcome a recipient, the row's own, and one end a job, after all of them. */
export function finalOnce({ jobs, recipients, events }: Facts): string[] {
  const problems: string[] = [];
  const finals = new Map<string, string[]>();
  const ends = new Map<number, number>();
  const lastFinal = new Map<number, number>();
  for (const e of events) {
    if (e.job === null) continue;
    if (e.type === "job.done") {
      if (ends.has(e.job)) problems.push(`job ${e.job} was told done twice (${ends.get(e.job)}, ${e.seq})`);
      ends.set(e.job, e.seq);
    }
    if (!e.final || e.n === null) continue;
    const name = `${e.job}.${e.n}`;
    finals.set(name, [...(finals.get(name) ?? []), e.outcome ?? ""]);
    lastFinal.set(e.job, e.seq);
  }
  for (const r of recipients) {
    const told = finals.get(nameOf(r)) ?? [];
    if (told.length !== 1) problems.push(`recipient ${nameOf(r)} has ${told.length} final events (${told.join(", ")})`);
    else if (told[0] !== r.outcome)
      problems.push(`recipient ${nameOf(r)} was told ${told[0]}, its row says ${r.outcome}`);
  }
  for (const { id } of jobs) {
    const end = ends.get(id);
    if (end === undefined) problems.push(`job ${id} was never told done`);
    else if (end < (lastFinal.get(id) ?? 0)) problems.push(`job ${id} was told done before its last outcome`);
  }
  return problems;
}

/** Attempts are numbered without holes and told once each; what follows a lost one is marked as a possible repeat. */
export function attemptsInOrder({ recipients, attempts, events }: Facts): string[] {
  const problems: string[] = [];
  const byRecipient = grouped(attempts);
  const started = new Set<string>();
  for (const e of events) {
    if (e.type !== "attempt.started") continue;
    const key = `${e.job}.${e.n}.${e.k}`;
    if (started.has(key)) problems.push(`attempt ${key} was started twice`);
    started.add(key);
  }
  for (const r of recipients) {
    const mine = byRecipient.get(nameOf(r)) ?? [];
    if (mine.length !== r.attempts || mine.some((a, i) => a.k !== i + 1))
      problems.push(`recipient ${nameOf(r)} made ${r.attempts} attempts, kept are ${mine.map((a) => a.k).join(", ")}`);
    for (const a of mine)
      if (!started.has(`${a.job}.${a.n}.${a.k}`)) problems.push(`attempt ${nameOf(a)}.${a.k} was never told started`);
    const final = mine.filter((a) => a.final);
    if (final.length > 1 || (final.length === 1 && final[0] !== mine.at(-1)))
      problems.push(`recipient ${nameOf(r)} has ${final.length} final attempts or others after it`);
    let lost = false;
    for (const a of mine) {
      if (lost && !a.repeat) problems.push(`attempt ${nameOf(a)}.${a.k} follows a lost one and is not marked a repeat`);
      if (!lost && a.repeat) problems.push(`attempt ${nameOf(a)}.${a.k} is marked a repeat of nothing`);
      if (mayHaveGoneOut(a)) lost = true;
    }
    if (r.repeated !== mine.some((a) => a.repeat)) problems.push(`recipient ${nameOf(r)}: "repeated" is ${r.repeated}`);
  }
  return problems;
}

/** Given up before anything went out: no repeat follows from it. */
const UNSENT = ["claim-lost", "worker-stopped"];
/** The other end died with its answer; whether it had taken the message nobody knows. */
const ANSWER_LOST = "carrier-answer-lost";
const wasLost = (a: AttemptFact) => a.interrupted && !UNSENT.includes(a.cause ?? "");
const mayHaveGoneOut = (a: AttemptFact) => wasLost(a) || a.cause === ANSWER_LOST;

/**
 * No recipient sent twice, except by an incarnation that was killed, stopped or fenced, or to another end that died with its answer:
 * what the other ends saw against the ledger.
 * `strict`: the other ends lived through the run, so they and the ledger must agree on every outcome.
 */
export function wireAgrees(facts: Facts, strict: boolean): string[] {
  const problems: string[] = [];
  const attempts = new Map(facts.attempts.map((a) => [`${nameOf(a)}.${a.k}`, a]));
  const lines = grouped(facts.wire);
  const seen = new Set<string>();
  for (const w of facts.wire) {
    const key = `${nameOf(w)}.${w.k}`;
    if (seen.has(key)) problems.push(`attempt ${key} went over the ${w.channel} wire twice`);
    seen.add(key);
    if (!attempts.has(key)) problems.push(`the ${w.channel} wire saw attempt ${key}, the ledger did not`);
  }
  const channels = new Map(facts.jobs.map((j) => [j.id, j.channel]));
  for (const r of facts.recipients) {
    if (channels.get(r.job) === "null") continue;
    const had = (lines.get(nameOf(r)) ?? []).filter((w) => w.delivered).sort((a, b) => a.k - b.k);
    if (r.outcome === "OK" && had.length === 0) problems.push(`recipient ${nameOf(r)} is OK, but the wire saw nothing`);
    const mine = had.map((w) => attempts.get(`${nameOf(w)}.${w.k}`));
    if (had.length > 0 && r.outcome !== "OK" && strict && !mine.some((a) => a && mayHaveGoneOut(a)))
      problems.push(`recipient ${nameOf(r)} is ${r.outcome}, but the other end has it`);
    if (had.length > 1) problems.push(...unexcused(r, had, mine));
    for (const w of had)
      if (w.to !== r.address) problems.push(`attempt ${nameOf(w)}.${w.k} went to ${w.to}, not to ${r.address}`);
  }
  return problems;
}

/** Why a recipient that was sent twice should not have been. */
function unexcused(r: RecipientFact, had: WireFact[], mine: (AttemptFact | undefined)[]): string[] {
  const problems: string[] = [];
  const keys = had.map((w) => w.k).join(", ");
  if (!r.repeated) problems.push(`recipient ${nameOf(r)} was sent in attempts ${keys} and is not marked repeated`);
  for (const [i, a] of mine.entries()) {
    const isLast = i === mine.length - 1;
    if (!isLast && !(a && mayHaveGoneOut(a)))
      problems.push(`recipient ${nameOf(r)} was sent in attempts ${keys}, though ${had[i]?.k} was not lost`);
    if (i > 0 && !a?.repeat)
      problems.push(`attempt ${nameOf(r)}.${had[i]?.k} repeats an earlier one and is not marked`);
  }
  return problems;
}

/** Only processes that were killed or halted by the test may have lost attempts, and no other may have been declared dead. */
export function onlyVictimsLost({ attempts, workers }: Facts, victims: ReadonlySet<number>): string[] {
  const problems: string[] = [];
  for (const [id, { state, pid }] of workers)
    if (state === "dead" && !victims.has(pid))
      problems.push(`worker ${id} was declared dead, though nobody touched it`);
  for (const a of attempts) {
    if (!wasLost(a)) continue;
    const pid = workers.get(a.incarnation ?? -1)?.pid;
    if (pid === undefined || !victims.has(pid))
      problems.push(`attempt ${nameOf(a)}.${a.k} was lost (${a.cause}) by a worker nobody touched`);
  }
  return problems;
}

/** The exchange could not be reached, or said nothing. */
const OUTAGES = ["sip-unreachable", "sip-timeout"];

/** An exchange that is away for some seconds costs nobody his fax: such attempts are made again, and never the last one. */
export function outagesOutlived({ attempts }: Facts): string[] {
  return attempts
    .filter((a) => a.final && OUTAGES.includes(a.cause ?? ""))
    .map((a) => `recipient ${nameOf(a)} was given up for an outage (${a.cause}) in attempt ${a.k}`);
}

/** Recipients whose other end stood all the time have the outcome of their number. */
export function outcomesAsDialled({ jobs, recipients }: Facts): string[] {
  const byId = new Map(jobs.map((j) => [j.id, j]));
  return recipients.flatMap((r) => {
    const job = byId.get(r.job);
    const expected = expectedOutcome(job?.channel ?? "", r.address);
    const cancelled = r.outcome === "CANCELLED" && job?.cancelled_at !== null;
    if (expected === undefined || r.outcome === expected || cancelled) return [];
    return [`recipient ${nameOf(r)} (${r.address}) is ${r.outcome}, not ${expected}`];
  });
}

/** Nothing of a cancelled job starts after the cancellation, nothing of any job before its time. */
export function startsInTime({ jobs, events }: Facts): string[] {
  const problems: string[] = [];
  const byId = new Map(jobs.map((j) => [j.id, j]));
  const cancelled = new Map<number, number>();
  for (const e of events) {
    const job = byId.get(e.job ?? -1);
    if (!job) continue;
    if (e.type === "job.cancelled") cancelled.set(job.id, e.seq);
    if (e.type !== "attempt.started") continue;
    if (e.sim_at < job.due_at) problems.push(`attempt ${e.job}.${e.n}.${e.k} started before its job was due`);
    if (e.seq > (cancelled.get(job.id) ?? Number.POSITIVE_INFINITY))
      problems.push(`attempt ${e.job}.${e.n}.${e.k} started after the cancellation`);
  }
  return problems;
}

/** Answered means kept, whole and once; what was said not to be accepted is not there; no key ever made two jobs. */
export function answersKept({ jobs, recipients }: Facts, asked: readonly Asked[]): string[] {
  const problems: string[] = [];
  const totals = new Map(jobs.map((j) => [j.id, j.total]));
  const found = new Map<string, number[]>();
  for (const r of recipients) {
    if (r.n !== 0) continue;
    const tag = r.reference.slice(0, r.reference.lastIndexOf("/"));
    found.set(tag, [...(found.get(tag) ?? []), r.job]);
  }
  for (const { tag, order, job, refused } of asked) {
    const made = found.get(tag) ?? [];
    if (made.length > 1) problems.push(`request ${tag} made ${made.length} jobs (${made.join(", ")})`);
    if (job !== undefined && !made.includes(job))
      problems.push(`request ${tag} was answered with job ${job}: not there`);
    if (refused !== undefined && made.length > 0)
      problems.push(`request ${tag} was told that nothing was accepted, and is job ${made[0]}`);
    for (const id of made)
      if (totals.get(id) !== order.addresses.length)
        problems.push(`job ${id} has ${totals.get(id)} of ${order.addresses.length} recipients`);
  }
  return problems;
}
