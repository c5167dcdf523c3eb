// Results: what an attempt came to, fenced on incarnation and attempt, with job counters and events in the same commit
// (DESIGN section 2, points 3 to 6).

import { type AttemptReport, type Cause, type NextStep, OUTCOMES } from "@depesche/core";
import { clean, isRowFault, type Pool, toJson, transaction } from "./database.ts";
import { appendEvents, type NewEvent } from "./feed.ts";
import { CHUNK_SIZE, isFailure, SIM_NOW, WALL_NOW } from "./schema.ts";

export interface Result {
  job: number;
  n: number;
  k: number;
  report: AttemptReport;
  /** What `core` decided; ignored for interrupted attempts, which are due again at once. */
  next: NextStep;
  /** Whether the other end may have it although the report does not say so: then the next attempt is marked as a repeat. Unset: when it was interrupted. */
  mayHaveArrived?: boolean;
}

const COUNTERS = OUTCOMES.map((o) => o.toLowerCase());

/**
 * Writes the results of one worker in one commit. A batch whose values the database refuses is replayed one by one, and a row it refuses
 * alone ends SENDFAIL with its problem. Rejects only when the database is away or in trouble: the caller keeps the batch and tries again
 * (the fence makes that safe).
 */
export async function finish(pool: Pool, incarnation: number, results: Result[]): Promise<void> {
  if (results.length === 0) return;
  const rows = results.map((r, i) => rowOf(r, i));
  try {
    await finishBatch(pool, incarnation, results, rows);
  } catch (error) {
    if (!isRowFault(error)) throw error;
    if (results.length > 1) {
      for (const one of results) await finish(pool, incarnation, [one]);
      return;
    }
    const bad = poisoned(results[0] as Result, error);
    await finishBatch(pool, incarnation, [bad], [rowOf(bad, 0)]);
  }
}

function poisoned(result: Result, error: unknown): Result {
  const cause: Cause = {
    code: "result-not-storable",
    text: `the result could not be stored: ${String((error as Error).message)}`,
  };
  return { ...result, report: { outcome: "SENDFAIL", cause }, next: { step: "final" } };
}

/** One record of the batch; what is not so, or not known, is left out. Never throws, whatever a channel handed over as its report. */
function rowOf(r: Result, i: number) {
  const { report, next } = r;
  return {
    i,
    job_id: r.job,
    n: r.n,
    k: r.k,
    outcome: report.outcome,
    delay: report.interrupted ? 0 : next.step === "retry" ? next.afterMs : undefined,
    kind: report.interrupted || next.step === "final" ? undefined : next.kind,
    code: short(report.cause?.code, 100) ?? "",
    text: short(report.cause?.text, 1000) ?? "",
    remote_id: short(report.remoteId, 200),
    pages: report.pages,
    duration_ms: report.durationMs === undefined ? undefined : Math.round(report.durationMs),
    rate_bps: report.rateBps,
    coding: report.coding,
    ecm: report.ecm,
    carrier_id: short(report.carrierId, 500),
    temporary: report.temporary || undefined,
    interrupted: report.interrupted || undefined,
    uncertain: (r.mayHaveArrived ?? report.interrupted) || undefined,
  };
}

/** What others wrote, cut before it is cleaned: a cut may tear a surrogate pair. */
function short(text: unknown, most: number): string | undefined {
  return text === undefined || text === null ? undefined : clean(String(text).slice(0, most));
}

async function finishBatch(
  pool: Pool,
  incarnation: number,
  results: Result[],
  rows: ReturnType<typeof rowOf>[],
): Promise<void> {
  const { rows: done } = await pool.query<{ i: number }>({
    name: "finish",
    text: FINISH,
    values: [toJson(rows), incarnation],
  });
  if (done.length === results.length) return;
  const known = new Set(done.map((d) => d.i));
  await noteLate(
    pool,
    incarnation,
    results.filter((_, i) => !known.has(i)),
  );
}

/** A result whose attempt was already given to somebody else, or already told: logged unless it is the echo of our own commit. */
async function noteLate(pool: Pool, incarnation: number, late: Result[]): Promise<void> {
  await transaction(pool, async (client) => {
    const events: NewEvent[] = [];
    for (const r of late) {
      const { rows } = await client.query<{ account_id: number; channel: string; told: boolean }>(
        /* sql */ `
        SELECT j.account_id, j.channel, EXISTS (
          SELECT 1 FROM attempt a WHERE a.job_id = j.id AND a.n = $2 AND a.k = $3 AND a.incarnation = $4 AND (NOT a.interrupted OR $5)) AS told
        FROM job j WHERE j.id = $1`,
        [r.job, r.n, r.k, incarnation, r.report.interrupted ?? false],
      );
      const job = rows[0];
      if (!job || job.told) continue;
      const { outcome, cause } = r.report;
      events.push({
        account: job.account_id,
        channel: job.channel,
        type: "attempt.late",
        job: r.job,
        n: r.n,
        k: r.k,
        outcome,
        data: { cause },
      });
    }
    appendEvents(client, events);
  });
}

const RECORD = `(i int, job_id bigint, n int, k smallint, outcome text, delay bigint, kind text, code text, text text,
  remote_id text, pages int, duration_ms int, rate_bps int, coding text, ecm boolean, carrier_id text, temporary boolean,
  interrupted boolean, uncertain boolean)`;

// Locks: jobs in order of id, then recipients, then chunks, then feed_head. Cancel takes the same order, so nothing can deadlock.
const FINISH = /* sql */ `
WITH r AS MATERIALIZED (
  -- always true, and so selective to the planner that it looks each recipient up by its key even in a plan made while the table was small
  SELECT * FROM json_to_recordset($1::json) AS r ${RECORD} WHERE i >= 0 AND job_id > 0 AND n >= 0 AND k > 0 AND outcome > ''),
now AS MATERIALIZED (SELECT ${SIM_NOW} AS ms, ${WALL_NOW} AS wall),
j AS MATERIALIZED (
  SELECT locked.* FROM (SELECT DISTINCT job_id FROM r ORDER BY job_id) d
  CROSS JOIN LATERAL (SELECT id, account_id, channel, cancelled_at FROM job WHERE id = d.job_id FOR NO KEY UPDATE) locked),
done AS (
  UPDATE recipient t SET
    state = CASE WHEN r.delay IS NULL OR j.cancelled_at IS NOT NULL THEN 'final' ELSE 'retry' END,
    outcome = CASE WHEN r.delay IS NULL THEN r.outcome WHEN j.cancelled_at IS NOT NULL THEN 'CANCELLED' END,
    due_at = CASE WHEN j.cancelled_at IS NULL THEN now.ms + r.delay END,
    incarnation = NULL,
    busy = t.busy + (r.kind IS NOT DISTINCT FROM 'busy')::int, temporary = t.temporary + (r.kind IS NOT DISTINCT FROM 'temporary')::int,
    repeats = t.repeats + (r.kind IS NOT DISTINCT FROM 'repeats')::int,
    uncertain = coalesce(r.uncertain, false), cause_code = r.code, cause_text = r.text, remote_id = r.remote_id, pages = r.pages,
    duration_ms = r.duration_ms, sent_at = now.ms
  FROM r JOIN j ON j.id = r.job_id CROSS JOIN now
  WHERE t.job_id = r.job_id AND t.n = r.n AND t.attempts = r.k AND t.incarnation = $2 AND t.state IN ('sending', 'retry')
  RETURNING r.i, r.job_id, r.n, r.k, r.outcome, r.code, r.text, r.remote_id, r.pages, r.duration_ms, r.rate_bps, r.coding, r.ecm, r.carrier_id,
    coalesce(r.temporary, false) AS temporary, coalesce(r.interrupted, false) AS interrupted, t.repeated AS repeat, t.claimed_at,
    t.state, t.outcome AS ended, t.due_at, t.address, t.reference, j.account_id, j.channel),
kept AS (
  INSERT INTO attempt (job_id, n, k, incarnation, started_at, ended_at, at, outcome, cause_code, cause_text, remote_id, pages, duration_ms,
    rate_bps, coding, ecm, carrier_id, temporary, repeat, interrupted, final)
  SELECT d.job_id, d.n, d.k, $2, d.claimed_at, now.ms, now.wall, d.outcome, d.code, d.text, d.remote_id, d.pages, d.duration_ms,
    d.rate_bps, d.coding, d.ecm, d.carrier_id, d.temporary, d.repeat, d.interrupted, d.state = 'final'
  FROM done d CROSS JOIN now
  -- the reconciler noted this attempt as interrupted, and now its own result has come after all
  ON CONFLICT (job_id, n, k) DO UPDATE SET outcome = excluded.outcome, cause_code = excluded.cause_code, cause_text = excluded.cause_text,
    remote_id = excluded.remote_id, pages = excluded.pages, duration_ms = excluded.duration_ms, rate_bps = excluded.rate_bps,
    coding = excluded.coding, ecm = excluded.ecm, carrier_id = excluded.carrier_id, interrupted = excluded.interrupted, final = excluded.final),
dead AS (
  INSERT INTO failure (account_id, channel, job_id, n, address, reference, outcome, cause_code, cause_text, attempts, at)
  SELECT d.account_id, d.channel, d.job_id, d.n, d.address, d.reference, d.ended, d.code, d.text, d.k, now.wall
  FROM done d CROSS JOIN now WHERE d.state = 'final' AND ${isFailure("d.ended")} ORDER BY d.i),
counted AS (
  UPDATE job SET final = job.final + c.final, last_sent_at = now.ms,
    ${COUNTERS.map((c) => `${c} = job.${c} + c.${c}`).join(", ")},
    done_at = CASE WHEN job.final + c.final = job.total AND job.done_at IS NULL THEN now.ms ELSE job.done_at END
  FROM (SELECT job_id, count(*) FILTER (WHERE state = 'final') AS final,
          ${OUTCOMES.map((o) => `count(*) FILTER (WHERE ended = '${o}') AS ${o.toLowerCase()}`).join(", ")}
        FROM done GROUP BY job_id) c, now
  WHERE job.id = c.job_id
  RETURNING job.id, job.account_id, job.channel, (job.done_at IS NOT NULL AND c.final > 0 AND job.final = job.total) AS closed),
planned AS (
  UPDATE chunk SET open = chunk.open - c.final,
    next_due = CASE WHEN c.due IS NULL THEN chunk.next_due ELSE least(coalesce(chunk.next_due, c.due), c.due) END
  FROM (SELECT job_id, n / ${CHUNK_SIZE} AS chunk, count(*) FILTER (WHERE state = 'final') AS final, min(due_at) AS due
        FROM done GROUP BY job_id, n / ${CHUNK_SIZE} ORDER BY 1, 2) c
  WHERE chunk.job_id = c.job_id AND chunk.chunk = c.chunk
  RETURNING 1),
closed AS (SELECT id, account_id, channel FROM counted WHERE closed),
head AS (
  UPDATE feed_head SET seq = seq + (SELECT count(*) FROM done) + (SELECT count(*) FROM closed)
  -- the counts make every change above come before this lock
  WHERE EXISTS (SELECT 1 FROM done) AND (SELECT count(*) FROM planned) >= 0
  RETURNING seq - (SELECT count(*) FROM done) - (SELECT count(*) FROM closed) AS base, ${WALL_NOW} AS wall),
told AS (
  INSERT INTO event (seq, at, sim_at, account_id, channel, type, job_id, n, k, outcome, final, data)
  SELECT head.base + row_number() OVER (ORDER BY d.i), head.wall, now.ms, d.account_id, d.channel, 'attempt.ended', d.job_id, d.n, d.k,
    coalesce(d.ended, d.outcome), d.state = 'final',
    CASE WHEN d.outcome <> 'OK' OR d.repeat
         THEN jsonb_strip_nulls(jsonb_build_object('cause', d.code, 'text', d.text, 'dueAt', d.due_at, 'repeat', nullif(d.repeat, false),
           'interrupted', nullif(d.interrupted, false), 'pages', nullif(d.pages, 0)))
         WHEN d.pages > 0 THEN jsonb_build_object('pages', d.pages) END
  FROM done d, head, now),
over AS (
  INSERT INTO event (seq, at, sim_at, account_id, channel, type, job_id)
  SELECT head.base + (SELECT count(*) FROM done) + row_number() OVER (ORDER BY c.id), head.wall, now.ms, c.account_id, c.channel, 'job.done', c.id
  FROM closed c, head, now)
SELECT i FROM done`;
