/** A SIP endpoint over UDP and TCP: calls both ways, REGISTER and OPTIONS, everything else politely refused. */

import { randomBytes } from "node:crypto";
import {
  dialogKeyOf,
  type Header,
  header,
  headerList,
  METHODS,
  parseMessage,
  parseVia,
  respond,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  serverKey,
} from "@depesche/sip";
import { type Call, IncomingCall, OutgoingCall, type OutgoingOrder } from "./call.ts";
import { sendMessage, Transactions } from "./transactions.ts";
import { type DropCounters, openTransport, type Path, type SipTransport, type Target } from "./transport.ts";

export interface SipEndpointConfig {
  /** Address to bind; loopback in a simulation. */
  host: string;
  /** 0: any free port. */
  port: number;
  /** Product name for User-Agent and Server. */
  product: string;
  /** Wall time in which a peer that connects must have sent a whole message, ms; default 10,000. */
  patienceMs?: number;
}

export interface SipHandlers {
  /** A new call came in; it must be answered or rejected. */
  invite(call: IncomingCall): void;
  /** Answers a REGISTER; without it 405. */
  register?(request: SipRequest, source: Target): { status: number; headers?: readonly Header[] };
}

/** The final answer, or one made up here (`local`) because none came: 408 after a timeout, 503 without transport. */
export interface FinalAnswer {
  response: SipResponse;
  local: boolean;
}

export interface RequestOrder {
  method: "REGISTER" | "OPTIONS";
  target: Target;
  /** Request-URI. */
  uri: string;
  /** From and To without tags. */
  from: string;
  to: string;
  callId?: string;
  seq?: number;
  headers?: readonly Header[];
}

/** Random and unguessable, letters and digits only (RFC 3261 §19.3 wants at least 32 bits). */
export function newId(): string {
  return randomBytes(8).toString("hex");
}

/** Opens an endpoint; rejects with the system's error when the port cannot be bound. */
export async function openSipEndpoint(config: SipEndpointConfig, handlers: SipHandlers): Promise<SipEndpoint> {
  const endpoint = new SipEndpoint(config, handlers);
  await endpoint.open();
  return endpoint;
}

export class SipEndpoint {
  readonly product: string;
  readonly transactions = new Transactions();
  readonly #config: SipEndpointConfig;
  readonly #handlers: SipHandlers;
  readonly #dialogs = new Map<string, Call>();
  /** Calls whose INVITE may still be cancelled, by its transaction. */
  readonly #incoming = new Map<string, IncomingCall>();
  #transport!: SipTransport;

  constructor(config: SipEndpointConfig, handlers: SipHandlers) {
    this.#config = config;
    this.#handlers = handlers;
    this.product = config.product;
  }

  async open(): Promise<void> {
    this.#transport = await openTransport(this.#config, (bytes, path) => this.#receive(bytes, path));
  }

  get host(): string {
    return this.#transport.host;
  }

  get port(): number {
    return this.#transport.port;
  }

  /** Input that was dropped, counted by what was wrong with it. */
  get drops(): DropCounters {
    return this.#transport.drops;
  }

  /** What is alive, for tests and metrics. */
  load(): { transactions: number; dialogs: number } {
    return { transactions: this.transactions.size, dialogs: this.#dialogs.size };
  }

  /** A Contact value that leads here. */
  contact(user: string, transport: Target["transport"]): string {
    return `<sip:${user}@${this.host}:${this.port};transport=${transport}>`;
  }

  /** A Via value with a fresh branch. */
  via(path: Target): string {
    const rport = path.transport === "udp" ? ";rport" : "";
    return `SIP/2.0/${path.transport.toUpperCase()} ${this.host}:${this.port};branch=z9hG4bK${newId()}${rport}`;
  }

  pathTo(target: Target): Path {
    return this.#transport.pathTo(target);
  }

  /** Places a call; what becomes of it is told by the call. */
  invite(order: OutgoingOrder): OutgoingCall {
    return new OutgoingCall(this, order, newId);
  }

  /** Sends a request outside of calls. Never rejects. */
  request(order: RequestOrder): Promise<FinalAnswer> {
    const path = this.pathTo(order.target);
    const headers: Header[] = [
      ["Via", this.via(path)],
      ["Max-Forwards", "70"],
      ["From", `${order.from};tag=${newId()}`],
      ["To", order.to],
      ["Call-ID", order.callId ?? newId()],
      ["CSeq", `${order.seq ?? 1} ${order.method}`],
      ["User-Agent", this.product],
      ...(order.headers ?? []),
    ];
    const { method, uri } = order;
    const request: SipRequest = { kind: "request", method, uri, headers, body: new Uint8Array(0) };
    return new Promise((resolve) => {
      this.transactions.startClient(request, path, {
        deliver: (response) => {
          if (response.status >= 200) resolve({ response, local: false });
        },
        failed: (why) => resolve({ response: respond(request, why === "timeout" ? 408 : 503), local: true }),
      });
    });
  }

  addDialog(key: string, call: Call): void {
    this.#dialogs.set(key, call);
  }

  removeDialog(key: string): void {
    this.#dialogs.delete(key);
  }

  /** Closes sockets and timers; what was running fails with 503. */
  async close(): Promise<void> {
    this.transactions.close();
    this.#dialogs.clear();
    await this.#transport.close();
  }

  #receive(bytes: Uint8Array, path: Path): void {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) {
      this.#transport.drop(parsed.problem);
      if (parsed.request) this.#refuseFaulty(parsed.request, parsed.problem === "sip-version" ? 505 : 400, path);
    } else if (parsed.message.kind === "request") this.#receiveRequest(parsed.message, bytes, path);
    else if (!this.transactions.receiveResponse(parsed.message, bytes))
      this.#transport.drop("response-without-request");
  }

  #receiveRequest(arrived: SipRequest, bytes: Uint8Array, path: Path): void {
    const request = path.transport === "udp" ? withReceived(arrived, path) : arrived;
    const key = serverKey(request);
    if (key === undefined) {
      this.#transport.drop("sip-via");
      return;
    }
    if (this.transactions.receiveAgain(key, request, bytes)) return;
    const dialog = this.#dialogs.get(dialogKeyOf(request) ?? "");
    dialog?.trace({ sent: false, bytes });
    if (request.method === "ACK") {
      if (dialog) dialog.receiveAck(request);
      else this.#transport.drop("ack-without-call");
      return;
    }
    const isCall = request.method === "INVITE" && dialog === undefined;
    const call = isCall ? new IncomingCall(this, request, path, newId) : undefined;
    call?.trace({ sent: false, bytes });
    if (call) this.#incoming.set(key, call);
    this.transactions.startServer(key, request, this.#wayBack(request, path), {
      trace: (call ?? dialog)?.trace,
      failed: () => call?.abandon(),
      forgotten: () => this.#incoming.delete(key),
    });
    const isCancel = request.method === "CANCEL";
    const wanted = isCancel ? [] : headerList(request, "Require");
    if (wanted.length > 0) this.#refuseExtensions(request, call, wanted);
    else if (dialog && !isCancel && !dialog.takeSeq(request)) this.#reply(request, 500);
    else if (call) this.#handlers.invite(call);
    else this.#answer(request, path, dialog);
  }

  /** Answers without a transaction: what is wrong with the request may be what would name it. */
  #refuseFaulty(faulty: SipRequest, status: number, path: Path): void {
    const request = path.transport === "udp" ? withReceived(faulty, path) : faulty;
    if (serverKey(request) === undefined) return;
    sendMessage(respond(request, status, { toTag: newId() }), this.#wayBack(request, path));
  }

  #wayBack(request: SipRequest, path: Path): Path {
    return path.transport === "udp" ? this.#replyPath(request, path) : path;
  }

  /** RFC 3261 §18.2.2 and RFC 3581: to the source address, and to its port when asked, else to the port in Via. */
  #replyPath(request: SipRequest, path: Path): Path {
    const via = parseVia(headerList(request, "Via")[0]!)!;
    const port = "rport" in via.params ? path.port : (via.port ?? 5060);
    return this.pathTo({ transport: "udp", host: path.host, port });
  }

  /** We have no extension that a caller could demand (RFC 3261 §8.2.2.3). */
  #refuseExtensions(request: SipRequest, call: IncomingCall | undefined, wanted: readonly string[]): void {
    const headers: Header[] = [["Unsupported", wanted.join(", ")]];
    if (call) call.reject(420, headers);
    else this.#reply(request, 420, headers);
  }

  #reply(request: SipRequest, status: number, headers?: readonly Header[]): void {
    this.transactions.respond(request, respond(request, status, { toTag: newId(), headers }));
  }

  #answer(request: SipRequest, path: Path, dialog: Call | undefined): void {
    const reply = (status: number, headers?: readonly Header[]) => this.#reply(request, status, headers);
    const allow: Header = ["Allow", METHODS.join(", ")];
    switch (request.method) {
      case "INVITE": // inside a call: nothing but the fax stream agreed at its start is on offer
        reply(488);
        return;
      case "BYE":
        reply(dialog ? 200 : 481);
        dialog?.receiveBye();
        return;
      case "CANCEL": {
        const cancelled = this.#incoming.get(serverKey({ ...request, method: "INVITE" }) ?? "");
        reply(cancelled ? 200 : 481);
        cancelled?.receiveCancel();
        return;
      }
      case "OPTIONS":
        reply(200, [allow, ["Accept", "application/sdp"]]);
        return;
      case "REGISTER": {
        const answer = this.#handlers.register?.(request, path);
        if (answer) reply(answer.status, answer.headers);
        else reply(405, [allow]);
        return;
      }
      default:
        reply(405, [allow]);
    }
  }
}

/** RFC 3261 §18.2.1, RFC 3581: the address a datagram really came from is noted in its top Via. */
function withReceived(request: SipRequest, path: Target): SipRequest {
  const index = request.headers.findIndex(([name]) => name === "Via");
  const value = request.headers[index]![1];
  const via = parseVia(headerList(request, "Via")[0]!);
  if (!via || (via.host === path.host && !("rport" in via.params))) return request;
  const comma = value.indexOf(",");
  const top = comma < 0 ? value : value.slice(0, comma);
  const rest = comma < 0 ? "" : value.slice(comma);
  const noted = `${top.replace(/;\s*rport(?=;|$)/i, `;rport=${path.port}`)};received=${path.host}`;
  return { ...request, headers: request.headers.with(index, ["Via", noted + rest]) };
}

/** A header that carries a whole number, or undefined. */
export function numberHeader(message: SipMessage, name: string): number | undefined {
  const value = header(message, name);
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
