/** The receiving end of UDPTL: puts IFPs back in order and repairs losses from redundant copies and parity (T.38 §9.1.4). */

import type { UdptlDatagram } from "./udptl.ts";

/** An IFP whose turn has come, or a gap that nothing could fill. */
export type Received =
  | { kind: "ifp"; sequence: number; bytes: Uint8Array }
  | { kind: "lost"; sequence: number; count: number };

/** T.38 streams start at 0; a first number up to here means that earlier ones were lost, a higher one that we joined late. */
const FIRST_CREDIBLE = 64;
/** So many datagrams in a row from far behind are a stream that has begun anew, as some gateways do when media change. */
const RESTARTED = 3;

/** What became of the packets of one direction. */
export interface UdptlCounts {
  /** Packets that came as primaries, in time. */
  received: number;
  /** Packets that only copies or parity brought. */
  recovered: number;
  /** Packets given up. */
  lost: number;
  /** Datagrams whose primary was there already, or had been given up. */
  late: number;
}

/** Packets kept for parity, and the widest gap worth waiting in. The spans in use are far below. */
const HISTORY = 128;

/**
 * One direction of one media session. Feed every decoded datagram; act on what comes out, in that order. Duplicates and
 * packets that come after they were given up are dropped. A new session (re-INVITE to other ports) needs a new receiver.
 */
export class UdptlReceiver {
  readonly #holdDatagrams: number;
  /** Packets by sequence number: those waiting for their turn, and delivered ones that parity may still need. */
  readonly #known = new Map<number, Uint8Array>();
  #expected = 0;
  #newest = -1;
  #heldFor = 0;
  #started = false;
  #behind = { next: -1, count: 0 };
  readonly counts: UdptlCounts = { received: 0, recovered: 0, lost: 0, late: 0 };

  /** @param options.holdDatagrams how many datagrams may arrive behind a missing one before it is given up */
  constructor(options: { holdDatagrams?: number } = {}) {
    this.#holdDatagrams = options.holdDatagrams ?? 2;
  }

  receive({ sequence, primary, recovery }: UdptlDatagram): Received[] {
    if (!this.#started) {
      this.#started = true;
      this.#expected = sequence <= FIRST_CREDIBLE ? 0 : sequence;
      this.#newest = this.#expected - 1;
    }
    const ahead = distance(this.#expected, sequence);
    const out = ahead >= HISTORY || this.#hasRestarted(sequence, ahead) ? this.#leap(sequence) : [];
    if (this.#learn(sequence, primary)) this.counts.received++;
    else this.counts.late++;
    if (recovery.kind === "redundancy") {
      for (const [i, packet] of recovery.packets.entries()) this.#recover(sequence - 1 - i, packet);
    } else this.#solve(sequence, recovery.span, recovery.entries);

    this.#drainInto(out);
    this.#heldFor = this.#holding() ? this.#heldFor + 1 : 0;
    if (this.#heldFor > this.#holdDatagrams) this.#flushInto(out);
    return out;
  }

  /** Gives up waiting: everything held, with the gaps named. For the end of a call or a silence on the wire. */
  flush(): Received[] {
    const out: Received[] = [];
    this.#flushInto(out);
    return out;
  }

  /** Packets wait here for one that is missing before them. */
  get holding(): boolean {
    return this.#holding();
  }

  #holding(): boolean {
    return this.#started && distance(this.#expected, this.#newest) >= 0;
  }

  /** True when the packet was not known yet and is still wanted. */
  #learn(sequence: number, packet: Uint8Array): boolean {
    const number = sequence & 0xffff;
    const ahead = distance(this.#expected, number);
    // A packet behind us is too late to deliver, but the parity of later datagrams may need it.
    if (ahead <= -HISTORY || this.#known.has(number)) return false;
    this.#known.set(number, packet);
    if (distance(this.#newest, number) > 0) this.#newest = number;
    return ahead >= 0;
  }

  #recover(sequence: number, packet: Uint8Array): void {
    if (this.#learn(sequence, packet)) this.counts.recovered++;
  }

  /** Far behind, and one after the other: the peer counts from the begin again. A lone latecomer is none. */
  #hasRestarted(sequence: number, ahead: number): boolean {
    if (ahead > -HISTORY) {
      this.#behind.count = 0;
      return false;
    }
    this.#behind.count = sequence === this.#behind.next ? this.#behind.count + 1 : 1;
    this.#behind.next = (sequence + 1) & 0xffff;
    return this.#behind.count >= RESTARTED;
  }

  /** A parity entry with exactly one unknown member gives that member, zero-padded to the longest (decodeIfp accepts that). */
  #solve(sequence: number, span: number, entries: Uint8Array[]): void {
    if (span * entries.length >= HISTORY) return; // reaches behind all we keep; also bounds the work of a datagram
    for (const [m, parity] of entries.entries()) {
      let missing = -1;
      let unknown = 0;
      const solved = parity.slice();
      for (let k = 0; k < span; k++) {
        const number = (sequence - span * entries.length + m + k * entries.length) & 0xffff;
        const packet = this.#known.get(number);
        if (packet === undefined) {
          missing = number;
          unknown++;
        } else for (let i = 0; i < packet.length && i < solved.length; i++) solved[i]! ^= packet[i]!;
      }
      if (unknown === 1) this.#recover(missing, solved);
    }
  }

  #drainInto(out: Received[]): void {
    for (let turn = 0; turn < HISTORY; turn++) {
      const bytes = this.#known.get(this.#expected);
      if (bytes === undefined) return;
      out.push({ kind: "ifp", sequence: this.#expected, bytes });
      this.#advance();
    }
  }

  #flushInto(out: Received[]): void {
    this.#heldFor = 0;
    for (let gap = 0; gap < HISTORY && this.#holding(); gap++) {
      const lost: Received = { kind: "lost", sequence: this.#expected, count: 0 };
      for (; !this.#known.has(this.#expected); lost.count++) this.#advance();
      this.counts.lost += lost.count;
      out.push(lost);
      this.#drainInto(out);
    }
  }

  #advance(): void {
    this.#known.delete((this.#expected - HISTORY + 1) & 0xffff);
    this.#expected = (this.#expected + 1) & 0xffff;
  }

  /** A gap wider than anything could repair: what is held comes out, the rest is lost. */
  #leap(sequence: number): Received[] {
    const out = this.flush();
    // A stream that begins anew has lost what came before its third datagram; how much that was nobody knows.
    const count = Math.max(1, distance(this.#expected, sequence));
    this.counts.lost += count;
    this.#behind.count = 0;
    out.push({ kind: "lost", sequence: this.#expected, count });
    this.#known.clear();
    this.#expected = sequence;
    this.#newest = (sequence - 1) & 0xffff;
    return out;
  }
}

/** How far `to` lies ahead of `from`, modulo 65536: negative when it lies behind. */
function distance(from: number, to: number): number {
  const ahead = (to - from) & 0xffff;
  return ahead >= 0x8000 ? ahead - 0x10000 : ahead;
}
