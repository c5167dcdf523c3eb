/** Encoder of ITU-T T.4 (MH: one-dimensional, MR: two-dimensional) and T.6 (MMR). */

import { BitSink } from "./bit-sink.ts";
import { type Bitmap, type BitOrder, reverseBits, rowOctets } from "./bitmap.ts";
import { changeList, findChanges, pageView } from "./changes.ts";
import { BLACK_RUNS, LONGEST_CODED_RUN, RUN_ENCODING, VERTICAL_BITS, VERTICAL_LENGTHS } from "./code-tables.ts";

export type Coding = "MH" | "MR" | "MMR";

export type EncodeOptions = {
  coding: Coding;
  /** MR: at most k-1 two-dimensional lines follow a one-dimensional one. 2 at standard, 4 at fine resolution (T.4 §4.2.2). Default 4. */
  k?: number;
  /** MH and MR: shortest coded line in bits, EOL included, made up by fill: rate x minimum scan-line time (T.4 §4.1.3). */
  minBitsPerLine?: number;
  /** Default msb-first: the first line bit is the most significant one of its octet. */
  bitOrder?: BitOrder;
  /** Whether the end mark is written: RTC for MH and MR, EOFB for MMR. Default true; a TIFF strip of MH or MR has none. */
  rtc?: boolean;
  /** MH and MR: fill so that every EOL ends on an octet boundary (TIFF T4Options bit 2). */
  eolAlign?: boolean;
};

const EOL = 1;
const EOL_LENGTH = 12;
const HORIZONTAL_BITS = 1;
const HORIZONTAL_LENGTH = 3;
const PASS_BITS = 1;
const PASS_LENGTH = 4;

/**
 * The page as one coded stream. MH and MR start with an EOL, have one before every line and end with six (RTC); MMR has
 * none and ends with EOFB. Throws RangeError when `bitmap.data` is shorter than its size says: our own mistake.
 */
export function encode(bitmap: Bitmap, options: EncodeOptions): Uint8Array {
  const { width, height } = bitmap;
  if (bitmap.data.length < rowOctets(width) * height)
    throw new RangeError(`bitmap data too short for ${width} x ${height}`);
  const sink = new BitSink(Math.max(1024, (rowOctets(width) * height) >> 2));
  if (options.coding === "MMR") encodeT6(bitmap, sink, options.rtc ?? true);
  else encodeT4(bitmap, sink, options);
  const bytes = sink.finish();
  return options.bitOrder === "lsb-first" ? reverseBits(bytes) : bytes;
}

/** No code spends more than 7 bits a pixel, but every line costs some. */
function roomForLine(width: number): number {
  return width + 16;
}

function encodeT6(bitmap: Bitmap, sink: BitSink, endMark: boolean): void {
  const { width, height } = bitmap;
  const view = pageView(bitmap);
  let reference = changeList(width);
  let current = changeList(width);
  let changesAbove = 0;
  for (let row = 0; row < height; row++) {
    const changes = findChanges(view, row, width, current);
    sink.reserve(roomForLine(width));
    if (changes + changesAbove === 0) sink.put(1, 1);
    else putLine2D(sink, reference, current, width);
    changesAbove = changes;
    [reference, current] = [current, reference];
  }
  if (!endMark) return;
  sink.reserve(4);
  sink.put(EOL, EOL_LENGTH);
  sink.put(EOL, EOL_LENGTH);
}

function encodeT4(bitmap: Bitmap, sink: BitSink, options: EncodeOptions): void {
  const { width, height } = bitmap;
  const view = pageView(bitmap);
  const twoDimensional = options.coding === "MR";
  const k = twoDimensional ? (options.k ?? 4) : 1;
  const eolLength = twoDimensional ? EOL_LENGTH + 1 : EOL_LENGTH;
  const align = options.eolAlign ?? false;
  let reference = changeList(width);
  let current = changeList(width);
  let linesTo1D = 0;
  for (let row = 0; row < height; row++) {
    const oneDimensional = linesTo1D === 0;
    linesTo1D = (oneDimensional ? k : linesTo1D) - 1;
    putEol(sink, align, twoDimensional, oneDimensional);
    const start = sink.length;
    findChanges(view, row, width, current);
    sink.reserve(roomForLine(width));
    if (oneDimensional) putLine1D(sink, current, width);
    else putLine2D(sink, reference, current, width);
    const missing = (options.minBitsPerLine ?? 0) - (sink.length - start) - eolLength;
    if (missing > 0) sink.zeros(missing);
    [reference, current] = [current, reference];
  }
  if (options.rtc ?? true) for (let i = 0; i < 6; i++) putEol(sink, align && i === 0, twoDimensional, true);
}

/** In MR every EOL carries a tag: 1 when the next line is one-dimensional (T.4 §4.2.2). */
function putEol(sink: BitSink, align: boolean, tagged: boolean, oneDimensional: boolean): void {
  if (align) sink.zeros((16 - EOL_LENGTH - (sink.length & 7)) & 7);
  sink.reserve(4);
  sink.put(EOL, EOL_LENGTH);
  if (tagged) sink.put(oneDimensional ? 1 : 0, 1);
}

/** A run whose colour's part of the table begins at `colour`, behind a prefix of at most 3 bits. */
function putRun(sink: BitSink, run: number, colour: number, prefix: number, prefixLength: number): void {
  if (run > LONGEST_CODED_RUN) {
    putLongRun(sink, run, colour, prefix, prefixLength);
    return;
  }
  const code = RUN_ENCODING[colour + run]!;
  const length = code & 31;
  sink.put((prefix << length) | (code >> 5), prefixLength + length);
}

function putLongRun(sink: BitSink, run: number, colour: number, prefix: number, prefixLength: number): void {
  sink.put((prefix << 12) | 0b11111, prefixLength + 12);
  putRun(sink, run - 2560, colour, 0, 0);
}

/** T.4 §4.1: the runs of the line, white first. */
function putLine1D(sink: BitSink, current: Int32Array, width: number): void {
  let from = 0;
  for (let i = 0; from < width || i === 0; i++) {
    const to = current[i]!;
    putRun(sink, to - from, i & 1 ? BLACK_RUNS : 0, 0, 0);
    from = to;
  }
}

/**
 * T.4 §4.2.1.3 and T.6 §2.2: codes a1 (and a2) by their place relative to b1 and b2 of the line above. `c` is the index of
 * a1 in `current`, `r` that of b1 in `reference`; both have the parity of the colour at a0.
 */
function putLine2D(sink: BitSink, reference: Int32Array, current: Int32Array, width: number): void {
  let a0 = -1;
  let c = 0;
  let r = 0;
  while (a0 < width) {
    const a1 = current[c]!;
    const b2 = reference[r + 1]!;
    if (b2 < a1) {
      sink.put(PASS_BITS, PASS_LENGTH);
      a0 = b2;
      r += 2;
      continue;
    }
    const distance = a1 - reference[r]!;
    if (distance === 0) {
      sink.put(1, 1);
      a0 = a1;
      c++;
      r++; // the next change above lies behind a0, so it is the new b1
      continue;
    }
    if (distance >= -3 && distance <= 3) {
      sink.put(VERTICAL_BITS[distance + 3]!, VERTICAL_LENGTHS[distance + 3]!);
      a0 = a1;
      c++;
      // To the left of b1 the change before it may still lie behind a0.
      r += distance < 0 && r > 0 ? -1 : 1;
    } else {
      const a2 = current[c + 1]!;
      const colour = c & 1 ? BLACK_RUNS : 0;
      putRun(sink, a1 - Math.max(a0, 0), colour, HORIZONTAL_BITS, HORIZONTAL_LENGTH);
      putRun(sink, a2 - a1, BLACK_RUNS - colour, 0, 0);
      a0 = a2;
      c += 2;
    }
    while (reference[r]! <= a0 && reference[r]! < width) r += 2;
  }
}
