// Accept: one transaction for job, recipients, chunks, event and idempotency row; the answer leaves after COMMIT (DESIGN section 2, point 1).

import { randomUUID } from "node:crypto";
import type { JobOrder } from "@depesche/core";
import type { AcceptResult, Replay } from "@depesche/ports";
import { record } from "./audit.ts";
import { type Client, clean, isConnectionError, type Pool, toJson, transaction } from "./database.ts";
import { appendEvents, type NewEvent, notifyAtCommit } from "./feed.ts";
import { CHUNK_SIZE, SIM_NOW } from "./schema.ts";

/** Window in which an equal job is a duplicate (FAX.de -77), simulated time. */
const DUPLICATE_WINDOW_MS = 10 * 60_000;
/** How long an idempotency key is remembered, wall time. */
const IDEMPOTENCY_MS = 24 * 3600_000;
/** How long the ledger is asked whether a COMMIT without an answer took place; a restart takes a few seconds. */
export const ASK_AGAIN_MS = 20_000;
const ASK_EVERY_MS = 100;
/** How often a transaction that a deadlock rolled back is tried again. */
const TRIES = 4;

/** The database went away while it was committing and did not come back in time: the job may or may not be accepted. */
export class AcceptanceUnknown extends Error {
  constructor(cause: unknown) {
    super("the database went away while it was accepting the job; whether it did is not known", { cause });
    this.name = "AcceptanceUnknown";
  }
}

/** Accepts a job durably. Rejects when nothing was accepted, or with AcceptanceUnknown when nobody can say. */
export async function accept(pool: Pool, order: JobOrder, askAgainMs = ASK_AGAIN_MS): Promise<AcceptResult> {
  const token = randomUUID();
  for (let tried = 1; ; tried++) {
    let committing = false;
    try {
      return await transaction(pool, async (client) => {
        const answer = await acceptIn(client, order, token);
        committing = true;
        return answer;
      });
    } catch (error) {
      if (wasRolledBack(error) && tried < TRIES) continue;
      if (!committing || !isConnectionError(error) || wasRolledBack(error)) throw error;
      const found = await findByToken(pool, token, askAgainMs, error);
      if (found) return { ok: true, ...found, replayed: false };
      throw error;
    }
  }
}

/** Deadlock or serialisation failure: the server itself took the transaction back. */
export function wasRolledBack(error: unknown): boolean {
  return /^40/.test((error as { code?: string }).code ?? "");
}

/** An ambiguous COMMIT: the server may have committed although the answer was lost. It is asked before anything is said. */
export async function findByToken(
  pool: Pool,
  token: string,
  patienceMs: number,
  cause: unknown,
): Promise<{ jobId: number; counted: number } | undefined> {
  for (const end = performance.now() + patienceMs; ; ) {
    try {
      // Waits for a session that is still committing behind its broken connection; the next statement then sees what it did.
      await pool.query(TOKEN_LOCK, [token]);
      const { rows } = await pool.query<{ id: number; counted: number }>(
        "SELECT id, counted FROM job WHERE token = $1",
        [token],
      );
      return rows[0] && { jobId: rows[0].id, counted: rows[0].counted };
    } catch {
      if (performance.now() > end) throw new AcceptanceUnknown(cause);
      await new Promise((next) => setTimeout(next, ASK_EVERY_MS));
    }
  }
}

export const TOKEN_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";

async function acceptIn(client: Client, order: JobOrder, token: string): Promise<AcceptResult> {
  await client.query(TOKEN_LOCK, [token]);
  const earlier = await claimIdempotencyKey(client, order);
  if (earlier) return earlier;
  const twin = await findTwin(client, order);
  if (twin !== undefined) {
    if (order.idempotency)
      await client.query("DELETE FROM idempotency WHERE account_id = $1 AND key = $2", [
        order.accountId,
        order.idempotency.key,
      ]);
    return { ok: false, problem: "duplicate", jobId: twin };
  }

  const { recipients } = order;
  const refused = recipients.filter((r) => r.refused);
  const counted = recipients.filter((r) => r.refused?.counted ?? true).length;
  const { rows } = await client.query<{ id: number; due_at: number }>(
    /* sql */ `
    INSERT INTO job (token, account_id, channel, face, priority, content, options, page_count, fingerprint, sim_accepted_at, due_at,
                     counted, total, final)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, now.ms, greatest(now.ms, coalesce($10::bigint, 0)), $11, $12, $13
    FROM (SELECT sim_ms() AS ms) now RETURNING id, due_at`,
    [
      token,
      order.accountId,
      order.channel,
      order.face,
      order.priority,
      toJson(order.content),
      toJson(order.options),
      order.pageCount,
      order.fingerprint ?? null,
      order.dueAt ?? null,
      counted,
      recipients.length,
      refused.length,
    ],
  );
  const job = rows[0] as { id: number; due_at: number };

  await insertRecipients(client, order, job);
  const open = await insertChunks(client, order, job);
  if (refused.length > 0) await countRefused(client, job.id);
  await rememberBlobs(client, order, job.id);
  if (order.idempotency)
    await client.query("UPDATE idempotency SET job_id = $3 WHERE account_id = $1 AND key = $2", [
      order.accountId,
      order.idempotency.key,
      job.id,
    ]);
  await record(client, {
    accountId: order.accountId,
    who: order.face,
    what: "job.accepted",
    data: { job: job.id, recipients: recipients.length },
  });
  appendEvents(client, eventsOf(order, job, open, counted));
  if (open > 0) notifyAtCommit(client, "depesche_wake");
  return { ok: true, jobId: job.id, counted, replayed: false };
}

/** Forgets keys that have expired and that nobody used again; gives how many. */
export async function forgetIdempotencyKeys(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query("DELETE FROM idempotency WHERE at < wall_ms() - $1", [IDEMPOTENCY_MS]);
  return rowCount ?? 0;
}

/** Notes the key for what this transaction makes; gives the answer when an earlier one has made it. */
export async function claimIdempotencyKey(
  client: Client,
  order: Pick<JobOrder, "accountId" | "idempotency">,
): Promise<Replay | { ok: false; problem: "idempotency-conflict" } | undefined> {
  if (!order.idempotency) return undefined;
  const { key, requestHash, notices = [] } = order.idempotency;
  await client.query("DELETE FROM idempotency WHERE account_id = $1 AND key = $2 AND at < wall_ms() - $3", [
    order.accountId,
    key,
    IDEMPOTENCY_MS,
  ]);
  // Waits for a concurrent request with the same key, then sees its answer.
  const { rowCount } = await client.query(
    "INSERT INTO idempotency (account_id, key, request_hash, notices) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    [order.accountId, key, requestHash, notices.map((n) => clean(n))],
  );
  if (rowCount) return undefined;
  return (await earlier(client, order.accountId, order.idempotency)) ?? { ok: false, problem: "idempotency-conflict" };
}

/** What an earlier request with this key came to; undefined when there was none, or its key has expired. */
export async function earlier(
  on: Pool | Client,
  accountId: number,
  { key, requestHash }: { key: string; requestHash: string },
): Promise<Replay | { ok: false; problem: "idempotency-conflict" } | undefined> {
  const { rows } = await on.query<Omit<Replay, "ok" | "replayed"> & { request_hash: string }>(
    /* sql */ `
    SELECT i.request_hash, j.id AS "jobId", j.counted, j.page_count AS pages, i.notices
    FROM idempotency i JOIN job j ON j.id = i.job_id
    WHERE i.account_id = $1 AND i.key = $2 AND i.at >= wall_ms() - $3`,
    [accountId, key, IDEMPOTENCY_MS],
  );
  const found = rows[0];
  if (!found) return undefined;
  const { request_hash, ...answer } = found;
  if (request_hash !== requestHash) return { ok: false, problem: "idempotency-conflict" };
  return { ok: true, ...answer, replayed: true };
}

async function findTwin(client: Client, order: JobOrder): Promise<number | undefined> {
  if (!order.fingerprint) return undefined;
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))", [order.fingerprint, order.accountId]);
  const { rows } = await client.query<{ id: number }>(
    "SELECT id FROM job WHERE account_id = $1 AND fingerprint = $2 AND sim_accepted_at > sim_ms() - $3 AND cancelled_at IS NULL ORDER BY id LIMIT 1",
    [order.accountId, order.fingerprint, DUPLICATE_WINDOW_MS],
  );
  return rows[0]?.id;
}

/** In one statement: an UPDATE of those that are refused would compare each with each, since nothing is known yet of the job's rows. */
async function insertRecipients(client: Client, order: JobOrder, job: { id: number; due_at: number }): Promise<void> {
  const { recipients } = order;
  const addressed = [recipients.map((r) => clean(r.address)), recipients.map((r) => clean(r.reference))];
  if (recipients.every((r) => !r.refused)) {
    await client.query(
      /* sql */ `
      INSERT INTO recipient (job_id, n, address, reference, due_at)
      SELECT $1, ord - 1, address, reference, $2 FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS r(address, reference, ord)`,
      [job.id, job.due_at, ...addressed],
    );
    return;
  }
  await client.query(
    /* sql */ `
    INSERT INTO recipient (job_id, n, address, reference, state, due_at, outcome, cause_code, cause_text, counted, sent_at)
    SELECT $1, ord - 1, address, reference, CASE WHEN outcome IS NULL THEN 'queued' ELSE 'final' END,
      CASE WHEN outcome IS NULL THEN $2::bigint END, outcome, code, text, counted, CASE WHEN outcome IS NOT NULL THEN now.ms END
    FROM (SELECT ${SIM_NOW} AS ms) now,
      unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[])
        WITH ORDINALITY AS r(address, reference, outcome, code, text, counted, ord)`,
    [
      job.id,
      job.due_at,
      ...addressed,
      recipients.map((r) => r.refused?.outcome ?? null),
      recipients.map((r) => r.refused?.cause.code ?? null),
      recipients.map((r) => (r.refused ? clean(r.refused.cause.text) : null)),
      recipients.map((r) => r.refused?.counted ?? true),
    ],
  );
}

async function insertChunks(client: Client, order: JobOrder, job: { id: number; due_at: number }): Promise<number> {
  const open = new Map<number, number>();
  for (const [n, r] of order.recipients.entries()) {
    if (r.refused) continue;
    const chunk = Math.floor(n / CHUNK_SIZE);
    open.set(chunk, (open.get(chunk) ?? 0) + 1);
  }
  if (open.size === 0) return 0;
  await client.query(
    /* sql */ `
    INSERT INTO chunk (job_id, chunk, account_id, channel, priority, next_due, open)
    SELECT $1, c.chunk, $2, $3, $4, $5, c.open FROM unnest($6::int[], $7::int[]) AS c(chunk, open)`,
    [job.id, order.accountId, order.channel, order.priority, job.due_at, [...open.keys()], [...open.values()]],
  );
  return [...open.values()].reduce((a, b) => a + b, 0);
}

/** Refused recipients count in the job at once; a job of nothing else is done. */
async function countRefused(client: Client, jobId: number): Promise<void> {
  await client.query(
    /* sql */ `
    UPDATE job SET blacklist = c.blacklist, noring = c.noring, sendfail = c.sendfail,
      done_at = CASE WHEN final = total THEN sim_ms() END, last_sent_at = CASE WHEN final = total THEN sim_ms() END
    FROM (SELECT count(*) FILTER (WHERE outcome = 'BLACKLIST') AS blacklist, count(*) FILTER (WHERE outcome = 'NORING') AS noring,
                 count(*) FILTER (WHERE outcome = 'SENDFAIL') AS sendfail
          FROM recipient WHERE job_id = $1 AND state = 'final') c
    WHERE id = $1`,
    [jobId],
  );
}

async function rememberBlobs(client: Client, order: JobOrder, jobId: number): Promise<void> {
  const { content } = order;
  const blobs = [
    ...content.documents.map((d) => [d.hash, d.bytes] as const),
    ...(content.pages ? [[content.pages.hash, 0] as const] : []),
  ];
  if (blobs.length === 0) return;
  await referBlobs(client, order.accountId, `job:${jobId}`, blobs);
}

/** Notes that `owner` uses the blobs; the files are durable already. */
export async function referBlobs(
  client: Client | Pool,
  accountId: number,
  owner: string,
  blobs: (readonly [hash: string, bytes: number])[],
): Promise<void> {
  await client.query(
    /* sql */ `
    WITH b AS (SELECT DISTINCT ON (hash) * FROM unnest($3::text[], $4::bigint[]) AS b(hash, bytes) ORDER BY hash),
    kept AS (INSERT INTO blob (hash, bytes) SELECT hash, bytes FROM b ORDER BY hash ON CONFLICT (hash) DO UPDATE SET unreferenced_since = NULL)
    INSERT INTO blob_ref (hash, owner, account_id) SELECT hash, $2, $1 FROM b ON CONFLICT DO NOTHING`,
    [accountId, owner, blobs.map((b) => b[0]), blobs.map((b) => b[1])],
  );
}

function eventsOf(order: JobOrder, job: { id: number; due_at: number }, open: number, counted: number): NewEvent[] {
  const about = { account: order.accountId, channel: order.channel, job: job.id };
  const events: NewEvent[] = [
    {
      ...about,
      type: "job.accepted",
      data: {
        recipients: counted,
        total: order.recipients.length,
        pages: order.pageCount,
        dueAt: job.due_at,
        face: order.face,
      },
    },
  ];
  for (const [n, r] of order.recipients.entries())
    if (r.refused)
      events.push({
        ...about,
        type: "recipient.final",
        n,
        outcome: r.refused.outcome,
        final: true,
        data: { cause: r.refused.cause },
      });
  if (open === 0) events.push({ ...about, type: "job.done" });
  return events;
}
