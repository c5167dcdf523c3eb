// Claim: recipients move to "sending" just before the first bit goes out (DESIGN section 2, point 3).

import { type Client, type Pool, transaction } from "./database.ts";
import { type Destination, type GateTable, grant, refreshGates, spend } from "./gate.ts";
import { CHUNK_SIZE, heldInChunk, inFlightChunks, SIM_NOW, WALL_NOW } from "./schema.ts";

export interface ClaimRequest {
  job: number;
  chunk: number;
  accountId: number;
  channel: string;
  /** Look from this recipient on: the same run has claimed what lies before. Default: the chunk's first. */
  from?: number;
  /** At most this many: the free lines. */
  count: number;
}

export interface Claimed {
  job: number;
  n: number;
  /** Number of this attempt, from 1. */
  k: number;
  address: string;
  reference: string;
  /** Some earlier attempt, not only the last one, may have reached the other end although no result says so. */
  repeat: boolean;
  busy: number;
  temporary: number;
  repeats: number;
}

/**
 * Claims due recipients of several chunks in one statement and commit. Rows that another claim or a cancel holds are skipped; a worker
 * that was declared dead gets nothing (the share lock on its row makes the reconciler wait for claims under way).
 */
export async function claim(
  pool: Pool,
  incarnation: number,
  requests: ClaimRequest[],
  gates: GateTable,
): Promise<Claimed[]> {
  if (!gates.active) {
    const claimed = await claimDue(pool, incarnation, requests);
    if (claimed.length > 0) return claimed;
    // Nothing was due, or the first gate of the house has just been set and the statement found it.
    await refreshGates(pool, gates);
    if (!gates.active) return claimed;
  }
  return transaction(pool, async (client) => {
    const granted = await grant(client, requests);
    const claimed = await claimDue(client, incarnation, granted.requests, granted.destinations);
    const about = new Map(requests.map((r) => [r.job, r]));
    await spend(
      client,
      granted.gates,
      claimed.map(({ job, address }) => ({ ...(about.get(job) as ClaimRequest), address })),
    );
    return claimed;
  });
}

/** `destinations`: limits among what the gates granted; undefined while the house has no gates at all. */
async function claimDue(
  on: Pool | Client,
  incarnation: number,
  requests: ClaimRequest[],
  destinations?: Destination[],
): Promise<Claimed[]> {
  const wanted = requests.filter((r) => r.count > 0);
  if (wanted.length === 0) return [];
  const values = [
    wanted.map((r) => r.job),
    wanted.map((r) => r.chunk),
    wanted.map((r) => r.count),
    incarnation,
    wanted.map((r) => r.from ?? 0),
  ];
  if (destinations === undefined) return (await on.query<Claimed>({ name: "claim", text: CLAIM, values })).rows;
  const limits = [destinations.map((d) => d.pattern), destinations.map((d) => d.places)];
  const gated = { name: "claim-gated", text: CLAIM_GATED, values: [...values, ...limits] };
  return (await on.query<Claimed>(gated)).rows;
}

/** `open` says whether anything may be had, `closed` leaves out recipients that may not, `room` those among the picked without a place. */
const claimText = (open: string, closed: string, room: string) => /* sql */ `
WITH alive AS MATERIALIZED (SELECT id FROM worker WHERE id = $4 AND state = 'alive' FOR SHARE),
now AS MATERIALIZED (SELECT ${SIM_NOW} AS ms),
want AS (SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $5::int[]) AS w(job_id, chunk, k, first)),
pick AS MATERIALIZED (
  SELECT p.job_id, p.n, p.address, j.account_id, j.channel
  FROM want w
  JOIN job j ON j.id = w.job_id AND j.cancelled_at IS NULL AND NOT j.paused
  CROSS JOIN now
  CROSS JOIN LATERAL (
    SELECT t.job_id, t.n, t.address FROM recipient t
    WHERE t.job_id = w.job_id AND t.n >= greatest(w.first, w.chunk * ${CHUNK_SIZE}) AND t.n < (w.chunk + 1) * ${CHUNK_SIZE}
      AND t.state IN ('queued', 'retry') AND t.due_at <= now.ms AND ${closed}
    ORDER BY t.n LIMIT w.k FOR UPDATE SKIP LOCKED) p
  WHERE EXISTS (SELECT 1 FROM alive) AND ${open}),
taken AS (
  UPDATE recipient t SET state = 'sending', attempts = t.attempts + 1, incarnation = $4, claimed_at = now.ms, due_at = NULL,
    repeated = t.repeated OR t.uncertain
  FROM pick p, now WHERE t.job_id = p.job_id AND t.n = p.n AND ${room}
  RETURNING t.job_id, t.n, t.attempts, t.address, t.reference, t.repeated, t.claimed_at, t.busy, t.temporary, t.repeats,
    p.account_id, p.channel),
head AS (
  UPDATE feed_head SET seq = seq + (SELECT count(*) FROM taken) WHERE EXISTS (SELECT 1 FROM taken)
  RETURNING seq - (SELECT count(*) FROM taken) AS base, ${WALL_NOW} AS wall),
told AS (
  INSERT INTO event (seq, at, sim_at, account_id, channel, type, job_id, n, k)
  SELECT head.base + row_number() OVER (), head.wall, now.ms, t.account_id, t.channel, 'attempt.started', t.job_id, t.n, t.attempts
  FROM taken t, head, now)
SELECT job_id AS job, n, attempts AS k, address, reference, repeated AS repeat, busy, temporary, repeats FROM taken`;

const CLAIM = claimText("NOT EXISTS (SELECT 1 FROM gate)", "true", "true");

// What is closed is left out before, so that it does not stand in the way of others; where a few may go, the first ones do.
const CLAIM_GATED = claimText(
  "true",
  "NOT EXISTS (SELECT 1 FROM unnest($6::text[], $7::int[]) AS d(pattern, places) WHERE d.places = 0 AND t.address LIKE d.pattern)",
  `NOT EXISTS (SELECT 1 FROM unnest($6::text[], $7::int[]) AS d(pattern, places) WHERE p.address LIKE d.pattern
    AND d.places < (SELECT count(*) FROM pick q WHERE q.address LIKE d.pattern AND (q.job_id, q.n) <= (p.job_id, p.n)))`,
);

/**
 * What the ledger believes an incarnation to be sending. A worker whose claim failed without an answer asks this: the claim may have been
 * committed all the same, and nobody else returns the recipients of a worker that lives.
 */
export async function heldBy(pool: Pool, incarnation: number): Promise<Claimed[]> {
  const { rows } = await pool.query<Claimed>(
    /* sql */ `
    SELECT t.job_id AS job, t.n, t.attempts AS k, t.address, t.reference, t.repeated AS repeat, t.busy, t.temporary, t.repeats
    FROM ${inFlightChunks()} c
    CROSS JOIN LATERAL ${heldInChunk("$1")} t ORDER BY 1, 2`,
    [incarnation],
  );
  return rows;
}
