// The ledger as the faces use it. PostgreSQL is the truth; this is what may be asked of it and told to it.

import type {
  Account,
  Attempt,
  Cause,
  Channel,
  ClockSetting,
  DeliveryState,
  FeedEvent,
  Job,
  JobOrder,
  Outcome,
  Recipient,
  RecipientState,
  Scope,
} from "@depesche/core";
import type { LiveRecord } from "./channel.ts";

export type CredentialKind = "faxde" | "binect" | "api-key";

export type AuthResult =
  | { ok: true; account: Account; scopes: readonly Scope[] }
  | { ok: false; reason: "unknown" | "wrong-secret" | "too-many-failures" };

/** What was answered to the first request with the key. */
export type Replay = {
  ok: true;
  jobId: number;
  counted: number;
  pages: number;
  notices: string[];
  replayed: true;
};

export type AcceptResult =
  | { ok: true; jobId: number; counted: number; replayed: false }
  | Replay
  | { ok: false; problem: "duplicate"; jobId: number }
  | { ok: false; problem: "idempotency-conflict" };

/** A call that came in and left no fax. */
export interface MissedCall {
  id: number;
  accountId: number;
  /** Simulated clock, ms since 1970. */
  at: number;
  originator: string;
  called: string;
  /** Station id of the caller; "" when it said none. */
  remoteId: string;
  /** Why there is no fax. */
  cause: Cause;
  /** On the line, ms. */
  lineMs: number;
}

export interface InboundFax {
  id: number;
  accountId: number;
  /** Simulated time, ms since 1970. */
  receivedAt: number;
  originator: string;
  called: string;
  remoteId: string;
  pages: number;
  /** False when the sender broke off: the pages are those confirmed until then. */
  complete: boolean;
  /** Lines of all pages that came damaged and were concealed. */
  badLines: number;
  /** Blob of the multipage TIFF. */
  tiffHash: string;
  state: "new" | "fetched" | "deleted";
}

/** A page of a listing; `next` is handed back to get the following one. */
export interface Page<T> {
  items: T[];
  next?: string;
}

export interface FaceLedger {
  /** `login` is the customer number, mail address, or for api-key empty (the key is the secret). `source` is the client's address, for rate limits. */
  authenticate(kind: CredentialKind, login: string, secret: string, source: string): Promise<AuthResult>;

  accept(order: JobOrder): Promise<AcceptResult>;
  /** What an earlier request with this idempotency key came to; undefined when there was none, or none that is over. */
  earlier(
    accountId: number,
    idempotency: { key: string; requestHash: string },
  ): Promise<Replay | Extract<AcceptResult, { problem: "idempotency-conflict" }> | undefined>;

  job(accountId: number, jobId: number): Promise<Job | undefined>;
  jobs(
    accountId: number,
    query: { limit: number; cursor?: string; state?: Job["state"]; channel?: Channel },
  ): Promise<Page<Job>>;
  /** Rows in input order, `n >= from`. `q`: part of the address (of a number's digits, however it is written) or of the reference. */
  recipients(
    jobId: number,
    query: { from: number; limit: number; outcome?: Outcome; state?: RecipientState; q?: string },
  ): Promise<Recipient[]>;
  attempts(jobId: number, n: number): Promise<Attempt[]>;
  /** `acceptedAt`: where the timeline begins. */
  jobFacts(job: Pick<Job, "id" | "channel" | "acceptedAt">): Promise<JobFacts>;
  ladder(jobId: number, n: number, k: number): Promise<Uint8Array | undefined>;
  /** Of an attempt that is on the line now. */
  liveLadder(jobId: number, n: number, k: number): Promise<LiveRecord | undefined>;

  /** Keeps requests and answers, of each job the first, and in all those of the newest `most` jobs. */
  keepExchanges(exchanges: readonly Exchange[], most: number): Promise<void>;
  exchange(jobId: number): Promise<Exchange | undefined>;

  /** Dead letters by channel, outcome and cause, most frequent first. */
  failureGroups(accountId: number, filter: FailureFilter): Promise<FailureGroup[]>;
  /** Latest first. */
  failures(accountId: number, filter: FailureFilter, query: { limit: number; cursor?: string }): Promise<Page<Failure>>;
  /** Sends again, a new job for each source with its content and options, all in one commit; what was a dead letter is none any more. */
  again(order: AgainOrder): Promise<AgainAnswer>;

  /** Queued recipients end CANCELLED at once; what is in flight finishes. `left` are those neither final before nor cancelled now. */
  cancel(accountId: number, jobId: number): Promise<{ found: boolean; cancelled: number; inFlight: number }>;
  pause(accountId: number, jobId: number, paused: boolean): Promise<boolean>;

  /** Oldest fax not deleted; marks it fetched. */
  nextInbound(accountId: number): Promise<InboundFax | undefined>;
  inbound(accountId: number, id: number): Promise<InboundFax | undefined>;
  /** Newest first; `deleted`: those that were deleted as well, whose pages are gone. */
  inbounds(accountId: number, query: { limit: number; cursor?: string; deleted?: boolean }): Promise<Page<InboundFax>>;
  inboundLadder(id: number): Promise<Uint8Array | undefined>;
  /** Calls that came in and left no fax, newest first: the latest thousand of all accounts. */
  missedCalls(accountId: number, query: { limit: number; cursor?: string }): Promise<Page<MissedCall>>;
  missedLadder(accountId: number, id: number): Promise<Uint8Array | undefined>;
  deleteInbound(accountId: number, id: number): Promise<boolean>;

  /** A receipt from outside about an attempt's message. Unknown attempts are ignored (false). */
  delivery(report: { job: number; n: number; state: DeliveryState; detail?: string }): Promise<boolean>;
  /** Finds the recipient a carrier's own id belongs to. */
  findByCarrierId(channel: Channel, carrierId: string): Promise<{ job: number; n: number } | undefined>;

  /** Events with `seq > after`, oldest first. `accountId` undefined: all. */
  events(after: number, limit: number, accountId?: number): Promise<FeedEvent[]>;
  lastSeq(): Promise<number>;
  /** Number of the first event at or after a wall time; one past the last when there is none. */
  firstSeqAt(at: number): Promise<number>;
  /** Events with `after < seq <= upTo`, counted by account and minute; the house's own are left out. */
  countEvents(after: number, upTo: number): Promise<MinuteCount[]>;
  /** Recipients not final, of all accounts. */
  queueDepth(): Promise<QueueCount[]>;
  /** Calls back on new events (a hint: read them with `events`). */
  onEvents(listener: (lastSeq: number) => void): () => void;

  clock(): Promise<ClockSetting>;
  /** `accountId`: who asked, for the audit table; undefined is the house itself. */
  changeClock(
    change: { speed?: number; unpaced?: boolean; setTo?: number },
    accountId?: number,
  ): Promise<ClockSetting | undefined>;

  /** Remembers that a blob is used by an owner ("document:<account>", ...), and asks who may read it. */
  blobOwner(accountId: number, hash: string): Promise<boolean>;
  rememberBlob(accountId: number, hash: string, bytes: number): Promise<void>;

  /** Limits by scope: "account:<id>", "channel:<name>", "destination:<first digits>", "destination:@<mail domain>". */
  limits(): Promise<(Limits & { scope: string })[]>;
  /** No limits at all remove the scope. */
  setLimits(scope: string, limits: Limits, accountId: number): Promise<void>;

  webhooks(accountId: number): Promise<Webhook[]>;
  addWebhook(accountId: number, hook: { url: string; types: string[]; secret: string }): Promise<Webhook>;
  removeWebhook(accountId: number, id: number): Promise<boolean>;
  /** Hooks with events waiting, for the deliverer. */
  allWebhooks(): Promise<(Webhook & { secret: string })[]>;
  /** Moves a hook's cursor after a delivery, or records a failure and when to try again (wall time). */
  webhookProgress(id: number, progress: { cursor: number } | { failures: number; nextTryAt: number }): Promise<void>;
}

/** What happened to an account in a minute, or in a part of it: several of the same minute add up. */
export interface MinuteCount {
  account: number;
  /** Wall time at which the minute began. */
  minute: number;
  jobs: number;
  /** Attempts that ended. */
  attempts: number;
  /** Pages and parts these confirmed. */
  pages: number;
  /** Final outcomes. */
  outcomes: Partial<Record<Outcome, number>>;
}

export interface QueueCount {
  account: number;
  channel: Channel;
  open: number;
  /** Of these in chunks that are handed out now. */
  dispatched: number;
}

/** Which dead letters: recipients that were tried, failed for good and were not sent again. Unset fields take all. */
export interface FailureFilter {
  channel?: Channel;
  outcome?: Outcome;
  /** A cause's code. */
  cause?: string;
  job?: number;
  /** Beginning of the address as it is kept, in lower case, or `@domain`. */
  address?: string;
  /** Failed at or after, wall time. */
  since?: number;
}

export interface FailureGroup {
  channel: Channel;
  outcome: Outcome;
  cause: Cause;
  count: number;
  /** In how many jobs. */
  jobs: number;
  /** Wall times. */
  oldestAt: number;
  latestAt: number;
}

export interface Failure {
  job: number;
  n: number;
  address: string;
  reference: string;
  channel: Channel;
  outcome: Outcome;
  cause: Cause;
  attempts: number;
  /** Wall time. */
  at: number;
}

export interface AgainOrder {
  accountId: number;
  face: string;
  /** Dead letters by filter or by name, or recipients of one job by outcome, dead letters or not. */
  pick:
    | { where: FailureFilter }
    | { recipients: readonly { job: number; n: number }[] }
    | { job: number; outcomes: readonly Outcome[] };
  /** Recipients that may not be sent to (any more) are left out. */
  permitted(channel: Channel, address: string): boolean;
  /** `perJob`: of one source, for accounts that may not send to many. */
  most: { recipients: number; jobs: number; perJob?: number };
  /** Only count. */
  dryRun: boolean;
  idempotency?: { key: string; requestHash: string };
}

export type AgainAnswer =
  | { ok: true; recipients: number; sources: number; jobs: number[]; replayed: boolean }
  | { ok: false; problem: "idempotency-conflict" }
  /** `most` was exceeded: at least so many were found. */
  | { ok: false; problem: "too-many"; recipients: number; sources: number }
  /** `most.perJob` was exceeded. */
  | { ok: false; problem: "mass-not-released" }
  /** A document of this job is no longer kept. */
  | { ok: false; problem: "document-gone"; jobId: number };

/** A request that made a job, and its answer, as they are kept: secrets masked, long content cut. */
export interface Exchange {
  job: number;
  /** Wall time at which it came. */
  at: number;
  method: string;
  path: string;
  requestHeaders: Record<string, string>;
  request: string;
  /** Octets as they came. */
  requestBytes: number;
  status: number;
  responseHeaders: Record<string, string>;
  response: string;
  tookMs: number;
}

/** How a job is going, as the ledger counts it. */
export interface JobFacts {
  attempts: number;
  waiting: number;
  sending: number;
  /** Simulated time of the last attempt that is due. */
  lastDue?: number;
  /** Wall times of the first and the last outcome that an attempt made. */
  firstAt?: number;
  lastAt?: number;
  /** Outcomes in the six times ten seconds before `lastAt`, oldest first. */
  recent: number[];
  /** Final outcomes of attempts by `bucketMs` of wall time, oldest first. */
  bucketMs: number;
  timeline: { at: number; outcome: Outcome; count: number }[];
  /** Outcomes that no attempt made, and the simulated time of the last of them. */
  untried: { outcome: Outcome; count: number; simAt: number }[];
  /** Modelled durations from `fromMs`, each `durationStepMs` wide, empty ones left out. */
  durationStepMs: number;
  durations: { fromMs: number; count: number }[];
  /** Worst first. */
  prefixes: { prefix: string; final: number; failed: number; outcomes: Partial<Record<Outcome, number>> }[];
  /** Most frequent first. */
  causes: { outcome: Outcome; cause: Cause; count: number }[];
  /** Recipients with the outcome OK, at home and abroad. */
  delivered: { international: boolean; messages: number; minutes: number; pages: number }[];
}

/** What is held back, of all workers together. Unset: no limit. */
export interface Limits {
  /** Nothing begins. */
  paused?: boolean;
  /** Attempts under way at once. */
  maxInFlight?: number;
  /** Attempts begun in a simulated minute. */
  ratePerMinute?: number;
}

export interface Webhook {
  id: number;
  accountId: number;
  url: string;
  types: string[];
  /** Sequence number up to which events were delivered. */
  cursor: number;
  failures: number;
  /** Wall time. */
  nextTryAt: number;
}
