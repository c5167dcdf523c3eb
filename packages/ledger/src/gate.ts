// Gates: pause, rate and concurrency limits of accounts and channels as ledger rows (DESIGN section 2, point 3).

import type { Client, Pool } from "./database.ts";
import { CHUNK_SIZE, inFlightChunks } from "./schema.ts";

/** Whether any gate is set; refreshed now and then, so that a house without limits pays nothing for them. */
export interface GateTable {
  active: boolean;
}

export async function refreshGates(pool: Pool, table: GateTable): Promise<void> {
  const { rows } = await pool.query<{ any: boolean }>("SELECT EXISTS (SELECT 1 FROM gate) AS any");
  table.active = rows[0]?.any ?? false;
}

interface Scoped {
  accountId: number;
  channel: string;
}

interface Gate {
  scope: string;
  paused: boolean;
  max_in_flight: number | null;
  rate_per_minute: number | null;
  tokens: number;
  filled_at: number;
  /** Simulated time of the look. */
  now: number;
}

function scopesOf(request: Scoped): string[] {
  return [`account:${request.accountId}`, `channel:${request.channel}`];
}

/**
 * Cuts each request to what its gates allow now. The gates stay locked until the transaction ends, so that two workers are never granted
 * the same place. What is in flight is counted from the recipients themselves.
 */
export async function grant<R extends Scoped & { count: number }>(
  client: Client,
  requests: R[],
): Promise<{ requests: R[]; gates: Gate[] }> {
  const scopes = [...new Set(requests.flatMap(scopesOf))].sort();
  const { rows: gates } = await client.query<Gate>(
    "SELECT g.*, sim_ms() AS now FROM gate g WHERE scope = ANY($1) ORDER BY scope FOR UPDATE",
    [scopes],
  );
  const left = new Map<string, number>();
  for (const gate of gates) left.set(gate.scope, await allowance(client, gate));
  const granted = requests.map((r) => {
    const mine = scopesOf(r).filter((s) => left.has(s));
    const count = Math.max(0, Math.min(r.count, ...mine.map((s) => left.get(s) as number)));
    for (const s of mine) left.set(s, (left.get(s) as number) - count);
    return { ...r, count };
  });
  return { requests: granted, gates };
}

/** Takes tokens for what was really claimed, in the transaction of the claim. */
export async function spend(client: Client, gates: Gate[], claimed: Scoped[]): Promise<void> {
  for (const gate of gates) {
    if (gate.rate_per_minute === null) continue;
    const used = claimed.filter((c) => scopesOf(c).includes(gate.scope)).length;
    await client.query("UPDATE gate SET tokens = $2, filled_at = $3 WHERE scope = $1", [
      gate.scope,
      filled(gate) - used,
      gate.now,
    ]);
  }
}

/** Tokens now: a bucket of one minute's worth, filled in simulated time. */
function filled(gate: Gate): number {
  const rate = gate.rate_per_minute as number;
  return Math.min(rate, gate.tokens + ((gate.now - gate.filled_at) / 60_000) * rate);
}

async function allowance(client: Client, gate: Gate): Promise<number> {
  if (gate.paused) return 0;
  const byRate = gate.rate_per_minute === null ? Number.POSITIVE_INFINITY : Math.floor(filled(gate));
  const byFlight =
    gate.max_in_flight === null ? Number.POSITIVE_INFINITY : gate.max_in_flight - (await inFlight(client, gate.scope));
  return Math.max(0, Math.min(byRate, byFlight));
}

async function inFlight(client: Client, scope: string): Promise<number> {
  const colon = scope.indexOf(":");
  const owner = scope.slice(0, colon) === "account" ? "account_id = $1::int" : "channel = $1";
  const { rows } = await client.query<{ count: number }>(
    /* sql */ `
    SELECT coalesce(sum(r.count), 0)::int AS count FROM ${inFlightChunks(owner)} c CROSS JOIN LATERAL (
      SELECT count(*) FROM recipient t
      WHERE t.job_id = c.job_id AND t.n >= c.chunk * ${CHUNK_SIZE} AND t.n < (c.chunk + 1) * ${CHUNK_SIZE} AND t.state = 'sending') r`,
    [scope.slice(colon + 1)],
  );
  return rows[0]?.count ?? 0;
}

/** Sets or clears the limits of a scope ("account:1", "channel:fax"); all undefined removes the gate. What it held back is looked at again within a second. */
export async function setGate(
  pool: Pool,
  scope: string,
  limits: { paused?: boolean; maxInFlight?: number; ratePerMinute?: number },
): Promise<void> {
  if (!limits.paused && limits.maxInFlight === undefined && limits.ratePerMinute === undefined) {
    await pool.query("DELETE FROM gate WHERE scope = $1", [scope]);
    return;
  }
  await pool.query(
    /* sql */ `
    INSERT INTO gate (scope, paused, max_in_flight, rate_per_minute, tokens, filled_at)
    VALUES ($1, $2, $3, $4, coalesce($4::double precision / 60, 0), sim_ms())
    ON CONFLICT (scope) DO UPDATE SET paused = $2, max_in_flight = $3, rate_per_minute = $4`,
    [scope, limits.paused ?? false, limits.maxInFlight ?? null, limits.ratePerMinute ?? null],
  );
}
