/** Runs the pure transactions of packages/sip: keeps them by key, gives them timers and sends what they say. */

import {
  type ClientEvent,
  clientKey,
  createClient,
  createServer,
  respond,
  type ServerEvent,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  serialiseMessage,
  serverKey,
  stepClient,
  stepServer,
  type TransactionAction,
  type TransactionTimer,
} from "@depesche/sip";
import type { Path } from "./transport.ts";

/** A message as it crossed the wire, for recording. */
export type Trace = (message: { sent: boolean; bytes: Uint8Array }) => void;

export interface ClientUser {
  deliver(response: SipResponse): void;
  failed(why: "timeout" | "transport"): void;
  trace?: Trace;
}

export interface ServerUser {
  /** The ACK never came, or the way broke. */
  failed(): void;
  forgotten(): void;
  trace?: Trace;
}

interface Running<Event> {
  readonly path: Path;
  readonly timers: Map<TransactionTimer, NodeJS.Timeout>;
  readonly trace?: Trace;
  step(event: Event | { type: "timer"; timer: TransactionTimer }, out: TransactionAction[]): void;
  deliver(message: SipMessage): void;
  failed(why: "timeout" | "transport"): void;
  forget(): void;
}

/** Serialises, records, sends. */
export function sendMessage(message: SipMessage, path: Path, trace?: Trace): void {
  const bytes = serialiseMessage(message);
  trace?.({ sent: true, bytes });
  path.send(bytes);
}

/** An INVITE that is not answered by then gets 100, so that its sender stops repeating it (RFC 3261 §17.2.1). */
const TRYING_MS = 200;
/** Requests of peers that are remembered at once. */
const MAX_SERVERS = 20_000;

export class Transactions {
  readonly #clients = new Map<string, Running<ClientEvent>>();
  readonly #servers = new Map<string, Running<ServerEvent>>();
  #closed = false;

  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /** Sends a complete request. `failed` is called at once when everything is closed already. */
  startClient(request: SipRequest, path: Path, user: ClientUser): void {
    if (this.#closed) {
      user.failed("transport");
      return;
    }
    const key = clientKey(request)!;
    const tx = createClient(request, path.transport === "tcp");
    let unhook = () => {};
    const running: Running<ClientEvent> = {
      path,
      timers: new Map(),
      trace: user.trace,
      step: (event, out) => stepClient(tx, event, out),
      deliver: (message) => {
        if (message.kind === "response") user.deliver(message);
      },
      failed: user.failed,
      forget: () => {
        unhook();
        this.#clients.delete(key);
      },
    };
    this.#clients.set(key, running);
    unhook = path.onBroken(() => this.#advance(running, { type: "transport-error" }));
    this.#advance(running, { type: "start" });
  }

  /** Feeds an answer; false when no request waits for it. */
  receiveResponse(response: SipResponse, bytes: Uint8Array): boolean {
    const running = this.#clients.get(clientKey(response) ?? "");
    if (!running) return false;
    running.trace?.({ sent: false, bytes });
    this.#advance(running, { type: "response", response });
    return true;
  }

  /** No further request can be taken. */
  get full(): boolean {
    return this.#servers.size >= MAX_SERVERS;
  }

  /** Takes a request that has just arrived and is no repeat. */
  startServer(key: string, request: SipRequest, path: Path, user: ServerUser): void {
    const tx = createServer(request, path.transport === "tcp");
    let trying: NodeJS.Timeout | undefined;
    const running: Running<ServerEvent> = {
      path,
      timers: new Map(),
      trace: user.trace,
      step: (event, out) => {
        if (event.type === "respond") clearTimeout(trying);
        stepServer(tx, event, out);
      },
      deliver: () => {},
      failed: () => user.failed(),
      forget: () => {
        clearTimeout(trying);
        this.#servers.delete(key);
        user.forgotten();
      },
    };
    this.#servers.set(key, running);
    if (tx.kind === "non-invite") return;
    trying = setTimeout(() => {
      this.#advance(running, { type: "respond", response: respond(request, 100) });
    }, TRYING_MS);
  }

  /** Feeds a repeat or an ACK to the transaction it belongs to; false when there is none. */
  receiveAgain(key: string, request: SipRequest, bytes?: Uint8Array): boolean {
    const running = this.#servers.get(key);
    if (!running) return false;
    if (bytes) running.trace?.({ sent: false, bytes });
    this.#advance(running, { type: "request", request });
    return true;
  }

  /** Answers a request; without effect when its transaction is over. */
  respond(request: SipRequest, response: SipResponse): void {
    const running = this.#servers.get(serverKey(request) ?? "");
    if (running) this.#advance(running, { type: "respond", response });
  }

  /** Forgets a request that has had no answer; its repeats are new requests. */
  ignore(request: SipRequest): void {
    this.#servers.get(serverKey(request) ?? "")?.forget();
  }

  /** Fails everything and clears every timer. */
  close(): void {
    this.#closed = true;
    for (const running of [...this.#clients.values()]) this.#advance(running, { type: "transport-error" });
    for (const running of [...this.#servers.values()]) this.#advance(running, { type: "transport-error" });
  }

  #advance<Event>(running: Running<Event>, event: Event | { type: "timer"; timer: TransactionTimer }): void {
    const actions: TransactionAction[] = [];
    running.step(event, actions);
    for (const action of actions) {
      switch (action.type) {
        case "send":
          sendMessage(action.message, running.path, running.trace);
          break;
        case "start-timer":
          clearTimeout(running.timers.get(action.timer));
          running.timers.set(
            action.timer,
            setTimeout(() => this.#advance(running, { type: "timer", timer: action.timer }), action.ms),
          );
          break;
        case "stop-timer":
          clearTimeout(running.timers.get(action.timer));
          running.timers.delete(action.timer);
          break;
        case "deliver":
          running.deliver(action.message);
          break;
        case "failed":
          running.failed(action.why);
          break;
        case "terminated":
          for (const timer of running.timers.values()) clearTimeout(timer);
          running.timers.clear();
          running.forget();
          break;
        default:
          action satisfies never;
      }
    }
  }
}
