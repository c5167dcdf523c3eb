/**
 * The record of a call: SIP messages and IFPs both ways with their line time, as one compact blob.
 *
 *   44 4C 01          "DL", version 1
 *   length            4 octets, most significant first: of the deflated part
 *   deflated part     side that recorded (bit 0: 0 caller, 1 answerer; bit 1: in real time), ring time, number of entries, then each entry:
 *                     kind (bits 0-5: 0 SIP, 1 IFP, 2 timer, 3 UDPTL datagram), bit 6 bytes stand in the plain part, bit 7 from the caller;
 *                     line time as difference to the entry before (zigzag); length; bytes
 *   plain part        long IFPs (page data, which no longer shrinks) one after the other
 *
 * Numbers are LEB128. Line time is microseconds; connect is 0, ringing lies before it and is negative.
 */

import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Side } from "./line-time.ts";

export interface LadderEntry {
  kind: "sip" | "ifp" | "timer" | "udptl";
  fromCaller: boolean;
  /** Microseconds since connect; negative while it rings. */
  lineUs: number;
  /** The message, the encoded IFP, the timer's name, or the datagram as it was on the wire. */
  bytes: Uint8Array;
}

export interface Ladder {
  recordedBy: Side;
  /** The call ran in real time: its IFPs are pieces, and a training's indicator stands at the training's begin. */
  realTime?: boolean;
  /** Modelled time from INVITE to the final answer. */
  ringUs: number;
  entries: LadderEntry[];
}

const KINDS = ["sip", "ifp", "timer", "udptl"] as const;
const PLAIN = 0x40;
const FROM_CALLER = 0x80;
const HEADER = 7;
const VERSION = 1;
/** IFPs longer than this carry page data. */
const PLAIN_FROM = 256;
const MAX_CONTROL = 64_000_000;
/** Datagrams recorded of one call, octets: some hours of a fax, below what can be read again. */
const MAX_DATAGRAMS = 40_000_000;

const text = new TextEncoder();
const ascii = new TextDecoder("latin1");

/** Gathers a call's record on one side. */
export class Recorder {
  readonly #side: Side;
  readonly #entries: LadderEntry[] = [];
  #latestUs = 0;
  #connected = false;
  #realTime = false;
  #datagrams = 0;
  #octets = 0;

  constructor(side: Side) {
    this.#side = side;
  }

  /** So many octets are recorded; what was cut off again counts, too. */
  get octets(): number {
    return this.#octets;
  }

  /** A SIP message of this side or of the peer. */
  sip(message: { sent: boolean; bytes: Uint8Array }): void {
    const fromCaller = message.sent === (this.#side === "caller");
    this.#octets += message.bytes.length;
    this.#entries.push({ kind: "sip", fromCaller, lineUs: this.#latestUs, bytes: message.bytes });
  }

  ifp(fromCaller: boolean, lineUs: number, bytes: Uint8Array): void {
    this.#connected = true;
    this.#latestUs = Math.max(this.#latestUs, lineUs);
    this.#octets += bytes.length;
    this.#entries.push({ kind: "ifp", fromCaller, lineUs, bytes });
  }

  /** A UDPTL datagram as it was on the wire; beyond a bound the record goes on without. */
  udptl(fromCaller: boolean, lineUs: number, bytes: Uint8Array): void {
    this.inRealTime();
    this.#connected = true;
    this.#latestUs = Math.max(this.#latestUs, lineUs);
    this.#datagrams += bytes.length;
    if (this.#datagrams > MAX_DATAGRAMS) return;
    this.#octets += bytes.length;
    this.#entries.push({ kind: "udptl", fromCaller, lineUs, bytes });
  }

  /** What is recorded comes piece by piece, as the line carries it. */
  inRealTime(): void {
    this.#realTime = true;
  }

  timer(fromCaller: boolean, lineUs: number, name: string): void {
    this.#latestUs = Math.max(this.#latestUs, lineUs);
    this.#entries.push({ kind: "timer", fromCaller, lineUs, bytes: text.encode(name) });
  }

  /** The line was cut at this time: what was still being sent was never heard by anybody. */
  cutAt(lineUs: number): void {
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      if (this.#entries[i]!.kind === "ifp" && this.#entries[i]!.lineUs > lineUs) this.#entries.splice(i, 1);
    }
    this.#latestUs = lineUs;
  }

  /** The call is over at this time, however long ago anything was heard: what signalling follows stands there. */
  endAt(lineUs: number): void {
    this.#latestUs = Math.max(this.#latestUs, lineUs);
  }

  /** The blob, with everything recorded so far. */
  finish(ringUs: number): Uint8Array {
    // A re-INVITE belongs to the call itself.
    const connected = this.#entries.findIndex(isConnect);
    const firstIfp = this.#connected ? this.#entries.findIndex(({ kind }) => kind === "ifp" || kind === "udptl") : -1;
    const untilIndex = [connected, firstIfp].find((index) => index >= 0) ?? this.#entries.length;
    // Offers and challenges that were answered before the last INVITE went out belong to the time before the connect, too.
    const lastInvite = this.#entries.findLastIndex((entry, i) => i < untilIndex && isInvite(entry));
    const entries = this.#entries.map((entry, i) => {
      const rings = i < untilIndex && entry.kind === "sip" && (i < lastInvite || isRinging(entry.bytes));
      return rings ? { ...entry, lineUs: -ringUs } : entry;
    });
    entries.sort((a, b) => a.lineUs - b.lineUs);
    // It may overtake on its own connection what was said before it; it ends the call all the same.
    const goodbyes = entries.filter(isGoodbye).map((entry) => ({ ...entry, lineUs: this.#latestUs }));
    const said = entries.filter((entry) => !isGoodbye(entry));
    const realTime = this.#realTime && { realTime: true };
    return encodeLadder({ recordedBy: this.#side, ...realTime, ringUs, entries: [...said, ...goodbyes] });
  }
}

/** BYE and its answers. */
function isGoodbye({ kind, bytes }: LadderEntry): boolean {
  return kind === "sip" && /^(BYE |SIP\/2\.0 [\s\S]*?\ncseq *: *\d+ +BYE\b)/i.test(ascii.decode(bytes));
}

/** The answer that connected the call. */
function isConnect({ kind, bytes }: LadderEntry): boolean {
  return kind === "sip" && /^SIP\/2\.0 2[\s\S]*?\ncseq *: *\d+ +INVITE\b/i.test(ascii.decode(bytes));
}

function isInvite({ kind, bytes }: LadderEntry): boolean {
  return kind === "sip" && ascii.decode(bytes.subarray(0, 7)) === "INVITE ";
}

/** INVITE, CANCEL and provisional answers belong to the time before the final answer. */
function isRinging(bytes: Uint8Array): boolean {
  const start = ascii.decode(bytes.subarray(0, 9));
  return start.startsWith("INVITE ") || start === "SIP/2.0 1" || start.startsWith("CANCEL ");
}

/** The blob of a record. */
export function encodeLadder(ladder: Ladder): Uint8Array {
  const control = new NumberWriter();
  const plain: Uint8Array[] = [];
  control.unsigned((ladder.recordedBy === "caller" ? 0 : 1) | (ladder.realTime ? 2 : 0));
  control.unsigned(Math.max(0, Math.round(ladder.ringUs)));
  control.unsigned(ladder.entries.length);
  let previous = 0;
  for (const { kind, fromCaller, lineUs, bytes } of ladder.entries) {
    const isPlain = kind === "ifp" && bytes.length >= PLAIN_FROM;
    control.octet(KINDS.indexOf(kind) | (isPlain ? PLAIN : 0) | (fromCaller ? FROM_CALLER : 0));
    const difference = Math.round(lineUs) - previous;
    previous = Math.round(lineUs);
    control.unsigned(difference >= 0 ? difference * 2 : -difference * 2 - 1);
    control.unsigned(bytes.length);
    if (isPlain) plain.push(bytes);
    else control.octets(bytes);
  }
  const deflated = deflateRawSync(control.finish(), { level: 6, memLevel: 7, windowBits: 14 });
  let size = HEADER + deflated.length;
  for (const bytes of plain) size += bytes.length;
  const blob = new Uint8Array(size);
  blob.set([0x44, 0x4c, VERSION]);
  new DataView(blob.buffer).setUint32(3, deflated.length);
  blob.set(deflated, HEADER);
  let at = HEADER + deflated.length;
  for (const bytes of plain) {
    blob.set(bytes, at);
    at += bytes.length;
  }
  return blob;
}

/** The record in a blob, or undefined when it is none or damaged. */
export function decodeLadder(blob: Uint8Array): Ladder | undefined {
  if (blob.length < HEADER || blob[0] !== 0x44 || blob[1] !== 0x4c || blob[2] !== VERSION) return undefined;
  const length = new DataView(blob.buffer, blob.byteOffset).getUint32(3);
  if (HEADER + length > blob.length) return undefined;
  let control: NumberReader;
  try {
    const inflated = inflateRawSync(blob.subarray(HEADER, HEADER + length), { maxOutputLength: MAX_CONTROL });
    control = new NumberReader(new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length));
  } catch {
    return undefined;
  }
  const head = control.unsigned();
  const recordedBy: Side = (head & 1) === 0 ? "caller" : "answerer";
  const ringUs = control.unsigned();
  const count = control.unsigned();
  const entries: LadderEntry[] = [];
  let plainAt = HEADER + length;
  let lineUs = 0;
  for (let i = 0; i < count; i++) {
    const mark = control.octet();
    const difference = control.unsigned();
    lineUs += difference % 2 === 0 ? difference / 2 : -(difference + 1) / 2;
    const size = control.unsigned();
    const kind = KINDS[mark & 0x3f];
    const isPlain = (mark & PLAIN) !== 0;
    if (kind === undefined || control.overrun || (isPlain && plainAt + size > blob.length)) return undefined;
    const bytes = isPlain ? blob.subarray(plainAt, plainAt + size) : control.octets(size);
    if (isPlain) plainAt += size;
    entries.push({ kind, fromCaller: (mark & FROM_CALLER) !== 0, lineUs, bytes });
  }
  if (control.overrun) return undefined;
  return { recordedBy, ...((head & 2) !== 0 && { realTime: true }), ringUs, entries };
}

class NumberWriter {
  #bytes = new Uint8Array(4096);
  #at = 0;

  octet(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  unsigned(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  octets(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** Past the end everything reads as 0 and `overrun` stays set. */
class NumberReader {
  overrun = false;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  octet(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) this.overrun = true;
    return value ?? 0;
  }

  unsigned(): number {
    let value = 0;
    for (let i = 0, scale = 1; i < 8; i++, scale *= 0x80) {
      const octet = this.octet();
      value += (octet & 0x7f) * scale;
      if (octet < 0x80) return value;
    }
    this.overrun = true;
    return 0;
  }

  octets(count: number): Uint8Array {
    if (this.#at + count > this.#bytes.length) {
      this.overrun = true;
      return new Uint8Array(0);
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}
