// Sending again: a new job for each source, with its content, options and references, all in one commit. Dead letters among what is
// sent are taken away in the same commit, so that nobody sends them a second time.

import { randomUUID } from "node:crypto";
import type { Channel, JobContent } from "@depesche/core";
import type { AgainAnswer, AgainOrder } from "@depesche/ports";
import { ASK_AGAIN_MS, claimIdempotencyKey, findByToken, TOKEN_LOCK, wasRolledBack } from "./accept.ts";
import { type Client, isConnectionError, type Pool, toJson, transaction } from "./database.ts";
import { failuresWhere } from "./failures.ts";
import { appendEvents, notifyAtCommit } from "./feed.ts";
import { CHUNK_SIZE, isFailure } from "./schema.ts";

/** How often a transaction that a deadlock rolled back is tried again. */
const TRIES = 4;

interface Picked {
  job_id: number;
  n: number;
  address: string;
  channel: Channel;
}

/** One source job and which of its recipients go again, in order. */
interface Source {
  job: number;
  channel: Channel;
  ns: number[];
}

interface Made {
  id: number;
  due_at: number;
  page_count: number;
  source: Source;
}

/** Sends again what was picked. Rejects when nothing was accepted, or with AcceptanceUnknown when nobody can say. */
export async function again(pool: Pool, order: AgainOrder): Promise<AgainAnswer> {
  const token = randomUUID();
  for (let tried = 1; ; tried++) {
    let committing: AgainAnswer | undefined;
    try {
      return await transaction(pool, async (client) => {
        const answer = await againIn(client, order, token);
        committing = answer;
        return answer;
      });
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      if (wasRolledBack(error) && tried < TRIES) continue;
      if (committing === undefined || !isConnectionError(error) || wasRolledBack(error)) throw error;
      // An ambiguous COMMIT: the first of the new jobs carries the token.
      if (await findByToken(pool, token, ASK_AGAIN_MS, error)) return committing;
      throw error;
    }
  }
}

/** Rolls the transaction back and is the answer. */
class Refused extends Error {
  readonly answer: AgainAnswer;
  constructor(answer: AgainAnswer) {
    super("nothing is sent again");
    this.answer = answer;
  }
}

async function againIn(client: Client, order: AgainOrder, token: string): Promise<AgainAnswer> {
  await client.query(TOKEN_LOCK, [token]);
  if (!order.dryRun) {
    const before = await claimIdempotencyKey(client, order);
    if (before) return before.ok ? replay(client, order) : { ok: false, problem: "idempotency-conflict" };
  }
  const picked = await pick(client, order);
  const sources = sourcesOf(order, picked);
  const counts = { recipients: sources.reduce((sum, s) => sum + s.ns.length, 0), sources: sources.length };
  // Counted before anybody is left out: what was picked is cut at one more than may be.
  if (picked.length > order.most.recipients || counts.sources > order.most.jobs)
    throw new Refused({ ok: false, problem: "too-many", recipients: picked.length, sources: counts.sources });
  const { perJob } = order.most;
  if (perJob !== undefined && sources.some((s) => s.ns.length > perJob))
    throw new Refused({ ok: false, problem: "mass-not-released" });
  const answer = { ok: true, ...counts, replayed: false } as const;
  // Thrown, so that the idempotency key is not kept for a request that made nothing.
  if (order.dryRun || sources.length === 0) throw new Refused({ ...answer, jobs: [] });

  const made = await insertJobs(client, order, sources, token);
  await insertRecipients(client, made);
  await insertChunks(client, made);
  await referToBlobs(client, made);
  await client.query(
    "DELETE FROM failure f USING unnest($1::bigint[], $2::int[]) AS p(job_id, n) WHERE f.job_id = p.job_id AND f.n = p.n",
    [sources.flatMap((s) => s.ns.map(() => s.job)), sources.flatMap((s) => s.ns)],
  );
  const jobs = made.map(({ id }) => id);
  if (order.idempotency)
    await client.query("UPDATE idempotency SET job_id = $3, jobs = $4 WHERE account_id = $1 AND key = $2", [
      order.accountId,
      order.idempotency.key,
      jobs[0],
      jobs,
    ]);
  await tell(client, order, made);
  return { ...answer, jobs };
}

/** What an earlier request with this key made. */
async function replay(client: Client, order: AgainOrder): Promise<AgainAnswer> {
  const { rows } = await client.query<{ id: number; counted: number }>(
    /* sql */ `
    SELECT j.id, j.counted FROM idempotency i JOIN job j ON j.id = ANY(coalesce(i.jobs, ARRAY[i.job_id]))
    WHERE i.account_id = $1 AND i.key = $2 ORDER BY j.id`,
    [order.accountId, order.idempotency?.key],
  );
  return {
    ok: true,
    recipients: rows.reduce((sum, row) => sum + row.counted, 0),
    sources: rows.length,
    jobs: rows.map((row) => row.id),
    replayed: true,
  };
}

/** One more than may be sent tells that there are too many. Dead letters are locked: of two requests at once, one sends them. */
async function pick(client: Client, order: AgainOrder): Promise<Picked[]> {
  const { accountId, pick, most, dryRun } = order;
  const limit = most.recipients + 1;
  if ("outcomes" in pick) {
    if (!dryRun)
      await client.query("SELECT 1 FROM job WHERE id = $1 AND account_id = $2 FOR UPDATE", [pick.job, accountId]);
    // What failed goes again once: from then on its failures are those of the new job.
    const { rows } = await client.query<Picked>(
      /* sql */ `
      SELECT r.job_id, r.n, r.address, j.channel FROM job j JOIN recipient r ON r.job_id = j.id
      WHERE j.account_id = $1 AND j.id = $2 AND r.state = 'final' AND r.outcome = ANY($3)
        AND (NOT (${isFailure("r.outcome")}) OR EXISTS (SELECT 1 FROM failure f WHERE f.job_id = r.job_id AND f.n = r.n))
      ORDER BY r.n LIMIT $4`,
      [accountId, pick.job, pick.outcomes, limit],
    );
    return rows;
  }
  const lock = dryRun ? "" : "FOR UPDATE OF f";
  const columns = "f.job_id, f.n, f.address, f.channel";
  if ("recipients" in pick) {
    const { rows } = await client.query<Picked>(
      /* sql */ `
      SELECT ${columns} FROM (SELECT DISTINCT * FROM unnest($2::bigint[], $3::int[]) AS p(job_id, n)) p
      JOIN failure f ON f.job_id = p.job_id AND f.n = p.n WHERE f.account_id = $1 ORDER BY f.job_id, f.n LIMIT $4 ${lock}`,
      [accountId, pick.recipients.map((r) => r.job), pick.recipients.map((r) => r.n), limit],
    );
    return rows;
  }
  const { where, values } = failuresWhere(accountId, pick.where);
  const { rows } = await client.query<Picked>(
    `SELECT ${columns} FROM failure f WHERE ${where} ORDER BY f.job_id, f.n LIMIT $${values.length + 1} ${lock}`,
    [...values, limit],
  );
  return rows;
}

function sourcesOf(order: AgainOrder, picked: readonly Picked[]): Source[] {
  const sources = new Map<number, Source>();
  for (const { job_id: job, n, channel, address } of picked) {
    if (!order.permitted(channel, address)) continue;
    const source = sources.get(job) ?? { job, channel, ns: [] };
    source.ns.push(n);
    sources.set(job, source);
  }
  return [...sources.values()];
}

async function insertJobs(client: Client, order: AgainOrder, sources: Source[], token: string): Promise<Made[]> {
  const tokens = sources.map((_, i) => (i === 0 ? token : randomUUID()));
  const { rows } = await client.query<{ id: number; token: string; due_at: number; page_count: number }>(
    /* sql */ `
    INSERT INTO job (token, account_id, channel, face, priority, content, options, page_count, sim_accepted_at, due_at, counted, total)
    SELECT s.token, j.account_id, j.channel, $2, j.priority, j.content - 'trace', j.options, j.page_count, now.ms, now.ms, s.count, s.count
    FROM (SELECT sim_ms() AS ms) now, unnest($3::bigint[], $4::int[], $5::uuid[]) AS s(job_id, count, token)
    JOIN job j ON j.id = s.job_id AND j.account_id = $1 ORDER BY s.job_id
    RETURNING id, token, due_at, page_count`,
    [order.accountId, order.face, sources.map((s) => s.job), sources.map((s) => s.ns.length), tokens],
  );
  return rows.map(({ token: of, ...row }) => ({ ...row, source: sources[tokens.indexOf(of)] as Source }));
}

async function insertRecipients(client: Client, made: readonly Made[]): Promise<void> {
  await client.query(
    /* sql */ `
    INSERT INTO recipient (job_id, n, address, reference, due_at)
    SELECT p.job_id, p.n, r.address, r.reference, p.due_at
    FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::bigint[], $5::int[]) AS p(job_id, n, due_at, source, place)
    JOIN recipient r ON r.job_id = p.source AND r.n = p.place`,
    [
      made.flatMap((m) => m.source.ns.map(() => m.id)),
      made.flatMap((m) => m.source.ns.map((_, n) => n)),
      made.flatMap((m) => m.source.ns.map(() => m.due_at)),
      made.flatMap((m) => m.source.ns.map(() => m.source.job)),
      made.flatMap((m) => m.source.ns),
    ],
  );
}

async function insertChunks(client: Client, made: readonly Made[]): Promise<void> {
  const chunks = made.flatMap(({ id, source: { ns } }) =>
    Array.from({ length: Math.ceil(ns.length / CHUNK_SIZE) }, (_, chunk) => {
      return { id, chunk, open: Math.min(CHUNK_SIZE, ns.length - chunk * CHUNK_SIZE) };
    }),
  );
  await client.query(
    /* sql */ `
    INSERT INTO chunk (job_id, chunk, account_id, channel, priority, next_due, open)
    SELECT c.job_id, c.chunk, j.account_id, j.channel, j.priority, j.due_at, c.open
    FROM unnest($1::bigint[], $2::int[], $3::int[]) AS c(job_id, chunk, open) JOIN job j ON j.id = c.job_id`,
    [chunks.map((c) => c.id), chunks.map((c) => c.chunk), chunks.map((c) => c.open)],
  );
}

/** The new jobs use the blobs of their sources; a source that has lost one cannot be sent again. */
async function referToBlobs(client: Client, made: readonly Made[]): Promise<void> {
  const { rows } = await client.query<{ id: number; content: JobContent }>(
    "SELECT id, content FROM job WHERE id = ANY($1::bigint[])",
    [made.map((m) => m.id)],
  );
  const contents = new Map(rows.map((row) => [row.id, row.content]));
  const uses = made.flatMap(({ id, source }) => {
    const { documents, pages } = contents.get(id) as JobContent;
    const hashes = new Set([...documents.map((d) => d.hash), ...(pages ? [pages.hash] : [])]);
    return [...hashes].map((hash) => ({ hash, id, source: source.job }));
  });
  if (uses.length === 0) return;
  const { rows: kept } = await client.query<{ hash: string; owner: string }>(
    /* sql */ `
    INSERT INTO blob_ref (hash, owner, account_id)
    SELECT b.hash, 'job:' || u.id, b.account_id FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS u(hash, id, source)
    JOIN blob_ref b ON b.hash = u.hash AND b.owner = 'job:' || u.source FOR SHARE OF b
    RETURNING hash, owner`,
    [uses.map((u) => u.hash), uses.map((u) => u.id), uses.map((u) => u.source)],
  );
  const found = new Set(kept.map(({ hash, owner }) => `${hash} ${owner}`));
  const lost = uses.find((u) => !found.has(`${u.hash} job:${u.id}`));
  if (lost) throw new Refused({ ok: false, problem: "document-gone", jobId: lost.source });
}

async function tell(client: Client, order: AgainOrder, made: readonly Made[]): Promise<void> {
  const { accountId, face } = order;
  const data = made.map((m) => ({ job: m.id, recipients: m.source.ns.length, again: m.source.job }));
  await client.query(
    "INSERT INTO audit (account_id, who, what, data) SELECT $1, $2, 'job.accepted', d FROM jsonb_array_elements($3::jsonb) d",
    [accountId, face, toJson(data)],
  );
  appendEvents(
    client,
    made.map(({ id, due_at: dueAt, page_count: pages, source: { job, channel, ns } }) => ({
      account: accountId,
      channel,
      type: "job.accepted",
      job: id,
      data: { recipients: ns.length, total: ns.length, pages, dueAt, face, again: job },
    })),
  );
  notifyAtCommit(client, "depesche_wake");
}
