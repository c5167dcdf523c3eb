// Gates: pause, rate and concurrency limits of accounts, channels and trunks as ledger rows (DESIGN section 2, point 3).

import { type Pool, transaction } from "./database.ts";

/** Whether any gate is set; refreshed now and then, so that a house without limits pays nothing for them. */
export interface GateTable {
  active: boolean;
}

export async function refreshGates(pool: Pool, table: GateTable): Promise<void> {
  const { rows } = await pool.query<{ any: boolean }>("SELECT EXISTS (SELECT 1 FROM gate) AS any");
  table.active = rows[0]?.any ?? false;
}

interface Request {
  accountId: number;
  channel: string;
  count: number;
}

interface GateRow {
  scope: string;
  paused: boolean;
  max_in_flight: number | null;
  rate_per_minute: number | null;
  tokens: number;
  filled_at: number;
}

export function scopesOf(request: { accountId: number; channel: string }): string[] {
  return [`account:${request.accountId}`, `channel:${request.channel}`];
}

/** Cuts each request to what its gates allow now, and takes the tokens. What is in flight is counted from the recipients themselves. */
export async function grant<R extends Request>(pool: Pool, requests: R[], table: GateTable): Promise<R[]> {
  if (!table.active) return requests;
  return transaction(pool, async (client) => {
    const scopes = [...new Set(requests.flatMap(scopesOf))].sort();
    const { rows } = await client.query<GateRow & { now: number; flying: number }>(
      /* sql */ `
      SELECT g.*, sim_ms() AS now, (
        SELECT count(*) FROM recipient r JOIN job j ON j.id = r.job_id
        WHERE g.max_in_flight IS NOT NULL AND j.done_at IS NULL AND r.state = 'sending'
          AND (g.scope = 'account:' || j.account_id OR g.scope = 'channel:' || j.channel)) AS flying
      FROM gate g WHERE scope = ANY($1) ORDER BY scope FOR UPDATE OF g`,
      [scopes],
    );
    const left = new Map(rows.map((g) => [g.scope, allowance(g)]));
    const out = requests.map((r) => {
      const open = scopesOf(r).flatMap((s) => (left.has(s) ? [left.get(s) as number] : []));
      const count = Math.max(0, Math.min(r.count, ...open));
      for (const s of scopesOf(r)) if (left.has(s)) left.set(s, (left.get(s) as number) - count);
      return { ...r, count };
    });
    for (const g of rows) {
      if (g.rate_per_minute === null) continue;
      const used = allowance(g) - (left.get(g.scope) as number);
      await client.query("UPDATE gate SET tokens = $2, filled_at = $3 WHERE scope = $1", [
        g.scope,
        filled(g) - used,
        g.now,
      ]);
    }
    return out;
  });
}

/** Tokens now: a bucket of one minute's worth, filled in simulated time. */
function filled(g: GateRow & { now: number }): number {
  const rate = g.rate_per_minute as number;
  return Math.min(rate, g.tokens + ((g.now - g.filled_at) / 60_000) * rate);
}

function allowance(g: GateRow & { now: number; flying: number }): number {
  if (g.paused) return 0;
  const byRate = g.rate_per_minute === null ? Number.POSITIVE_INFINITY : Math.floor(filled(g));
  const byFlight = g.max_in_flight === null ? Number.POSITIVE_INFINITY : g.max_in_flight - g.flying;
  return Math.max(0, Math.min(byRate, byFlight));
}

/** Sets or clears the limits of a scope ("account:1", "channel:fax"); all undefined removes the gate. */
export async function setGate(
  pool: Pool,
  scope: string,
  limits: { paused?: boolean; maxInFlight?: number; ratePerMinute?: number },
): Promise<void> {
  if (!limits.paused && limits.maxInFlight === undefined && limits.ratePerMinute === undefined) {
    await pool.query("DELETE FROM gate WHERE scope = $1", [scope]);
  } else {
    await pool.query(
      /* sql */ `
      INSERT INTO gate (scope, paused, max_in_flight, rate_per_minute, tokens, filled_at)
      VALUES ($1, $2, $3, $4, coalesce($4::double precision / 60, 0), sim_ms())
      ON CONFLICT (scope) DO UPDATE SET paused = $2, max_in_flight = $3, rate_per_minute = $4`,
      [scope, limits.paused ?? false, limits.maxInFlight ?? null, limits.ratePerMinute ?? null],
    );
  }
  await pool.query("UPDATE chunk SET next_due = 0 WHERE open > 0 AND dispatched_at IS NULL AND next_due IS NULL");
  await pool.query("SELECT pg_notify('depesche_wake', '')");
}
