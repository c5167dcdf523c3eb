// Cancel, pause and resume of a job (DESIGN section 2, point 5).

import { record } from "./audit.ts";
import { type Pool, transaction } from "./database.ts";
import { appendEvents, notifyAtCommit } from "./feed.ts";
import { CHUNK_SIZE, SIM_NOW } from "./schema.ts";

/** Queued recipients end CANCELLED at once, in one UPDATE; what is in flight finishes, and any result that is not final becomes CANCELLED. */
export async function cancelJob(
  pool: Pool,
  accountId: number,
  jobId: number,
): Promise<{ found: boolean; cancelled: number; inFlight: number }> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ channel: string; done_at: number | null }>(
      "UPDATE job SET cancelled_at = coalesce(cancelled_at, sim_ms()) WHERE id = $1 AND account_id = $2 AND done_at IS NULL RETURNING channel, done_at",
      [jobId, accountId],
    );
    const job = rows[0];
    if (!job) {
      const { rowCount } = await client.query("SELECT 1 FROM job WHERE id = $1 AND account_id = $2", [
        jobId,
        accountId,
      ]);
      return { found: rowCount === 1, cancelled: 0, inFlight: 0 };
    }
    await record(client, { accountId, who: "account", what: "job.cancelled", data: { job: jobId } });
    const { rows: after } = await client.query<{ cancelled: number; left: number }>(CANCEL, [jobId]);
    notifyAtCommit(client, "depesche_feed");
    return { found: true, cancelled: after[0]?.cancelled ?? 0, inFlight: after[0]?.left ?? 0 };
  });
}

// Locks as in FINISH: the job (by the statement before), recipients, chunks, feed_head.
const CANCEL = /* sql */ `
WITH now AS MATERIALIZED (SELECT ${SIM_NOW} AS ms),
ended AS (
  UPDATE recipient SET state = 'final', outcome = 'CANCELLED', due_at = NULL, cause_code = 'cancelled', cause_text = 'cancelled by the customer',
    sent_at = now.ms
  FROM now WHERE job_id = $1 AND state IN ('queued', 'retry') RETURNING n),
planned AS (
  UPDATE chunk c SET open = c.open - e.count FROM (SELECT n / ${CHUNK_SIZE} AS chunk, count(*) AS count FROM ended GROUP BY 1) e
  WHERE c.job_id = $1 AND c.chunk = e.chunk RETURNING 1),
counted AS (
  UPDATE job SET final = job.final + e.count, cancelled = job.cancelled + e.count,
    done_at = CASE WHEN job.final + e.count = job.total THEN now.ms END
  FROM (SELECT count(*) AS count FROM ended) e, now WHERE job.id = $1
  RETURNING job.account_id, job.channel, e.count AS cancelled, job.total - job.final AS "left", (job.done_at IS NOT NULL)::int AS closed),
head AS (
  UPDATE feed_head SET seq = seq + 1 + c.cancelled + c.closed FROM counted c WHERE (SELECT count(*) FROM planned) >= 0
  RETURNING seq - 1 - c.cancelled - c.closed AS base, c.*),
told AS (
  INSERT INTO event (seq, sim_at, account_id, channel, type, job_id, data)
  SELECT base + 1, now.ms, account_id, channel, 'job.cancelled', $1, jsonb_build_object('recipients', cancelled) FROM head, now
  UNION ALL
  SELECT base + 2 + cancelled, now.ms, account_id, channel, 'job.done', $1, NULL FROM head, now WHERE closed = 1),
each AS (
  INSERT INTO event (seq, sim_at, account_id, channel, type, job_id, n, outcome, final)
  SELECT base + 1 + row_number() OVER (ORDER BY e.n), now.ms, account_id, channel, 'recipient.final', $1, e.n, 'CANCELLED', true
  FROM ended e, head, now)
SELECT cancelled, "left" FROM counted`;

/** A paused job keeps its place; nothing new is claimed. False: no such open job. */
export async function pauseJob(pool: Pool, accountId: number, jobId: number, paused: boolean): Promise<boolean> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ channel: string }>(
      "UPDATE job SET paused = $3 WHERE id = $1 AND account_id = $2 AND done_at IS NULL RETURNING channel",
      [jobId, accountId, paused],
    );
    if (!rows[0]) return false;
    if (!paused) {
      await client.query(
        "UPDATE chunk SET next_due = least(coalesce(next_due, sim_ms()), sim_ms()) WHERE job_id = $1 AND open > 0",
        [jobId],
      );
      notifyAtCommit(client, "depesche_wake");
    }
    await record(client, {
      accountId,
      who: "account",
      what: paused ? "job.paused" : "job.resumed",
      data: { job: jobId },
    });
    appendEvents(client, [
      { account: accountId, channel: rows[0].channel, type: paused ? "job.paused" : "job.resumed", job: jobId },
    ]);
    return true;
  });
}
