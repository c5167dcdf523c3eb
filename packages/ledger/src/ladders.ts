// Records of calls (DESIGN section 2, "By-products are bounded"): every failure and the latest successes, of calls out and in, and those
// of calls that are still on the line. Never part of a result's commit: a record that is lost loses nothing else.

import type { LiveRecord } from "@depesche/ports";
import type { Client, Pool } from "./database.ts";

interface AttemptId {
  job: number;
  n: number;
  k: number;
}

/** Keeps an attempt's ladder: every failure, and the latest 1,000 successes. */
export async function keepLadder(pool: Pool, key: AttemptId, ok: boolean, bytes: Uint8Array): Promise<void> {
  await pool.query(
    "INSERT INTO ladder (job_id, n, k, ok, bytes) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (job_id, n, k) DO UPDATE SET ok = $4, bytes = $5",
    [key.job, key.n, key.k, ok, bytes],
  );
}

/** Lets go of successes and of calls without a fax beyond the latest `keep` of each, and of records of calls that nobody holds any more. */
export async function trimLadders(pool: Pool, keep = 1000): Promise<void> {
  for (const table of ["ladder", "inbound_ladder"])
    await pool.query(
      `DELETE FROM ${table} WHERE ok AND seq <= (SELECT seq FROM ${table} WHERE ok ORDER BY seq DESC OFFSET $1 LIMIT 1)`,
      [keep],
    );
  await pool.query(
    "DELETE FROM missed_call WHERE id <= (SELECT id FROM missed_call ORDER BY id DESC OFFSET $1 LIMIT 1)",
    [keep],
  );
  await pool.query(`DELETE FROM live_ladder l WHERE NOT EXISTS (SELECT 1 FROM recipient t WHERE ${HELD})`);
}

export async function readLadder(pool: Pool, jobId: number, n: number, k: number): Promise<Uint8Array | undefined> {
  const { rows } = await pool.query<{ bytes: Uint8Array }>(
    "SELECT bytes FROM ladder WHERE job_id = $1 AND n = $2 AND k = $3",
    [jobId, n, k],
  );
  return rows[0]?.bytes;
}

/** The worker that left the record still holds the recipient for this very attempt. */
const HELD =
  "t.job_id = l.job_id AND t.n = l.n AND t.attempts = l.k AND t.incarnation = l.incarnation AND t.state = 'sending'";

/** Keeps what is known of a call that is on the line; the newest record of an attempt stands. */
export async function keepLiveLadder(
  pool: Pool,
  incarnation: number,
  key: AttemptId,
  record: LiveRecord,
): Promise<void> {
  await pool.query(
    /* sql */ `
    INSERT INTO live_ladder (job_id, n, k, incarnation, connected_at, bytes) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (job_id, n, k) DO UPDATE SET incarnation = $4, connected_at = $5, bytes = $6`,
    [key.job, key.n, key.k, incarnation, Math.round(record.connectedAt), record.ladder],
  );
}

/** The call is over. */
export async function dropLiveLadder(pool: Pool, key: AttemptId): Promise<void> {
  await pool.query("DELETE FROM live_ladder WHERE job_id = $1 AND n = $2 AND k = $3", [key.job, key.n, key.k]);
}

/** Calls that a worker left on the line when it went: what is known of them is all there will be. */
export async function keepLaddersOfTheGone(client: Client, incarnation: number): Promise<void> {
  await client.query(
    /* sql */ `
    INSERT INTO ladder (job_id, n, k, ok, bytes)
    SELECT l.job_id, l.n, l.k, false, l.bytes FROM live_ladder l JOIN recipient t ON ${HELD} WHERE l.incarnation = $1
    ON CONFLICT DO NOTHING`,
    [incarnation],
  );
}

/** The record of a call that is on the line; undefined once its attempt has ended, or was given to somebody else. */
export async function readLiveLadder(pool: Pool, jobId: number, n: number, k: number): Promise<LiveRecord | undefined> {
  const { rows } = await pool.query<{ bytes: Uint8Array; connected_at: number }>(
    `SELECT l.bytes, l.connected_at FROM live_ladder l JOIN recipient t ON ${HELD} WHERE l.job_id = $1 AND l.n = $2 AND l.k = $3`,
    [jobId, n, k],
  );
  return rows[0] && { ladder: rows[0].bytes, connectedAt: rows[0].connected_at };
}

/** Keeps the ladder of a call that came in, beside its fax; a call that brought none has no place for one. */
export async function keepInboundLadder(pool: Pool, callId: string, ok: boolean, bytes: Uint8Array): Promise<void> {
  await pool.query(
    /* sql */ `
    INSERT INTO inbound_ladder (inbound_id, ok, bytes) SELECT id, $2, $3 FROM inbound WHERE call_id = $1 AND state <> 'deleted'
    ON CONFLICT (inbound_id) DO UPDATE SET ok = $2, bytes = $3`,
    [callId, ok, bytes],
  );
}

export async function readInboundLadder(pool: Pool, id: number): Promise<Uint8Array | undefined> {
  const { rows } = await pool.query<{ bytes: Uint8Array }>("SELECT bytes FROM inbound_ladder WHERE inbound_id = $1", [
    id,
  ]);
  return rows[0]?.bytes;
}
