// Every error the REST API can answer, as one table (RFC 9457): status, title, and what a person can do about it.

import type { ProblemView } from "@depesche/client";
import type { IntakeProblem } from "@depesche/ports";
import type { ContentfulStatusCode } from "hono/utils/http-status";

interface Entry {
  status: ContentfulStatusCode;
  title: string;
  /** For the page of problems: when it happens and what to try. */
  help: string;
}

const INTAKE: Record<IntakeProblem, Entry> = {
  "account-locked": { status: 403, title: "Account locked", help: "The account takes no jobs until it is unlocked." },
  "trial-over": { status: 403, title: "Trial over", help: "The trial period of the account has ended." },
  "channel-not-released": {
    status: 403,
    title: "Channel not released",
    help: "The account may not use this channel. Choose another one or have it released.",
  },
  "mass-not-released": {
    status: 403,
    title: "More than one recipient not released",
    help: "The account may send to one recipient per job.",
  },
  "foreign-not-released": {
    status: 403,
    title: "Foreign numbers not released",
    help: "The account may send to national numbers only.",
  },
  "no-recipient": { status: 422, title: "No recipient", help: "Give at least one recipient." },
  "bad-recipient": {
    status: 422,
    title: "Recipient not usable",
    help: "Write numbers as +49 30 ... and mail addresses as name@domain. `at` says which recipient, from 0.",
  },
  "recipient-blocked": { status: 422, title: "Recipient barred", help: "Numbers of this range are never dialled." },
  "recipient-blacklisted": {
    status: 422,
    title: "Recipient blacklisted",
    help: "The account's own list forbids this recipient.",
  },
  "premium-0900": { status: 422, title: "Premium number", help: "0900 numbers are never dialled." },
  "premium-0137": { status: 422, title: "Premium number", help: "0137 numbers are never dialled." },
  "premium-service": { status: 422, title: "Premium number", help: "Premium service numbers are never dialled." },
  "nothing-to-send": { status: 422, title: "Nothing to send", help: "Give text, documents, or both." },
  "file-missing": { status: 422, title: "Document missing", help: "A document was named without content." },
  "file-empty": { status: 422, title: "Document empty", help: "A document has no bytes." },
  "format-not-supported": {
    status: 422,
    title: "Format not supported",
    help: "`depesche doctor` says which formats this installation reads and what to install for others.",
  },
  "not-what-its-name-says": {
    status: 422,
    title: "Not what its name says",
    help: "The content of a document is of another kind than the ending of its name.",
  },
  "document-broken": { status: 422, title: "Document broken", help: "The document cannot be read to its end." },
  "document-encrypted": { status: 422, title: "Document encrypted", help: "Remove the password and send it again." },
  "document-too-large": { status: 413, title: "Document too large", help: "Fewer pages or bytes per job are needed." },
  "conversion-failed": { status: 422, title: "Conversion failed", help: "The document could not be made into pages." },
  "letter-faulty": {
    status: 422,
    title: "Letter faulty",
    help: "The letter breaks a rule of format; `findings` lists each with its place.",
  },
  "text-too-long": { status: 422, title: "Text too long", help: "Shorten the text." },
  "trial-too-many-pages": { status: 403, title: "Too many pages for a trial", help: "Trial jobs are short." },
  "no-credit": { status: 402, title: "No credit", help: "The account's balance is used up." },
  duplicate: {
    status: 409,
    title: "Duplicate job",
    help: "The same job was accepted a short time ago; `jobId` names it.",
  },
  "idempotency-conflict": {
    status: 409,
    title: "Idempotency key used before",
    help: "The key came with another body before. Use a new key for a new job.",
  },
  "store-down": { status: 503, title: "Store not available", help: "Nothing was accepted. Try again in a moment." },
  busy: {
    status: 503,
    title: "Busy",
    help: "More comes in than can be stored. Nothing was accepted; try again in a moment.",
  },
};

const OWN = {
  invalid: { status: 400, title: "Request not valid", help: "`errors` says where and what." },
  "broken-json": { status: 400, title: "Broken JSON", help: "The body is not JSON." },
  "broken-upload": { status: 400, title: "Broken upload", help: "The multipart body cannot be read." },
  unauthorized: {
    status: 401,
    title: "Not signed in",
    help: "Send the header `Authorization: Bearer <API key>`.",
  },
  "scope-missing": { status: 403, title: "Not allowed", help: "The API key lacks the scope this call needs." },
  "clock-not-settable": {
    status: 403,
    title: "Clock not settable",
    help: "Outside the simulation the clock is the wall clock.",
  },
  "not-found": { status: 404, title: "Not found", help: "There is no such thing, or it belongs to another account." },
  "method-not-allowed": { status: 405, title: "Method not allowed", help: "The header `Allow` lists what is." },
  "clock-goes-forward": {
    status: 409,
    title: "The clock never goes back",
    help: "Set the simulated clock to a later time.",
  },
  "too-large": {
    status: 413,
    title: "Too large",
    help: "Upload large documents to /v1/documents and name them by hash.",
  },
  "media-type": {
    status: 415,
    title: "Media type not supported",
    help: "Send JSON as application/json, and no body compressed.",
  },
  "document-unknown": {
    status: 422,
    title: "Document unknown",
    help: "Upload the document to /v1/documents first. `at` says which one, from 0.",
  },
  "nothing-to-resend": { status: 422, title: "Nothing to send again", help: "No recipient has one of the outcomes." },
  "too-many-again": {
    status: 422,
    title: "Too many to send again at once",
    help: "Narrow the filter, by job, cause or time, and ask several times.",
  },
  "page-not-rendered": { status: 422, title: "No picture of this page", help: "Only PDF and TIFF can be shown." },
  "target-not-allowed": {
    status: 422,
    title: "Target not allowed",
    help: "Webhooks go to public http or https addresses; loopback is allowed in the simulation.",
  },
  "upgrade-required": {
    status: 426,
    title: "WebSocket only",
    help: "The feed is a WebSocket: connect with ws:// or wss://.",
  },
  "too-many-attempts": { status: 429, title: "Too many wrong keys", help: "Wait a minute before the next try." },
  "no-simulation": {
    status: 404,
    title: "Nothing is simulated",
    help: "This part exists only where simulators are the carriers.",
  },
  "simulation-refused": {
    status: 400,
    title: "The simulators refuse this",
    help: "`detail` is their sentence: it says what is wrong with the request.",
  },
  "simulators-fault": {
    status: 502,
    title: "A fault of the simulators",
    help: "`detail` is their sentence. Their log says more.",
  },
  "simulators-away": {
    status: 503,
    title: "The simulators do not answer",
    help: "They are started together with the gateway, and again when they stop. Try again in a moment.",
  },
  internal: { status: 500, title: "Our fault", help: "Nothing was accepted. The fault is logged." },
  "disk-full": { status: 507, title: "Disk full", help: "Nothing was accepted. The operator must make room." },
} as const satisfies Record<string, Entry>;

export const PROBLEMS = { ...INTAKE, ...OWN } as const;
export type ProblemCode = keyof typeof PROBLEMS;

/** Members of a problem beside the fixed ones. */
export type ProblemExtras = Pick<ProblemView, "errors" | "jobId" | "at" | "findings">;

/** Thrown by a route to end the request with this problem. */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}, headers: Record<string, string> = {}) {
    super(detail);
    this.name = "ApiProblem";
    this.code = code;
    this.extras = extras;
    this.headers = headers;
  }
}

/** The problem as the body of an answer. `type` leads to its explanation. */
export function problemView(code: ProblemCode, detail: string, extras: ProblemExtras = {}): ProblemView {
  const { status, title } = PROBLEMS[code];
  return { type: `/docs/problems#${code}`, title, status, detail, code, ...extras };
}

/** The problem as an answer, `application/problem+json`. */
export function problemResponse(
  code: ProblemCode,
  detail: string,
  extras?: ProblemExtras,
  headers?: Record<string, string>,
): Response {
  const view = problemView(code, detail, extras);
  return new Response(JSON.stringify(view), {
    status: view.status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

export function notFound(what: string): ApiProblem {
  return new ApiProblem("not-found", `There is no ${what}.`);
}
