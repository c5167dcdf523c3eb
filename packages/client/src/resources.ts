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

/** Money in thousandths of a euro cent, so that sums are exact. */
export interface Price {
  millicents: number;
  /** Name of the tariff that was in force. */
  tariff: string;
}

/** How a job is going, computed from its attempts and outcomes. */
export interface JobReport {
  /** Wall time at which this was computed. */
  at: Timestamp;
  /** Width of the time buckets below, ms of wall time: as fine as 120 of them allow. */
  bucketMs: number;
  /** Outcomes (final) by bucket of wall time; empty buckets are left out. */
  timeline: { at: Timestamp; outcomes: Partial<Record<Outcome, number>> }[];
  /** Modelled duration of attempts; for channels without, from begin to end. Buckets `from` <= ms < `to`, empty ones included. */
  durations: { fromMs: number; toMs: number; count: number }[];
  /** First digits (or mail domains) with the most failures among their final recipients, worst first, at most 12. */
  prefixes: { prefix: string; final: number; failed: number; outcomes: Partial<Record<Outcome, number>> }[];
  /** Why recipients failed, most frequent first, at most 20. */
  causes: { outcome: Outcome; cause: Cause; count: number }[];
  attempts: number;
  /** Recipients that wait for another attempt. */
  waiting: number;
  sending: number;
  /** Outcomes per second of wall time over the last minute it ran. */
  perSecond: number;
  /** Wall time at which the last outcome is expected; a range, since redials may follow. Absent when done, paused or not moving. */
  eta?: { earliest: Timestamp; likely: Timestamp; latest: Timestamp };
  /** What it costs so far, by the tariff. */
  price: Price;
}

/** A job's request as it came and the answer as it went, secrets masked and long content cut. */
export interface JobExchange {
  at: Timestamp;
  method: string;
  path: string;
  /** Header lines that tell something; credentials masked. */
  requestHeaders: Record<string, string>;
  /** As text; documents inside are shortened where they stand. */
  request: string;
  /** Octets as they came. */
  requestBytes: number;
  status: number;
  responseHeaders: Record<string, string>;
  response: string;
  tookMs: number;
}

/** One minute of wall time of an account. */
export interface StatsMinute {
  at: Timestamp;
  jobs: number;
  attempts: number;
  /** Fax pages confirmed, letters' pages, SMS parts, mails. */
  pages: number;
  /** Final outcomes. */
  outcomes: Partial<Record<Outcome, number>>;
}
/** Recipients not final, by channel; `dispatched`: of these in chunks that are handed out now. */
export type QueueDepth = Partial<Record<Channel, { open: number; dispatched: number }>>;
export interface StatsView {
  /** Oldest first, without gaps; the last one is under way. */
  minutes: StatsMinute[];
  queue: QueueDepth;
}

/** Which dead letters (recipients that failed for good and were not sent again): unset fields take all. */
export interface FailureFilter {
  channel?: Channel;
  outcome?: Outcome;
  /** A cause's code. */
  cause?: string;
  job?: number;
  /** Beginning of the number, or `@domain`. */
  address?: string;
  /** Failed at or after (wall time). */
  since?: Timestamp;
}
export interface FailureGroup {
  channel: Channel;
  outcome: Outcome;
  cause: Cause;
  count: number;
  /** In how many jobs. */
  jobs: number;
  /** Wall times. */
  oldestAt: Timestamp;
  latestAt: Timestamp;
}
export interface FailureView {
  job: number;
  n: number;
  address: string;
  reference: string;
  channel: Channel;
  outcome: Outcome;
  cause: Cause;
  attempts: number;
  /** Wall time. */
  at: Timestamp;
}
export interface AgainInput {
  /** Either a filter ... */
  where?: FailureFilter;
  /** ... or these very recipients. */
  recipients?: { job: number; n: number }[];
  /** Only count. */
  dryRun?: boolean;
}
export interface AgainResult {
  /** Recipients that are (or would be) sent again. */
  recipients: number;
  /** Jobs they come from. */
  sources: number;
  /** The new jobs, one for each source; empty in a dry run. */
  jobs: number[];
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
  /** How long it took on the line (a frame at 300 bit/s, a page, a tone), microseconds. Absent for what takes none. */
  airUs?: number;
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
  /** What was on the wire, lower-case hex: the frame from its address octet to its FIF, the SIP message's first 2,000 octets. */
  octets?: string;
  /** Offset of the information field (bit 1 of the fields) within `octets`. */
  fifAt?: number;
  /** Page data in ECM: its frames by number, those that came damaged and those that repeat earlier ones. */
  ecm?: { block: number; frames: number; damaged: number[]; repeated: number[] };
}

/** A call as two parties see it, top to bottom. */
export interface Ladder {
  lines: LadderLine[];
  /** The call is on the line: when it was connected (wall time), and how fast its line clock runs. What lies ahead of it is left out. */
  live?: { connectedAt: Timestamp; speed: number };
}

/** A page of a call: what was sent, what the other machine holds. */
export interface CallPageFacts {
  /** Pels. */
  width: number;
  height: number;
  /** Pels and lines per inch: 204 x 98 is shown in its true aspect. */
  xDpi: number;
  yDpi: number;
}
export interface CallPage {
  /** From 1. */
  n: number;
  /** As encoded for this receiver. */
  sent?: CallPageFacts;
  received?: CallPageFacts;
  /** Pels that differ; absent unless both are there. */
  differing?: number;
}
export interface CallPages {
  pages: CallPage[];
  /** The receiver is a simulated machine that still holds the fax. A real one keeps what it got to itself. */
  receivedKept: boolean;
}

/** A call that came in and left no fax. */
export interface MissedCallView {
  id: number;
  /** Simulated time. */
  at: Timestamp;
  originator: string;
  called: string;
  remoteId: string;
  cause: Cause;
  /** On the line, milliseconds. */
  lineMs: number;
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
  /** Lines of all pages that came damaged and were concealed. */
  badLines: number;
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
  /** Of an idle line: what became of `attempt`, its last one. */
  last?: Outcome;
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
  /** The last hour. */
  stats: StatsView;
}

/** A message of the feed: exactly one of these shapes. */
export type FeedMessage =
  | { snapshot: Snapshot }
  /** `seq`: everything up to here has been told, also when the last events belong to others. */
  | { events: EventView[]; seq: number }
  /** Jobs that changed, whole, and the counts that follow from them. */
  | { jobs: JobSummary[]; today: Today }
  /** Lines that changed. */
  | { lines: LineView[] }
  /** Minutes that changed, and the queue; at most once a second. */
  | { stats: StatsView };
