// What may not be lost between two statements: interleavings that are rare in life, forced here with open transactions.

import type { JobOrder } from "@depesche/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { accept } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { pauseJob } from "./cancel.ts";
import { type Claimed, claim, heldBy } from "./claim.ts";
import { changeClock, startClock } from "./clock.ts";
import type { Pool } from "./database.ts";
import { finish, type Result } from "./finish.ts";
import { readAttempts, readRecipients } from "./read.ts";
import { newWatch, reconcile, registerWorker } from "./reconcile.ts";
import { type ChunkRef, endRun, takeDueChunks } from "./schedule.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;
let account: number;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  account = await putAccount(pool, { name: "Test" });
});
afterAll(() => drop());

function order(count: number): JobOrder {
  const recipients = Array.from({ length: count }, (_, i) => ({ address: `a${i}`, reference: "" }));
  const content = { documents: [] };
  const about = { channel: "null", content, options: {}, priority: 5, pageCount: 1 } as const;
  return { ...about, accountId: account, recipients, face: "test" };
}

async function accepted(count: number): Promise<number> {
  const answer = await accept(pool, order(count));
  if (!answer.ok) throw new Error(answer.problem);
  return answer.jobId;
}

/** Claims as the run of a chunk that was handed out does. */
async function take(worker: number, job: number, count: number): Promise<Claimed[]> {
  await pool.query("UPDATE chunk SET dispatched_at = coalesce(dispatched_at, wall_ms()) WHERE job_id = $1", [job]);
  return claim(pool, worker, [{ job, chunk: 0, accountId: account, channel: "null", count }], { active: false });
}

function result(c: Claimed, report: Result["report"], more: Partial<Result> = {}): Result {
  const { job, n, k } = c;
  return { job, n, k, report, next: { step: "final" }, ...more };
}

const cause = { code: "test", text: "test" };
const busy = { report: { outcome: "BUSY", cause }, next: { step: "retry", afterMs: 60_000, kind: "busy" } } as const;

/** Runs `first` in a transaction that stays open until `second` waits for one of its locks. */
async function blockedBy(first: (client: Pool) => Promise<unknown>, second: () => Promise<unknown>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await first(client as unknown as Pool);
    const waiting = second();
    await vi.waitFor(async () => {
      const { rows } = await pool.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      expect(rows).toHaveLength(1);
    }, 15_000);
    await client.query("COMMIT");
    await waiting;
  } finally {
    client.release();
  }
}

async function dispatched(job: number): Promise<ChunkRef> {
  const ref = (await takeDueChunks(pool, "null", 1000)).find((c) => c.job === job);
  if (!ref) throw new Error("the chunk is not due");
  return ref;
}

const nextDue = async (job: number) =>
  (await pool.query<{ next_due: number | null }>("SELECT next_due FROM chunk WHERE job_id = $1", [job])).rows[0]
    ?.next_due;

describe("the end of a run", () => {
  it("keeps the redial of a result that commits while the run's end waits for it", async () => {
    const worker = await registerWorker(pool);
    const job = await accepted(1);
    const ref = await dispatched(job);
    const [claimed] = await take(worker, job, 1);
    await blockedBy(
      (client) => finish(client, worker, [{ ...result(claimed as Claimed, busy.report), next: busy.next }]),
      () => endRun(pool, ref, false),
    );
    const [recipient] = await readRecipients(pool, job, { from: 0, limit: 1 });
    expect(recipient).toMatchObject({ state: "retry" });
    expect(await nextDue(job)).toBe(recipient?.dueAt);
  });

  it("keeps a resume that comes while it waits", async () => {
    const job = await accepted(1);
    await pauseJob(pool, account, job, true);
    const ref = await dispatched(job);
    await blockedBy(
      // what a resume does to job and chunk
      async (client) => {
        await client.query("UPDATE job SET paused = false WHERE id = $1", [job]);
        await client.query(
          "UPDATE chunk SET next_due = least(coalesce(next_due, sim_ms()), sim_ms()) WHERE job_id = $1",
          [job],
        );
      },
      () => endRun(pool, ref, false),
    );
    expect(await nextDue(job)).toBeTypeOf("number");
  });

  it("plans nothing for a paused job", async () => {
    const job = await accepted(1);
    await pauseJob(pool, account, job, true);
    await endRun(pool, await dispatched(job), false);
    expect(await nextDue(job)).toBeNull();
  });
});

describe("an incarnation that was marked dead by someone who died before returning its recipients", () => {
  it("has them returned at the next look, once", async () => {
    const worker = await registerWorker(pool);
    const job = await accepted(2);
    await take(worker, job, 2);
    await pool.query("UPDATE worker SET state = 'dead' WHERE id = $1", [worker]);
    expect(await reconcile(pool, newWatch(0), 0)).toEqual({ dead: 0, returned: 2 });
    expect(await reconcile(pool, newWatch(0), 0)).toEqual({ dead: 0, returned: 0 });
    const rows = await readRecipients(pool, job, { from: 0, limit: 2 });
    expect(rows.map((r) => r.state)).toEqual(["retry", "retry"]);
  });
});

describe("a repeat", () => {
  it("stays marked in every later attempt, also when the first one after the loss was busy", async () => {
    const job = await accepted(1);
    const lost = await registerWorker(pool);
    await take(lost, job, 1);
    await pool.query("UPDATE worker SET state = 'dead' WHERE id = $1", [lost]);
    await reconcile(pool, newWatch(0), 0);
    const worker = await registerWorker(pool);
    const [second] = await take(worker, job, 1);
    await finish(pool, worker, [{ ...result(second as Claimed, busy.report), next: { ...busy.next, afterMs: 0 } }]);
    const [third] = await take(worker, job, 1);
    expect(third).toMatchObject({ k: 3, repeat: true });
  });

  it("is what follows an attempt whose answer was lost", async () => {
    const worker = await registerWorker(pool);
    const job = await accepted(1);
    const [first] = await take(worker, job, 1);
    const report = { outcome: "SENDFAIL", cause, temporary: true } as const;
    const next = { step: "retry", afterMs: 0, kind: "temporary" } as const;
    await finish(pool, worker, [result(first as Claimed, report, { next, mayHaveArrived: true })]);
    expect(await take(worker, job, 1)).toMatchObject([{ k: 2, repeat: true }]);
    expect(await readRecipients(pool, job, { from: 0, limit: 1 })).toMatchObject([{ repeated: true }]);
  });

  it("is none when the attempt before was given up before anything went out", async () => {
    const worker = await registerWorker(pool);
    const job = await accepted(1);
    const [first] = await take(worker, job, 1);
    expect(await heldBy(pool, worker)).toEqual([first]);
    const report = { outcome: "SENDFAIL", cause, interrupted: true } as const;
    await finish(pool, worker, [result(first as Claimed, report, { mayHaveArrived: false })]);
    expect(await heldBy(pool, worker)).toEqual([]);
    const [second] = await take(worker, job, 1);
    expect(second).toMatchObject({ k: 2, repeat: false });
    expect((await readAttempts(pool, job, 0)).map((a) => a.interrupted)).toEqual([true]);
  });
});

describe("a COMMIT whose answer was lost", () => {
  /** A pool on which the first COMMIT is carried out but not answered, and the next `away` queries find no server. */
  const losing = (away: number): Pool => {
    const gone = () => Object.assign(new Error("Connection terminated unexpectedly"), { code: "ECONNRESET" });
    let misses = away;
    return {
      async connect() {
        const client = await pool.connect();
        const query = async (text: string, values?: unknown[]) => {
          const answer = await client.query(text, values);
          if (text === "COMMIT") throw gone();
          return answer;
        };
        return { query, release: () => client.release() };
      },
      async query(text: string, values?: unknown[]) {
        if (misses-- > 0) throw gone();
        return pool.query(text, values);
      },
    } as unknown as Pool;
  };

  it("is looked up once the database is back, however often the first looks fail", async () => {
    const answer = await accept(losing(3), order(2));
    expect(answer).toMatchObject({ ok: true, counted: 2 });
  });

  it("is an error when the transaction had not come to its COMMIT", async () => {
    const failing = losing(0);
    const broken = { ...failing, connect: () => Promise.reject(new Error("connection timeout")) } as unknown as Pool;
    await expect(accept(broken, order(1))).rejects.toThrow("connection timeout");
  });
});

describe("the simulated clock", () => {
  it("does not go back when the gateway restarts while a worker lives", async () => {
    const now = async () => (await pool.query<{ ms: number }>("SELECT sim_ms() AS ms")).rows[0]?.ms as number;
    const worker = await registerWorker(pool);
    // heard of lately, however long this test is halted
    await pool.query("UPDATE heartbeat SET at = wall_ms() + 3600000 WHERE worker_id = $1", [worker]);
    await changeClock(pool, { speed: 1000 });
    // ten seconds of wall time nobody wrote down, more than a house that was down may have shown
    await pool.query("UPDATE clock SET anchor_wall = anchor_wall - 10000");
    const before = await now();
    await startClock(pool, { simulated: true, speed: 1, unpaced: false });
    expect(await now()).toBeGreaterThanOrEqual(before);
  });
});
