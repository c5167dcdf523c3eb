// Intake: the one way into the house for every face. Checks, converts, stores, accepts; or names the problem.

import type { Account, Channel, JobOptions } from "@depesche/core";
import type { SpoolFile } from "./spool.ts";

export interface RecipientInput {
  /** Number or mail address as the client wrote it. */
  address: string;
  reference: string;
}

export interface SubmitRequest {
  account: Account;
  channel: Channel;
  /** In input order. Empty for letters, whose address stands on the page. */
  recipients: RecipientInput[];
  text?: string;
  /** In order; a name without content is `file: undefined` (FAX.de 15). */
  files: { name: string; file: SpoolFile | undefined }[];
  options: JobOptions;
  /** Simulated time, ms since 1970; in the past or undefined: at once. */
  sendAt?: number;
  priority?: number;
  face: string;
  idempotency?: { key: string; requestHash: string };
}

/** Closed list; each face maps it to its own codes. */
export const INTAKE_PROBLEMS = [
  "account-locked",
  "trial-over",
  "channel-not-released",
  "mass-not-released",
  "foreign-not-released",
  "no-recipient",
  "bad-recipient",
  "recipient-blocked",
  "recipient-blacklisted",
  "premium-0900",
  "premium-0137",
  "premium-service",
  "nothing-to-send",
  "file-missing",
  "file-empty",
  "format-not-supported",
  "not-what-its-name-says",
  "document-broken",
  "document-encrypted",
  "document-too-large",
  "conversion-failed",
  "letter-faulty",
  "text-too-long",
  "trial-too-many-pages",
  "no-credit",
  "duplicate",
  "idempotency-conflict",
  "store-down",
  "busy",
] as const;
export type IntakeProblem = (typeof INTAKE_PROBLEMS)[number];

export type SubmitResult =
  | {
      ok: true;
      jobId: number;
      /** Valid recipients. */
      recipients: number;
      /** Pages or parts per recipient. */
      pages: number;
      /** The same idempotency key was seen before: this is the first answer again. */
      replayed: boolean;
      /** Plain sentences about what was ignored or cut. */
      notices: string[];
    }
  | {
      ok: false;
      problem: IntakeProblem;
      /** One plain sentence: what, where, what to try. */
      detail: string;
      /** "duplicate": the first job. */
      jobId?: number;
      /** Which file (from 0) or recipient. */
      at?: number;
      /** Letters: what the check found. */
      findings?: unknown[];
    };

export interface Intake {
  /** Spool files of the request are taken over or discarded in every case. */
  submit(request: SubmitRequest): Promise<SubmitResult>;
}
