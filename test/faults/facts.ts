// What a run left behind: the ledger's rows and events, and the simulators' wire logs.

import { readFileSync } from "node:fs";
import { parseAttemptKey } from "@depesche/core";
import type { House } from "./house.ts";

export interface JobFact {
  id: number;
  channel: string;
  total: number;
  final: number;
  done_at: number | null;
  cancelled_at: number | null;
  due_at: number;
  /** By outcome, as the job counts them. */
  counters: Record<string, number>;
}

export interface RecipientFact {
  job: number;
  n: number;
  address: string;
  reference: string;
  state: string;
  outcome: string | null;
  attempts: number;
  repeated: boolean;
}

export interface AttemptFact {
  job: number;
  n: number;
  k: number;
  incarnation: number | null;
  outcome: string;
  repeat: boolean;
  interrupted: boolean;
  final: boolean;
  cause: string | null;
}

export interface EventFact {
  seq: number;
  sim_at: number;
  type: string;
  job: number | null;
  n: number | null;
  k: number | null;
  outcome: string | null;
  final: boolean | null;
}

/** A call or message as the other end saw it. */
export interface WireFact {
  channel: "fax" | "sms";
  job: number;
  n: number;
  k: number;
  to: string;
  /** The other end has it: all pages confirmed, or the message taken. */
  delivered: boolean;
}

export interface Facts {
  jobs: JobFact[];
  recipients: RecipientFact[];
  attempts: AttemptFact[];
  events: EventFact[];
  wire: WireFact[];
  /** State and process of every incarnation. */
  workers: Map<number, { state: string; pid: number }>;
}

const OUTCOMES = [
  "ok",
  "busy",
  "noanswer",
  "voice",
  "noring",
  "isdnerr",
  "noservice",
  "sendfail",
  "blacklist",
  "cancelled",
] as const;

/** Jobs whose recipients carry the run's tag, whatever their customers were told. */
export async function jobsOf(house: House, run: string): Promise<number[]> {
  const { rows } = await house.pool.query<{ job_id: number }>(
    "SELECT job_id FROM recipient WHERE n = 0 AND starts_with(reference, $1) ORDER BY job_id",
    [`${run}-`],
  );
  return rows.map((row) => row.job_id);
}

export async function gather(house: House, jobs: readonly number[], fromSeq: number): Promise<Facts> {
  const ask = async <Row extends object>(text: string, values: unknown[] = [jobs]) =>
    (await house.pool.query<Row>(text, values)).rows;
  const workers = await ask<{ id: number; state: string; pid: number }>("SELECT id, state, pid FROM worker", []);
  return {
    jobs: await ask(
      `SELECT id, channel, total, final, done_at, cancelled_at, due_at,
         json_build_object(${OUTCOMES.map((o) => `'${o.toUpperCase()}', ${o}`).join(", ")}) AS counters
       FROM job WHERE id = ANY($1) ORDER BY id`,
    ),
    recipients: await ask(
      "SELECT job_id AS job, n, address, reference, state, outcome, attempts, repeated FROM recipient WHERE job_id = ANY($1) ORDER BY job_id, n",
    ),
    attempts: await ask(
      `SELECT job_id AS job, n, k, incarnation, outcome, repeat, interrupted, final, cause_code AS cause
       FROM attempt WHERE job_id = ANY($1) ORDER BY job_id, n, k`,
    ),
    events: await ask(
      "SELECT seq, sim_at, type, job_id AS job, n, k, outcome, final FROM event WHERE seq > $1 ORDER BY seq",
      [fromSeq],
    ),
    wire: [...wireOf(house.wireLogs.fax, "fax"), ...wireOf(house.wireLogs.sms, "sms")].filter((w) =>
      jobs.includes(w.job),
    ),
    workers: new Map(workers.map(({ id, state, pid }) => [id, { state, pid }])),
  };
}

function wireOf(file: string, channel: "fax" | "sms"): WireFact[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      // A line cut by the death of its writer said nothing to anybody yet.
      if (!line.startsWith("{") || !line.endsWith("}")) return [];
      const { attempt, to, result } = JSON.parse(line) as { attempt?: string; to: string; result?: string };
      const key = parseAttemptKey(attempt ?? "");
      return key ? [{ channel, ...key, to, delivered: channel === "sms" || result === "OK" }] : [];
    });
}
