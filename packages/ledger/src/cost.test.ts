// What the statements of the hot path read, counted by PostgreSQL itself: as many rows as they are about, however large the tables are.
// All runs on one connection whose plans were made while the tables were nearly empty.

import type { JobOrder } from "@depesche/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { type Claimed, claim, heldBy } from "./claim.ts";
import { openPool, type Pool } from "./database.ts";
import { readEvents } from "./feed.ts";
import { finish } from "./finish.ts";
import { setGate } from "./gate.ts";
import { registerWorker, retireWorker } from "./reconcile.ts";
import { type ChunkRef, endRun, nextDueIn, takeDueChunks, takeOverdueChunks } from "./schedule.ts";
import { freshDatabase } from "./test-database.ts";

const MASS = 10_000;
const OTHERS = 1500;

let pool: Pool;
let drop: () => Promise<void>;
let one: Pool;
let account: number;
let worker: number;
let mass: number;

const order = (count: number): JobOrder => ({
  accountId: account,
  channel: "null",
  recipients: Array.from({ length: count }, (_, i) => ({ address: `a${i}`, reference: "" })),
  content: { documents: [] },
  options: {},
  priority: 5,
  pageCount: 1,
  face: "test",
});

async function accepted(count: number): Promise<number> {
  const answer = await accept(one, order(count));
  if (!answer.ok) throw new Error(answer.problem);
  return answer.jobId;
}

const take = (job: number, chunk: number, count: number, active = false) =>
  claim(one, worker, [{ job, chunk, accountId: account, channel: "null", count }], { active });

const told = (claimed: Claimed[]) =>
  finish(
    one,
    worker,
    claimed.map((c) => ({
      ...c,
      report: { outcome: "OK", cause: { code: "test", text: "test" } },
      next: { step: "final" },
    })),
  );

/** Rows that `act` made PostgreSQL read of each table. */
async function rowsRead(act: () => Promise<unknown>): Promise<Record<string, number>> {
  const read = async () => {
    await one.query("SELECT pg_stat_force_next_flush()");
    const { rows } = await one.query<{ name: string; rows: number }>(
      "SELECT relname AS name, (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint AS rows FROM pg_stat_user_tables",
    );
    return new Map(rows.map((r) => [r.name, r.rows]));
  };
  const before = await read();
  await act();
  const after = await read();
  return Object.fromEntries([...after].map(([name, rows]) => [name, rows - (before.get(name) ?? 0)]));
}

beforeAll(async () => {
  const made = await freshDatabase();
  ({ pool, drop } = made);
  one = openPool(made.url, 1);
  account = await putAccount(pool, { name: "Test" });
  worker = await registerWorker(pool);
  // plans are remembered while there is next to nothing
  const small = await accepted(20);
  for (let i = 0; i < 8; i++) {
    const refs = await takeDueChunks(one, "null", 10);
    await told(await take(small, 0, 2));
    for (const ref of refs) await endRun(one, ref, false);
    await nextDueIn(one, "null");
  }
  mass = await accepted(MASS);
  // On the one connection, too: what another has read it may tell seconds later, in the midst of a measurement.
  await one.query(
    /* sql */ `
    WITH j AS (
      INSERT INTO job (token, account_id, channel, face, priority, content, options, page_count, sim_accepted_at, due_at, counted, total)
      SELECT gen_random_uuid(), $1, 'sms', 'test', 5, '{}', '{}', 1, 0, 0, 1, 1 FROM generate_series(1, $2) RETURNING id),
    r AS (INSERT INTO recipient (job_id, n, address, reference, due_at) SELECT id, 0, 'a', '', 0 FROM j)
    INSERT INTO chunk (job_id, chunk, account_id, channel, priority, next_due, open) SELECT id, 0, $1, 'sms', 5, 0, 1 FROM j`,
    [account, OTHERS],
  );
});
afterAll(async () => {
  await one.end();
  await drop();
});

describe("beside a mass job and thousands of open ones", () => {
  it("a claim reads what it claims", async () => {
    const read = await rowsRead(() => take(mass, 3, 50));
    expect(read.recipient).toBeLessThan(250);
    expect(read).toMatchObject({ event: 0, attempt: 0 });
    expect((read.job ?? 0) + (read.chunk ?? 0)).toBeLessThan(20);
  });

  it("fifty results read fifty recipients", async () => {
    const claimed = await take(mass, 4, 50);
    const read = await rowsRead(() => told(claimed));
    expect(read.recipient).toBeLessThan(250);
    expect(read).toMatchObject({ event: 0, attempt: 0 });
    expect((read.job ?? 0) + (read.chunk ?? 0)).toBeLessThan(20);
  });

  it("the end of a run reads its chunk", async () => {
    const [ref] = (await takeDueChunks(one, "null", 8)).filter((c) => c.job === mass);
    const read = await rowsRead(() => endRun(one, ref as ChunkRef, false));
    expect(read.recipient).toBeLessThanOrEqual(200);
    expect(read).toMatchObject({ event: 0, attempt: 0 });
  });

  it("the next due time is one look, and the overdue are looked up by age", async () => {
    const read = await rowsRead(async () => {
      await nextDueIn(one, "sms");
      await takeOverdueChunks(one, "sms", 5000);
    });
    expect(read.chunk).toBeLessThan(20);
    expect(read).toMatchObject({ recipient: 0, event: 0 });
  });

  it("handing out reads the due chunks of its channel, no recipients", async () => {
    const read = await rowsRead(() => takeDueChunks(one, "sms", 10));
    expect(read.chunk).toBeLessThan(OTHERS * 1.2 + 100);
    expect(read).toMatchObject({ recipient: 0, event: 0, attempt: 0 });
  });

  it("a full window reads only what is out", async () => {
    const read = await rowsRead(() => takeDueChunks(one, "sms", 10));
    expect(read.chunk).toBeLessThan(30);
  });

  it("a limit on what is in flight counts only chunks that were handed out", async () => {
    await setGate(one, `account:${account}`, { maxInFlight: 1000 });
    const out = await one.query<{ count: number }>(
      "SELECT count(*) AS count FROM chunk WHERE open > 0 AND (dispatched_at IS NOT NULL OR generation > 1)",
    );
    const read = await rowsRead(() => take(mass, 5, 10, true));
    expect(read.recipient).toBeLessThan(200 * (out.rows[0]?.count ?? 0) + 250);
    expect(read.chunk).toBeLessThan(OTHERS * 1.2 + 150);
    await setGate(one, `account:${account}`, {});
  });

  it("accepting reads each refused recipient once: none is looked for among the others", async () => {
    const cause = { code: "number-invalid", text: "no number" };
    const refused = { outcome: "NORING", cause, counted: false } as const;
    const recipients = Array.from({ length: 1000 }, (_, i) => ({ address: `x${i}`, reference: "", refused }));
    const read = await rowsRead(() => accept(one, { ...order(0), recipients }));
    expect(read).toMatchObject({ recipient: 1000, event: 0, attempt: 0 });
  });

  it("the feed reads on from where it was", async () => {
    const read = await rowsRead(() => readEvents(one, 10, 20));
    expect(read.event).toBeLessThanOrEqual(20);
  });

  it("what a worker holds is found, and returned, without reading the jobs nobody has begun", async () => {
    const read = await rowsRead(async () => {
      await heldBy(one, worker);
      await retireWorker(one, worker);
    });
    expect(read.recipient).toBeLessThan(MASS);
    expect(read.event).toBeLessThan(10);
  });
});
