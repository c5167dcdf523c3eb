// Delivery states: what is told after the outcome, beside it (DESIGN section 3).

import type { Channel, DeliveryState } from "@depesche/core";
import { clean, type Pool, transaction } from "./database.ts";
import { appendEvents } from "./feed.ts";

/** States that end the story: a later "accepted" or "printed" that arrives out of order does not undo them. */
const RANK: Record<DeliveryState, number> = {
  accepted: 1,
  printed: 2,
  "handed-over": 3,
  "re-routed": 4,
  delivered: 5,
  undelivered: 5,
  bounced: 6,
  returned: 6,
  read: 7,
};

/** Notes a receipt; false when there is no such recipient or it tells nothing new. */
export async function noteDelivery(
  pool: Pool,
  report: { job: number; n: number; state: DeliveryState; detail?: string },
): Promise<boolean> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ delivery: DeliveryState | null; account_id: number; channel: Channel }>(
      `SELECT r.delivery, j.account_id, j.channel FROM recipient r JOIN job j ON j.id = r.job_id WHERE r.job_id = $1 AND r.n = $2 FOR UPDATE OF r`,
      [report.job, report.n],
    );
    const row = rows[0];
    if (!row) return false;
    if (row.delivery !== null && RANK[row.delivery] >= RANK[report.state]) return false;
    await client.query("UPDATE recipient SET delivery = $3, delivery_at = sim_ms() WHERE job_id = $1 AND n = $2", [
      report.job,
      report.n,
      report.state,
    ]);
    const detail = clean(report.detail);
    appendEvents(client, [
      {
        account: row.account_id,
        channel: row.channel,
        type: "delivery.changed",
        job: report.job,
        n: report.n,
        delivery: report.state,
        ...(detail === null ? {} : { data: { detail } }),
      },
    ]);
    return true;
  });
}

export async function findByCarrierId(
  pool: Pool,
  channel: Channel,
  carrierId: string,
): Promise<{ job: number; n: number } | undefined> {
  const { rows } = await pool.query<{ job_id: number; n: number }>(
    "SELECT a.job_id, a.n FROM attempt a JOIN job j ON j.id = a.job_id WHERE a.carrier_id = $1 AND j.channel = $2 LIMIT 1",
    [clean(carrierId), channel],
  );
  return rows[0] && { job: rows[0].job_id, n: rows[0].n };
}
