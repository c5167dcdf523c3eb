/** A stream of IFPs over UDPTL (T.38 §9.1): one end of a call with a foreign peer. */

import {
  decodeUdptl,
  encodeIfp,
  type Field,
  type Ifp,
  type IfpSyntax,
  type Received,
  SyntaxGuess,
  UDPTL_OVERHEAD,
  type UdptlProtection,
  UdptlReceiver,
  UdptlSender,
} from "@depesche/t38";
import type { IfpListener, IfpPort } from "./ifp-port.ts";
import type { Recorder } from "./ladder.ts";
import type { Side } from "./line-time.ts";
import { cutIfp } from "./paced.ts";
import { plainHost, type UdpAddress, type UdptlSocket } from "./udp-socket.ts";
import { monotonicWall, type Wall } from "./wall.ts";

export interface UdptlPortOptions {
  side: Side;
  /** Bound; the port closes it. */
  socket: UdptlSocket;
  /** What the peer's SDP names: an IP address and a port. Nobody else is listened to. */
  remote: UdpAddress;
  /** What the SDP has agreed (`protectionFor`). */
  send: UdptlProtection;
  /** The peer's T38FaxMaxDatagram, octets. */
  maxDatagram?: number;
  /** Which syntax the SDP suggests; what the peer really speaks is learned from its packets. */
  syntax?: IfpSyntax;
  /** Gets every datagram as it was on the wire. */
  recorder?: Recorder;
  wall?: Wall;
  /** When the call was connected, on `wall`: zero of the record's line time. Default: now. */
  connectUs?: number;
}

/** What became of a session's packets. */
export interface UdptlPortCounts {
  /** Datagrams sent, repetitions included. */
  sent: number;
  /** Packets that came by themselves, that copies or parity brought, that nothing brought. */
  received: number;
  recovered: number;
  lost: number;
  /** Datagrams whose packet was there already or had been given up. */
  late: number;
  /** Datagrams and IFPs that could not be read. */
  malformed: number;
  /** Datagrams from other addresses than the peer's. */
  strangers: number;
}

export interface UdptlPort extends IfpPort {
  counts(): UdptlPortCounts;
}

/**
 * What nothing would repair is sent so often, as the same datagram: indicators, behind which nothing comes for a while, and
 * the octets of V.21 when the SDP has agreed on no repair. A receiver knows the repetition by its number; dissectors do not
 * where it ends a frame, so ends go once.
 */
const TIMES = 3;
/** No peer takes less; a smaller T38FaxMaxDatagram is a mistake. */
const LEAST_DATAGRAM = 48;
/** What is missing is waited for so long: half a second of jitter and a little; and at most while so many datagrams come. */
export const HOLD_US = 600_000;
export const HOLD_DATAGRAMS = 100;
/** Refusals without a word from the peer between them: one alone may come while it opens its port anew. */
const REFUSALS = 3;
/** IFPs that may wait for a listener. */
const MAX_EARLY = 1000;

export function udptlPort(options: UdptlPortOptions): UdptlPort {
  return new RunningPort(options);
}

type Told = { kind: "ifp"; ifp: Ifp } | { kind: "gap"; count: number };

class RunningPort implements UdptlPort {
  readonly recorded: boolean;
  readonly #options: UdptlPortOptions;
  readonly #remote: UdpAddress;
  readonly #wall: Wall;
  readonly #connectUs: number;
  readonly #maxDatagram: number;
  readonly #sender: UdptlSender;
  readonly #unprotected: boolean;
  readonly #receiver = new UdptlReceiver({ holdDatagrams: HOLD_DATAGRAMS });
  readonly #guess: SyntaxGuess;
  readonly #early: Told[] = [];
  #listener: IfpListener | undefined;
  #cancelHold: (() => void) | undefined;
  #lost: string | undefined;
  #closed = false;
  #sent = 0;
  #malformed = 0;
  #strangers = 0;
  #refusals = 0;

  constructor(options: UdptlPortOptions) {
    this.#options = options;
    this.recorded = options.recorder !== undefined;
    this.#remote = { host: plainHost(options.remote.host), port: options.remote.port };
    this.#wall = options.wall ?? monotonicWall;
    this.#connectUs = options.connectUs ?? this.#wall.nowUs();
    this.#maxDatagram = Math.max(LEAST_DATAGRAM, options.maxDatagram ?? Number.POSITIVE_INFINITY);
    this.#sender = new UdptlSender({ protection: options.send, maxDatagram: this.#maxDatagram });
    this.#unprotected = options.send.kind === "redundancy" && options.send.control === 0;
    this.#guess = new SyntaxGuess(options.syntax);
    options.socket.listen({
      datagram: (bytes, from) => this.#receive(bytes, from),
      failed: (problem) => this.#lose(problem),
    });
  }

  get malformed(): number {
    return this.#malformed;
  }

  counts(): UdptlPortCounts {
    const counted = { sent: this.#sent, malformed: this.#malformed, strangers: this.#strangers };
    return { ...counted, ...this.#receiver.counts };
  }

  send(ifp: Ifp): void {
    if (this.#closed || this.#lost !== undefined) return;
    const isControl = ifp.kind === "indicator" || ifp.modulation === "v21";
    for (const piece of cutIfp(ifp, this.#maxDatagram - UDPTL_OVERHEAD)) {
      const datagram = this.#sender.next(encodeIfp(piece, this.#guess.syntax), isControl);
      const unrepaired = piece.kind === "indicator" || (isControl && this.#unprotected && !endsFrame(piece.fields));
      const times = unrepaired ? TIMES : 1;
      for (let i = 0; i < times; i++) {
        this.#sent++;
        this.#record(true, datagram);
        this.#options.socket.send(datagram, this.#remote);
      }
    }
  }

  listen(listener: IfpListener): void {
    this.#listener = listener;
    for (const told of this.#early.splice(0)) this.#tell(told);
    if (this.#lost !== undefined) listener.lost(this.#lost);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener = undefined;
    this.#early.length = 0;
    this.#cancelHold?.();
    this.#cancelHold = undefined;
    this.#options.socket.close();
  }

  #receive(bytes: Uint8Array, from: UdpAddress): void {
    if (this.#closed) return;
    if (from.port !== this.#remote.port || from.host !== this.#remote.host) {
      this.#strangers++;
      return;
    }
    this.#refusals = 0;
    this.#record(false, bytes);
    const decoded = decodeUdptl(bytes);
    if (!decoded.ok) {
      this.#malformed++;
      return;
    }
    this.#options.socket.settle(this.#remote);
    this.#take(this.#receiver.receive(decoded.datagram));
    if (!this.#receiver.holding) {
      this.#cancelHold?.();
      this.#cancelHold = undefined;
    } else if (!this.#cancelHold && !this.#closed) this.#hold();
  }

  /** What is held comes out when nothing that is missing has come for so long. */
  #hold(): void {
    this.#cancelHold = this.#wall.at(this.#wall.nowUs() + HOLD_US, () => {
      this.#cancelHold = undefined;
      this.#take(this.#receiver.flush());
    });
  }

  #take(received: readonly Received[]): void {
    for (const one of received) {
      if (this.#closed) return;
      if (one.kind === "lost") {
        this.#guess.gap();
        this.#tell({ kind: "gap", count: one.count });
        continue;
      }
      const decoded = this.#guess.decode(one.bytes);
      if (decoded.ok) this.#tell({ kind: "ifp", ifp: decoded.ifp });
      else this.#malformed++;
    }
  }

  #tell(told: Told): void {
    if (!this.#listener) {
      if (this.#early.length < MAX_EARLY) this.#early.push(told);
    } else if (told.kind === "ifp") this.#listener.ifp(told.ifp);
    else this.#listener.gap(told.count);
  }

  #record(sent: boolean, bytes: Uint8Array): void {
    const { recorder, side } = this.#options;
    recorder?.udptl(sent === (side === "caller"), this.#wall.nowUs() - this.#connectUs, bytes);
  }

  #lose(problem: string): void {
    if (this.#closed || this.#lost !== undefined || ++this.#refusals < REFUSALS) return;
    this.#lost = problem;
    this.#listener?.lost(problem);
  }
}

function endsFrame(fields: readonly Field[]): boolean {
  return fields.some(({ type }) => type.startsWith("hdlc-fcs"));
}
