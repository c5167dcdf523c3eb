/** Reads single coded lines of T.4 and T.6 from a bit stream into lists of changes; finds EOLs. Knows nothing of pages. */

import { changeList, endChanges } from "./changes.ts";
import {
  BLACK_DECODING,
  MODE_DECODING,
  MODE_HORIZONTAL,
  MODE_PASS,
  MODE_VERTICAL,
  WHITE_DECODING,
} from "./code-tables.ts";

/** Zero octets behind the stream, so that a 32-bit look-ahead never leaves the buffer. Zeros are no code word. */
const PADDING = 16;
const EOL_ZEROS = 11;

export class LineReader {
  readonly bitLength: number;
  readonly width: number;
  /** Position of the next bit. */
  at = 0;
  /** Changes of the line read last, and of the one that two-dimensional lines refer to. At first a white line. */
  current: Int32Array;
  reference: Int32Array;
  /** How many changes `current` has. */
  changes = 0;
  readonly #view: DataView;

  /** @param bytes the stream, first bit in the most significant bit of the first octet */
  constructor(bytes: Uint8Array, width: number) {
    const padded = new Uint8Array(bytes.length + PADDING);
    padded.set(bytes);
    this.#view = new DataView(padded.buffer);
    this.bitLength = bytes.length * 8;
    this.width = width;
    this.current = changeList(width);
    this.reference = changeList(width);
  }

  /** Makes the line read last the reference of the next one. */
  keepLine(): void {
    const line = this.reference;
    this.reference = this.current;
    this.current = line;
  }

  /** The next at least 25 bits, leftmost first; zeros behind the end. */
  #look(at: number): number {
    return this.#view.getUint32(at >>> 3) << (at & 7);
  }

  bit(): number {
    const bit = this.#look(this.at) >>> 31;
    this.at++;
    return bit;
  }

  /** T.6 §2.4.1.1: whether an EOL code stands here (EOFB is two of them). */
  atEndMark(): boolean {
    return this.#look(this.at) >>> 20 === 1;
  }

  /** Takes fill and the EOL behind it. False, at the same position, when something else stands here. */
  takeEol(): boolean {
    if (this.#look(this.at) >>> (32 - EOL_ZEROS) !== 0) return false;
    const end = this.#nextOne(this.at + EOL_ZEROS);
    if (end >= this.bitLength) return false;
    this.at = end + 1;
    return true;
  }

  /** Whether nothing but zeros is left. */
  atEnd(): boolean {
    return this.#nextOne(this.at) >= this.bitLength;
  }

  #nextOne(from: number): number {
    let at = from;
    while (at < this.bitLength) {
      const ahead = this.#look(at);
      const valid = 32 - (at & 7);
      const zeros = Math.clz32(ahead);
      if (zeros < valid) return at + zeros;
      at += valid;
    }
    return this.bitLength;
  }

  /** Goes to the first EOL at or behind bit `from`, or to the end. */
  seekEol(from: number): void {
    let at = from;
    while (at < this.bitLength) {
      const one = this.#nextOne(at);
      if (one - at >= EOL_ZEROS && one < this.bitLength) break;
      at = one + 1;
    }
    this.at = Math.min(at, this.bitLength);
  }

  /** A one-dimensional line (T.4 §4.1). False when a code word is unknown or the runs exceed the width. */
  read1D(): boolean {
    const { width, current } = this;
    const view = this.#view;
    let at = this.at;
    let position = 0;
    let count = 0;
    while (position < width) {
      const table = count & 1 ? BLACK_DECODING : WHITE_DECODING;
      let entry: number;
      do {
        entry = table[(view.getUint32(at >>> 3) << (at & 7)) >>> 19]!;
        at += entry & 15;
        position += entry >> 4;
      } while (entry >= 64 << 4 && position <= width);
      if (entry === 0 || position > width) {
        this.at = at;
        return false;
      }
      if (position === width) break;
      // An empty run is no change: it takes back the one before it.
      if (count > 0 && current[count - 1] === position) count--;
      else current[count++] = position;
    }
    this.at = at;
    this.changes = count;
    endChanges(current, count, width);
    return at <= this.bitLength;
  }

  /**
   * A two-dimensional line (T.4 §4.2, T.6 §2.2). False when a code word is unknown or leads out of the line. `r` is the
   * index of b1 in the reference; it and `count` have the parity of the colour at a0.
   */
  read2D(): boolean {
    const { width, current, reference } = this;
    const view = this.#view;
    let at = this.at;
    let a0 = -1;
    let r = 0;
    let count = 0;
    while (a0 < width) {
      let ahead = view.getUint32(at >>> 3) << (at & 7);
      if (ahead < 0) {
        // Vertical mode without distance, the commonest of all: one bit each, so take all that follow each other.
        do {
          a0 = reference[r]!;
          at++;
          ahead <<= 1;
          if (a0 >= width) break;
          current[count++] = a0;
          r++;
        } while (ahead < 0);
        continue;
      }
      const entry = MODE_DECODING[ahead >>> 25]!;
      const mode = entry >> 4;
      at += entry & 15;
      if (mode === MODE_PASS) {
        a0 = reference[r + 1]!;
        r += 2;
        continue;
      }
      if (mode === MODE_HORIZONTAL) {
        this.at = at;
        const from = Math.max(a0, 0);
        const black = count & 1;
        const a1 = this.#readRun(from, black ? BLACK_DECODING : WHITE_DECODING);
        const a2 = a1 < 0 ? -1 : this.#readRun(a1, black ? WHITE_DECODING : BLACK_DECODING);
        at = this.at;
        if (a2 < 0) return false;
        count = pushChange(current, count, a1, width);
        count = pushChange(current, count, a2, width);
        a0 = a2;
      } else if (mode !== 0) {
        const a1 = reference[r]! + mode - MODE_VERTICAL;
        if (a1 < a0 || a1 < 0 || a1 > width) {
          this.at = at;
          return false;
        }
        count = pushChange(current, count, a1, width);
        a0 = a1;
        r += mode < MODE_VERTICAL && r > 0 ? -1 : 1;
      } else {
        this.at = at;
        return false;
      }
      while (reference[r]! <= a0 && reference[r]! < width) r += 2;
    }
    this.at = at;
    this.changes = count;
    endChanges(current, count, width);
    return at <= this.bitLength;
  }

  /** The run from pixel `from` on: where it ends, or -1. */
  #readRun(from: number, table: Uint16Array): number {
    let position = from;
    let entry: number;
    do {
      entry = table[this.#look(this.at) >>> 19]!;
      this.at += entry & 15;
      position += entry >> 4;
    } while (entry >= 64 << 4 && position <= this.width);
    return entry === 0 || position > this.width ? -1 : position;
  }
}

/** Adds a change; an empty run takes the one before it back, and the end of the line is no change. */
function pushChange(list: Int32Array, count: number, position: number, width: number): number {
  if (position >= width) return count;
  if (count > 0 && list[count - 1] === position) return count - 1;
  list[count] = position;
  return count + 1;
}
