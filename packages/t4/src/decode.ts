/**
 * Decoder of ITU-T T.4 (MH, MR) and T.6 (MMR) for whole pages, made for damaged input: any bytes give a page and a count of
 * what was wrong, in time and memory bounded by their length and the limits.
 */

import { type Bitmap, type BitOrder, reverseBits, rowOctets } from "./bitmap.ts";
import { paintChanges } from "./changes.ts";
import type { Coding } from "./encode.ts";
import { LineReader } from "./line-reader.ts";

export type DecodeOptions = {
  coding: Coding;
  /** Pixels of a row: what the negotiation or the TIFF tag says, for the stream does not. */
  width: number;
  /** Rows to decode when known. Without it the stream's end mark or end decides. */
  rows?: number;
  /** No page grows above this. Default 20000 rows (over 2 m at 200 lines an inch). */
  maxRows?: number;
  /** Default msb-first. */
  bitOrder?: BitOrder;
  /**
   * MH and MR: what stands between lines. `eol` (default) is T.4. `none` and `octet-aligned` are TIFF's streams without
   * EOL, in which nothing can be found again after an error. MMR never has EOLs.
   */
  framing?: "eol" | "none" | "octet-aligned";
};

export type Decoded = {
  bitmap: Bitmap;
  /** Rows of the bitmap, concealed ones included. */
  rows: number;
  /**
   * Lines that could not be decoded. MH and MR: each is in the bitmap as a copy of the last good line. MMR and streams
   * without EOL: decoding stops, the bitmap ends before the bad line.
   */
  badLines: number;
  /** The longest series of bad lines (T.4 copy quality; TIFF tag 328). */
  consecutiveBadLines: number;
  /** What ended the page: its end mark, the wanted number of rows, the end of the data, an error, or `maxRows`. */
  ended: "rtc" | "eofb" | "rows" | "data" | "error" | "limit";
};

const DEFAULT_MAX_ROWS = 20_000;
const WIDEST = 0xffff;
const RTC_EOLS = 6;
const EOL_LENGTH = 12;

/**
 * Decodes one page. Never throws for what the stream holds; throws RangeError for a width outside 1 to 65535: that is the
 * caller's mistake.
 */
export function decode(bytes: Uint8Array, options: DecodeOptions): Decoded {
  const { width } = options;
  if (!Number.isInteger(width) || width < 1 || width > WIDEST) throw new RangeError(`page width ${width}`);
  const reader = new LineReader(options.bitOrder === "lsb-first" ? reverseBits(bytes) : bytes, width);
  const page = new PageBuilder(width, options.rows, options.maxRows ?? DEFAULT_MAX_ROWS);
  if (options.coding === "MMR") return page.finish(decodeT6(reader, page));
  if ((options.framing ?? "eol") === "eol") return page.finish(decodeT4(reader, page, options.coding === "MR"));
  return page.finish(decodeWithoutEols(reader, page, options.framing === "octet-aligned"));
}

function decodeT6(reader: LineReader, page: PageBuilder): Decoded["ended"] {
  while (!page.full) {
    if (reader.atEndMark()) return "eofb";
    if (reader.atEnd()) return "data";
    if (!reader.read2D()) return page.breakOff();
    page.good(reader.current, reader.changes);
    reader.keepLine();
  }
  return page.fullBecause;
}

/** TIFF compression 2, and G3 streams of writers that leave the EOLs out: one-dimensional lines back to back. */
function decodeWithoutEols(reader: LineReader, page: PageBuilder, octetAligned: boolean): Decoded["ended"] {
  while (!page.full) {
    if (reader.atEnd()) return "data";
    if (!reader.read1D()) return page.breakOff();
    page.good(reader.current, reader.changes);
    if (octetAligned) reader.at = (reader.at + 7) & ~7;
  }
  return page.fullBecause;
}

/**
 * T.4 with EOLs. A line is good when its code words fill the width exactly and an EOL (or the end) follows. After a bad
 * line decoding goes on behind the next EOL, in MR behind the next one that announces a one-dimensional line.
 */
function decodeT4(reader: LineReader, page: PageBuilder, tagged: boolean): Decoded["ended"] {
  let eols = 0;
  let anyEol = false;
  let oneDimensional = true;
  let referenceGood = true;
  // Each turn takes at least one bit or ends, so the stream's length bounds it.
  while (!page.full) {
    if (reader.takeEol()) {
      anyEol = true;
      oneDimensional = tagged ? reader.bit() === 1 : true;
      eols++;
      if (eols === 2) page.markPossibleEnd();
      if (eols === RTC_EOLS) return page.endAtMark();
      continue;
    }
    if (reader.atEnd()) return page.endAtMark();
    eols = 0;
    const start = reader.at;
    const decodable = oneDimensional || referenceGood;
    const complete = decodable && (oneDimensional ? reader.read1D() : reader.read2D());
    if (complete && endsProperly(reader)) {
      page.good(reader.current, reader.changes);
      reader.keepLine();
      referenceGood = true;
      continue;
    }
    if (complete && readBehindBrokenEol(reader, page, tagged)) {
      referenceGood = true;
      continue;
    }
    reader.seekEol(start);
    // What stands before the first EOL is the modem's noise, not a line.
    if (anyEol) page.bad();
    referenceGood = false;
  }
  return page.fullBecause;
}

/** Whether the stream has an EOL anywhere; a TIFF strip without one needs another framing. */
export function containsEol(bytes: Uint8Array, bitOrder: BitOrder): boolean {
  const reader = new LineReader(bitOrder === "lsb-first" ? reverseBits(bytes) : bytes, 1);
  reader.seekEol(0);
  return reader.takeEol();
}

function endsProperly(reader: LineReader): boolean {
  const at = reader.at;
  const found = reader.takeEol();
  reader.at = at;
  return found || reader.atEnd();
}

/**
 * A line that fills the width but has no EOL behind it is either wrong, or it is right and its EOL was hit. The latter is
 * proven by a right line in the place behind such an EOL; then both are taken and no row gets lost.
 */
function readBehindBrokenEol(reader: LineReader, page: PageBuilder, tagged: boolean): boolean {
  const changes = reader.changes;
  reader.keepLine();
  reader.at += EOL_LENGTH;
  const oneDimensional = tagged ? reader.bit() === 1 : true;
  if (reader.at >= reader.bitLength || !(oneDimensional ? reader.read1D() : reader.read2D())) return false;
  if (!endsProperly(reader)) return false;
  page.good(reader.reference, changes);
  if (page.full) return true;
  page.good(reader.current, reader.changes);
  reader.keepLine();
  return true;
}

type Tally = { rows: number; badLines: number; badSeries: number; longestSeries: number };

/** Grows the bitmap row by row and keeps the counts. */
class PageBuilder {
  readonly #width: number;
  readonly #stride: number;
  readonly #wanted: number | undefined;
  readonly #limit: number;
  #data: Uint8Array;
  #tally: Tally = { rows: 0, badLines: 0, badSeries: 0, longestSeries: 0 };
  #lastGoodRow = -1;
  /** The counts at two EOLs in a row: there the page ended if no good line follows, for then damage hid the rest of the RTC. */
  #possibleEnd: Tally | undefined;

  constructor(width: number, wanted: number | undefined, maxRows: number) {
    this.#width = width;
    this.#stride = rowOctets(width);
    this.#wanted = wanted;
    this.#limit = Math.min(wanted ?? maxRows, maxRows);
    this.#data = new Uint8Array(this.#stride * Math.min(this.#limit, 2400));
  }

  get full(): boolean {
    return this.#tally.rows >= this.#limit;
  }

  get fullBecause(): "rows" | "limit" {
    return this.#wanted === this.#tally.rows ? "rows" : "limit";
  }

  good(line: Int32Array, changes: number): void {
    const { rows } = this.#tally;
    const offset = this.#nextRow(); // may replace the data
    paintChanges(line, changes, this.#data, offset);
    this.#lastGoodRow = rows;
    this.#tally.badSeries = 0;
    this.#possibleEnd = undefined;
  }

  bad(): void {
    const to = this.#nextRow();
    const from = this.#lastGoodRow * this.#stride;
    if (from >= 0) this.#data.copyWithin(to, from, from + this.#stride);
    this.#countBad();
  }

  /** An error behind which nothing can be decoded. */
  breakOff(): "error" {
    this.#countBad();
    return "error";
  }

  markPossibleEnd(): void {
    this.#possibleEnd ??= { ...this.#tally };
  }

  endAtMark(): "rtc" | "data" {
    if (!this.#possibleEnd) return "data";
    this.#tally = this.#possibleEnd;
    return "rtc";
  }

  finish(ended: Decoded["ended"]): Decoded {
    const { rows, badLines, longestSeries } = this.#tally;
    const size = rows * this.#stride;
    const data = size === this.#data.length ? this.#data : this.#data.slice(0, size);
    return {
      bitmap: { width: this.#width, height: rows, data },
      rows,
      badLines,
      consecutiveBadLines: longestSeries,
      ended,
    };
  }

  #countBad(): void {
    const tally = this.#tally;
    tally.badLines++;
    tally.badSeries++;
    tally.longestSeries = Math.max(tally.longestSeries, tally.badSeries);
  }

  /** Offset of a fresh white row. */
  #nextRow(): number {
    const offset = this.#tally.rows++ * this.#stride;
    if (offset + this.#stride > this.#data.length) {
      const grown = new Uint8Array(this.#stride * Math.min(this.#limit, this.#tally.rows * 2));
      grown.set(this.#data);
      this.#data = grown;
    }
    return offset;
  }
}
