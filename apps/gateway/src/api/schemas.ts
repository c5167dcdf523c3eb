// The shapes of the REST API as zod schemas: they check what comes in and describe what goes out (OpenAPI 3.1).
// Each is held against the resource of the client package, so the two cannot drift apart.

import type * as wire from "@depesche/client";
import { CHANNELS, DELIVERY_STATES, EVENT_TYPES, isMailAddress, isSmsSender, OUTCOMES, SCOPES } from "@depesche/core";
import { z } from "@hono/zod-openapi";

const timestamp = z.string().openapi({ format: "date-time", example: "2026-03-01T09:30:00.000Z" });
const outcome = z.enum(OUTCOMES).openapi("Outcome");
const channel = z.enum(CHANNELS).openapi("Channel");
const cause = z
  .object({ code: z.string().openapi({ example: "sip-486" }), text: z.string() })
  .openapi("Cause", { description: "Why, in the words of the part that knows." });
const counts = z
  .partialRecord(z.enum(OUTCOMES), z.int())
  .openapi({ description: "Recipients by outcome", example: { OK: 2, BUSY: 1 } });

export const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "a document's name is the SHA-256 of its bytes: 64 hexadecimal digits in lower case");

const document = z.object({ hash: z.string(), name: z.string(), bytes: z.int(), mediaType: z.string() });

/** Text that can be kept and handed out as it came: PostgreSQL and UTF-8 know neither NUL nor half a surrogate pair. */
const keepable = (text: string) => !text.includes("\0") && !/\p{Surrogate}/u.test(text);
const UNKEEPABLE = "holds a NUL or half a surrogate pair";
const kept = () => z.string().refine(keepable, UNKEEPABLE);
/** One line of a header. */
const headerLine = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => keepable(text) && !/[\r\n]/.test(text), "is one line of text");

/** Options of a job; unset means the account's or the channel's default. */
const options = z
  .strictObject({
    callerId: headerLine(40).optional().openapi({ description: "Number signalled to the called party" }),
    stationId: headerLine(20).optional().openapi({ description: "T.30 station identification" }),
    faxHeader: headerLine(30).optional().openapi({ description: "Free text of the header line" }),
    busyRedials: z.int().min(0).max(12).optional().openapi({ description: "Redials on BUSY" }),
    repeats: z.int().min(0).max(5).optional().openapi({ description: "Repeats after another failure" }),
    mailFrom: z.string().refine(isMailAddress, "is one mail address, name@domain").optional(),
    subject: headerLine(998).optional(),
    flashSms: z.boolean().optional(),
    smsFrom: z
      .string()
      .refine(isSmsSender, "is a number of at most 16 digits, or at most 11 letters, digits and blanks")
      .optional(),
    statusUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
    colour: z.boolean().optional().openapi({ description: "Letters: print in colour" }),
  })
  .openapi("JobOptions");

export const MOST_RECIPIENTS = 100_000;

const recipientInput = z.union(
  [kept().max(320), z.strictObject({ address: kept().max(320), reference: kept().max(200).optional() })],
  "is an address, or {address, reference}: at most 320 and 200 characters, no NUL, no half a surrogate pair",
);

const documentInput = z.union(
  [
    z.strictObject({ name: kept().min(1).max(255), hash }),
    z.strictObject({ name: kept().min(1).max(255), base64: z.string() }),
  ],
  "is {name, base64} or {name, hash}: a name of at most 255 characters, a hash of 64 hexadecimal digits in lower case",
);

export const jobInput = z
  .strictObject({
    channel,
    recipients: z
      .array(recipientInput)
      .max(MOST_RECIPIENTS)
      .optional()
      .openapi({ example: ["+49 30 23125 042", { address: "+49 30 23125 142", reference: "customer 7" }] }),
    text: kept().optional().openapi({ example: "Guten Tag" }),
    documents: z.array(documentInput).max(100).optional(),
    options: options.optional(),
    sendAt: z.iso
      .datetime({ offset: true })
      .optional()
      .openapi({ description: "Simulated time of the first attempt; in the past or unset: at once" }),
    priority: z.int().min(0).max(9).optional().openapi({ description: "0 urgent, 5 normal, 9 bulk" }),
  })
  .openapi("JobInput") satisfies z.ZodType<wire.JobInput>;

export const jobAccepted = z
  .object({ id: z.int(), recipients: z.int(), pages: z.int(), notices: z.array(z.string()) })
  .openapi("JobAccepted") satisfies z.ZodType<wire.JobAccepted>;

const summaryShape = {
  id: z.int(),
  channel,
  face: z.string(),
  state: z.enum(["open", "done"]),
  cancelled: z.boolean(),
  paused: z.boolean(),
  priority: z.int(),
  title: z.string(),
  pageCount: z.int(),
  acceptedAt: timestamp,
  simAcceptedAt: timestamp,
  dueAt: timestamp,
  doneAt: timestamp.optional(),
  lastSentAt: timestamp.optional(),
  counted: z.int(),
  total: z.int(),
  final: z.int(),
  outcomes: counts,
};

export const jobSummary = z.object(summaryShape).openapi("JobSummary") satisfies z.ZodType<wire.JobSummary>;

export const jobDetail = z
  .object({
    ...summaryShape,
    text: z.string().optional(),
    documents: z.array(document),
    pages: z.object({ hash: z.string(), count: z.int() }).optional(),
    letter: z.object({ address: z.array(z.string()), international: z.boolean(), sheets: z.int() }).optional(),
    options,
  })
  .openapi("Job") satisfies z.ZodType<wire.JobDetail>;

export const price = z
  .object({ millicents: z.int().openapi({ description: "Thousandths of a euro cent" }), tariff: z.string() })
  .openapi("Price") satisfies z.ZodType<wire.Price>;

export const jobReport = z
  .object({
    at: timestamp,
    bucketMs: z.int(),
    timeline: z.array(z.object({ at: timestamp, outcomes: counts })),
    durations: z.array(z.object({ fromMs: z.number(), toMs: z.number(), count: z.int() })),
    prefixes: z.array(z.object({ prefix: z.string(), final: z.int(), failed: z.int(), outcomes: counts })),
    causes: z.array(z.object({ outcome, cause, count: z.int() })),
    attempts: z.int(),
    waiting: z.int().openapi({ description: "Recipients that wait for another attempt" }),
    sending: z.int(),
    perSecond: z.number().openapi({ description: "Outcomes per second of wall time over the last minute it ran" }),
    eta: z.object({ earliest: timestamp, likely: timestamp, latest: timestamp }).optional(),
    price,
  })
  .openapi("JobReport") satisfies z.ZodType<wire.JobReport>;

const headers = z.record(z.string(), z.string()).openapi({ example: { "content-type": "application/json" } });

export const exchange = z
  .object({
    at: timestamp,
    method: z.string(),
    path: z.string(),
    requestHeaders: headers,
    request: z.string(),
    requestBytes: z.int(),
    status: z.int(),
    responseHeaders: headers,
    response: z.string(),
    tookMs: z.int(),
  })
  .openapi("JobExchange") satisfies z.ZodType<wire.JobExchange>;

export const recipient = z
  .object({
    n: z.int().openapi({ description: "Place in the job, from 0" }),
    address: z.string(),
    reference: z.string(),
    state: z.enum(["queued", "sending", "retry", "final"]),
    attempts: z.int(),
    dueAt: timestamp.optional(),
    outcome: outcome.optional(),
    cause: cause.optional(),
    remoteId: z.string().optional(),
    pages: z.int().optional(),
    durationMs: z.number().optional(),
    sentAt: timestamp.optional(),
    delivery: z.enum(DELIVERY_STATES).optional(),
    deliveryAt: timestamp.optional(),
    repeated: z.boolean(),
  })
  .openapi("Recipient") satisfies z.ZodType<wire.RecipientView>;

const attemptKey = z.templateLiteral([z.int(), ".", z.int(), ".", z.int()]).openapi({
  type: "string",
  pattern: "^\\d+\\.\\d+\\.\\d+$",
  example: "17.0.1",
  description: "job.recipient.attempt",
});

export const attempt = z
  .object({
    key: attemptKey,
    outcome,
    cause,
    temporary: z.boolean().optional(),
    remoteId: z.string().optional(),
    pages: z.int().optional(),
    durationMs: z.number().optional(),
    rateBps: z.int().optional(),
    coding: z.string().optional(),
    ecm: z.boolean().optional(),
    carrierId: z.string().optional(),
    startedAt: timestamp,
    endedAt: timestamp,
    at: timestamp,
    repeat: z.boolean(),
    interrupted: z.boolean(),
    final: z.boolean(),
  })
  .openapi("Attempt") satisfies z.ZodType<wire.AttemptView>;

const ladderField = z.object({
  name: z.string(),
  value: z.string(),
  clause: z.string().optional(),
  bit: z.int().optional().openapi({ description: "First bit within the frame's information field" }),
  bits: z.int().optional(),
});

export const ladder = z
  .object({
    lines: z.array(
      z.object({
        lineUs: z.number().openapi({ description: "Line time in microseconds since connect; negative while it rings" }),
        from: z.enum(["caller", "answerer"]),
        kind: z.enum(["sip", "tone", "indicator", "training", "frame", "page", "timer"]),
        name: z.string().openapi({ example: "DIS" }),
        meaning: z.string(),
        clause: z.string().optional().openapi({ example: "T.30 §5.3.6.1.1" }),
        fields: z.array(ladderField),
        damaged: z.boolean().optional(),
        repeated: z.boolean().optional(),
        airUs: z.number().optional().openapi({ description: "How long it was on the line, microseconds" }),
        octets: z.string().optional().openapi({
          description: "The frame from its address octet, or the first 2,000 octets of a SIP message, in hex",
        }),
        fifAt: z.int().optional().openapi({ description: "Offset of the information field within `octets`" }),
        ecm: z
          .object({ block: z.int(), frames: z.int(), damaged: z.array(z.int()), repeated: z.array(z.int()) })
          .optional()
          .openapi({ description: "Page data with error correction: its block, and frames by number" }),
      }),
    ),
    live: z
      .object({ connectedAt: timestamp, speed: z.number() })
      .optional()
      .openapi({ description: "The call is on the line; what lies ahead of it is left out" }),
  })
  .openapi("Ladder") satisfies z.ZodType<wire.Ladder>;

const callPageFacts = z.object({ width: z.int(), height: z.int(), xDpi: z.number(), yDpi: z.number() });

export const callPages = z
  .object({
    pages: z.array(
      z.object({
        n: z.int().openapi({ description: "From 1" }),
        sent: callPageFacts.optional(),
        received: callPageFacts.optional(),
        differing: z.int().optional().openapi({ description: "Pels that differ" }),
      }),
    ),
    receivedKept: z.boolean().openapi({ description: "A simulated machine took the call and still holds the fax" }),
  })
  .openapi("CallPages") satisfies z.ZodType<wire.CallPages>;

export const cancelled = z
  .object({ cancelled: z.int(), inFlight: z.int() })
  .openapi("Cancelled") satisfies z.ZodType<wire.Cancelled>;

export const resendInput = z
  .strictObject({ outcomes: z.array(outcome).min(1).optional(), dryRun: z.boolean().optional() })
  .openapi("ResendInput") satisfies z.ZodType<wire.ResendInput>;

const causeCode = z.string().max(100).openapi({ description: "A cause's code", example: "sip-486" });
const failureSince = z.iso.datetime({ offset: true }).openapi({ description: "Failed at or after (wall time)" });
const failureAddress = z
  .string()
  .max(320)
  .openapi({ description: "Beginning of the number, or `@domain`", example: "+49 30" });

export const failureFilter = z
  .strictObject({
    channel: channel.optional(),
    outcome: outcome.optional(),
    cause: causeCode.optional(),
    job: z.int().positive().optional(),
    address: failureAddress.optional(),
    since: failureSince.optional(),
  })
  .openapi("FailureFilter") satisfies z.ZodType<wire.FailureFilter>;

export const failureGroup = z
  .object({
    channel,
    outcome,
    cause,
    count: z.int(),
    jobs: z.int().openapi({ description: "In how many jobs" }),
    oldestAt: timestamp,
    latestAt: timestamp,
  })
  .openapi("FailureGroup") satisfies z.ZodType<wire.FailureGroup>;

export const failure = z
  .object({
    job: z.int(),
    n: z.int(),
    address: z.string(),
    reference: z.string(),
    channel,
    outcome,
    cause,
    attempts: z.int(),
    at: timestamp,
  })
  .openapi("Failure") satisfies z.ZodType<wire.FailureView>;

export const againInput = z
  .strictObject({
    where: failureFilter.optional(),
    recipients: z
      .array(z.strictObject({ job: z.int().positive(), n: z.int().min(0).max(999_999_999) }))
      .min(1)
      .max(MOST_RECIPIENTS)
      .optional(),
    dryRun: z.boolean().optional(),
  })
  .refine((input) => (input.where === undefined) !== (input.recipients === undefined), "give where or recipients")
  .openapi("AgainInput") satisfies z.ZodType<wire.AgainInput>;

export const againResult = z
  .object({ recipients: z.int(), sources: z.int(), jobs: z.array(z.int()) })
  .openapi("AgainResult") satisfies z.ZodType<wire.AgainResult>;

export const resent = z
  .object({ recipients: z.int(), id: z.int().optional() })
  .openapi("Resent") satisfies z.ZodType<wire.Resent>;

export const documentStored = z
  .object({ hash: z.string(), bytes: z.int() })
  .openapi("DocumentStored") satisfies z.ZodType<wire.DocumentStored>;

export const missedCall = z
  .object({
    id: z.int(),
    at: timestamp,
    originator: z.string(),
    called: z.string(),
    remoteId: z.string(),
    cause,
    lineMs: z.int().openapi({ description: "On the line, milliseconds" }),
  })
  .openapi("MissedCall") satisfies z.ZodType<wire.MissedCallView>;

export const inbound = z
  .object({
    id: z.int(),
    receivedAt: timestamp,
    originator: z.string(),
    called: z.string(),
    remoteId: z.string(),
    pages: z.int(),
    complete: z.boolean().openapi({ description: "False when the sender broke off after these pages" }),
    badLines: z.int().openapi({ description: "Lines of all pages that came damaged and were concealed" }),
    state: z.enum(["new", "fetched", "deleted"]),
  })
  .openapi("Inbound") satisfies z.ZodType<wire.InboundView>;

export const line = z
  .object({
    worker: z.int().optional(),
    line: z.int(),
    state: z.enum(["idle", "dialling", "training", "sending", "receiving", "ending"]),
    attempt: attemptKey.optional(),
    address: z.string().optional(),
    page: z.int().optional(),
    pages: z.int().optional(),
    rateBps: z.int().optional(),
    last: outcome.optional().openapi({ description: "Of an idle line: what became of its last attempt" }),
  })
  .openapi("Line") satisfies z.ZodType<wire.LineView>;

const queueDepth = z
  .partialRecord(channel, z.object({ open: z.int(), dispatched: z.int() }))
  .openapi({ description: "Recipients not final, by channel", example: { fax: { open: 12, dispatched: 8 } } });

export const stats = z
  .object({
    minutes: z.array(
      z.object({ at: timestamp, jobs: z.int(), attempts: z.int(), pages: z.int(), outcomes: counts }).openapi("Minute"),
    ),
    queue: queueDepth,
  })
  .openapi("Stats") satisfies z.ZodType<wire.StatsView>;

export const minutes = z.coerce.number().int().min(1).max(1440).default(60);

export const clock = z
  .object({ now: timestamp, wall: timestamp, speed: z.number(), unpaced: z.boolean(), settable: z.boolean() })
  .openapi("Clock") satisfies z.ZodType<wire.ClockView>;

export const limit = z
  .strictObject({
    scope: z
      .string()
      .max(200)
      .regex(
        /^(account:[1-9]\d{0,8}|channel:(fax|sms|mail|letter|null)|destination:(\+\d{1,15}|@[a-z0-9.-]{1,190}))$/,
        "is account:ID, channel:NAME, destination:+DIGITS or destination:@DOMAIN",
      )
      .openapi({ example: "destination:+4930" }),
    paused: z.boolean().optional().openapi({ description: "Nothing begins" }),
    maxInFlight: z.int().min(0).max(1_000_000).optional().openapi({ description: "Attempts under way at once" }),
    ratePerMinute: z
      .number()
      .positive()
      .max(10_000_000)
      .optional()
      .openapi({ description: "Attempts begun in a simulated minute" }),
  })
  .openapi("Limit") satisfies z.ZodType<wire.LimitView>;

export const clockChange = z
  .strictObject({
    speed: z.union([z.number().min(1).max(1000), z.literal("max")]).optional(),
    setTo: z.iso.datetime({ offset: true }).optional(),
    advanceMs: z
      .int()
      .min(0)
      .max(10 * 365 * 86_400_000)
      .optional(),
  })
  .refine((c) => c.setTo === undefined || c.advanceMs === undefined, "setTo and advanceMs exclude each other")
  .refine((c) => Object.keys(c).length > 0, "give speed, setTo or advanceMs")
  .openapi("ClockChange") satisfies z.ZodType<wire.ClockChange>;

const webhookShape = {
  id: z.int(),
  url: z.string(),
  types: z.array(z.enum(EVENT_TYPES)),
  cursor: z.int(),
  failures: z.int(),
  nextTryAt: timestamp.optional(),
};

export const webhook = z.object(webhookShape).openapi("Webhook") satisfies z.ZodType<wire.WebhookView>;

export const webhookCreated = z
  .object({ ...webhookShape, secret: z.string().openapi({ description: "Told this one time" }) })
  .openapi("WebhookCreated");

export const webhookInput = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).max(2000),
    types: z.array(z.enum(EVENT_TYPES)).optional().openapi({ description: "Empty or unset: all" }),
    secret: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, "whsec_ and 24 to 64 bytes in base64")
      .optional()
      .openapi({ description: "Unset: one is made" }),
  })
  .openapi("WebhookInput");

export const account = z
  .object({ id: z.int(), name: z.string(), scopes: z.array(z.enum(SCOPES)) })
  .openapi("Account") satisfies z.ZodType<wire.AccountView>;

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ at: z.string(), message: z.string() })).optional(),
    jobId: z.int().optional(),
    at: z.int().optional(),
    findings: z.array(z.unknown()).optional(),
  })
  .openapi("Problem") satisfies z.ZodType<wire.ProblemView>;

/** One page of a listing of these. */
export function listing<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z.string().optional().openapi({ description: "Hand back as `cursor`; absent on the last page" }),
  });
}

export const search = z.string().max(320).optional().openapi({
  description: "Part of the address (digits without their separators) or of the reference",
  example: "231 042",
});

/** Parameters that narrow dead letters. */
export const failureQuery = {
  ...failureFilter.shape,
  job: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
};

/** Yes or no in a query; unset: no. */
export const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((word) => word === "true")
  .openapi({ type: "boolean" });

/** Parameters of every listing. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, "no listing has given out this cursor")
    .optional(),
};

export const ID_PATTERN = "[1-9][0-9]{0,14}";
export const id = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);
/** A place in a job, from 0, in a path or a query. Not coerced: `null` would become 0 and the parameter optional in the description. */
export const place = z
  .string()
  .regex(/^\d{1,9}$/, "is a whole number from 0")
  .transform(Number)
  .openapi({ type: "integer", minimum: 0 });
