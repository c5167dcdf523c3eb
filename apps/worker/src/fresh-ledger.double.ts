// For tests only: a ledger of its own on the server the test run brought up.

import { randomBytes } from "node:crypto";
import type { Channel, JobOrder } from "@depesche/core";
import { accept, type ChunkRef, migrate, openPool, type Pool, putAccount } from "@depesche/ledger";

export interface FreshLedger {
  pool: Pool;
  account: number;
  /** A job, of the null channel unless told otherwise, whose first chunk is handed out. */
  accepted(count: number, more?: { channel?: Channel; priority?: number; handedOut?: boolean }): Promise<ChunkRef>;
  drop(): Promise<void>;
}

export async function freshLedger(): Promise<FreshLedger> {
  const base = process.env.DEPESCHE_TEST_DATABASE;
  if (!base) throw new Error("DEPESCHE_TEST_DATABASE is not set: the test run's setup did not start PostgreSQL");
  const name = `worker_${randomBytes(6).toString("hex")}`;
  const admin = openPool(base, 1);
  await admin.query(`CREATE DATABASE ${name}`);
  const pool = openPool(Object.assign(new URL(base), { pathname: `/${name}` }).href);
  await migrate(pool);
  const account = await putAccount(pool, { name: "Test" });
  return {
    pool,
    account,
    async accepted(count, { channel = "null", priority = 5, handedOut = true } = {}) {
      const recipients = Array.from({ length: count }, (_, i) => ({ address: `a${i}`, reference: "" }));
      const order: JobOrder = {
        accountId: account,
        channel,
        content: { documents: [] },
        options: {},
        pageCount: 1,
        recipients,
        priority,
        face: "test",
      };
      const answer = await accept(pool, order);
      if (!answer.ok) throw new Error(answer.problem);
      if (handedOut) await pool.query("UPDATE chunk SET dispatched_at = wall_ms() WHERE job_id = $1", [answer.jobId]);
      const chunk = { job: answer.jobId, chunk: 0, generation: 1, accountId: account };
      return { ...chunk, channel, priority, open: count };
    },
    async drop() {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
