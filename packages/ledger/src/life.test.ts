// A house's life at random: claims, results, redials, interruptions, dying workers, late results, cancels, pauses and run ends in any
// order and at the same time. At the end everything must be final once dispatching goes on, and every count must agree.

import { type JobOrder, nextStep, OUTCOMES, type Outcome } from "@depesche/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { cancelJob, pauseJob } from "./cancel.ts";
import { type Claimed, claim } from "./claim.ts";
import { changeClock } from "./clock.ts";
import type { Pool } from "./database.ts";
import { lastSeq, readEvents } from "./feed.ts";
import { finish, type Result } from "./finish.ts";
import { readAttempts, readJob, readRecipients } from "./read.ts";
import { registerWorker, retireWorker } from "./reconcile.ts";
import { type ChunkRef, endRun, nextDueIn, takeDueChunks, takeOverdueChunks } from "./schedule.ts";
import { CHUNK_SIZE } from "./schema.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;
let account: number;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  account = await putAccount(pool, { name: "Test" });
});
afterAll(() => drop());

/** mulberry32: the same seed, the same life. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const cause = { code: "test", text: "test" };
const OPTIONS = { busyRedials: 2, repeats: 1 };

class Life {
  readonly next: () => number;
  readonly jobs: number[] = [];
  /** Runs that were handed out and have not ended. */
  runs: ChunkRef[] = [];
  /** Attempts in some worker's hands; those of a worker that is gone come late. */
  hands: { worker: number; claimed: Claimed }[] = [];
  worker = 0;

  constructor(seed: number) {
    this.next = random(seed);
  }

  async begin(): Promise<void> {
    this.worker = await registerWorker(pool);
    for (const count of [1, 1, 1, 1, 7, CHUNK_SIZE + 13]) {
      const order: JobOrder = {
        accountId: account,
        channel: "fax",
        recipients: Array.from({ length: count }, (_, i) => ({ address: `a${i}`, reference: "" })),
        content: { documents: [] },
        options: OPTIONS,
        priority: 5,
        pageCount: 1,
        face: "test",
      };
      const answer = await accept(pool, order);
      if (!answer.ok) throw new Error(answer.problem);
      this.jobs.push(answer.jobId);
    }
  }

  pick<T>(of: T[]): T | undefined {
    return of[Math.floor(this.next() * of.length)];
  }

  report(certain: boolean): Result["report"] {
    const roll = this.next();
    if (!certain && roll < 0.15) return { outcome: "SENDFAIL", cause, interrupted: true };
    if (roll < 0.4) return { outcome: "BUSY", cause };
    if (roll < 0.5) return { outcome: "SENDFAIL", cause, temporary: true };
    return { outcome: this.pick(["OK", "OK", "OK", "VOICE", "NOANSWER"] as Outcome[]) as Outcome, cause };
  }

  async dispatch(): Promise<void> {
    this.runs.push(...(await takeDueChunks(pool, "fax", 8)));
  }

  /** A run claims a few; sometimes it ends at once, with all of it still in the air. */
  async run(): Promise<void> {
    const ref = this.pick(this.runs);
    if (!ref) return;
    const count = 1 + Math.floor(this.next() * 40);
    const worker = this.worker;
    const claimed = await claim(
      pool,
      worker,
      [{ job: ref.job, chunk: ref.chunk, accountId: account, channel: "fax", count }],
      { active: false },
    );
    this.hands.push(...claimed.map((c) => ({ worker, claimed: c })));
    if (claimed.length === count && this.next() < 0.7) return;
    // its results come while it ends, or later
    await Promise.all([this.next() < 0.7 ? this.results(false, 0.9) : undefined, this.end(ref)]);
  }

  async end(ref: ChunkRef): Promise<void> {
    this.runs = this.runs.filter((r) => r !== ref);
    await endRun(pool, ref, this.next() < 0.2);
  }

  async results(certain = false, share = 0.5): Promise<void> {
    const told = this.hands.filter(() => certain || this.next() < share);
    this.hands = this.hands.filter((h) => !told.includes(h));
    for (const worker of new Set(told.map((h) => h.worker))) {
      const mine = told.filter((h) => h.worker === worker);
      const batch = mine.map(({ claimed: c }): Result => {
        const report = this.report(certain);
        const next = nextStep("fax", OPTIONS, c, report);
        return { job: c.job, n: c.n, k: c.k, report, next };
      });
      await finish(pool, worker, batch);
      // the answer to the COMMIT was lost: the same batch again
      if (this.next() < 0.3) await finish(pool, worker, batch);
    }
  }

  /** The worker is declared dead with whatever it holds; its results may still come. */
  async die(): Promise<void> {
    const gone = this.worker;
    this.worker = await registerWorker(pool);
    await retireWorker(pool, gone);
  }

  async forward(): Promise<void> {
    const { rows } = await pool.query<{ ms: number }>("SELECT sim_ms() AS ms");
    await changeClock(pool, { setTo: (rows[0]?.ms as number) + 6 * 60_000 });
  }

  async pause(paused: boolean): Promise<void> {
    await pauseJob(pool, account, this.pick(this.jobs) as number, paused);
  }

  /** The schedule lost what it had (FLUSHALL): overdue runs are handed out again beside the ones that live. */
  async lose(): Promise<void> {
    this.runs = this.runs.filter(() => this.next() < 0.5);
    this.runs.push(...(await takeOverdueChunks(pool, "fax", -1)));
  }

  step(): Promise<unknown> {
    const steps: [number, () => Promise<unknown>][] = [
      [5, () => this.dispatch()],
      [6, () => this.run()],
      [6, () => this.results()],
      [1, () => this.die()],
      [1, () => this.forward()],
      [0.5, () => this.pause(true)],
      [1, () => this.pause(false)],
      [1, () => this.lose()],
      [0.2, () => cancelJob(pool, account, this.pick(this.jobs) as number)],
    ];
    let at = this.next() * steps.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, act] of steps) {
      at -= weight;
      if (at < 0) return act();
    }
    return Promise.resolve();
  }

  /** Nothing new happens to the house any more, it only works off what is there. */
  async settle(): Promise<void> {
    // A resume makes all of a job due, which would hide what was left behind: only what is paused is resumed.
    for (const job of this.jobs) if ((await readJob(pool, job))?.paused) await pauseJob(pool, account, job, false);
    this.runs = await takeOverdueChunks(pool, "fax", -1);
    for (let round = 0; round < 60; round++) {
      await this.dispatch();
      while (this.runs.length > 0) {
        const ref = this.runs[0] as ChunkRef;
        const claimed = await claim(
          pool,
          this.worker,
          [{ job: ref.job, chunk: ref.chunk, accountId: account, channel: "fax", count: CHUNK_SIZE }],
          { active: false },
        );
        this.hands.push(...claimed.map((c) => ({ worker: this.worker, claimed: c })));
        await this.end(ref);
      }
      await this.results(true);
      if ((await nextDueIn(pool, "fax")) === undefined) return;
      await this.forward();
    }
  }
}

async function expectAllFinal(life: Life): Promise<void> {
  for (const id of life.jobs) {
    const job = await readJob(pool, id);
    const rows = await readRecipients(pool, id, { from: 0, limit: 10_000 });
    expect(rows.filter((r) => r.state !== "final")).toEqual([]);
    expect(job).toMatchObject({ state: "done", final: rows.length });
    const counts = OUTCOMES.flatMap((o) => {
      const count = rows.filter((r) => r.outcome === o).length;
      return count > 0 ? [[o, count]] : [];
    });
    expect(job?.outcomes).toEqual(Object.fromEntries(counts));
    const { rows: open } = await pool.query("SELECT chunk, open FROM chunk WHERE job_id = $1 AND open <> 0", [id]);
    expect(open).toEqual([]);
    const failed = rows.filter((r) => r.attempts > 0 && !["OK", "CANCELLED"].includes(r.outcome ?? ""));
    const { rows: dead } = await pool.query<{ n: number }>("SELECT n FROM failure WHERE job_id = $1 ORDER BY n", [id]);
    expect(dead.map(({ n }) => n)).toEqual(failed.map(({ n }) => n));
    for (const r of rows.slice(0, 20)) {
      const attempts = await readAttempts(pool, id, r.n);
      expect(attempts.map((a) => a.key)).toEqual(attempts.map((_, k) => `${id}.${r.n}.${k + 1}`));
      expect(attempts.filter((a) => a.final).length).toBeLessThanOrEqual(1);
    }
  }
}

/** One final event a recipient, one end a job, and never an end before its last recipient. */
async function expectOneStory(life: Life, from: number): Promise<void> {
  const final = new Map<string, number>();
  const done = new Map<number, number>();
  let seq = from;
  for (;;) {
    const events = await readEvents(pool, seq, 5000);
    if (events.length === 0) break;
    for (const e of events) {
      expect(e.seq).toBe(++seq);
      if (e.job === undefined || !life.jobs.includes(e.job)) continue;
      if (e.final) {
        const key = `${e.job}.${e.recipient}`;
        final.set(key, (final.get(key) ?? 0) + 1);
        expect(done.has(e.job)).toBe(false);
      }
      if (e.type === "job.done") done.set(e.job, (done.get(e.job) ?? 0) + 1);
    }
  }
  expect([...final.values()].filter((count) => count !== 1)).toEqual([]);
  for (const id of life.jobs) {
    expect(done.get(id)).toBe(1);
    expect([...final.keys()].filter((key) => key.startsWith(`${id}.`))).toHaveLength(
      (await readJob(pool, id))?.total ?? -1,
    );
  }
}

describe("whatever happens in whatever order", () => {
  for (const seed of [1, 3]) {
    it(`leaves no recipient behind, one step after the other (seed ${seed})`, async () => {
      const from = await lastSeq(pool);
      const life = new Life(seed);
      await life.begin();
      for (let i = 0; i < 120; i++) await life.step();
      await life.settle();
      await expectAllFinal(life);
      await expectOneStory(life, from);
    });

    it(`leaves no recipient behind, five things at a time (seed ${seed})`, async () => {
      const from = await lastSeq(pool);
      const life = new Life(seed * 1000);
      await life.begin();
      for (let i = 0; i < 40; i++) await Promise.all(Array.from({ length: 5 }, () => life.step()));
      await life.settle();
      await expectAllFinal(life);
      await expectOneStory(life, from);
    });
  }
});
