// How a job is going, counted by the database: one pass over its attempts, one over its recipients.

import type { Channel, Outcome } from "@depesche/core";
import type { JobFacts } from "@depesche/ports";
import type { Pool } from "./database.ts";

/** Widths a person can read, ms. */
const WIDTHS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3,
  7200e3, 21600e3, 43200e3, 86400e3, 604800e3,
];
const MOST_BUCKETS = 120;
const MOST_DURATIONS = 16;
/** Shortest bucket of the timeline: finer than that nobody looks. */
const SECOND = 1000;
/** Recipients whose addresses tell how long a telling prefix is. */
const SAMPLE = 2000;
/** Groups that prefixes are counted in before the worst are picked. */
const MOST_PREFIXES = 64;
const PREFIX_LENGTHS = [11, 10, 9, 8, 7, 6, 5, 4, 3];
const WORST = 12;
const MOST_CAUSES = 20;
/** Who was cancelled says nothing about the numbers it would have gone to. */
const FAILED = "NOT IN ('OK', 'CANCELLED')";
/** The last minute in sixths, so that the spread of the rate can be seen. */
const SLOT_MS = 10_000;
const SLOTS = 6;

const widest = (span: string, most: number, least = 1) =>
  `(SELECT coalesce(min(w), ${WIDTHS.at(-1)}) FROM unnest(ARRAY[${WIDTHS.filter((w) => w >= least)}]::bigint[]) w WHERE (${span}) / w < ${most - 1})`;

const ATTEMPTS = /* sql */ `
WITH a AS MATERIALIZED (
  SELECT at, coalesce(duration_ms, greatest(0, ended_at - started_at)) AS ms, outcome, final, interrupted FROM attempt WHERE job_id = $1),
span AS MATERIALIZED (
  SELECT count(*) AS attempts, max(at) FILTER (WHERE final) AS last, min(at) FILTER (WHERE final) AS first,
    ${widest("coalesce(max(at), $2) - $2", MOST_BUCKETS, SECOND)} AS bucket, ${widest("coalesce(max(ms) - min(ms), 0)", MOST_DURATIONS)} AS step
  FROM a)
SELECT attempts, first, last, bucket, step,
  (SELECT coalesce(json_agg(t), '[]') FROM (
    SELECT at - at % bucket AS at, outcome, count(*) AS count FROM a WHERE final GROUP BY 1, 2 ORDER BY 1, 2) t) AS timeline,
  (SELECT coalesce(json_agg(d), '[]') FROM (
    SELECT ms - ms % step AS "fromMs", count(*) AS count FROM a WHERE NOT interrupted AND ms IS NOT NULL GROUP BY 1 ORDER BY 1) d) AS durations,
  (SELECT coalesce(json_agg(r), '[]') FROM (
    SELECT (last - at) / ${SLOT_MS} AS slot, count(*) AS count FROM a WHERE final AND at > last - ${SLOT_MS * SLOTS} GROUP BY 1) r) AS recent
FROM span`;

interface AttemptFacts {
  attempts: number;
  first: number | null;
  last: number | null;
  bucket: number;
  step: number;
  timeline: { at: number; outcome: Outcome; count: number }[];
  durations: { fromMs: number; count: number }[];
  recent: { slot: number; count: number }[];
}

/** What of the address is counted by: first digits, or the mail domain; letters have neither. */
const prefixOf: Record<Channel, string> = {
  fax: "left(address, $2)",
  sms: "left(address, $2)",
  null: "left(address, $2)",
  mail: "CASE WHEN $2::int > 0 THEN '@' || lower(split_part(address, '@', 2)) END",
  letter: "CASE WHEN $2::int < 0 THEN '' END",
};

const recipientsText = (channel: Channel) => /* sql */ `
WITH r AS MATERIALIZED (
  SELECT state, outcome, cause_code, cause_text, due_at, sent_at, pages, duration_ms, ${prefixOf[channel]} AS prefix,
    NOT starts_with(address, '+49') AS abroad
  FROM recipient WHERE job_id = $1)
SELECT
  (SELECT count(*) FROM r WHERE state = 'retry') AS waiting, (SELECT count(*) FROM r WHERE state = 'sending') AS sending,
  (SELECT max(due_at) FROM r WHERE state IN ('queued', 'retry')) AS "lastDue",
  (SELECT coalesce(json_agg(f), '[]') FROM (
    SELECT outcome, count(*) AS count, max(sent_at) AS "lastAt" FROM r WHERE state = 'final' GROUP BY 1) f) AS finals,
  (SELECT coalesce(json_agg(p), '[]') FROM (
    SELECT prefix, sum(count) AS final, sum(count) FILTER (WHERE outcome ${FAILED}) AS failed, json_object_agg(outcome, count) AS outcomes
    FROM (SELECT prefix, outcome, count(*) AS count FROM r WHERE state = 'final' AND prefix IS NOT NULL GROUP BY 1, 2) o
    GROUP BY 1 HAVING bool_or(outcome ${FAILED}) ORDER BY 3 DESC, 1 LIMIT ${WORST}) p) AS prefixes,
  (SELECT coalesce(json_agg(c), '[]') FROM (
    SELECT outcome, coalesce(cause_code, '') AS code, coalesce(max(cause_text), '') AS text, count(*) AS count FROM r
    WHERE state = 'final' AND outcome <> 'OK' GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2 LIMIT ${MOST_CAUSES}) c) AS causes,
  (SELECT coalesce(json_agg(d), '[]') FROM (
    SELECT abroad AS international, count(*) AS messages, coalesce(sum(ceil(duration_ms / 60000.0)), 0)::bigint AS minutes,
      coalesce(sum(pages), 0) AS pages FROM r WHERE outcome = 'OK' GROUP BY 1) d) AS delivered`;

type RecipientFacts = Pick<JobFacts, "waiting" | "sending" | "prefixes" | "delivered"> & {
  lastDue: number | null;
  finals: { outcome: Outcome; count: number; lastAt: number | null }[];
  causes: { outcome: Outcome; code: string; text: string; count: number }[];
};

/** The longest of the usual lengths that still makes few groups; 0 for a job without recipients. */
async function prefixLength(pool: Pool, jobId: number): Promise<number> {
  const { rows } = await pool.query<{ address: string }>(
    "SELECT address FROM recipient WHERE job_id = $1 ORDER BY n LIMIT $2",
    [jobId, SAMPLE],
  );
  const groups = (length: number) => new Set(rows.map((row) => row.address.slice(0, length))).size;
  return PREFIX_LENGTHS.find((length) => groups(length) <= MOST_PREFIXES) ?? (PREFIX_LENGTHS.at(-1) as number);
}

/** Counts a job's attempts and recipients. `acceptedAt`: wall time, where its timeline begins. */
export async function jobFacts(
  pool: Pool,
  job: { id: number; channel: Channel; acceptedAt: number },
): Promise<JobFacts> {
  const length = await prefixLength(pool, job.id);
  const [tried, going] = await Promise.all([
    pool.query<AttemptFacts>(ATTEMPTS, [job.id, job.acceptedAt]),
    pool.query<RecipientFacts>(recipientsText(job.channel), [job.id, length]),
  ]);
  const { bucket, step, timeline, durations, recent, attempts, first, last } = tried.rows[0] as AttemptFacts;
  const { finals, lastDue, causes, ...rest } = going.rows[0] as RecipientFacts;
  const byAttempt = (outcome: Outcome) =>
    timeline.reduce((sum, one) => (one.outcome === outcome ? sum + one.count : sum), 0);
  const facts: JobFacts = {
    ...rest,
    attempts,
    bucketMs: bucket,
    timeline,
    durationStepMs: step,
    durations,
    causes: causes.map(({ outcome, code, text, count }) => ({ outcome, cause: { code, text }, count })),
    // What no attempt made final: refused at acceptance, or cancelled while it waited.
    untried: finals
      .map(({ outcome, count, lastAt }) => ({ outcome, count: count - byAttempt(outcome), simAt: lastAt ?? 0 }))
      .filter(({ count }) => count > 0),
    recent: Array.from({ length: SLOTS }, (_, i) => recent.find(({ slot }) => slot === SLOTS - 1 - i)?.count ?? 0),
  };
  if (first !== null) facts.firstAt = first;
  if (last !== null) facts.lastAt = last;
  if (lastDue !== null) facts.lastDue = lastDue;
  return facts;
}
