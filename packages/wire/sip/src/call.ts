/** What both sides of a call have in common once it stands: its dialog, its offers, its end. */

import {
  continueSdp,
  type Dialog,
  dialogKey,
  type Header,
  header,
  METHODS,
  nextHopUri,
  type OfferAction,
  type OfferEvent,
  type OfferTurn,
  parseCSeq,
  parseUri,
  reasonPhrase,
  refreshTarget,
  requestInDialog,
  respond,
  SDP_TYPE,
  type SipRequest,
  type SipResponse,
  serverKey,
  stepOffer,
} from "@depesche/sip";
import type { FinalAnswer, SipEndpoint } from "./endpoint.ts";
import type { Signer } from "./signing.ts";
import { sendMessage, type Trace } from "./transactions.ts";
import type { Path } from "./transport.ts";
import { within } from "./within.ts";

/** What a peer's offer is answered with: a refusal (from 300 on), or 200 with our own description. */
export interface OfferAnswer {
  status: number;
  sdp?: Uint8Array;
}

export type OfferHandler = (sdp: Uint8Array) => OfferAnswer | Promise<OfferAnswer>;

const MAX_UNRECORDED = 32;
/** Our 2xx to INVITEs whose ACK has not come. */
const MAX_UNACKNOWLEDGED = 8;
const NO_SDP = new Uint8Array(0);
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

export abstract class Call {
  readonly callId: string;
  /** Resolved when the call is over by BYE of either side (or never stood). */
  readonly over: Promise<void>;
  protected readonly endpoint: SipEndpoint;
  protected readonly signer: Signer;
  protected dialog: Dialog | undefined;
  /** The session descriptions that hold now, of this side and of the peer. */
  protected localSdp: Uint8Array = NO_SDP;
  protected remoteSdp: Uint8Array = NO_SDP;
  #recorder: Trace | undefined;
  /** Messages from before anyone recorded. */
  #unrecorded: Parameters<Trace>[0][] = [];
  #finish!: () => void;
  #hop: Path | undefined;
  #turn: OfferTurn = { at: "idle" };
  #wish: { sdp: Uint8Array; resolve: (answer: FinalAnswer) => void; answer: FinalAnswer } | undefined;
  /** Wishes to change the session, one after the other. */
  #wishes: Promise<unknown> = Promise.resolve();
  #backOff: NodeJS.Timeout | undefined;
  #handler: OfferHandler | undefined;
  /** The peer's INVITE that waits for our answer. */
  #offered: SipRequest | undefined;
  /** Answered INVITEs of the peer by CSeq number, until their ACK comes. */
  readonly #unacknowledged = new Map<number, SipRequest>();

  protected constructor(endpoint: SipEndpoint, callId: string, signer: Signer) {
    this.endpoint = endpoint;
    this.callId = callId;
    this.signer = signer;
    this.over = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** The way on which the call was set up. */
  protected abstract path(): Path;
  /** User part of our Contact. */
  protected abstract user(): string;
  /** Whether this side made the Call-ID. */
  protected abstract readonly isOwner: boolean;

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

  /** It stands, or has ended or never begun. */
  get stands(): boolean {
    return this.dialog !== undefined;
  }

  /**
   * Offers another session description by re-INVITE (RFC 3261 §14.1) and gives the final answer; when that is no 2xx, what
   * was agreed before goes on. Never rejects. An offer that crosses the peer's is made again after its time; several are made
   * one after the other. 481 of our own (`local`) when the call is over. An answer of 408 or 481 ends the call.
   */
  reoffer(sdp: Uint8Array): Promise<FinalAnswer> {
    const wish = this.#wishes.then(() => this.#want(sdp));
    this.#wishes = wish;
    return wish;
  }

  /** Decides about the peer's offers within the call (re-INVITEs); without it they get 488. */
  onOffer(handler: OfferHandler): void {
    this.#handler = handler;
  }

  /** Ends the call. Resolves when the peer has answered or is given up; without effect before it stood or after its end. */
  bye(): Promise<void> {
    const { dialog } = this;
    if (!dialog) return Promise.resolve();
    const path = this.hop(dialog);
    this.leave();
    return new Promise((resolve) => {
      this.signer.send(
        this.endpoint.transactions,
        () => requestInDialog(dialog, "BYE", { via: this.endpoint.via(path), headers: this.#product() }),
        path,
        {
          trace: this.trace,
          deliver: (response) => {
            if (response.status >= 200) resolve();
          },
          failed: () => resolve(),
        },
      );
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

  /** A re-INVITE of the peer. */
  receiveOffer(request: SipRequest): void {
    this.#advance({ type: "peer-offer" }, request);
  }

  /** The peer takes a re-INVITE back; false when it is answered already. */
  receiveCancelOfOffer(request: SipRequest): void {
    if (this.#offered !== request) return;
    this.#answerOffer(request, { status: 487 });
  }

  receiveAck(ack: SipRequest): void {
    const seq = parseCSeq(header(ack, "CSeq")!)!.number;
    const invite = this.#unacknowledged.get(seq);
    if (!invite) return;
    this.#unacknowledged.delete(seq);
    this.endpoint.transactions.receiveAgain(serverKey(invite)!, ack);
    // An INVITE without a description was answered with our offer: the ACK brings the answer (RFC 3261 §13.2.1).
    if (invite.body.length === 0 && ack.body.length > 0) this.remoteSdp = ack.body;
    this.acknowledged(ack);
    this.#advance({ type: "peer-ack" });
  }

  /** No ACK came or the way broke: the call does not really stand (RFC 3261 §13.3.1.4). */
  abandon(): void {
    if (this.dialog) void this.bye();
    else this.leave();
  }

  protected acknowledged(_ack: SipRequest): void {}

  protected enter(dialog: Dialog): void {
    this.dialog = dialog;
    this.endpoint.addDialog(this.#key(dialog), this);
  }

  /** Our 2xx to an INVITE goes out and waits for its ACK. */
  protected awaitAck(invite: SipRequest): void {
    if (this.#unacknowledged.size >= MAX_UNACKNOWLEDGED) {
      this.#unacknowledged.delete(this.#unacknowledged.keys().next().value as number);
    }
    this.#unacknowledged.set(parseCSeq(header(invite, "CSeq")!)!.number, invite);
    if (this.#turn.at === "idle") this.#turn = { at: "answering", answered: true };
  }

  /**
   * The way of our requests within the call: along the route, or to the peer's Contact. An open connection is kept, and a
   * host that is a name, or stands behind an address translator, is reached the way the call came.
   */
  protected hop(dialog: Dialog): Path {
    const came = this.path();
    if (came.transport === "tcp" && !came.broken) return came;
    const next = parseUri(nextHopUri(dialog));
    if (!next || !IPV4.test(next.host) || next.host === "0.0.0.0" || this.isTranslated()) return came;
    const transport = next.params.transport?.toLowerCase() === "tcp" ? "tcp" : "udp";
    const port = next.port ?? 5060;
    if (this.#hop?.broken !== false || this.#hop.host !== next.host || this.#hop.port !== port) {
      this.#hop = this.endpoint.pathTo({ transport, host: next.host, port });
    }
    return this.#hop;
  }

  /** The peer's messages come from another address than it believes to have. */
  protected isTranslated(): boolean {
    return false;
  }

  /** Forgets the dialog: later requests in it get 481, and what was asked within it is answered. */
  protected leave(): void {
    if (this.dialog) this.endpoint.removeDialog(this.#key(this.dialog));
    this.dialog = undefined;
    clearTimeout(this.#backOff);
    if (this.#offered) this.#reply(this.#offered, 487);
    this.#offered = undefined;
    this.#settle(made(481));
    this.#finish();
  }

  #want(sdp: Uint8Array): Promise<FinalAnswer> {
    if (!this.dialog) return Promise.resolve(made(481));
    return new Promise((resolve) => {
      this.#wish = { sdp, resolve, answer: made(481) };
      this.#advance({ type: "want" });
    });
  }

  #settle(answer: FinalAnswer | undefined): void {
    const wish = this.#wish;
    this.#wish = undefined;
    if (wish && answer) wish.resolve(answer);
  }

  #advance(event: OfferEvent, request?: SipRequest): void {
    const actions: OfferAction[] = [];
    this.#turn = stepOffer(this.#turn, event, this.isOwner, actions);
    for (const action of actions) {
      switch (action.type) {
        case "send-offer":
          this.#sendOffer();
          break;
        case "settle":
          this.#settle(this.#wish?.answer);
          break;
        case "back-off": {
          const steps = Math.floor((action.maxMs - action.minMs) / 10) + 1;
          const ms = action.minMs + 10 * Math.floor(Math.random() * steps);
          this.#backOff = setTimeout(() => this.#advance({ type: "timer" }), ms);
          break;
        }
        case "stop-timer":
          clearTimeout(this.#backOff);
          break;
        case "consider":
          if (request) void this.#consider(request);
          break;
        case "refuse": {
          const again = String(Math.floor(Math.random() * 10));
          if (request) this.#reply(request, action.status, action.status === 500 ? [["Retry-After", again]] : []);
          break;
        }
        case "end-call":
          void this.bye();
          break;
        default:
          action satisfies never;
      }
    }
  }

  #sendOffer(): void {
    const { dialog } = this;
    const wish = this.#wish;
    if (!dialog || !wish) return;
    const path = this.hop(dialog);
    let seq = 0;
    let proof: readonly Header[] = [];
    let ack: SipRequest | undefined;
    // The peer's offer may have come before this one: the description goes on from what holds now.
    const sdp = continueSdp(this.localSdp, wish.sdp);
    const finish = (answer: FinalAnswer) => {
      wish.answer = answer;
      this.#advance({ type: "answer", status: answer.response.status });
    };
    const build = () =>
      requestInDialog(dialog, "INVITE", {
        via: this.endpoint.via(path),
        headers: [...this.contactAndAllow(path), ...this.#product(), ["Content-Type", SDP_TYPE]],
        body: sdp,
      });
    this.signer.send(this.endpoint.transactions, build, path, {
      trace: this.trace,
      sent: (request, given) => {
        seq = parseCSeq(header(request, "CSeq")!)!.number;
        proof = given;
      },
      deliver: (response) => {
        if (response.status < 200) return;
        if (response.status >= 300) return finish({ response, local: false });
        // Each repeat of the 2xx is acknowledged again, even after the call's end.
        const isFirst = ack === undefined;
        if (isFirst) refreshTarget(dialog, response);
        ack ??= requestInDialog(dialog, "ACK", { via: this.endpoint.via(path), seq, headers: proof });
        sendMessage(ack, path, this.trace);
        if (!isFirst) return;
        this.localSdp = sdp;
        this.remoteSdp = response.body;
        finish({ response, local: false });
      },
      failed: (why) => finish(made(why === "timeout" ? 408 : 503)),
    });
  }

  async #consider(request: SipRequest): Promise<void> {
    this.#offered = request;
    const { body } = request;
    if (body.length === 0 || isSame(body, this.remoteSdp)) {
      // Nothing new is offered, or our offer is asked for (RFC 3261 §14.2): what holds is said again.
      this.#answerOffer(request, { status: 200, sdp: this.localSdp });
      return;
    }
    let answer: OfferAnswer;
    try {
      answer = (await this.#handler?.(body)) ?? { status: 488 };
    } catch {
      // Ours, not the peer's: what was agreed before goes on.
      answer = { status: 500 };
    }
    this.#answerOffer(request, answer);
  }

  #answerOffer(request: SipRequest, { status, sdp }: OfferAnswer): void {
    if (this.#offered !== request) return;
    this.#offered = undefined;
    if (status >= 300 || !sdp) this.#reply(request, status >= 300 ? status : 488);
    else {
      if (this.dialog) refreshTarget(this.dialog, request);
      this.localSdp = continueSdp(this.localSdp, sdp);
      if (request.body.length > 0) this.remoteSdp = request.body;
      this.awaitAck(request);
      const headers: Header[] = [...this.contactAndAllow(this.path()), ["Content-Type", SDP_TYPE]];
      this.#respond(request, respond(request, 200, { headers, body: this.localSdp }));
    }
    this.#advance({ type: "peer-answered", status: status < 300 && sdp ? 200 : 488 });
  }

  protected contactAndAllow(path: Path): Header[] {
    return [
      ["Contact", this.endpoint.contact(this.user(), path.transport)],
      ["Allow", METHODS.join(", ")],
    ];
  }

  #product(): Header[] {
    return [["User-Agent", this.endpoint.product]];
  }

  #reply(request: SipRequest, status: number, headers: readonly Header[] = []): void {
    this.#respond(request, respond(request, status, { headers }));
  }

  #respond(request: SipRequest, response: SipResponse): void {
    this.endpoint.transactions.respond(request, response);
  }

  #key(dialog: Dialog): string {
    return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
  }
}

/** An answer that nobody sent. */
export function made(status: number): FinalAnswer {
  const response: SipResponse = {
    kind: "response",
    status,
    reason: reasonPhrase(status),
    headers: [],
    body: NO_SDP,
  };
  return { response, local: true };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
