// Job > Recipient > Attempt (DESIGN section 3): the values that faces, ledger and workers share.

import type { Channel } from "./channel.ts";
import type { Cause, DeliveryState, Outcome } from "./outcome.ts";

/** Options of a job, typed once whatever face they came through. Unset means the account's or the channel's default. */
export interface JobOptions {
  /** Number signalled to the called party (FAX.de ISDNABS, CALLERID). */
  callerId?: string;
  /** T.30 station identification, at most 20 characters. */
  stationId?: string;
  /** Free text of the header line, at most 30 characters. */
  faxHeader?: string;
  /** Redials on busy, 0 to 12. */
  busyRedials?: number;
  /** Repeats of the whole sending after another failure, 0 to 5. */
  repeats?: number;
  mailFrom?: string;
  subject?: string;
  flashSms?: boolean;
  smsFrom?: string;
  /** Template of FAX.de's STATURL. */
  statusUrl?: string;
  /** Letters: colour print (JobType 4). */
  colour?: boolean;
}

/** A document kept for a job: content-addressed, with the name it came under. */
export interface StoredDocument {
  /** SHA-256, lower-case hex: the blob's name. */
  hash: string;
  name: string;
  bytes: number;
  mediaType: string;
}

/** What a job sends; kept with the job and handed to the channel with every attempt. */
export interface JobContent {
  text?: string;
  /** The files as they came (mail attachments, letter PDF). */
  documents: StoredDocument[];
  /** Fax: the canonical multipage TIFF-F that all recipients get. Letter: the joined PDF. */
  pages?: { hash: string; count: number };
  /** Letter: what the check found. */
  letter?: { address: string[]; international: boolean; sheets: number };
  /** W3C trace context of the request that brought it, where traces are recorded. */
  trace?: string;
}

export type RecipientState = "queued" | "sending" | "retry" | "final";

/** One recipient as it is accepted. `n` is its place in the input, from 0. */
export interface RecipientOrder {
  address: string;
  /** The customer's reference ([...] behind the number, or the second CSV column). Empty when none. */
  reference: string;
  /** Set when the recipient must not be tried at all (blacklist, invalid number): it is final from the start. */
  refused?: { outcome: Outcome; cause: Cause; counted: boolean };
}

/** Everything one transaction needs to accept a job. */
export interface JobOrder {
  accountId: number;
  channel: Channel;
  recipients: RecipientOrder[];
  content: JobContent;
  options: JobOptions;
  /** Simulated time of the first attempt, ms since 1970; undefined: at once. */
  dueAt?: number;
  /** 0 urgent, 5 normal, 9 bulk. */
  priority: number;
  /** Pages per recipient (fax, letter), parts (SMS), 1 for mail. */
  pageCount: number;
  /** SHA-256 over all that makes two jobs "the same" (FAX.de -77), hex; undefined switches the check off. */
  fingerprint?: string;
  /** Which face took it: "faxde", "api", "binect", "bench". */
  face: string;
  /** A request that came with an idempotency key (unique per account). */
  idempotency?: {
    key: string;
    requestHash: string;
    /** What the answer says beside its numbers, to be said again when the request comes again. */
    notices?: string[];
  };
}

/** `job.n.k`: job id, recipient's place from 0, number of the attempt from 1. */
export type AttemptKey = `${number}.${number}.${number}`;

export function attemptKey(job: number, n: number, k: number): AttemptKey {
  return `${job}.${n}.${k}`;
}

export function parseAttemptKey(text: string): { job: number; n: number; k: number } | undefined {
  const m = /^(\d{1,15})\.(\d{1,9})\.(\d{1,6})$/.exec(text);
  return m ? { job: Number(m[1]), n: Number(m[2]), k: Number(m[3]) } : undefined;
}

/** One attempt as its channel reports it. */
export interface AttemptReport {
  outcome: Outcome;
  cause: Cause;
  /** The failure passes by itself (a throttled carrier, a greylisting server): try again by the channel's temporary policy. */
  temporary?: boolean;
  /** The attempt was cut by our own stop, not by the other end: it does not count and is due again at once. */
  interrupted?: boolean;
  /** Fax: station id of the answering machine. */
  remoteId?: string;
  /** Pages confirmed, parts accepted. */
  pages?: number;
  /** Fax: line time in milliseconds. */
  durationMs?: number;
  /** Fax: bits per second agreed for the page. */
  rateBps?: number;
  /** Fax: "MH", "MR", "MMR". */
  coding?: string;
  ecm?: boolean;
  /** The carrier's own id of the message, for receipts. */
  carrierId?: string;
  /** Compact record of the call (SIP and IFPs with line time). */
  ladder?: Uint8Array;
}

export interface Attempt extends Omit<AttemptReport, "ladder" | "interrupted"> {
  key: AttemptKey;
  /** Simulated times, ms since 1970. */
  startedAt: number;
  endedAt: number;
  /** Wall time of the end, ms since 1970. */
  at: number;
  /** The attempt may repeat one that had already reached the other end (its worker was killed, stopped or fenced). */
  repeat: boolean;
  interrupted: boolean;
  final: boolean;
}

export interface Job {
  id: number;
  accountId: number;
  channel: Channel;
  face: string;
  state: "open" | "done";
  priority: number;
  content: JobContent;
  options: JobOptions;
  pageCount: number;
  /** Wall time. */
  acceptedAt: number;
  /** Simulated times. */
  simAcceptedAt: number;
  dueAt: number;
  doneAt?: number;
  lastSentAt?: number;
  cancelled: boolean;
  paused: boolean;
  /** Valid recipients (FAX.de RecipientsCount). */
  counted: number;
  /** All rows, refused ones included. */
  total: number;
  final: number;
  outcomes: Partial<Record<Outcome, number>>;
}

export interface Recipient {
  n: number;
  address: string;
  reference: string;
  state: RecipientState;
  attempts: number;
  /** Simulated time of the next attempt while queued or in retry. */
  dueAt?: number;
  outcome?: Outcome;
  cause?: Cause;
  remoteId?: string;
  pages?: number;
  durationMs?: number;
  /** Simulated end of the last attempt. */
  sentAt?: number;
  delivery?: DeliveryState;
  deliveryAt?: number;
  /** Some attempt may have repeated one that had already gone out. */
  repeated: boolean;
}
