/** A call that has come in, seen from its INVITE on (RFC 3261 §13.3). */

import {
  dialogOfCalled,
  type Header,
  header,
  headerList,
  parseNameAddress,
  parseUri,
  parseVia,
  respond,
  SDP_TYPE,
  type SipRequest,
  type SipResponse,
} from "@depesche/sip";
import { Call } from "./call.ts";
import type { SipEndpoint } from "./endpoint.ts";
import { newId } from "./new-id.ts";
import { MAX_FORWARDS } from "./outgoing-call.ts";
import { Signer } from "./signing.ts";
import type { Path, Target } from "./transport.ts";

export class IncomingCall extends Call {
  /** Its body is the caller's offer; empty: the caller leaves the offer to us (RFC 3261 §13.2.1), see `acknowledgement`. */
  readonly invite: SipRequest;
  /** User parts of Request-URI and From, as dialled. */
  readonly called: string;
  readonly from: string;
  readonly source: Target;
  /** How many more hops the caller allows. */
  readonly maxForwards: number;
  /** Resolved when the caller took the call back, or its ACK never came. */
  readonly cancelled: Promise<void>;
  /** The caller's session description in the ACK of our answer; undefined without one, or when the call ends before. */
  readonly acknowledgement: Promise<Uint8Array | undefined>;
  protected readonly isOwner = false;
  readonly #path: Path;
  readonly #tag: string;
  #cancel!: () => void;
  #acknowledge!: (sdp: Uint8Array | undefined) => void;
  #answered = false;

  constructor(endpoint: SipEndpoint, invite: SipRequest, path: Path) {
    super(endpoint, header(invite, "Call-ID")!, new Signer(undefined));
    this.invite = invite;
    this.remoteSdp = invite.body;
    this.#path = path;
    this.source = path;
    const hops = header(invite, "Max-Forwards") ?? "";
    this.maxForwards = /^\d{1,3}$/.test(hops) ? Number(hops) : MAX_FORWARDS;
    this.#tag = newId();
    // Behind the number of a telephone may stand its parameters (RFC 3261 §19.1.6).
    this.called = parseUri(invite.uri)?.user?.replace(/;.*/, "") ?? "";
    this.from = parseUri(parseNameAddress(header(invite, "From")!)?.uri ?? "")?.user ?? "";
    this.cancelled = new Promise((resolve) => {
      this.#cancel = resolve;
    });
    this.acknowledgement = new Promise((resolve) => {
      this.#acknowledge = resolve;
    });
    void this.over.then(() => this.#acknowledge(undefined));
  }

  protected path(): Path {
    return this.#path;
  }

  protected user(): string {
    return this.called;
  }

  protected override isTranslated(): boolean {
    const via = parseVia(headerList(this.invite, "Via")[0]!);
    // `received` is noted beside `rport` too when the two hosts are the same (RFC 3581 §4).
    return this.#path.transport === "udp" && via?.params.received !== undefined && via.params.received !== via.host;
  }

  /** A provisional answer: 180 and the like. */
  ring(status = 180, headers: readonly Header[] = []): void {
    if (!this.#answered) this.#respond(respond(this.invite, status, { toTag: this.#tag, headers }));
  }

  /** 200 with our session description. False when the call is gone or its INVITE cannot make a dialog. */
  answer(sdp: Uint8Array, headers: readonly Header[] = []): boolean {
    if (this.#answered) return false;
    const response = respond(this.invite, 200, {
      toTag: this.#tag,
      headers: [...this.contactAndAllow(this.#path), ...headers, ["Content-Type", SDP_TYPE]],
      body: sdp,
    });
    const dialog = dialogOfCalled(this.invite, response);
    if (!dialog) {
      this.reject(400);
      return false;
    }
    this.#answered = true;
    this.localSdp = sdp;
    this.enter(dialog);
    this.awaitAck(this.invite);
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

  /** Says nothing to the caller, now or later: who hears nothing may call again. */
  ignore(): void {
    if (this.#answered) return;
    this.#answered = true;
    this.endpoint.transactions.ignore(this.invite);
    this.leave();
  }

  receiveCancel(): void {
    if (this.#answered) return;
    this.reject(487);
    this.#cancel();
  }

  override abandon(): void {
    this.#cancel();
    super.abandon();
  }

  protected override acknowledged(ack: SipRequest): void {
    this.#acknowledge(ack.body.length > 0 ? ack.body : undefined);
  }

  #respond(response: SipResponse): void {
    this.endpoint.transactions.respond(this.invite, response);
  }
}
