/** SIP transactions (RFC 3261 §17 with the "accepted" state of RFC 6026) as pure state: events in, actions out, timers as data. */

import { parseVia } from "./address.ts";
import {
  type Header,
  header,
  headerList,
  parseCSeq,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "./message.ts";

/** Base values, milliseconds of wall time (RFC 3261 table 4). They are never scaled. */
export const T1_MS = 500;
export const T2_MS = 4000;
export const T4_MS = 5000;
const LIFETIME_MS = 64 * T1_MS;

/**
 * Client: A/E repeat the request, B/F give up, D/K absorb repeated answers, M absorbs repeated 2xx.
 * Server: G repeats the answer, H gives up on the ACK, I/J absorb repeats, L those of the INVITE and ACK of a 2xx.
 */
export type TransactionTimer = "A" | "B" | "D" | "E" | "F" | "G" | "H" | "I" | "J" | "K" | "L" | "M";

export type TransactionAction =
  | { type: "send"; message: SipMessage }
  | { type: "start-timer"; timer: TransactionTimer; ms: number }
  | { type: "stop-timer"; timer: TransactionTimer }
  /** To the user of the transaction: each new answer (client), or the ACK of a refusal (server). */
  | { type: "deliver"; message: SipMessage }
  /** No final answer, no ACK, or no transport. */
  | { type: "failed"; why: "timeout" | "transport" }
  | { type: "terminated" };

export type ClientEvent =
  | { type: "start" }
  | { type: "response"; response: SipResponse }
  | { type: "timer"; timer: TransactionTimer }
  | { type: "transport-error" };

export type ServerEvent =
  /** The request again, or the ACK of a final answer. */
  | { type: "request"; request: SipRequest }
  | { type: "respond"; response: SipResponse }
  | { type: "timer"; timer: TransactionTimer }
  | { type: "transport-error" };

export interface ClientTransaction {
  readonly kind: "invite" | "non-invite";
  readonly request: SipRequest;
  /** TCP: nothing is repeated and nothing needs to be absorbed. */
  readonly reliable: boolean;
  state: "idle" | "calling" | "trying" | "proceeding" | "accepted" | "completed" | "terminated";
  intervalMs: number;
  /** The ACK of a refusal, kept for repeated refusals. */
  ack?: SipRequest;
}

export interface ServerTransaction {
  readonly kind: "invite" | "non-invite";
  readonly request: SipRequest;
  readonly reliable: boolean;
  state: "trying" | "proceeding" | "accepted" | "completed" | "confirmed" | "terminated";
  intervalMs: number;
  last?: SipResponse;
}

/** A client transaction for a complete request (top Via with its branch set). Its first event is `start`. */
export function createClient(request: SipRequest, reliable: boolean): ClientTransaction {
  const kind = request.method === "INVITE" ? "invite" : "non-invite";
  return { kind, request, reliable, state: "idle", intervalMs: T1_MS };
}

/** A server transaction for a request that has just arrived (never for an ACK). */
export function createServer(request: SipRequest, reliable: boolean): ServerTransaction {
  const kind = request.method === "INVITE" ? "invite" : "non-invite";
  return { kind, request, reliable, state: kind === "invite" ? "proceeding" : "trying", intervalMs: T1_MS };
}

/** The key that joins an answer with its client transaction (RFC 3261 §17.1.3), or undefined without a usable Via. */
export function clientKey(message: SipMessage): string | undefined {
  const via = parseVia(headerList(message, "Via")[0] ?? "");
  const cseq = parseCSeq(header(message, "CSeq") ?? "");
  return via?.params.branch && cseq ? `${via.params.branch} ${cseq.method}` : undefined;
}

/** The key that joins a request, its repeats and its ACK with a server transaction (RFC 3261 §17.2.3). */
export function serverKey(request: SipRequest): string | undefined {
  const via = parseVia(headerList(request, "Via")[0] ?? "");
  if (!via?.params.branch) return undefined;
  const method = request.method === "ACK" ? "INVITE" : request.method;
  return `${via.params.branch} ${via.host.toLowerCase()}:${via.port ?? 5060} ${method}`;
}

/** Advances a client transaction; appends what to do to `out`. */
export function stepClient(tx: ClientTransaction, event: ClientEvent, out: TransactionAction[]): void {
  switch (event.type) {
    case "start":
      startClient(tx, out);
      return;
    case "response":
      if (tx.kind === "invite") inviteAnswer(tx, event.response, out);
      else plainAnswer(tx, event.response, out);
      return;
    case "timer":
      clientTimer(tx, event.timer, out);
      return;
    case "transport-error":
      if (tx.state === "terminated") return;
      if (tx.state !== "completed" && tx.state !== "accepted") out.push({ type: "failed", why: "transport" });
      terminate(tx, out);
      return;
    default:
      event satisfies never;
  }
}

function startClient(tx: ClientTransaction, out: TransactionAction[]): void {
  const invite = tx.kind === "invite";
  tx.state = invite ? "calling" : "trying";
  out.push({ type: "send", message: tx.request });
  if (!tx.reliable) out.push({ type: "start-timer", timer: invite ? "A" : "E", ms: T1_MS });
  out.push({ type: "start-timer", timer: invite ? "B" : "F", ms: LIFETIME_MS });
}

function inviteAnswer(tx: ClientTransaction, response: SipResponse, out: TransactionAction[]): void {
  const waiting = tx.state === "calling" || tx.state === "proceeding";
  if (response.status < 200) {
    if (!waiting) return;
    if (tx.state === "calling") out.push({ type: "stop-timer", timer: "A" }, { type: "stop-timer", timer: "B" });
    tx.state = "proceeding";
    out.push({ type: "deliver", message: response });
    return;
  }
  if (response.status < 300) {
    if (!waiting && tx.state !== "accepted") return;
    out.push({ type: "deliver", message: response });
    if (!waiting) return;
    out.push({ type: "stop-timer", timer: "A" }, { type: "stop-timer", timer: "B" });
    if (tx.reliable) {
      terminate(tx, out);
      return;
    }
    tx.state = "accepted";
    out.push({ type: "start-timer", timer: "M", ms: LIFETIME_MS });
    return;
  }
  if (tx.state === "completed") {
    if (tx.ack) out.push({ type: "send", message: tx.ack });
    return;
  }
  if (!waiting) return;
  tx.ack = ackOfRefusal(tx.request, response);
  out.push({ type: "stop-timer", timer: "A" }, { type: "stop-timer", timer: "B" });
  // The ACK goes first: what the user sends because of the refusal belongs behind it.
  out.push({ type: "send", message: tx.ack }, { type: "deliver", message: response });
  if (tx.reliable) {
    terminate(tx, out);
    return;
  }
  tx.state = "completed";
  out.push({ type: "start-timer", timer: "D", ms: LIFETIME_MS });
}

function plainAnswer(tx: ClientTransaction, response: SipResponse, out: TransactionAction[]): void {
  if (tx.state !== "trying" && tx.state !== "proceeding") return;
  out.push({ type: "deliver", message: response });
  if (response.status < 200) {
    tx.state = "proceeding";
    return;
  }
  out.push({ type: "stop-timer", timer: "E" }, { type: "stop-timer", timer: "F" });
  if (tx.reliable) {
    terminate(tx, out);
    return;
  }
  tx.state = "completed";
  out.push({ type: "start-timer", timer: "K", ms: T4_MS });
}

function clientTimer(tx: ClientTransaction, timer: TransactionTimer, out: TransactionAction[]): void {
  if (tx.state === "terminated") return;
  if (timer === "A" || timer === "E") {
    if (timer === "A" && tx.state !== "calling") return;
    if (timer === "E" && tx.state !== "trying" && tx.state !== "proceeding") return;
    const doubled = tx.intervalMs * 2;
    tx.intervalMs = timer === "A" ? doubled : tx.state === "proceeding" ? T2_MS : Math.min(doubled, T2_MS);
    out.push({ type: "send", message: tx.request }, { type: "start-timer", timer, ms: tx.intervalMs });
    return;
  }
  if (timer === "B" || timer === "F") out.push({ type: "failed", why: "timeout" });
  terminate(tx, out);
}

/** Advances a server transaction; appends what to do to `out`. */
export function stepServer(tx: ServerTransaction, event: ServerEvent, out: TransactionAction[]): void {
  switch (event.type) {
    case "request":
      requestAgain(tx, event.request, out);
      return;
    case "respond":
      answer(tx, event.response, out);
      return;
    case "timer":
      serverTimer(tx, event.timer, out);
      return;
    case "transport-error":
      if (tx.state === "terminated") return;
      out.push({ type: "failed", why: "transport" });
      terminate(tx, out);
      return;
    default:
      event satisfies never;
  }
}

function requestAgain(tx: ServerTransaction, request: SipRequest, out: TransactionAction[]): void {
  if (request.method === "ACK") {
    if (tx.state === "accepted") {
      out.push({ type: "stop-timer", timer: "G" }, { type: "stop-timer", timer: "H" });
      if (tx.reliable) {
        terminate(tx, out);
        return;
      }
      tx.state = "confirmed";
      out.push({ type: "start-timer", timer: "L", ms: LIFETIME_MS });
      return;
    }
    if (tx.state !== "completed") return;
    out.push({ type: "stop-timer", timer: "G" }, { type: "stop-timer", timer: "H" });
    out.push({ type: "deliver", message: request });
    if (tx.reliable) {
      terminate(tx, out);
      return;
    }
    tx.state = "confirmed";
    out.push({ type: "start-timer", timer: "I", ms: T4_MS });
    return;
  }
  if (tx.last && (tx.state === "proceeding" || tx.state === "completed")) out.push({ type: "send", message: tx.last });
}

function answer(tx: ServerTransaction, response: SipResponse, out: TransactionAction[]): void {
  if (tx.state !== "trying" && tx.state !== "proceeding") return;
  tx.last = response;
  out.push({ type: "send", message: response });
  if (response.status < 200) {
    tx.state = "proceeding";
    return;
  }
  if (tx.kind === "non-invite") {
    if (tx.reliable) {
      terminate(tx, out);
      return;
    }
    tx.state = "completed";
    out.push({ type: "start-timer", timer: "J", ms: LIFETIME_MS });
    return;
  }
  // A 2xx is repeated until its ACK (RFC 3261 §13.3.1.4), which the user reports as an ACK event; so is a refusal.
  tx.state = response.status < 300 ? "accepted" : "completed";
  if (!tx.reliable) out.push({ type: "start-timer", timer: "G", ms: T1_MS });
  out.push({ type: "start-timer", timer: "H", ms: LIFETIME_MS });
}

function serverTimer(tx: ServerTransaction, timer: TransactionTimer, out: TransactionAction[]): void {
  if (tx.state === "terminated") return;
  if (timer === "G") {
    if (!tx.last || (tx.state !== "completed" && tx.state !== "accepted")) return;
    tx.intervalMs = Math.min(tx.intervalMs * 2, T2_MS);
    out.push({ type: "send", message: tx.last }, { type: "start-timer", timer: "G", ms: tx.intervalMs });
    return;
  }
  if (timer === "H") out.push({ type: "failed", why: "timeout" });
  terminate(tx, out);
}

/** The ACK of a refusal belongs to the INVITE's transaction: same top Via, To with the refuser's tag (RFC 3261 §17.1.1.3). */
function ackOfRefusal(invite: SipRequest, response: SipResponse): SipRequest {
  const headers: Header[] = [["Via", headerList(invite, "Via")[0]!]];
  for (const line of invite.headers) {
    if (line[0] === "From" || line[0] === "Call-ID" || line[0] === "Route" || line[0] === "Max-Forwards")
      headers.push(line);
  }
  headers.push(["To", header(response, "To")!], ["CSeq", `${parseCSeq(header(invite, "CSeq")!)!.number} ACK`]);
  return { kind: "request", method: "ACK", uri: invite.uri, headers, body: new Uint8Array(0) };
}

/** The CANCEL of a request: same top Via, To, From, Call-ID and CSeq number (RFC 3261 §9.1). */
export function cancelOf(invite: SipRequest): SipRequest {
  const headers: Header[] = [["Via", headerList(invite, "Via")[0]!]];
  for (const line of invite.headers) {
    if (["From", "To", "Call-ID", "Route", "Max-Forwards"].includes(line[0])) headers.push(line);
  }
  headers.push(["CSeq", `${parseCSeq(header(invite, "CSeq")!)!.number} CANCEL`]);
  return { kind: "request", method: "CANCEL", uri: invite.uri, headers, body: new Uint8Array(0) };
}

function terminate(tx: ClientTransaction | ServerTransaction, out: TransactionAction[]): void {
  tx.state = "terminated";
  out.push({ type: "terminated" });
}
