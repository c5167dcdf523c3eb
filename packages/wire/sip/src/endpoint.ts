/** A SIP endpoint over UDP and TCP: calls both ways, REGISTER and OPTIONS, everything else politely refused. */

import {
  type Credentials,
  dialogKeyOf,
  type Header,
  header,
  headerList,
  METHODS,
  parseCSeq,
  parseMessage,
  parseVia,
  refusalOf,
  respond,
  SDP_TYPE,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  serverKey,
  sessionBody,
  tagOf,
} from "@depesche/sip";
import { type Call, made } from "./call.ts";
import { IncomingCall } from "./incoming-call.ts";
import { newId } from "./new-id.ts";
import { OutgoingCall, type OutgoingOrder } from "./outgoing-call.ts";
import { Signer } from "./signing.ts";
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
  /** Judges who sends a REGISTER or a new INVITE: undefined lets it pass, else it is refused with this (401, 407). */
  admit?(request: SipRequest): { status: number; headers: readonly Header[] } | undefined;
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
  /** Requests that belong together, as a REGISTER and its refreshes (RFC 3261 §10.2); default: one of its own. */
  series?: RequestSeries;
  /** For peers that ask who sends it; those of the series when there is one. */
  credentials?: Credentials;
  headers?: readonly Header[];
}

/** One Call-ID whose CSeq counts up, and what has been learnt of the peer's challenges. */
export interface RequestSeries {
  readonly callId: string;
  seq: number;
  readonly signer: Signer;
}

export function newSeries(credentials?: Credentials): RequestSeries {
  return { callId: newId(), seq: 0, signer: new Signer(credentials) };
}

/** Who takes a request back. */
interface Cancellable {
  receiveCancel(): void;
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
  /** INVITEs that may still be cancelled, by their transaction. */
  readonly #incoming = new Map<string, Cancellable>();
  /** INVITEs under way by Call-ID, From tag and CSeq: a second copy that came another way is none of its own. */
  readonly #copies = new Set<string>();
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
    return new OutgoingCall(this, order);
  }

  /** Sends a request outside of calls. Never rejects. */
  request(order: RequestOrder): Promise<FinalAnswer> {
    const path = this.pathTo(order.target);
    const { series = newSeries(order.credentials), method, uri } = order;
    const tag = newId();
    const build = (): SipRequest => {
      series.seq++;
      const headers: Header[] = [
        ["Via", this.via(path)],
        ["Max-Forwards", "70"],
        ["From", `${order.from};tag=${tag}`],
        ["To", order.to],
        ["Call-ID", series.callId],
        ["CSeq", `${series.seq} ${method}`],
        ["User-Agent", this.product],
        ...(order.headers ?? []),
      ];
      return { kind: "request", method, uri, headers, body: new Uint8Array(0) };
    };
    return new Promise((resolve) => {
      series.signer.send(this.transactions, build, path, {
        deliver: (response) => {
          if (response.status >= 200) resolve({ response, local: false });
        },
        failed: (why) => resolve(made(why === "timeout" ? 408 : 503)),
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
      if (!parsed.request) return;
      const request = path.transport === "udp" ? withReceived(parsed.request, path) : parsed.request;
      this.#refuseFaulty(request, parsed.problem === "sip-version" ? 505 : 400, path);
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
    const dialogOf = dialogKeyOf(request);
    const dialog = this.#dialogs.get(dialogOf ?? "");
    dialog?.trace({ sent: false, bytes });
    if (request.method === "ACK") {
      if (dialog) dialog.receiveAck(request);
      else this.#transport.drop("ack-without-call");
      return;
    }
    if (this.transactions.full) {
      this.#transport.drop("overload");
      this.#refuseFaulty(request, 503, path, [["Retry-After", "10"]]);
      return;
    }
    const isStray = dialogOf !== undefined && !dialog;
    if (request.method === "INVITE" && !dialog && !isStray) this.#receiveInvite(key, request, bytes, path);
    else this.#receivePlain(key, request, path, dialog, isStray);
  }

  /** A new call. */
  #receiveInvite(key: string, request: SipRequest, bytes: Uint8Array, path: Path): void {
    const refusal = refusalOf(request);
    const copy = `${header(request, "Call-ID")} ${tagOf(header(request, "From")!) ?? ""} ${parseCSeq(header(request, "CSeq")!)!.number}`;
    const isCopy = this.#copies.has(copy);
    const body = refusal ? request.body : sessionBody(request)!;
    const call = new IncomingCall(this, { ...request, body }, path);
    call.trace({ sent: false, bytes });
    this.#incoming.set(key, call);
    this.#copies.add(copy);
    this.transactions.startServer(key, request, this.#wayBack(request, path), {
      trace: call.trace,
      failed: () => call.abandon(),
      forgotten: () => {
        this.#incoming.delete(key);
        if (!isCopy) this.#copies.delete(copy);
      },
    });
    const unknown = refusal || isCopy ? undefined : this.#handlers.admit?.(request);
    if (refusal) call.reject(refusal.status, refusal.headers);
    // It went round or was forked on its way: the first copy is the call (RFC 3261 §8.2.2.2).
    else if (isCopy) call.reject(482);
    else if (unknown) call.reject(unknown.status, unknown.headers);
    else this.#handlers.invite(call);
  }

  /** Everything but a new call. */
  #receivePlain(key: string, request: SipRequest, path: Path, dialog: Call | undefined, isStray: boolean): void {
    const isOffer = request.method === "INVITE" && dialog !== undefined;
    const body = (isOffer && sessionBody(request)) || request.body;
    const taken = { ...request, body };
    if (isOffer) this.#incoming.set(key, { receiveCancel: () => dialog.receiveCancelOfOffer(taken) });
    this.transactions.startServer(key, request, this.#wayBack(request, path), {
      trace: dialog?.trace,
      failed: () => {
        if (isOffer) dialog.abandon();
      },
      forgotten: () => this.#incoming.delete(key),
    });
    const refusal = refusalOf(request);
    if (refusal) this.#reply(request, refusal.status, refusal.headers);
    else if (request.method === "CANCEL") this.#receiveCancel(request);
    else if (isStray) this.#reply(request, 481);
    else if (dialog && !dialog.takeSeq(request)) this.#reply(request, 500);
    else if (isOffer) dialog.receiveOffer(taken);
    else this.#answer(request, path, dialog);
  }

  #receiveCancel(request: SipRequest): void {
    const cancelled = this.#incoming.get(serverKey({ ...request, method: "INVITE" }) ?? "");
    this.#reply(request, cancelled ? 200 : 481);
    cancelled?.receiveCancel();
  }

  /** Answers without a transaction: what is wrong with the request may be what would name it. */
  #refuseFaulty(request: SipRequest, status: number, path: Path, headers: readonly Header[] = []): void {
    if (serverKey(request) === undefined) return;
    sendMessage(respond(request, status, { toTag: newId(), headers }), this.#wayBack(request, path));
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

  #reply(request: SipRequest, status: number, headers?: readonly Header[]): void {
    this.transactions.respond(request, respond(request, status, { toTag: newId(), headers }));
  }

  /** Requests that are no INVITE, ACK or CANCEL, of the methods that `refusalOf` lets pass. */
  #answer(request: SipRequest, path: Path, dialog: Call | undefined): void {
    const allow: Header = ["Allow", METHODS.join(", ")];
    if (request.method === "BYE") {
      this.#reply(request, dialog ? 200 : 481);
      dialog?.receiveBye();
    } else if (request.method === "OPTIONS") {
      this.#reply(request, 200, [allow, ["Accept", SDP_TYPE], ["Accept-Encoding", "identity"], ["Supported", ""]]);
    } else {
      const unknown = this.#handlers.register && this.#handlers.admit?.(request);
      const answer = unknown ?? this.#handlers.register?.(request, path) ?? { status: 405, headers: [allow] };
      this.#reply(request, answer.status, answer.headers);
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
