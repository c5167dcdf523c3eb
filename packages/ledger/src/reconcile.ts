// Workers' lives (DESIGN section 2, point 4): incarnations, heartbeats in wall time, and what becomes of the recipients of a dead one.

import { hostname } from "node:os";
import { type Client, type Pool, transaction } from "./database.ts";
import { appendEvents, type NewEvent, notifyAtCommit } from "./feed.ts";
import { keepLaddersOfTheGone } from "./ladders.ts";
import { CHUNK_SIZE, heldInChunk, inFlightChunks, SIM_NOW } from "./schema.ts";

/** A worker is declared dead after its counter stood still for this long on the reconciler's own monotonic clock. */
export const LEASE_MS = 10_000;

/** Registers a new incarnation. */
export async function registerWorker(pool: Pool): Promise<number> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ id: number }>("INSERT INTO worker (host, pid) VALUES ($1, $2) RETURNING id", [
      hostname(),
      process.pid,
    ]);
    const id = rows[0]?.id as number;
    await client.query("INSERT INTO heartbeat (worker_id, beat) VALUES ($1, 0)", [id]);
    appendEvents(client, [{ account: 0, type: "worker.up", data: { worker: id } }]);
    return id;
  });
}

/** Counts up. False: this incarnation was declared dead and must not send another bit. */
export async function beat(pool: Pool, id: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    "UPDATE heartbeat SET beat = beat + 1, at = wall_ms() WHERE worker_id = $1 AND EXISTS (SELECT 1 FROM worker WHERE id = $1 AND state = 'alive')",
    [id],
  );
  return rowCount === 1;
}

/** Workers heard of lately: for health and the board only, never for deciding who is dead. */
export async function liveWorkers(pool: Pool, withinMs = 5000): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    "SELECT w.id FROM worker w JOIN heartbeat h ON h.worker_id = w.id WHERE w.state = 'alive' AND h.at > wall_ms() - $1 ORDER BY w.id",
    [withinMs],
  );
  return rows.map((r) => r.id);
}

/** Tells which fax numbers this incarnation answers now. */
export async function noteAnswered(pool: Pool, id: number, numbers: string[]): Promise<void> {
  await pool.query("UPDATE heartbeat SET answers = $2 WHERE worker_id = $1", [id, numbers]);
}

/** Fax numbers of accounts that no worker heard of lately answers. */
export async function unansweredNumbers(pool: Pool, withinMs = 5000): Promise<string[]> {
  const { rows } = await pool.query<{ number: string }>(
    /* sql */ `
    SELECT number FROM fax_number EXCEPT
    SELECT unnest(h.answers) FROM worker w JOIN heartbeat h ON h.worker_id = w.id WHERE w.state = 'alive' AND h.at > wall_ms() - $1
    ORDER BY 1`,
    [withinMs],
  );
  return rows.map((r) => r.number);
}

/** A worker that stops by itself; recipients it still holds are returned like those of a dead one. */
export async function retireWorker(pool: Pool, id: number): Promise<number> {
  return giveBack(pool, id, "stopped");
}

/** What the reconciler remembers between its ticks. */
export interface Watch {
  seen: Map<number, { beat: number; since: number }>;
  lastTick: number;
}

export function newWatch(now: number): Watch {
  return { seen: new Map(), lastTick: now };
}

/**
 * One tick: declares workers dead whose counter did not change for a full lease, and returns their recipients. `now` is monotonic.
 * When the tick itself came late (we were stopped, or the database away), the watch starts over: silence then proves nothing.
 */
export async function reconcile(
  pool: Pool,
  watch: Watch,
  now: number,
  leaseMs = LEASE_MS,
): Promise<{ dead: number; returned: number }> {
  const late = now - watch.lastTick > leaseMs / 2;
  const { rows } = await pool.query<{ worker_id: number; beat: number }>(
    "SELECT h.worker_id, h.beat FROM heartbeat h JOIN worker w ON w.id = h.worker_id WHERE w.state = 'alive'",
  );
  watch.lastTick = now;
  if (late) watch.seen.clear();
  let returned = await finishReturns(pool);
  const present = new Set(rows.map((r) => r.worker_id));
  for (const id of watch.seen.keys()) if (!present.has(id)) watch.seen.delete(id);
  let dead = 0;
  for (const { worker_id: id, beat } of rows) {
    const before = watch.seen.get(id);
    if (!before || before.beat !== beat) {
      watch.seen.set(id, { beat, since: now });
      continue;
    }
    if (now - before.since < leaseMs) continue;
    watch.seen.delete(id);
    dead++;
    returned += await giveBack(pool, id, "dead");
  }
  return { dead, returned };
}

/** Marks the incarnation first (which waits for its claims under way), then returns what it held. */
async function giveBack(pool: Pool, id: number, state: "dead" | "stopped"): Promise<number> {
  await transaction(pool, async (client) => {
    const { rowCount } = await client.query("UPDATE worker SET state = $2 WHERE id = $1 AND state = 'alive'", [
      id,
      state,
    ]);
    if (rowCount) appendEvents(client, [{ account: 0, type: "worker.gone", data: { worker: id, state } }]);
  });
  return returnAll(pool, id);
}

/** `gone_at` says that everything was returned; it comes in the same commit. */
function returnAll(pool: Pool, id: number): Promise<number> {
  return transaction(pool, async (client) => {
    await client.query("UPDATE worker SET gone_at = wall_ms() WHERE id = $1", [id]);
    await keepLaddersOfTheGone(client, id);
    return returnRecipients(client, id);
  });
}

/** Whoever marked an incarnation may have been killed, or lost the database, before its recipients were returned. */
async function finishReturns(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    "SELECT id FROM worker WHERE state <> 'alive' AND gone_at IS NULL ORDER BY id",
  );
  let returned = 0;
  for (const { id } of rows) returned += await returnAll(pool, id);
  return returned;
}

/**
 * Returns recipients in flight: to "retry", due at once, marked as uncertain (the next attempt is a possible repeat); those of a
 * cancelled job end CANCELLED. The incarnation stays on the row, so that a late result of an attempt not yet repeated is still accepted.
 */
async function returnRecipients(client: Client, incarnation: number): Promise<number> {
  const { rows } = await client.query<{
    job_id: number;
    n: number;
    k: number;
    account_id: number;
    channel: string;
    final: boolean;
    closed: boolean;
  }>(RETURN, [incarnation]);
  const events: NewEvent[] = rows.map((r) => ({
    account: r.account_id,
    channel: r.channel,
    type: "attempt.returned",
    job: r.job_id,
    n: r.n,
    k: r.k,
    final: r.final,
    ...(r.final ? { outcome: "CANCELLED" } : {}),
    data: { worker: incarnation },
  }));
  const closed = new Map(rows.filter((r) => r.closed).map((r) => [r.job_id, r]));
  for (const r of closed.values())
    events.push({ account: r.account_id, channel: r.channel, type: "job.done", job: r.job_id });
  appendEvents(client, events);
  if (rows.length > 0) notifyAtCommit(client, "depesche_wake");
  return rows.length;
}

const RETURN = /* sql */ `
WITH now AS MATERIALIZED (SELECT ${SIM_NOW} AS ms),
flying AS MATERIALIZED (
  SELECT t.job_id, t.n FROM ${inFlightChunks()} c
  CROSS JOIN LATERAL ${heldInChunk("$1")} t),
held AS MATERIALIZED (
  SELECT locked.* FROM (SELECT DISTINCT job_id FROM flying ORDER BY job_id) d
  CROSS JOIN LATERAL (SELECT id, account_id, channel, cancelled_at FROM job WHERE id = d.job_id FOR NO KEY UPDATE) locked),
back AS (
  UPDATE recipient t SET uncertain = true,
    state = CASE WHEN h.cancelled_at IS NULL THEN 'retry' ELSE 'final' END,
    outcome = CASE WHEN h.cancelled_at IS NULL THEN NULL ELSE 'CANCELLED' END,
    due_at = CASE WHEN h.cancelled_at IS NULL THEN now.ms END,
    cause_code = 'worker-gone', cause_text = 'the worker that held this recipient was killed or stopped'
  FROM flying f JOIN held h ON h.id = f.job_id CROSS JOIN now
  WHERE t.job_id = f.job_id AND t.n = f.n AND t.state = 'sending' AND t.incarnation = $1
  RETURNING t.job_id, t.n, t.attempts AS k, t.state, t.claimed_at, t.repeated, h.account_id, h.channel),
kept AS (
  INSERT INTO attempt (job_id, n, k, incarnation, started_at, ended_at, outcome, cause_code, cause_text, temporary, repeat, interrupted, final)
  SELECT job_id, n, k, $1, claimed_at, now.ms, CASE state WHEN 'final' THEN 'CANCELLED' ELSE 'SENDFAIL' END, 'worker-gone',
    'the worker that held this recipient was killed or stopped', false, repeated, true, state = 'final'
  FROM back, now ON CONFLICT DO NOTHING),
planned AS (
  UPDATE chunk c SET open = c.open - b.final, generation = c.generation + 1, dispatched_at = NULL,
    next_due = least(coalesce(c.next_due, now.ms), now.ms)
  FROM (SELECT job_id, n / ${CHUNK_SIZE} AS chunk, count(*) FILTER (WHERE state = 'final') AS final FROM back GROUP BY 1, 2) b, now
  WHERE c.job_id = b.job_id AND c.chunk = b.chunk),
counted AS (
  UPDATE job SET final = job.final + b.final, cancelled = job.cancelled + b.final,
    done_at = CASE WHEN job.final + b.final = job.total THEN now.ms END
  FROM (SELECT job_id, count(*) AS final FROM back WHERE state = 'final' GROUP BY 1) b, now WHERE job.id = b.job_id
  RETURNING job.id, job.done_at)
SELECT b.job_id, b.n, b.k, b.account_id, b.channel, b.state = 'final' AS final, coalesce(c.done_at IS NOT NULL, false) AS closed
FROM back b LEFT JOIN counted c ON c.id = b.job_id ORDER BY b.job_id, b.n`;
