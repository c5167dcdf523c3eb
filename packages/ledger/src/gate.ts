// Gates: pause, rate and concurrency limits of accounts, channels and destinations as ledger rows (DESIGN section 2, point 3).

import type { Limits } from "@depesche/ports";
import { record } from "./audit.ts";
import { type Client, type Pool, transaction } from "./database.ts";
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

/** Addresses of a LIKE pattern, of which so many may be claimed now. */
export interface Destination {
  pattern: string;
  places: number;
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

const DESTINATION = "destination:";

/** What a destination covers: numbers that begin with its digits ("+4930"), or the mail addresses of its domain ("@ok.example"). */
function patternOf(scope: string): string {
  const text = scope.slice(DESTINATION.length).replace(/[\\%_]/g, "\\$&");
  return text.startsWith("@") ? `%${text}` : `${text}%`;
}

function covers(scope: string, { address, ...scoped }: Scoped & { address: string }): boolean {
  if (!scope.startsWith(DESTINATION)) return scopesOf(scoped).includes(scope);
  const text = scope.slice(DESTINATION.length);
  return text.startsWith("@") ? address.endsWith(text) : address.startsWith(text);
}

/**
 * Cuts each request to what its gates allow now. The gates stay locked until the transaction ends, so that two workers are never granted
 * the same place. What is in flight is counted from the recipients themselves.
 */
export async function grant<R extends Scoped & { count: number }>(
  client: Client,
  requests: R[],
): Promise<{ requests: R[]; gates: Gate[]; destinations: Destination[] }> {
  const scopes = [...new Set(requests.flatMap(scopesOf))].sort();
  const { rows: gates } = await client.query<Gate>(
    "SELECT g.*, sim_ms() AS now FROM gate g WHERE scope = ANY($1) OR starts_with(scope, $2) ORDER BY scope FOR UPDATE",
    [scopes, DESTINATION],
  );
  const left = new Map<string, number>();
  for (const gate of gates) left.set(gate.scope, await allowance(client, gate));
  const granted = requests.map((r) => {
    const mine = scopesOf(r).filter((s) => left.has(s));
    const count = Math.max(0, Math.min(r.count, ...mine.map((s) => left.get(s) as number)));
    for (const s of mine) left.set(s, (left.get(s) as number) - count);
    return { ...r, count };
  });
  const destinations = gates
    .filter(({ scope }) => scope.startsWith(DESTINATION))
    .map(({ scope }) => ({ pattern: patternOf(scope), places: left.get(scope) as number }))
    .filter(({ places }) => Number.isFinite(places));
  return { requests: granted, gates, destinations };
}

/** Takes tokens for what was really claimed, in the transaction of the claim. */
export async function spend(client: Client, gates: Gate[], claimed: (Scoped & { address: string })[]): Promise<void> {
  for (const gate of gates) {
    if (gate.rate_per_minute === null) continue;
    const used = claimed.filter((c) => covers(gate.scope, c)).length;
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
  const kind = scope.slice(0, colon + 1);
  const owner = { "account:": "account_id = $1::int", "channel:": "channel = $1" }[kind];
  const address = kind === DESTINATION ? "t.address LIKE $1" : "true";
  const { rows } = await client.query<{ count: number }>(
    /* sql */ `
    SELECT coalesce(sum(r.count), 0)::int AS count FROM ${inFlightChunks(owner ?? "true")} c CROSS JOIN LATERAL (
      SELECT count(*) FROM recipient t
      WHERE t.job_id = c.job_id AND t.n >= c.chunk * ${CHUNK_SIZE} AND t.n < (c.chunk + 1) * ${CHUNK_SIZE} AND t.state = 'sending' AND ${address}) r`,
    [kind === DESTINATION ? patternOf(scope) : scope.slice(colon + 1)],
  );
  return rows[0]?.count ?? 0;
}

/**
 * Sets the limits of a scope ("account:1", "channel:fax", "destination:+4930", "destination:@ok.example"); no limits at all remove the
 * gate. What it held back is looked at again within a second. `accountId`: who asked, 0 for the house.
 */
export async function setGate(pool: Pool, scope: string, limits: Limits, accountId = 0): Promise<void> {
  const { paused = false, maxInFlight = null, ratePerMinute = null } = limits;
  await transaction(pool, async (client) => {
    if (!paused && maxInFlight === null && ratePerMinute === null)
      await client.query("DELETE FROM gate WHERE scope = $1", [scope]);
    else
      await client.query(
        /* sql */ `
        INSERT INTO gate (scope, paused, max_in_flight, rate_per_minute, tokens, filled_at)
        VALUES ($1, $2, $3, $4, coalesce($4::double precision / 60, 0), sim_ms())
        ON CONFLICT (scope) DO UPDATE SET paused = $2, max_in_flight = $3, rate_per_minute = $4`,
        [scope, paused, maxInFlight, ratePerMinute],
      );
    await record(client, { accountId, who: "account", what: "limits.set", data: { scope, ...limits } });
  });
}

/** All gates with their limits. */
export async function readGates(pool: Pool): Promise<(Limits & { scope: string })[]> {
  const { rows } = await pool.query<Pick<Gate, "scope" | "paused" | "max_in_flight" | "rate_per_minute">>(
    "SELECT scope, paused, max_in_flight, rate_per_minute FROM gate ORDER BY scope",
  );
  return rows.map(({ scope, paused, max_in_flight, rate_per_minute }) => ({
    scope,
    paused,
    ...(max_in_flight === null ? {} : { maxInFlight: max_in_flight }),
    ...(rate_per_minute === null ? {} : { ratePerMinute: rate_per_minute }),
  }));
}
