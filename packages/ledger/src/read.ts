// Reading jobs, recipients and attempts for the faces.

import type { Attempt, AttemptKey, Channel, Job, Outcome, Recipient } from "@depesche/core";
import { attemptKey, OUTCOMES } from "@depesche/core";
import type { Page } from "@depesche/ports";
import { clean, type Pool } from "./database.ts";

type Counters = Record<Lowercase<Exclude<Outcome, "CANCELLED">> | "cancelled", number>;
interface JobRow extends Counters {
  id: number;
  account_id: number;
  channel: Channel;
  face: string;
  priority: number;
  content: Job["content"];
  options: Job["options"];
  page_count: number;
  accepted_at: number;
  sim_accepted_at: number;
  due_at: number;
  done_at: number | null;
  last_sent_at: number | null;
  cancelled_at: number | null;
  paused: boolean;
  counted: number;
  total: number;
  final: number;
}

export function toJob(r: JobRow): Job {
  const outcomes: Job["outcomes"] = {};
  for (const o of OUTCOMES) {
    const count = r[o.toLowerCase() as keyof Counters];
    if (count > 0) outcomes[o] = count;
  }
  const job: Job = {
    id: r.id,
    accountId: r.account_id,
    channel: r.channel,
    face: r.face,
    state: r.done_at === null ? "open" : "done",
    priority: r.priority,
    content: r.content,
    options: r.options,
    pageCount: r.page_count,
    acceptedAt: r.accepted_at,
    simAcceptedAt: r.sim_accepted_at,
    dueAt: r.due_at,
    cancelled: r.cancelled_at !== null,
    paused: r.paused,
    counted: r.counted,
    total: r.total,
    final: r.final,
    outcomes,
  };
  if (r.done_at !== null) job.doneAt = r.done_at;
  if (r.last_sent_at !== null) job.lastSentAt = r.last_sent_at;
  return job;
}

export async function readJob(pool: Pool, jobId: number, accountId?: number): Promise<Job | undefined> {
  if (!Number.isSafeInteger(jobId) || jobId <= 0) return undefined;
  const { rows } = await pool.query<JobRow>(
    accountId === undefined ? "SELECT * FROM job WHERE id = $1" : "SELECT * FROM job WHERE id = $1 AND account_id = $2",
    accountId === undefined ? [jobId] : [jobId, accountId],
  );
  return rows[0] && toJob(rows[0]);
}

/** Newest first; the cursor is the last id of the page before. */
export async function readJobs(
  pool: Pool,
  accountId: number,
  query: { limit: number; cursor?: string; state?: Job["state"]; channel?: Channel },
): Promise<Page<Job>> {
  const before = Number(query.cursor ?? Number.MAX_SAFE_INTEGER);
  const { rows } = await pool.query<JobRow>(
    /* sql */ `
    SELECT * FROM job WHERE account_id = $1 AND id < $2 AND ($3::text IS NULL OR (done_at IS NULL) = ($3 = 'open'))
      AND ($4::text IS NULL OR channel = $4) ORDER BY id DESC LIMIT $5`,
    [accountId, Number.isSafeInteger(before) ? before : 0, query.state ?? null, query.channel ?? null, query.limit + 1],
  );
  return pageOf(rows.map(toJob), query.limit, (j) => String(j.id));
}

/** Cuts a listing read with one row more than asked for. */
export function pageOf<T>(items: T[], limit: number, cursor: (item: T) => string): Page<T> {
  if (items.length <= limit) return { items };
  const kept = items.slice(0, limit);
  return { items: kept, next: cursor(kept[limit - 1] as T) };
}

interface RecipientRow {
  n: number;
  address: string;
  reference: string;
  state: Recipient["state"];
  attempts: number;
  due_at: number | null;
  outcome: Outcome | null;
  cause_code: string | null;
  cause_text: string | null;
  remote_id: string | null;
  pages: number | null;
  duration_ms: number | null;
  sent_at: number | null;
  delivery: Recipient["delivery"] | null;
  delivery_at: number | null;
  repeated: boolean;
}

function toRecipient(r: RecipientRow): Recipient {
  const recipient: Recipient = {
    n: r.n,
    address: r.address,
    reference: r.reference,
    state: r.state,
    attempts: r.attempts,
    repeated: r.repeated,
  };
  if (r.due_at !== null) recipient.dueAt = r.due_at;
  if (r.outcome !== null) recipient.outcome = r.outcome;
  if (r.cause_code !== null) recipient.cause = { code: r.cause_code, text: r.cause_text ?? "" };
  if (r.remote_id !== null) recipient.remoteId = r.remote_id;
  if (r.pages !== null) recipient.pages = r.pages;
  if (r.duration_ms !== null) recipient.durationMs = r.duration_ms;
  if (r.sent_at !== null) recipient.sentAt = r.sent_at;
  if (r.delivery !== null) recipient.delivery = r.delivery;
  if (r.delivery_at !== null) recipient.deliveryAt = r.delivery_at;
  return recipient;
}

/** What to look for in addresses: the words themselves, and what of a number is left without its separators, also abroad's way. */
function needlesOf(q: string): string[] {
  const text = q.trim().toLowerCase();
  if (!/^[\d\s()/.+-]*\d[\d\s()/.+-]*$/.test(text)) return [text];
  const digits = text.replace(/[^\d+]/g, "");
  if (digits.startsWith("00")) return [digits, `+${digits.slice(2)}`];
  return digits.startsWith("0") ? [digits, `+49${digits.slice(1)}`] : [digits];
}

/** In input order, `n >= from`. `q`: part of the address (of a number's digits, however it is written) or of the reference. */
export async function readRecipients(
  pool: Pool,
  jobId: number,
  query: { from: number; limit: number; outcome?: Outcome; state?: Recipient["state"]; q?: string },
): Promise<Recipient[]> {
  const q = query.q?.trim() ? clean(query.q.trim()) : undefined;
  const { rows } = await pool.query<RecipientRow>(
    /* sql */ `
    SELECT n, address, reference, state, attempts, due_at, outcome, cause_code, cause_text, remote_id, pages, duration_ms, sent_at,
      delivery, delivery_at, repeated
    FROM recipient WHERE job_id = $1 AND n >= $2 AND ($4::text IS NULL OR outcome = $4) AND ($5::text IS NULL OR state = $5)
      AND ($6::text IS NULL OR strpos(lower(reference), $6) > 0
        OR EXISTS (SELECT 1 FROM unnest($7::text[]) AS part WHERE strpos(lower(address), part) > 0))
    ORDER BY n LIMIT $3`,
    [
      jobId,
      query.from,
      query.limit,
      query.outcome ?? null,
      query.state ?? null,
      q?.toLowerCase() ?? null,
      q === undefined ? [] : needlesOf(q),
    ],
  );
  return rows.map(toRecipient);
}

interface AttemptRow {
  job_id: number;
  n: number;
  k: number;
  started_at: number | null;
  ended_at: number;
  at: number;
  outcome: Outcome;
  cause_code: string | null;
  cause_text: string | null;
  remote_id: string | null;
  pages: number | null;
  duration_ms: number | null;
  rate_bps: number | null;
  coding: string | null;
  ecm: boolean | null;
  carrier_id: string | null;
  temporary: boolean;
  repeat: boolean;
  interrupted: boolean;
  final: boolean;
}

export async function readAttempts(pool: Pool, jobId: number, n: number): Promise<Attempt[]> {
  const { rows } = await pool.query<AttemptRow>("SELECT * FROM attempt WHERE job_id = $1 AND n = $2 ORDER BY k", [
    jobId,
    n,
  ]);
  return rows.map((r) => {
    const attempt: Attempt = {
      key: attemptKey(r.job_id, r.n, r.k) as AttemptKey,
      startedAt: r.started_at ?? r.ended_at,
      endedAt: r.ended_at,
      at: r.at,
      outcome: r.outcome,
      cause: { code: r.cause_code ?? "", text: r.cause_text ?? "" },
      temporary: r.temporary,
      repeat: r.repeat,
      interrupted: r.interrupted,
      final: r.final,
    };
    if (r.remote_id !== null) attempt.remoteId = r.remote_id;
    if (r.pages !== null) attempt.pages = r.pages;
    if (r.duration_ms !== null) attempt.durationMs = r.duration_ms;
    if (r.rate_bps !== null) attempt.rateBps = r.rate_bps;
    if (r.coding !== null) attempt.coding = r.coding;
    if (r.ecm !== null) attempt.ecm = r.ecm;
    if (r.carrier_id !== null) attempt.carrierId = r.carrier_id;
    return attempt;
  });
}
