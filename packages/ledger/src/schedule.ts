// The chunk table as outbox of the schedule (DESIGN section 2, point 2): which chunks to hand to BullMQ, and what a run leaves behind.

import type { Pool } from "./database.ts";
import { CHUNK_SIZE, SIM_NOW } from "./schema.ts";

export interface ChunkRef {
  job: number;
  chunk: number;
  generation: number;
  accountId: number;
  channel: string;
  priority: number;
  /** Recipients not yet final. */
  open: number;
}

type Row = {
  job_id: number;
  chunk: number;
  generation: number;
  account_id: number;
  channel: string;
  priority: number;
  open: number;
};
const toRef = (r: Row): ChunkRef => ({
  job: r.job_id,
  chunk: r.chunk,
  generation: r.generation,
  accountId: r.account_id,
  channel: r.channel,
  priority: r.priority,
  open: r.open,
});

/**
 * Takes due chunks of a channel for the schedule, at most so many that `window` a worker of their urgency or above are out at once: urgent first, then in turns by account,
 * so that one account's mass job does not stand before another's single fax. The caller adds them to BullMQ after this committed.
 * `next_due` is emptied: what stands there when the run ends was put there by a result or a resume in the meantime.
 */
export async function takeDueChunks(pool: Pool, channel: string, window: number): Promise<ChunkRef[]> {
  const { rows } = await pool.query<Row>({ name: "take", text: TAKE, values: [channel, window] });
  return rows.map(toRef);
}

// A run that waits for a busy line keeps its place, so each worker that joins brings places for its own lines.
// What is out counts only against what is no more urgent: a full window of bulk does not keep an urgent chunk waiting.
const TAKE = /* sql */ `
WITH room AS MATERIALIZED (SELECT $2 * greatest(1, count(*)) AS places FROM worker WHERE state = 'alive'),
out AS MATERIALIZED (
  SELECT priority, sum(count(*)) OVER (ORDER BY priority) AS ahead FROM chunk
  WHERE channel = $1 AND open > 0 AND dispatched_at IS NOT NULL GROUP BY priority),
due AS (
  SELECT job_id, chunk, priority, row_number() OVER (PARTITION BY account_id ORDER BY priority, next_due, job_id, chunk) AS turn
  FROM chunk, (SELECT ${SIM_NOW} AS ms) now
  WHERE channel = $1 AND open > 0 AND dispatched_at IS NULL AND next_due <= now.ms
    AND priority < coalesce((SELECT min(priority) FROM out, room WHERE ahead >= places), 32767)),
ranked AS (
  SELECT job_id, chunk, priority, row_number() OVER (ORDER BY priority, turn, job_id, chunk) AS place FROM due
  ORDER BY priority, turn, job_id, chunk LIMIT (SELECT places FROM room)),
first AS (
  SELECT job_id, chunk FROM ranked r, room
  WHERE place + coalesce((SELECT max(ahead) FROM out WHERE out.priority <= r.priority), 0) <= places),
locked AS (SELECT c.job_id, c.chunk FROM chunk c JOIN first USING (job_id, chunk) WHERE c.dispatched_at IS NULL FOR UPDATE OF c SKIP LOCKED)
UPDATE chunk c SET dispatched_at = wall_ms(), next_due = NULL FROM locked l WHERE c.job_id = l.job_id AND c.chunk = l.chunk
RETURNING c.job_id, c.chunk, c.generation, c.account_id, c.channel, c.priority, c.open`;

/** Chunks handed out long ago whose run has not ended: adding the same id again is harmless when it is alive and the repair when it was lost. */
export async function takeOverdueChunks(pool: Pool, channel: string, olderThanMs: number): Promise<ChunkRef[]> {
  const { rows } = await pool.query<Row>(
    /* sql */ `
    UPDATE chunk SET dispatched_at = wall_ms() WHERE (job_id, chunk) IN (
      SELECT job_id, chunk FROM chunk WHERE channel = $1 AND open > 0 AND dispatched_at < wall_ms() - $2 ORDER BY dispatched_at LIMIT 2000
      FOR UPDATE SKIP LOCKED)
    RETURNING job_id, chunk, generation, account_id, channel, priority, open`,
    [channel, olderThanMs],
  );
  return rows.map(toRef);
}

/** Wall milliseconds until the next chunk of the channel falls due; undefined when none waits. */
export async function nextDueIn(pool: Pool, channel: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ wait: number | null }>(
    /* sql */ `
    SELECT ceil((min(first.next_due) - ${SIM_NOW}) / (SELECT speed FROM clock))::bigint AS wait
    FROM generate_series(0, 9) AS p(priority) CROSS JOIN LATERAL (
      SELECT next_due FROM chunk WHERE channel = $1 AND chunk.priority = p.priority AND open > 0 AND dispatched_at IS NULL
        AND next_due IS NOT NULL ORDER BY next_due LIMIT 1) first`,
    [channel],
  );
  return rows[0]?.wait ?? undefined;
}

/**
 * Ends a run: the next generation is due when its earliest recipient is. A result or a resume that commits while this statement waits
 * for the chunk is not in what it sees of the recipients, but in the chunk's `next_due`, which is therefore never overwritten by more.
 * `blocked`: recipients were due but a gate kept them: look again in a second of wall time, not sooner. A run of an older generation
 * changes nothing.
 */
export async function endRun(pool: Pool, ref: ChunkRef, blocked: boolean): Promise<void> {
  await pool.query({
    name: "end-run",
    text: /* sql */ `
    UPDATE chunk c SET generation = c.generation + 1, dispatched_at = NULL,
      next_due = least(c.next_due, (
        SELECT CASE WHEN $4 AND min(due_at) IS NOT NULL
          THEN greatest(min(due_at), ${SIM_NOW} + ((SELECT speed FROM clock) * 1000)::bigint) ELSE min(due_at) END
        FROM recipient WHERE job_id = $1 AND n >= $2::int * ${CHUNK_SIZE} AND n < ($2::int + 1) * ${CHUNK_SIZE}
          AND state IN ('queued', 'retry') AND NOT (SELECT paused FROM job WHERE id = $1)))
    WHERE c.job_id = $1 AND c.chunk = $2::int AND c.generation = $3`,
    values: [ref.job, ref.chunk, ref.generation, blocked],
  });
}
