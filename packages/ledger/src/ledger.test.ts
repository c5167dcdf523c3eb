import { type JobOrder, nextStep, OUTCOMES, type Outcome } from "@depesche/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept, earlier } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { cancelJob, pauseJob } from "./cancel.ts";
import { type Claimed, claim } from "./claim.ts";
import { changeClock, readClock, startClock } from "./clock.ts";
import type { Pool } from "./database.ts";
import { lastSeq, readEvents } from "./feed.ts";
import { finish, type Result } from "./finish.ts";
import { setGate } from "./gate.ts";
import { readAttempts, readJob, readRecipients } from "./read.ts";
import { beat, newWatch, reconcile, registerWorker } from "./reconcile.ts";
import { endRun, nextDueIn, takeDueChunks, takeOverdueChunks } from "./schedule.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;
let account: number;
const noGates = { active: false };
const gated = { active: true };

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  account = await putAccount(pool, { name: "Test" });
});
afterAll(() => drop());

function order(count: number, more: Partial<JobOrder> = {}): JobOrder {
  return {
    accountId: account,
    channel: "null",
    recipients: Array.from({ length: count }, (_, i) => ({ address: `+49302312500${i % 10}`, reference: `r${i}` })),
    content: { documents: [] },
    options: {},
    priority: 5,
    pageCount: 1,
    face: "test",
    ...more,
  };
}

async function accepted(count: number, more: Partial<JobOrder> = {}): Promise<number> {
  const answer = await accept(pool, order(count, more));
  if (!answer.ok) throw new Error(answer.problem);
  return answer.jobId;
}

/** Claims as the run of a chunk that was handed out does. */
async function take(worker: number, job: number, chunk: number, count: number): Promise<Claimed[]> {
  await handedOut(job, chunk);
  return claim(pool, worker, [{ job, chunk, accountId: account, channel: "null", count }], noGates);
}
const handedOut = (job: number, chunk: number) =>
  pool.query("UPDATE chunk SET dispatched_at = coalesce(dispatched_at, wall_ms()) WHERE job_id = $1 AND chunk = $2", [
    job,
    chunk,
  ]);

function result(c: Claimed, outcome: Outcome, more: Partial<Result["report"]> = {}): Result {
  const report = { outcome, cause: { code: "test", text: "test" }, ...more };
  return {
    job: c.job,
    n: c.n,
    k: c.k,
    report,
    next: nextStep("fax", {}, c, report),
  };
}

describe("accept", () => {
  it("keeps every recipient in input order with its chunk, and says so in one event", async () => {
    const before = await lastSeq(pool);
    const job = await accepted(450);
    const rows = await readRecipients(pool, job, { from: 0, limit: 1000 });
    expect(rows.map((r) => r.reference)).toEqual(Array.from({ length: 450 }, (_, i) => `r${i}`));
    const chunks = await pool.query("SELECT chunk, open FROM chunk WHERE job_id = $1 ORDER BY chunk", [job]);
    expect(chunks.rows).toEqual([
      { chunk: 0, open: 200 },
      { chunk: 1, open: 200 },
      { chunk: 2, open: 50 },
    ]);
    const events = await readEvents(pool, before, 10);
    expect(events).toMatchObject([{ type: "job.accepted", job, data: { recipients: 450 } }]);
  });

  it("answers the same idempotency key with the first job, and refuses it for another request", async () => {
    const idempotency = { key: "k1", requestHash: "a", notices: ["Ein Hinweis"] };
    expect(await earlier(pool, account, idempotency)).toBeUndefined();
    const first = await accept(pool, order(1, { idempotency, pageCount: 3 }));
    const again = await accept(pool, order(1, { idempotency: { key: "k1", requestHash: "a" } }));
    const told = { pages: 3, counted: 1, notices: ["Ein Hinweis"], replayed: true };
    expect(await earlier(pool, account, idempotency)).toEqual({ ok: true, jobId: first.ok && first.jobId, ...told });
    expect(await earlier(pool, account, { ...idempotency, requestHash: "b" })).toMatchObject({ ok: false });
    expect(await earlier(pool, account + 1, idempotency)).toBeUndefined();
    const other = await accept(pool, order(1, { idempotency: { key: "k1", requestHash: "b" } }));
    expect(first).toMatchObject({ ok: true, replayed: false });
    expect(again).toMatchObject({ ok: true, ...told, jobId: first.ok && first.jobId });
    expect(other).toEqual({ ok: false, problem: "idempotency-conflict" });
  });

  it("lets ten simultaneous requests with one key make one job", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => accept(pool, order(3, { idempotency: { key: "k2", requestHash: "a" } }))),
    );
    expect(new Set(answers.map((a) => a.ok && a.jobId)).size).toBe(1);
    expect(answers.filter((a) => a.ok && !a.replayed)).toHaveLength(1);
  });

  it("recognises the same order within ten minutes and names the first job", async () => {
    const job = await accepted(1, { fingerprint: "f1" });
    expect(await accept(pool, order(1, { fingerprint: "f1" }))).toEqual({
      ok: false,
      problem: "duplicate",
      jobId: job,
    });
    const { anchorSim } = (await changeClock(pool, { setTo: Date.now() + 11 * 60_000 })) as { anchorSim: number };
    expect(anchorSim).toBeGreaterThan(Date.now());
    expect(await accept(pool, order(1, { fingerprint: "f1" }))).toMatchObject({ ok: true });
  });

  it("is done at once when every recipient is refused", async () => {
    const refused = { outcome: "BLACKLIST" as const, cause: { code: "blacklist", text: "blocked" }, counted: true };
    const job = await accepted(0, { recipients: [{ address: "x", reference: "", refused }] });
    expect(await readJob(pool, job)).toMatchObject({ state: "done", outcomes: { BLACKLIST: 1 }, total: 1, final: 1 });
  });

  it("takes texts with NUL and quotes without losing the job", async () => {
    const job = await accepted(0, {
      recipients: [{ address: "a\0b'\"", reference: "\u0000" }],
      content: { text: "x\0y", documents: [] },
    });
    expect((await readJob(pool, job))?.total).toBe(1);
  });
});

describe("claim and finish", () => {
  it("gives each recipient to one worker only, however many ask at once", async () => {
    const job = await accepted(100);
    const workers = await Promise.all([1, 2, 3, 4].map(() => registerWorker(pool)));
    const claimed = (await Promise.all(workers.flatMap((w) => [1, 2, 3].map(() => take(w, job, 0, 30))))).flat();
    const rest = await take(workers[0] as number, job, 0, 100);
    const all = [...claimed, ...rest].map((c) => c.n).sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it("counts outcomes, closes the job with its last result, and tells both in order", async () => {
    const w = await registerWorker(pool);
    const job = await accepted(3);
    const before = await lastSeq(pool);
    const claimed = await take(w, job, 0, 10);
    await finish(pool, w, [result(claimed[0] as Claimed, "OK"), result(claimed[1] as Claimed, "NOANSWER")]);
    expect(await readJob(pool, job)).toMatchObject({ state: "open", final: 2, outcomes: { OK: 1, NOANSWER: 1 } });
    await finish(pool, w, [result(claimed[2] as Claimed, "VOICE")]);
    expect(await readJob(pool, job)).toMatchObject({
      state: "done",
      final: 3,
      outcomes: { OK: 1, NOANSWER: 1, VOICE: 1 },
    });
    const events = await readEvents(pool, before, 100);
    expect(events.map((e) => e.type)).toEqual([
      "attempt.started",
      "attempt.started",
      "attempt.started",
      "attempt.ended",
      "attempt.ended",
      "attempt.ended",
      "job.done",
    ]);
    expect(events.map((e) => e.seq)).toEqual(Array.from({ length: 7 }, (_, i) => before + 1 + i));
  });

  it("stores every outcome of the closed list in its own counter", async () => {
    const w = await registerWorker(pool);
    const job = await accepted(OUTCOMES.length);
    const claimed = await take(w, job, 0, 20);
    await finish(
      pool,
      w,
      claimed.map((c, i) => ({ ...result(c, OUTCOMES[i] as Outcome), next: { step: "final" as const } })),
    );
    expect((await readJob(pool, job))?.outcomes).toEqual(Object.fromEntries(OUTCOMES.map((o) => [o, 1])));
  });

  it("redials BUSY after 1, 5 and 10 minutes of the simulated clock, then it is final", async () => {
    const w = await registerWorker(pool);
    const job = await accepted(1);
    const gaps: number[] = [];
    for (let dial = 1; dial <= 4; dial++) {
      const [c] = await take(w, job, 0, 1);
      await finish(pool, w, [result(c as Claimed, "BUSY")]);
      const [r] = await readRecipients(pool, job, { from: 0, limit: 1 });
      if (r?.state === "final") break;
      gaps.push(Math.round(((r?.dueAt as number) - (r?.sentAt as number)) / 60_000));
      expect(await take(w, job, 0, 1)).toEqual([]);
      await changeClock(pool, { setTo: (r?.dueAt as number) + 1 });
    }
    expect(gaps).toEqual([1, 5, 10]);
    expect(await readJob(pool, job)).toMatchObject({ state: "done", outcomes: { BUSY: 1 } });
    expect((await readAttempts(pool, job, 0)).map((a) => a.final)).toEqual([false, false, false, true]);
  });

  it("applies a result once, also when the same batch is written again after an ambiguous commit", async () => {
    const w = await registerWorker(pool);
    const job = await accepted(2);
    const claimed = await take(w, job, 0, 2);
    const batch = [result(claimed[0] as Claimed, "OK"), result(claimed[1] as Claimed, "BUSY")];
    const before = await lastSeq(pool);
    await finish(pool, w, batch);
    await finish(pool, w, batch);
    expect(await readJob(pool, job)).toMatchObject({ final: 1, outcomes: { OK: 1 } });
    expect((await readEvents(pool, before, 100)).map((e) => e.type)).toEqual(["attempt.ended", "attempt.ended"]);
  });

  it("ends a row that cannot be stored as SENDFAIL and keeps its neighbours", async () => {
    const w = await registerWorker(pool);
    const job = await accepted(2);
    const claimed = await take(w, job, 0, 2);
    await finish(pool, w, [result(claimed[0] as Claimed, "OK", { pages: 1e12 }), result(claimed[1] as Claimed, "OK")]);
    const rows = await readRecipients(pool, job, { from: 0, limit: 2 });
    expect(rows.map((r) => r.outcome)).toEqual(["SENDFAIL", "OK"]);
    expect(rows[0]?.cause?.code).toBe("result-not-storable");
  });

  it("claims only what is due, and nothing of a paused job until it is resumed", async () => {
    const w = await registerWorker(pool);
    const later = await accepted(1, { dueAt: Date.now() + 10 * 365 * 86_400_000 });
    expect(await take(w, later, 0, 1)).toEqual([]);
    const job = await accepted(1);
    expect(await pauseJob(pool, account, job, true)).toBe(true);
    expect(await take(w, job, 0, 1)).toEqual([]);
    await pauseJob(pool, account, job, false);
    expect(await take(w, job, 0, 1)).toHaveLength(1);
  });
});

describe("a worker that is gone", () => {
  it("is declared dead only after its counter stood still for a full lease, and its recipients go back marked as possible repeats", async () => {
    const w = await registerWorker(pool);
    const job = await accepted(2);
    const claimed = await take(w, job, 0, 1);
    const watch = newWatch(0);
    expect((await reconcile(pool, watch, 1000, 10_000)).dead).toBe(0);
    await beat(pool, w);
    for (let t = 2000; t <= 11_000; t += 1000) {
      const { rows } = await pool.query("SELECT worker_id FROM heartbeat WHERE worker_id <> $1", [w]);
      for (const r of rows) await beat(pool, r.worker_id);
      expect((await reconcile(pool, watch, t, 10_000)).dead).toBe(0);
    }
    for (const r of (await pool.query("SELECT worker_id FROM heartbeat WHERE worker_id <> $1", [w])).rows)
      await beat(pool, r.worker_id);
    expect(await reconcile(pool, watch, 12_000, 10_000)).toEqual({ dead: 1, returned: 1 });
    expect(await beat(pool, w)).toBe(false);
    expect(await take(w, job, 0, 5)).toEqual([]);
    const other = await registerWorker(pool);
    const again = await take(other, job, 0, 5);
    expect(again.map((c) => [c.n, c.k, c.repeat])).toEqual([
      [claimed[0]?.n, 2, true],
      [1, 1, false],
    ]);
  });

  it("is not judged by a reconciler whose own tick was late", async () => {
    const w = await registerWorker(pool);
    const watch = newWatch(0);
    await reconcile(pool, watch, 1000, 10_000);
    expect((await reconcile(pool, watch, 60_000, 10_000)).dead).toBe(0);
    await pool.query("UPDATE worker SET state = 'stopped' WHERE id = $1", [w]);
  });

  it("may still tell the result of an attempt that nobody repeated; after a repeat it is logged, not applied", async () => {
    const w = await registerWorker(pool);
    const job = await accepted(2);
    const claimed = await take(w, job, 0, 2);
    const watch = newWatch(0);
    await reconcile(pool, watch, 0, 10);
    for (const r of (await pool.query("SELECT worker_id FROM heartbeat WHERE worker_id <> $1", [w])).rows)
      await beat(pool, r.worker_id);
    await reconcile(pool, { ...watch, lastTick: 20 }, 20, 10);
    const before = await lastSeq(pool);
    const other = await registerWorker(pool);
    const [again] = await take(other, job, 0, 1);
    expect(again).toMatchObject({ n: 0, k: 2, repeat: true });
    await finish(pool, w, [result(claimed[0] as Claimed, "OK"), result(claimed[1] as Claimed, "OK")]);
    const rows = await readRecipients(pool, job, { from: 0, limit: 2 });
    expect(rows.map((r) => r.state)).toEqual(["sending", "final"]);
    const late = (await readEvents(pool, before, 100)).filter((e) => e.type === "attempt.late");
    expect(late).toMatchObject([{ job, recipient: 0, attempt: 1, outcome: "OK" }]);
    await finish(pool, other, [result(again as Claimed, "OK")]);
    expect(await readJob(pool, job)).toMatchObject({ state: "done", outcomes: { OK: 2 } });
  });
});

describe("cancel", () => {
  it("ends the queued at once, lets what is in flight finish, and turns its retries into CANCELLED", async () => {
    const w = await registerWorker(pool);
    const job = await accepted(5);
    const claimed = await take(w, job, 0, 2);
    expect(await cancelJob(pool, account, job)).toEqual({ found: true, cancelled: 3, inFlight: 2 });
    expect(await take(w, job, 0, 5)).toEqual([]);
    await finish(pool, w, [result(claimed[0] as Claimed, "OK"), result(claimed[1] as Claimed, "BUSY")]);
    expect(await readJob(pool, job)).toMatchObject({
      state: "done",
      outcomes: { OK: 1, CANCELLED: 4 },
      cancelled: true,
    });
  });

  it("never touches a foreign job and changes nothing in a finished one", async () => {
    const job = await accepted(1);
    expect(await cancelJob(pool, account + 1, job)).toEqual({ found: false, cancelled: 0, inFlight: 0 });
    await cancelJob(pool, account, job);
    expect(await cancelJob(pool, account, job)).toEqual({ found: true, cancelled: 0, inFlight: 0 });
    expect((await readJob(pool, job))?.outcomes).toEqual({ CANCELLED: 1 });
  });

  it("agrees with claims and results that run against it, whatever the order", async () => {
    const w = await registerWorker(pool);
    for (let round = 0; round < 5; round++) {
      const job = await accepted(200);
      const first = await take(w, job, 0, 50);
      const [more] = await Promise.all([
        take(w, job, 0, 100),
        finish(
          pool,
          w,
          first.map((c, i) => result(c, i % 2 ? "OK" : "BUSY")),
        ),
        cancelJob(pool, account, job),
      ]);
      await finish(
        pool,
        w,
        more.map((c) => result(c, "BUSY")),
      );
      const rows = await readRecipients(pool, job, { from: 0, limit: 200 });
      expect(rows.filter((r) => r.state !== "final")).toEqual([]);
      expect(await readJob(pool, job)).toMatchObject({ state: "done", final: 200 });
      const { rows: chunks } = await pool.query("SELECT open FROM chunk WHERE job_id = $1", [job]);
      expect(chunks).toEqual([{ open: 0 }]);
    }
  });
});

describe("the schedule's outbox", () => {
  it("hands out due chunks in turns by account, urgent first, no more than the window, and again when a run is overdue", async () => {
    await pool.query("UPDATE worker SET state = 'stopped'");
    const big = await accepted(1000, { channel: "letter" });
    const second = await putAccount(pool, { name: "Second" });
    const small = await accepted(1, { channel: "letter", accountId: second });
    const urgent = await accepted(1, { channel: "letter", priority: 0 });
    const first = await takeDueChunks(pool, "letter", 3);
    const rest = await takeDueChunks(pool, "letter", 3);
    expect(first.map((c) => c.job).sort()).toEqual([big, small, urgent].sort());
    expect(rest).toEqual([]);
    const overtaking = await accepted(1, { channel: "letter", priority: 1 });
    expect((await takeDueChunks(pool, "letter", 3)).map((c) => c.job)).toEqual([overtaking]);
    await endRun(pool, first.find((c) => c.job === small) as never, false);
    expect((await takeOverdueChunks(pool, "letter", -1)).map((c) => c.generation)).toEqual([1, 1, 1]);
  });

  it("has a window for each worker that lives, so that those who join find work beside the runs that wait for busy lines", async () => {
    await pool.query("UPDATE worker SET state = 'stopped'");
    await Promise.all(Array.from({ length: 5 }, () => accepted(1, { channel: "sms" })));
    await registerWorker(pool);
    expect(await takeDueChunks(pool, "sms", 2)).toHaveLength(2);
    expect(await takeDueChunks(pool, "sms", 2)).toHaveLength(0);
    await registerWorker(pool);
    expect(await takeDueChunks(pool, "sms", 2)).toHaveLength(2);
    expect(await takeDueChunks(pool, "sms", 2)).toHaveLength(0);
  });

  it("plans the next generation for when the next recipient is due, and ignores an older run", async () => {
    const w = await registerWorker(pool);
    const job = await accepted(2, { channel: "mail" });
    const [ref] = await takeDueChunks(pool, "mail", 10);
    const claimed = await take(w, job, 0, 2);
    await finish(pool, w, [result(claimed[0] as Claimed, "OK"), result(claimed[1] as Claimed, "BUSY")]);
    await endRun(pool, ref as never, false);
    const wait = (await nextDueIn(pool, "mail")) as number;
    expect(wait).toBeGreaterThan(30_000);
    expect(wait).toBeLessThanOrEqual(60_000);
    await endRun(pool, ref as never, false);
    const { rows } = await pool.query("SELECT generation FROM chunk WHERE job_id = $1", [job]);
    expect(rows).toEqual([{ generation: 2 }]);
  });
});

describe("gates", () => {
  it("let a paused account claim nothing and a limited one no more than its share in flight", async () => {
    const w = await registerWorker(pool);
    const owner = await putAccount(pool, { name: "Gated" });
    const job = await accepted(10, { accountId: owner });
    await handedOut(job, 0);
    const ask = (count: number) => claim(pool, w, [{ job, chunk: 0, accountId: owner, channel: "null", count }], gated);
    await setGate(pool, `account:${owner}`, { paused: true });
    expect(await ask(5)).toEqual([]);
    await setGate(pool, `account:${owner}`, { maxInFlight: 3 });
    const some = await ask(5);
    expect(some).toHaveLength(3);
    expect(await ask(5)).toEqual([]);
    await finish(pool, w, [result(some[0] as Claimed, "OK")]);
    expect(await ask(5)).toHaveLength(1);
    await setGate(pool, `account:${owner}`, {});
  });

  it("let a rate through per simulated minute", async () => {
    const w = await registerWorker(pool);
    const owner = await putAccount(pool, { name: "Rated" });
    const job = await accepted(100, { accountId: owner });
    await setGate(pool, `account:${owner}`, { ratePerMinute: 10 });
    const ask = () => claim(pool, w, [{ job, chunk: 0, accountId: owner, channel: "null", count: 50 }], gated);
    await ask();
    const { rows } = await pool.query("SELECT sim_ms() AS ms");
    await changeClock(pool, { setTo: rows[0].ms + 60_000 });
    expect((await ask()).length).toBe(10);
  });
});

describe("the simulated clock", () => {
  it("never goes back, keeps its time over a change of speed, and goes on from where it was after a restart", async () => {
    const now = (await pool.query("SELECT sim_ms() AS ms")).rows[0].ms as number;
    expect(await changeClock(pool, { setTo: now - 60_000 })).toBeUndefined();
    expect(await changeClock(pool, { speed: 1001 })).toBeUndefined();
    const far = now + 86_400_000;
    await changeClock(pool, { setTo: far, speed: 1 });
    await startClock(pool, { simulated: true, speed: 1, unpaced: false });
    const after = (await pool.query("SELECT sim_ms() AS ms")).rows[0].ms as number;
    expect(after).toBeGreaterThanOrEqual(far);
    expect(after).toBeLessThan(far + 60_000);
    expect((await readClock(pool)).speed).toBe(1);
  });
});

describe("the feed", () => {
  it("shows a reader that resumes every event exactly once, in order of commit, while many write", async () => {
    const w = await registerWorker(pool);
    const start = await lastSeq(pool);
    const jobs = await Promise.all([1, 2, 3, 4].map(() => accepted(200)));
    const seen: number[] = [];
    let writing = true;
    const reader = (async () => {
      for (let last = start; ; ) {
        const events = await readEvents(pool, last, 50);
        for (const e of events) seen.push(e.seq);
        last = events.at(-1)?.seq ?? last;
        if (events.length === 0 && !writing) return;
      }
    })();
    await Promise.all(
      jobs.map(async (job) => {
        for (;;) {
          const claimed = await take(w, job, 0, 7);
          if (claimed.length === 0) return;
          await finish(
            pool,
            w,
            claimed.map((c) => result(c, "OK")),
          );
        }
      }),
    );
    writing = false;
    await reader;
    const head = await lastSeq(pool);
    expect(seen.at(0)).toBeGreaterThan(start);
    expect(seen.at(-1)).toBe(head);
    expect(seen).toEqual(Array.from({ length: head - (seen[0] as number) + 1 }, (_, i) => (seen[0] as number) + i));
    for (const job of jobs) expect(await readJob(pool, job)).toMatchObject({ state: "done" });
  });
});
