/** Reads single coded lines of T.4 and T.6 from a bit stream into lists of changes; finds EOLs. Knows nothing of pages. */

import { changeList, endChanges } from "./changes.ts";
import {
  HORIZONTAL_LENGTH,
  MODE_DECODING,
  MODE_PASS,
  MODE_VERTICAL,
  PAIR_DECODING,
  RUN_BITS,
  RUN_DECODING,
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
  /** How many changes `current` has, and how many `reference`. */
  changes = 0;
  #referenceChanges = 0;
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
    this.#referenceChanges = this.changes;
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

  /** Below a white line each 1 is another one: takes up to `limit` of them that stand here and gives their number. */
  takeWhiteLines(limit: number): number {
    if (this.#referenceChanges > 0) return 0;
    const lines = Math.min(Math.clz32(~this.#look(this.at)), limit);
    this.at += lines;
    return lines;
  }

  /** Takes fill and the EOL behind it. False, at the same position, when something else stands here. */
  takeEol(): boolean {
    if (this.#look(this.at) >>> (32 - EOL_ZEROS) !== 0) return false;
    const end = this.firstOne(this.at + EOL_ZEROS);
    if (end >= this.bitLength) return false;
    this.at = end + 1;
    return true;
  }

  /** Whether nothing but zeros is left. */
  atEnd(): boolean {
    if (this.#look(this.at) !== 0) return false;
    return this.firstOne(this.at) >= this.bitLength;
  }

  /** Where the first 1 at or behind bit `from` stands; the stream's length when there is none. */
  firstOne(from: number): number {
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
      const one = this.firstOne(at);
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
      const ahead = view.getUint32(at >>> 3) << (at & 7);
      const pair = PAIR_DECODING[((count & 1) << RUN_BITS) | (ahead >>> (32 - RUN_BITS))]!;
      const first = pair >> 12;
      const end = position + first + ((pair >> 4) & 0xff);
      // Two whole runs at a look; one that is empty, or that may end the line, goes the slow way.
      if (first !== 0 && end > position + first && end < width) {
        current[count] = position + first;
        current[count + 1] = end;
        count += 2;
        position = end;
        at += pair & 15;
        continue;
      }
      this.at = at;
      position = this.#readRun(position, count & 1);
      at = this.at;
      if (position < 0) return false;
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
          a0 = reference[r++]!;
          current[count++] = a0;
          at++;
          ahead <<= 1;
        } while (ahead < 0 && a0 < width);
        continue;
      }
      const entry = MODE_DECODING[ahead >>> 25]!;
      const mode = entry >> 4;
      at += entry & 15;
      if (mode < MODE_PASS) {
        const a1 = reference[r]! + mode - MODE_VERTICAL;
        if (mode === 0 || a1 > width || (a1 <= a0 && (a1 < a0 || a1 < 0))) {
          this.at = at;
          return false;
        }
        // An empty run is no change: it takes back the one before it.
        if (a1 === a0 && count > 0 && current[count - 1] === a1) count--;
        else current[count++] = a1;
        a0 = a1;
        // To the left of b1 the change before it may still lie behind a0.
        r += mode < MODE_VERTICAL && r > 0 ? -1 : 1;
      } else if (mode === MODE_PASS) {
        a0 = reference[r + 1]!;
        r += 2;
      } else {
        const from = Math.max(a0, 0);
        const pair = PAIR_DECODING[((count & 1) << RUN_BITS) | ((ahead << HORIZONTAL_LENGTH) >>> (32 - RUN_BITS))]!;
        const first = pair >> 12;
        a0 = from + first + ((pair >> 4) & 0xff);
        if (first !== 0 && a0 > from + first && a0 <= width) {
          current[count] = from + first;
          current[count + 1] = a0;
          count += 2;
          at += pair & 15;
        } else {
          this.at = at;
          const a1 = this.#readRun(from, count & 1);
          a0 = a1 < 0 ? -1 : this.#readRun(a1, ~count & 1);
          at = this.at;
          if (a0 < 0) return false;
          count = pushChange(current, count, a1);
          count = pushChange(current, count, a0);
        }
      }
      if (a0 < width) while (reference[r]! <= a0) r += 2;
    }
    // The end of the line is no change.
    while (count > 0 && current[count - 1] === width) count--;
    this.at = at;
    this.changes = count;
    endChanges(current, count, width);
    return at <= this.bitLength;
  }

  /** The run of `colour` (1 is black) from pixel `from` on: where it ends, or -1. */
  #readRun(from: number, colour: number): number {
    let position = from;
    let entry: number;
    do {
      entry = RUN_DECODING[(colour << RUN_BITS) | (this.#look(this.at) >>> (32 - RUN_BITS))]!;
      this.at += entry & 15;
      position += entry >> 4;
    } while (entry >= 64 << 4 && position <= this.width);
    return entry === 0 || position > this.width ? -1 : position;
  }
}

/** Adds a change; an empty run takes the one before it back. */
function pushChange(list: Int32Array, count: number, position: number): number {
  if (count > 0 && list[count - 1] === position) return count - 1;
  list[count] = position;
  return count + 1;
}
