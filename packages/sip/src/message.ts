/** SIP messages (RFC 3261 §7): octets to a value and back, with every size bounded. */

import { canonicalName, LIST_HEADERS, reasonPhrase } from "./names.ts";

/** A header line; `name` in its canonical spelling, `value` unfolded and trimmed. */
export type Header = readonly [name: string, value: string];

export interface SipRequest {
  readonly kind: "request";
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

export interface SipResponse {
  readonly kind: "response";
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

export type SipMessage = SipRequest | SipResponse;

/** What is wrong with a peer's message. All of them mean: drop it (or, for a request that can be answered, 400). */
export type SipProblem =
  | "sip-too-large"
  | "sip-no-end-of-headers"
  | "sip-start-line"
  | "sip-version"
  | "sip-header-line"
  | "sip-too-many-headers"
  | "sip-header-missing"
  | "sip-header-repeated"
  | "sip-cseq"
  | "sip-content-length"
  | "sip-body-short";

/** `request`: a faulty request that has all the headers an answer needs. */
export type SipParse =
  | { ok: true; message: SipMessage }
  | { ok: false; problem: SipProblem; detail: string; request?: SipRequest };

/** The largest message taken from a peer, and the most header lines in it. */
export const MAX_MESSAGE_OCTETS = 65_535;
export const MAX_HEADERS = 200;

const NO_BODY = new Uint8Array(0);
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
// Classes beyond 6 are not defined, but grammatical (extension-code, RFC 3261 §25.1): they are final answers.
const STATUS_LINE = /^SIP\/2\.0 ([1-9]\d\d)(?: (.*))?$/i;
const REQUEST_LINE = /^([A-Za-z0-9\-.!%*_+`'~]+) (\S+) (SIP\/\d+\.\d+)$/i;
/** Headers that RFC 3261 §8.1.1 demands in every message, each exactly once but for Via. */
const MANDATORY = ["Via", "From", "To", "Call-ID", "CSeq"] as const;
const SINGLE = new Set(["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type"]);

const utf8 = new TextDecoder("utf-8", { fatal: false });
const toUtf8 = new TextEncoder();

/**
 * The message in a datagram or in a piece that `SipSplitter` cut out of a stream. Octets behind Content-Length are ignored
 * (RFC 3261 §18.3); without that header the body goes to the end.
 */
export function parseMessage(bytes: Uint8Array): SipParse {
  if (bytes.length > MAX_MESSAGE_OCTETS) return refuse("sip-too-large", `${bytes.length} octets`);
  const end = endOfHeaders(bytes, 0);
  if (end === undefined) return refuse("sip-no-end-of-headers", "no empty line");
  const lines = unfold(utf8.decode(bytes.subarray(0, end.at)));
  const start = lines[0] ?? "";
  const headers = parseHeaders(lines);
  if (!Array.isArray(headers)) return headers as SipParse;

  const status = STATUS_LINE.exec(start);
  const line = REQUEST_LINE.exec(start);
  const fault = faultOf(headers);
  if (fault)
    return line && MANDATORY.every((name) => headerOf(headers, name)) ? answerable(fault, line, headers) : fault;
  const rest = bytes.subarray(end.bodyAt);
  const announced = headerOf(headers, "Content-Length");
  const length = announced === undefined ? rest.length : contentLength(announced);
  const short =
    length === undefined
      ? refuse("sip-content-length", `"${announced}"`)
      : refuse("sip-body-short", `${rest.length} of ${length} octets`);
  if (length === undefined || length > rest.length) return line ? answerable(short, line, headers) : short;
  const body = length === 0 ? NO_BODY : rest.subarray(0, length);
  if (status) {
    return {
      ok: true,
      message: { kind: "response", status: Number(status[1]), reason: status[2] ?? "", headers, body },
    };
  }
  if (!line) return refuse("sip-start-line", start.slice(0, 80));
  const [, method = "", uri = "", version = ""] = line;
  if (version.toUpperCase() !== "SIP/2.0") return answerable(refuse("sip-version", version), line, headers);
  if (parseCSeq(headerOf(headers, "CSeq")!)!.method !== method)
    return answerable(refuse("sip-cseq", "names another method"), line, headers);
  return { ok: true, message: { kind: "request", method, uri, headers, body } };
}

/** The refusal with the request it is about. An ACK is never answered. */
function answerable(refusal: Refusal, line: RegExpExecArray, headers: Header[]): SipParse {
  const [, method = "", uri = ""] = line;
  return method === "ACK" ? refusal : { ...refusal, request: { kind: "request", method, uri, headers, body: NO_BODY } };
}

/** The octets of a message; Content-Length is always written from the body, whatever the headers say. */
export function serialiseMessage(message: SipMessage): Uint8Array {
  let text =
    message.kind === "request"
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${message.reason}\r\n`;
  for (const [name, value] of message.headers) {
    if (name !== "Content-Length") text += `${name}: ${value}\r\n`;
  }
  const head = toUtf8.encode(`${text}Content-Length: ${message.body.length}\r\n\r\n`);
  if (message.body.length === 0) return head;
  const bytes = new Uint8Array(head.length + message.body.length);
  bytes.set(head);
  bytes.set(message.body, head.length);
  return bytes;
}

/** First value of a header; `name` in canonical spelling ("Call-ID"). */
export function header(message: SipMessage, name: string): string | undefined {
  return headerOf(message.headers, name);
}

/** All values of a header, those in one line apart, top one first. */
export function headerList(message: SipMessage, name: string): string[] {
  const values: string[] = [];
  for (const [key, value] of message.headers) {
    if (key !== name) continue;
    if (LIST_HEADERS.has(name)) values.push(...splitList(value));
    else values.push(value);
  }
  return values;
}

/** CSeq's number and method, or undefined when it is malformed or past 2^31 (RFC 3261 §8.1.1.5). */
export function parseCSeq(value: string): { number: number; method: string } | undefined {
  const match = /^(\d{1,10})[ \t]+(\S+)$/.exec(value);
  if (!match || Number(match[1]) >= 2 ** 31) return undefined;
  return { number: Number(match[1]), method: match[2]! };
}

/** A response to a request: Via, From, To, Call-ID and CSeq copied, `toTag` added where To has none (RFC 3261 §8.2.6). */
export function respond(
  request: SipRequest,
  status: number,
  options: { toTag?: string; headers?: readonly Header[]; body?: Uint8Array; reason?: string } = {},
): SipResponse {
  const headers: Header[] = [];
  for (const line of request.headers) {
    const [name, value] = line;
    if (name === "Via" || name === "From" || name === "Call-ID" || name === "CSeq") headers.push(line);
    else if (name === "To") {
      const tagged = options.toTag === undefined || /;\s*tag=/i.test(value);
      headers.push(["To", tagged ? value : `${value};tag=${options.toTag}`]);
    } else if (name === "Record-Route" && status > 100 && status < 300) headers.push(line);
  }
  if (options.headers) headers.push(...options.headers);
  return {
    kind: "response",
    status,
    reason: options.reason ?? reasonPhrase(status),
    headers,
    body: options.body ?? NO_BODY,
  };
}

/** Where the empty line begins (`at`) and where the body does, searching from `from`; bare LF line ends are understood too. */
export function endOfHeaders(bytes: Uint8Array, from: number): { at: number; bodyAt: number } | undefined {
  for (let lf = bytes.indexOf(0x0a, from); lf >= 0; lf = bytes.indexOf(0x0a, lf + 1)) {
    if (bytes[lf + 1] === 0x0a) return { at: lf + 1, bodyAt: lf + 2 };
    if (bytes[lf + 1] === 0x0d && bytes[lf + 2] === 0x0a) return { at: lf + 1, bodyAt: lf + 3 };
  }
  return undefined;
}

/** A Content-Length value, or undefined when it is no number or more than any message may have. */
export function contentLength(value: string): number | undefined {
  return /^\d{1,6}$/.test(value) && Number(value) <= MAX_MESSAGE_OCTETS ? Number(value) : undefined;
}

/** Commas outside quotes and angle brackets part the values. */
export function splitList(value: string): string[] {
  if (!value.includes(",")) return [value];
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let angle = false;
  for (let i = 0; i < value.length; i++) {
    const character = value[i];
    if (quoted) {
      if (character === "\\") i++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "<") angle = true;
    else if (character === ">") angle = false;
    else if (character === "," && !angle) {
      parts.push(value.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(value.slice(start).trim());
  return parts.filter((part) => part !== "");
}

function headerOf(headers: readonly Header[], name: string): string | undefined {
  for (const [key, value] of headers) if (key === name) return value;
  return undefined;
}

/** Lines with their continuations joined (RFC 3261 §7.3.1: a line that begins with blank space belongs to the one before). */
function unfold(text: string): string[] {
  const lines: string[] = [];
  for (const raw of text.split("\n")) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if ((line.startsWith(" ") || line.startsWith("\t")) && lines.length > 1) {
      lines[lines.length - 1] += ` ${line.trim()}`;
    } else lines.push(line);
  }
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

function parseHeaders(lines: readonly string[]): Header[] | SipParse {
  if (lines.length - 1 > MAX_HEADERS) return refuse("sip-too-many-headers", `${lines.length - 1}`);
  const headers: Header[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).trimEnd();
    if (colon < 0 || !TOKEN.test(name)) return refuse("sip-header-line", line.slice(0, 80));
    headers.push([canonicalName(name), line.slice(colon + 1).trim()]);
  }
  return headers;
}

function faultOf(headers: readonly Header[]): Refusal | undefined {
  const seen = new Set<string>();
  for (const [name] of headers) {
    if (seen.has(name) && SINGLE.has(name)) return refuse("sip-header-repeated", name);
    seen.add(name);
  }
  for (const name of MANDATORY) if (!seen.has(name)) return refuse("sip-header-missing", name);
  const cseq = headerOf(headers, "CSeq")!;
  return parseCSeq(cseq) ? undefined : refuse("sip-cseq", `"${cseq.slice(0, 40)}"`);
}

interface Refusal {
  ok: false;
  problem: SipProblem;
  detail: string;
}

function refuse(problem: SipProblem, detail: string): Refusal {
  return { ok: false, problem, detail };
}
