/** A call we place, seen from its INVITE on (RFC 3261 §13.2). */

import {
  type Credentials,
  cancelOf,
  type Dialog,
  dialogOfCaller,
  type Header,
  header,
  METHODS,
  parseCSeq,
  requestInDialog,
  SDP_TYPE,
  type SipRequest,
  type SipResponse,
} from "@depesche/sip";
import { Call, made } from "./call.ts";
import type { FinalAnswer, SipEndpoint } from "./endpoint.ts";
import { newId } from "./new-id.ts";
import { Signer } from "./signing.ts";
import { sendMessage, type Trace } from "./transactions.ts";
import type { Path, Target } from "./transport.ts";

export interface OutgoingOrder {
  /** Where the INVITE is sent to: the called side, or a proxy on the way. */
  target: Target;
  /** Request-URI, also To. */
  uri: string;
  /** From without tag: `<sip:...>`. */
  from: string;
  /** User part of our Contact. */
  user: string;
  callId?: string;
  /** Our offer; empty: the called side offers in its answer, and waits for `acknowledge` (RFC 3261 §13.2.1). */
  sdp: Uint8Array;
  headers?: readonly Header[];
  /** How many more hops the call may take; a call passed on has fewer (RFC 3261 §16.6). Default 70. */
  maxForwards?: number;
  /** For peers that ask who calls, with 401 or 407, now or within the call. */
  credentials?: Credentials;
  /** Gets every message of the call as it crosses the wire. */
  trace?: Trace;
  /** 100 to 199. */
  onProvisional?(response: SipResponse): void;
}

export const MAX_FORWARDS = 70;
/** Other ends that may answer the same INVITE behind a proxy that forks. */
const MAX_FORKS = 16;

export class OutgoingCall extends Call {
  /** The answer to the INVITE. Never rejects. */
  readonly answered: Promise<FinalAnswer>;
  protected readonly isOwner = true;
  readonly #order: OutgoingOrder;
  readonly #path: Path;
  /** The INVITE as it went out last. */
  #invite: SipRequest | undefined;
  #proof: readonly Header[] = [];
  #state: "sent" | "provisional" | "cancelled" | "final" = "sent";
  #cancelWanted = false;
  /** ACK by the tag of who answered; who answers second is let go at once. */
  readonly #acks = new Map<string, SipRequest>();
  /** Waits for our answer to the offer in the 200. */
  #lateAnswer: ((sdp: Uint8Array | undefined) => void) | undefined;

  constructor(endpoint: SipEndpoint, order: OutgoingOrder) {
    super(endpoint, order.callId ?? newId(), new Signer(order.credentials));
    if (order.trace) this.record(order.trace);
    this.#order = order;
    this.#path = endpoint.pathTo(order.target);
    this.localSdp = order.sdp;
    const tag = newId();
    let seq = 0;
    const build = (): SipRequest => {
      seq++;
      const headers: Header[] = [
        ["Via", endpoint.via(this.#path)],
        ["Max-Forwards", String(order.maxForwards ?? MAX_FORWARDS)],
        ["From", `${order.from};tag=${tag}`],
        ["To", `<${order.uri}>`],
        ["Call-ID", this.callId],
        ["CSeq", `${seq} INVITE`],
        ["Contact", endpoint.contact(order.user, this.#path.transport)],
        ["Allow", METHODS.join(", ")],
        ["User-Agent", endpoint.product],
        ...(order.headers ?? []),
      ];
      if (order.sdp.length > 0) headers.push(["Content-Type", SDP_TYPE]);
      return { kind: "request", method: "INVITE", uri: order.uri, headers, body: order.sdp };
    };
    this.answered = new Promise((resolve) => {
      this.signer.send(endpoint.transactions, build, this.#path, {
        trace: this.trace,
        givenUp: () => this.#cancelWanted,
        sent: (request, proof) => {
          this.#invite = request;
          this.#proof = proof;
          this.#state = "sent";
        },
        deliver: (response) => this.#receive(response, resolve),
        failed: (why) => {
          if (this.#state === "final") return;
          this.#state = "final";
          this.leave();
          resolve(made(why === "timeout" ? 408 : 503));
        },
      });
    });
  }

  protected path(): Path {
    return this.#path;
  }

  protected user(): string {
    return this.#order.user;
  }

  /** Takes the call back while it is not answered. CANCEL may only follow a provisional answer (RFC 3261 §9.1). */
  cancel(): void {
    this.#cancelWanted = true;
    if (this.#state !== "provisional" || !this.#invite) return;
    this.#state = "cancelled";
    this.endpoint.transactions.startClient(cancelOf(this.#invite), this.#path, {
      trace: this.trace,
      deliver: () => {},
      failed: () => {},
    });
  }

  /** Answers the offer in the called side's 200 of a call that was placed without one; undefined refuses it by BYE. */
  acknowledge(sdp: Uint8Array | undefined): void {
    this.#lateAnswer?.(sdp);
    this.#lateAnswer = undefined;
  }

  #receive(response: SipResponse, resolve: (answer: FinalAnswer) => void): void {
    if (response.status < 200) {
      if (this.#state === "sent") this.#state = "provisional";
      this.#order.onProvisional?.(response);
      if (this.#cancelWanted) this.cancel();
      return;
    }
    if (response.status < 300) this.#acknowledge(response);
    if (this.#state === "final") return;
    this.#state = "final";
    if (response.status >= 300) this.leave();
    else this.remoteSdp = response.body;
    resolve({ response, local: false });
  }

  /** The ACK of a 2xx goes out end to end, again for each repeat of the 2xx (RFC 3261 §13.2.2.4). */
  #acknowledge(response: SipResponse): void {
    const invite = this.#invite!;
    const dialog = dialogOfCaller(invite, response);
    if (!dialog) return;
    const known = this.#acks.get(dialog.remoteTag);
    const isFork = this.#state === "final";
    if (!known && this.#acks.size > MAX_FORKS) return;
    if (!known && !isFork) this.enter(dialog);
    const path = this.hop(dialog);
    if (!known && !isFork && invite.body.length === 0) {
      this.#lateAnswer = (sdp) => {
        if (sdp) this.localSdp = sdp;
        this.#sendAck(dialog, path, this.#ackOf(invite, dialog, path, sdp));
        if (!sdp) void this.bye();
      };
      return;
    }
    // A repeat of the 2xx that still waits for our answer to its offer.
    if (!known && this.#lateAnswer) return;
    this.#sendAck(dialog, path, known ?? this.#ackOf(invite, dialog, path));
    if (known || !isFork) return;
    // Somebody else has answered already: this one is let go (RFC 3261 §13.2.2.4).
    const bye = requestInDialog(dialog, "BYE", { via: this.endpoint.via(path) });
    this.endpoint.transactions.startClient(bye, path, { trace: this.trace, deliver: () => {}, failed: () => {} });
  }

  #sendAck(dialog: Dialog, path: Path, ack: SipRequest): void {
    this.#acks.set(dialog.remoteTag, ack);
    sendMessage(ack, path, this.trace);
  }

  #ackOf(invite: SipRequest, dialog: Dialog, path: Path, sdp?: Uint8Array): SipRequest {
    const { number: seq } = parseCSeq(header(invite, "CSeq")!)!;
    const headers: Header[] = sdp ? [...this.#proof, ["Content-Type", SDP_TYPE]] : [...this.#proof];
    return requestInDialog(dialog, "ACK", { via: this.endpoint.via(path), seq, headers, body: sdp });
  }
}
