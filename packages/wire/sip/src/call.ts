/** One call seen from its caller or its called side: INVITE to BYE over the endpoint's transactions. */

import {
  cancelOf,
  type Dialog,
  dialogKey,
  dialogOfCalled,
  dialogOfCaller,
  type Header,
  header,
  parseCSeq,
  parseNameAddress,
  parseUri,
  requestInDialog,
  respond,
  SDP_TYPE,
  type SipRequest,
  type SipResponse,
  serverKey,
} from "@depesche/sip";
import type { FinalAnswer, SipEndpoint } from "./endpoint.ts";
import { sendMessage, type Trace } from "./transactions.ts";
import type { Path, Target } from "./transport.ts";

export interface OutgoingOrder {
  target: Target;
  /** Request-URI, also To. */
  uri: string;
  /** From without tag: `<sip:...>`. */
  from: string;
  /** User part of our Contact. */
  user: string;
  callId?: string;
  sdp: Uint8Array;
  headers?: readonly Header[];
  /** How many more hops the call may take; a call passed on has fewer (RFC 3261 §16.6). Default 70. */
  maxForwards?: number;
  /** Gets every message of the call as it crosses the wire. */
  trace?: Trace;
  /** 100 to 199. */
  onProvisional?(response: SipResponse): void;
}

const MAX_UNRECORDED = 32;
const MAX_FORWARDS = 70;

/** What both sides of a call have in common once it stands. */
export abstract class Call {
  readonly callId: string;
  protected readonly endpoint: SipEndpoint;
  protected dialog: Dialog | undefined;
  #recorder: Trace | undefined;
  /** Messages from before anyone recorded. */
  #unrecorded: Parameters<Trace>[0][] = [];
  /** Resolved when the call is over by BYE of either side (or never stood). */
  readonly over: Promise<void>;
  #finish!: () => void;

  protected constructor(endpoint: SipEndpoint, callId: string) {
    this.endpoint = endpoint;
    this.callId = callId;
    this.over = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  protected abstract path(): Path;

  /** Every message of the call as it crosses the wire. */
  readonly trace: Trace = (message) => {
    if (this.#recorder) this.#recorder(message);
    else if (this.#unrecorded.length < MAX_UNRECORDED) this.#unrecorded.push(message);
  };

  /** Hands over the messages so far and every later one. */
  record(recorder: Trace): void {
    this.#recorder = recorder;
    for (const message of this.#unrecorded) recorder(message);
    this.#unrecorded = [];
  }

  protected enter(dialog: Dialog): void {
    this.dialog = dialog;
    this.endpoint.addDialog(this.key(dialog), this);
  }

  /** Ends the call. Resolves when the peer has answered or is given up; without effect before it stood or after its end. */
  bye(): Promise<void> {
    const { dialog } = this;
    if (!dialog) return Promise.resolve();
    this.leave();
    const path = this.path();
    const request = requestInDialog(dialog, "BYE", { via: this.endpoint.via(path) });
    return new Promise((resolve) => {
      this.endpoint.transactions.startClient(request, path, {
        trace: this.trace,
        deliver: (response) => {
          if (response.status >= 200) resolve();
        },
        failed: () => resolve(),
      });
    });
  }

  /** Says BYE and waits for its answer, but not longer than `ms`. */
  async hangUp(ms: number): Promise<void> {
    await within(this.bye(), ms);
  }

  /** The peer has hung up on the line, so its BYE is on the way; when it does not come within `ms`, ours goes. */
  async awaitBye(ms: number): Promise<void> {
    if (!(await within(this.over, ms))) void this.bye();
  }

  /** Whether a request within the call comes in its turn (RFC 3261 §12.2.2). */
  takeSeq(request: SipRequest): boolean {
    const seq = parseCSeq(header(request, "CSeq")!)!.number;
    if (!this.dialog || seq < this.dialog.remoteSeq) return false;
    this.dialog.remoteSeq = seq;
    return true;
  }

  receiveBye(): void {
    this.leave();
  }

  abstract receiveAck(ack: SipRequest): void;

  /** Forgets the dialog: later requests in it get 481. */
  protected leave(): void {
    if (this.dialog) this.endpoint.removeDialog(this.key(this.dialog));
    this.dialog = undefined;
    this.#finish();
  }

  private key(dialog: Dialog): string {
    return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
  }
}

export class OutgoingCall extends Call {
  /** The answer to the INVITE. Never rejects. */
  readonly answered: Promise<FinalAnswer>;
  readonly #invite: SipRequest;
  readonly #path: Path;
  #state: "sent" | "provisional" | "cancelled" | "final" = "sent";
  #cancelWanted = false;
  #ack: SipRequest | undefined;

  constructor(endpoint: SipEndpoint, order: OutgoingOrder, newId: () => string) {
    const callId = order.callId ?? newId();
    super(endpoint, callId);
    if (order.trace) this.record(order.trace);
    this.#path = endpoint.pathTo(order.target);
    const headers: Header[] = [
      ["Via", endpoint.via(this.#path)],
      ["Max-Forwards", String(order.maxForwards ?? MAX_FORWARDS)],
      ["From", `${order.from};tag=${newId()}`],
      ["To", `<${order.uri}>`],
      ["Call-ID", callId],
      ["CSeq", "1 INVITE"],
      ["Contact", endpoint.contact(order.user, this.#path.transport)],
      ["User-Agent", endpoint.product],
      ...(order.headers ?? []),
      ["Content-Type", SDP_TYPE],
    ];
    this.#invite = { kind: "request", method: "INVITE", uri: order.uri, headers, body: order.sdp };
    this.answered = new Promise((resolve) => {
      endpoint.transactions.startClient(this.#invite, this.#path, {
        trace: this.trace,
        deliver: (response) => this.#receive(response, order, resolve),
        failed: (why) => {
          if (this.#state === "final") return;
          this.#state = "final";
          this.leave();
          resolve({ response: respond(this.#invite, why === "timeout" ? 408 : 503), local: true });
        },
      });
    });
  }

  protected path(): Path {
    return this.#path;
  }

  /** Takes the call back while it is not answered. CANCEL may only follow a provisional answer (RFC 3261 §9.1). */
  cancel(): void {
    this.#cancelWanted = true;
    if (this.#state !== "provisional") return;
    this.#state = "cancelled";
    this.endpoint.transactions.startClient(cancelOf(this.#invite), this.#path, {
      trace: this.trace,
      deliver: () => {},
      failed: () => {},
    });
  }

  receiveAck(): void {
    // Nothing to do: we sent no INVITE answer in this direction.
  }

  #receive(response: SipResponse, order: OutgoingOrder, resolve: (answer: FinalAnswer) => void): void {
    if (response.status < 200) {
      if (this.#state === "sent") this.#state = "provisional";
      order.onProvisional?.(response);
      if (this.#cancelWanted) this.cancel();
      return;
    }
    if (response.status < 300) this.#acknowledge(response);
    if (this.#state === "final") return;
    this.#state = "final";
    if (response.status >= 300) this.leave();
    resolve({ response, local: false });
  }

  /** The ACK of a 2xx goes out end to end, again for each repeat of the 2xx (RFC 3261 §13.2.2.4). */
  #acknowledge(response: SipResponse): void {
    if (this.#state !== "final") {
      const dialog = dialogOfCaller(this.#invite, response);
      if (!dialog) return;
      this.enter(dialog);
      this.#ack = requestInDialog(dialog, "ACK", { via: this.endpoint.via(this.#path), seq: dialog.localSeq });
    }
    if (this.#ack) sendMessage(this.#ack, this.#path, this.trace);
  }
}

export class IncomingCall extends Call {
  readonly invite: SipRequest;
  /** User parts of Request-URI and From, as dialled. */
  readonly called: string;
  readonly from: string;
  readonly source: Target;
  /** How many more hops the caller allows. */
  readonly maxForwards: number;
  /** Resolved when the caller took the call back, or its ACK never came. */
  readonly cancelled: Promise<void>;
  readonly #path: Path;
  readonly #tag: string;
  #cancel!: () => void;
  #answered = false;

  constructor(endpoint: SipEndpoint, invite: SipRequest, path: Path, newId: () => string) {
    super(endpoint, header(invite, "Call-ID")!);
    this.invite = invite;
    this.#path = path;
    this.source = path;
    const hops = header(invite, "Max-Forwards") ?? "";
    this.maxForwards = /^\d{1,3}$/.test(hops) ? Number(hops) : MAX_FORWARDS;
    this.#tag = newId();
    this.called = parseUri(invite.uri)?.user ?? "";
    this.from = parseUri(parseNameAddress(header(invite, "From")!)?.uri ?? "")?.user ?? "";
    this.cancelled = new Promise((resolve) => {
      this.#cancel = resolve;
    });
  }

  protected path(): Path {
    return this.#path;
  }

  /** A provisional answer: 180 and the like. */
  ring(status = 180, headers: readonly Header[] = []): void {
    if (!this.#answered) this.#respond(respond(this.invite, status, { toTag: this.#tag, headers }));
  }

  /** 200 with our session description. False when the call is gone or its INVITE cannot make a dialog. */
  answer(sdp: Uint8Array, headers: readonly Header[] = []): boolean {
    if (this.#answered) return false;
    const contact = this.endpoint.contact(this.called, this.#path.transport);
    const response = respond(this.invite, 200, {
      toTag: this.#tag,
      headers: [["Contact", contact], ...headers, ["Content-Type", SDP_TYPE]],
      body: sdp,
    });
    const dialog = dialogOfCalled(this.invite, response);
    if (!dialog) {
      this.reject(400);
      return false;
    }
    this.#answered = true;
    this.enter(dialog);
    this.#respond(response);
    return true;
  }

  /** A final refusal. */
  reject(status: number, headers: readonly Header[] = []): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#respond(respond(this.invite, status, { toTag: this.#tag, headers }));
    this.leave();
  }

  receiveAck(ack: SipRequest): void {
    this.endpoint.transactions.receiveAgain(serverKey(this.invite)!, ack);
  }

  receiveCancel(): void {
    if (this.#answered) return;
    this.reject(487);
    this.#cancel();
  }

  /** No ACK came or the way broke: the call never really stood (RFC 3261 §13.3.1.4). */
  abandon(): void {
    this.#cancel();
    if (this.dialog) void this.bye();
    else this.leave();
  }

  #respond(response: SipResponse): void {
    this.endpoint.transactions.respond(this.invite, response);
  }
}

async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    // What has arrived while this process was busy is read first.
    timer = setTimeout(() => setImmediate(() => resolve(false)), ms);
  });
  const inTime = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
