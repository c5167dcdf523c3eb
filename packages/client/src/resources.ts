// The resources of the REST API under /v1 as they travel: JSON, every time an ISO 8601 string in UTC.

import type {
  AttemptKey,
  Cause,
  Channel,
  DeliveryState,
  EventType,
  JobOptions,
  Outcome,
  RecipientState,
  Scope,
  StoredDocument,
} from "@depesche/core";

/** ISO 8601 in UTC with milliseconds, `2026-03-01T09:30:00.000Z`. */
export type Timestamp = string;

/** One page of a listing. Hand `next` back as `cursor` to get the following one; without `next` this was the last. */
export interface Listing<T> {
  items: T[];
  next?: string;
}

export interface JobSummary {
  id: number;
  channel: Channel;
  /** Which face took it: "api", "faxde", ... */
  face: string;
  state: "open" | "done";
  cancelled: boolean;
  paused: boolean;
  /** 0 urgent, 5 normal, 9 bulk. */
  priority: number;
  /** Name of the first document, or the beginning of the text. */
  title: string;
  /** Pages per recipient (fax, letter), parts (SMS), 1 for mail. */
  pageCount: number;
  /** Wall time. */
  acceptedAt: Timestamp;
  /** Simulated times. */
  simAcceptedAt: Timestamp;
  dueAt: Timestamp;
  doneAt?: Timestamp;
  lastSentAt?: Timestamp;
  /** Valid recipients. */
  counted: number;
  /** All recipients, refused ones included. */
  total: number;
  /** Recipients whose outcome stands. */
  final: number;
  outcomes: Partial<Record<Outcome, number>>;
}

export interface JobDetail extends JobSummary {
  text?: string;
  documents: StoredDocument[];
  /** Fax and letter: the prepared pages; see `/v1/jobs/{id}/pages/{n}.png`. */
  pages?: { hash: string; count: number };
  /** Letter: what the check found. */
  letter?: { address: string[]; international: boolean; sheets: number };
  options: JobOptions;
}

export interface RecipientView {
  /** Place in the job, from 0. */
  n: number;
  address: string;
  reference: string;
  state: RecipientState;
  /** Attempts made. */
  attempts: number;
  /** Simulated time of the next attempt. */
  dueAt?: Timestamp;
  outcome?: Outcome;
  cause?: Cause;
  remoteId?: string;
  pages?: number;
  durationMs?: number;
  /** Simulated end of the last attempt. */
  sentAt?: Timestamp;
  delivery?: DeliveryState;
  deliveryAt?: Timestamp;
  /** An attempt may have repeated one that had already gone out. */
  repeated: boolean;
}

export interface AttemptView {
  /** `job.n.k`. */
  key: AttemptKey;
  outcome: Outcome;
  cause: Cause;
  temporary?: boolean;
  remoteId?: string;
  pages?: number;
  durationMs?: number;
  rateBps?: number;
  coding?: string;
  ecm?: boolean;
  carrierId?: string;
  /** Simulated times. */
  startedAt: Timestamp;
  endedAt: Timestamp;
  /** Wall time of the end. */
  at: Timestamp;
  repeat: boolean;
  interrupted: boolean;
  final: boolean;
}

/** A decoded part of a ladder line, with the clause of the standard that defines it where there is one. */
export interface LadderField {
  name: string;
  value: string;
  clause?: string;
  /** First bit and number of bits within the frame's information field. */
  bit?: number;
  bits?: number;
}

/** One thing that happened on the line. */
export interface LadderLine {
  /** Line time in microseconds since connect; negative while it rings. */
  lineUs: number;
  from: "caller" | "answerer";
  kind: "sip" | "tone" | "indicator" | "training" | "frame" | "page" | "timer";
  /** `INVITE`, `486 Busy Here`, `CED`, `DIS`, `PPS-EOP`. */
  name: string;
  /** One plain line. */
  meaning: string;
  clause?: string;
  fields: LadderField[];
  /** A frame with a wrong FCS, or page data that holds such frames. */
  damaged?: boolean;
  /** The same frame as this side sent before. */
  repeated?: boolean;
}

/** A call as two parties see it, top to bottom. */
export interface Ladder {
  lines: LadderLine[];
}

export interface InboundView {
  id: number;
  /** Simulated time. */
  receivedAt: Timestamp;
  originator: string;
  called: string;
  remoteId: string;
  pages: number;
  /** False when the sender broke off: the pages are those confirmed until then. */
  complete: boolean;
  state: "new" | "fetched" | "deleted";
}

/** What a line is doing now. `attempt` and `address` are shown only to the account they belong to. */
export interface LineView {
  /** Incarnation of the worker the line belongs to; absent with a single worker. */
  worker?: number;
  /** From 0. */
  line: number;
  state: "idle" | "dialling" | "training" | "sending" | "receiving" | "ending";
  attempt?: AttemptKey;
  address?: string;
  page?: number;
  pages?: number;
  rateBps?: number;
}

/** What is held back, of all workers together. Unset: no limit. */
export interface LimitView {
  /** `account:ID`, `channel:NAME`, `destination:+DIGITS` (numbers that begin so) or `destination:@DOMAIN`. */
  scope: string;
  /** Nothing begins. */
  paused?: boolean | undefined;
  /** Attempts under way at once. */
  maxInFlight?: number | undefined;
  /** Attempts begun in a simulated minute. */
  ratePerMinute?: number | undefined;
}

export interface ClockView {
  /** The simulated clock. */
  now: Timestamp;
  wall: Timestamp;
  speed: number;
  /** Lines are freed as soon as a call is computed. */
  unpaced: boolean;
  /** False in production, where simulated time is wall time. */
  settable: boolean;
}

export interface ClockChange {
  /** 1 to 1000, or "max": 1000 and no line waits for its modelled time. */
  speed?: number | "max";
  /** Forward only. */
  setTo?: Timestamp;
  /** Instead of `setTo`: so many milliseconds from now. */
  advanceMs?: number;
}

export interface WebhookView {
  id: number;
  url: string;
  /** Event types wanted; empty: all. */
  types: EventType[];
  /** Sequence number up to which events were delivered. */
  cursor: number;
  /** Failures in a row. */
  failures: number;
  nextTryAt?: Timestamp;
}

/** An event of the log as the feed and the webhooks tell it. */
export interface EventView {
  /** Order of commit, without gaps over all accounts. */
  seq: number;
  /** Wall time. */
  at: Timestamp;
  /** Simulated time. */
  simAt: Timestamp;
  /** 0 for events of the house itself. */
  account: number;
  channel?: Channel;
  type: EventType;
  job?: number;
  recipient?: number;
  attempt?: number;
  outcome?: Outcome;
  final?: boolean;
  delivery?: DeliveryState;
  data?: Record<string, unknown>;
}

export interface AccountView {
  id: number;
  name: string;
  scopes: Scope[];
}

/** A document of a job: uploaded before (`hash`), or inline (`base64`). */
export type DocumentInput = { name: string; hash: string } | { name: string; base64: string };

export interface JobInput {
  channel: Channel;
  /** Number or mail address, alone or with the caller's own reference. Empty for letters. */
  recipients?: (string | { address: string; reference?: string })[];
  text?: string;
  documents?: DocumentInput[];
  options?: JobOptions;
  /** Simulated time of the first attempt. */
  sendAt?: Timestamp;
  /** 0 urgent, 5 normal, 9 bulk. */
  priority?: number;
}

export interface JobAccepted {
  id: number;
  /** Valid recipients. */
  recipients: number;
  /** Pages or parts per recipient. */
  pages: number;
  /** Plain sentences about what was ignored or cut. */
  notices: string[];
}

export interface ResendInput {
  /** Final outcomes to send again; default: all that can be sent again (every one but OK, BLACKLIST and CANCELLED). */
  outcomes?: Outcome[];
  /** Only count. */
  dryRun?: boolean;
}

export interface Resent {
  /** Recipients that are (or would be) sent again. */
  recipients: number;
  /** The new job; absent in a dry run. */
  id?: number;
}

export interface Cancelled {
  /** Recipients cancelled by this call. */
  cancelled: number;
  /** Recipients whose attempt was running; their outcome follows. */
  inFlight: number;
}

export interface DocumentStored {
  hash: string;
  bytes: number;
}

/** Outcomes of the jobs accepted today (wall clock, Europe/Berlin). */
export interface Today {
  /** `YYYY-MM-DD`. */
  day: string;
  jobs: number;
  recipients: number;
  final: number;
  outcomes: Partial<Record<Outcome, number>>;
  /** The day has more jobs than are counted one by one. */
  partial: boolean;
}

/** The body of every error (RFC 9457). */
export interface ProblemView {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Closed list, kebab-case; the last part of `type`. */
  code: string;
  /** Validation: where and what. */
  errors?: { at: string; message: string }[];
  /** Duplicate: the first job. */
  jobId?: number;
  /** Which document or recipient, from 0. */
  at?: number;
  /** Letters: what the check found. */
  findings?: unknown[];
}

/** First message of a feed, and again after a client fell behind. Events follow from `from + 1`. */
export interface Snapshot {
  from: number;
  /** Last event of the log when the snapshot was taken. */
  head: number;
  account: AccountView;
  /** Simulators are the carriers: nothing leaves the house. */
  simulated: boolean;
  clock: ClockView;
  /** Newest first. */
  jobs: JobSummary[];
  today: Today;
  lines: LineView[];
}

/** A message of the feed: exactly one of these shapes. */
export type FeedMessage =
  | { snapshot: Snapshot }
  /** `seq`: everything up to here has been told, also when the last events belong to others. */
  | { events: EventView[]; seq: number }
  /** Jobs that changed, whole, and the counts that follow from them. */
  | { jobs: JobSummary[]; today: Today }
  /** Lines that changed. */
  | { lines: LineView[] };
