// Webhooks: who wants to hear what, and how far each has heard. Deliveries are a fold over the event log (the gateway's deliverer).

import type { Webhook } from "@depesche/ports";
import { record } from "./audit.ts";
import { type Pool, transaction } from "./database.ts";

/** Ids are 32-bit; what is larger is nobody's. */
const MOST_ID = 2 ** 31 - 1;

interface Row {
  id: number;
  account_id: number;
  url: string;
  types: string[];
  secret: string;
  cursor: number;
  failures: number;
  next_try_at: number;
}

const toHook = (r: Row): Webhook => ({
  id: r.id,
  accountId: r.account_id,
  url: r.url,
  types: r.types,
  cursor: r.cursor,
  failures: r.failures,
  nextTryAt: r.next_try_at,
});

export async function webhooksOf(pool: Pool, accountId: number): Promise<Webhook[]> {
  const { rows } = await pool.query<Row>("SELECT * FROM webhook WHERE account_id = $1 ORDER BY id", [accountId]);
  return rows.map(toHook);
}

/** A new hook hears what happens from now on. */
export async function addWebhook(
  pool: Pool,
  accountId: number,
  hook: { url: string; types: string[]; secret: string },
): Promise<Webhook> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<Row>(
      "INSERT INTO webhook (account_id, url, types, secret, cursor) SELECT $1, $2, $3, $4, seq FROM feed_head RETURNING *",
      [accountId, hook.url, hook.types, hook.secret],
    );
    const made = toHook(rows[0] as Row);
    const { id, url, types } = made;
    await record(client, { accountId, who: "account", what: "webhook.added", data: { id, url, types } });
    return made;
  });
}

export async function removeWebhook(pool: Pool, accountId: number, id: number): Promise<boolean> {
  if (!Number.isSafeInteger(id) || id > MOST_ID) return false;
  return transaction(pool, async (client) => {
    const { rowCount } = await client.query("DELETE FROM webhook WHERE account_id = $1 AND id = $2", [accountId, id]);
    if (!rowCount) return false;
    await record(client, { accountId, who: "account", what: "webhook.removed", data: { id } });
    return true;
  });
}

export async function allWebhooks(pool: Pool): Promise<(Webhook & { secret: string })[]> {
  const { rows } = await pool.query<Row>("SELECT * FROM webhook ORDER BY id");
  return rows.map((r) => ({ ...toHook(r), secret: r.secret }));
}

export async function webhookProgress(
  pool: Pool,
  id: number,
  progress: { cursor: number } | { failures: number; nextTryAt: number },
): Promise<void> {
  if ("cursor" in progress)
    await pool.query("UPDATE webhook SET cursor = $2, failures = 0, next_try_at = 0 WHERE id = $1", [
      id,
      progress.cursor,
    ]);
  else
    await pool.query("UPDATE webhook SET failures = $2, next_try_at = $3 WHERE id = $1", [
      id,
      progress.failures,
      progress.nextTryAt,
    ]);
}
