// Cancel, pause and resume of a job (DESIGN section 2, point 5).

import { type Pool, transaction } from "./database.ts";
import { appendEvents, type NewEvent } from "./feed.ts";
import { CHUNK_SIZE } from "./schema.ts";

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
    const { rows: ended } = await client.query<{ n: number }>(
      /* sql */ `
      UPDATE recipient SET state = 'final', outcome = 'CANCELLED', due_at = NULL, cause_code = 'cancelled', cause_text = 'cancelled by the customer',
        sent_at = sim_ms()
      WHERE job_id = $1 AND state IN ('queued', 'retry') RETURNING n`,
      [jobId],
    );
    await client.query(
      /* sql */ `
      UPDATE chunk c SET open = c.open - e.count FROM (
        SELECT n / ${CHUNK_SIZE} AS chunk, count(*) AS count FROM unnest($2::int[]) AS n GROUP BY 1) e
      WHERE c.job_id = $1 AND c.chunk = e.chunk`,
      [jobId, ended.map((e) => e.n)],
    );
    const { rows: after } = await client.query<{ closed: boolean; left: number }>(
      /* sql */ `
      UPDATE job SET final = final + $2, cancelled = cancelled + $2, done_at = CASE WHEN final + $2 = total THEN sim_ms() END
      WHERE id = $1 RETURNING done_at IS NOT NULL AS closed, total - final AS left`,
      [jobId, ended.length],
    );
    const about = { account: accountId, channel: job.channel, job: jobId };
    const events: NewEvent[] = [{ ...about, type: "job.cancelled", data: { recipients: ended.length } }];
    for (const { n } of ended) events.push({ ...about, type: "recipient.final", n, outcome: "CANCELLED", final: true });
    if (after[0]?.closed) events.push({ ...about, type: "job.done" });
    await appendEvents(client, events);
    await client.query("SELECT pg_notify('depesche_cancel', $1)", [String(jobId)]);
    return { found: true, cancelled: ended.length, inFlight: after[0]?.left ?? 0 };
  });
}

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
      await client.query("SELECT pg_notify('depesche_wake', '')");
    }
    await appendEvents(client, [
      { account: accountId, channel: rows[0].channel, type: paused ? "job.paused" : "job.resumed", job: jobId },
    ]);
    return true;
  });
}
