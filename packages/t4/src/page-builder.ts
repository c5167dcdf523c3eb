/** A page that grows row by row while it is decoded, with the counts of what was wrong. */

import { rowOctets } from "./bitmap.ts";
import { paintChanges } from "./changes.ts";
import type { Decoded, DecodeOptions } from "./decode.ts";

const MAX_ROWS = 20_000;
const MAX_PIXELS = 100_000_000;
/** What a page begins with: A4 fine and a little more; where the rows are known, all of them up to 2 MB. */
const FIRST_OCTETS = 2400 * 216;
const FIRST_KNOWN_OCTETS = 2 ** 21;

type Tally = { rows: number; badLines: number; badSeries: number; longestSeries: number };

export class PageBuilder {
  readonly #width: number;
  readonly #stride: number;
  readonly #wanted: number | undefined;
  readonly #limit: number;
  #data: Uint8Array;
  #tally: Tally = { rows: 0, badLines: 0, badSeries: 0, longestSeries: 0 };
  #lastGoodRow = -1;
  /** The counts at two EOLs in a row: there the page ended if no good line follows, for then damage hid the rest of the RTC. */
  #possibleEnd: Tally | undefined;

  constructor({ width, rows, maxRows = MAX_ROWS, maxPixels = MAX_PIXELS, into }: DecodeOptions) {
    this.#width = width;
    this.#stride = rowOctets(width);
    this.#wanted = rows;
    this.#limit = Math.min(rows ?? maxRows, maxRows, Math.floor(maxPixels / (this.#stride * 8)));
    const first = rows === undefined ? FIRST_OCTETS : FIRST_KNOWN_OCTETS;
    this.#data = into?.fill(0) ?? new Uint8Array(Math.min(this.#stride * this.#limit, first));
  }

  /** Rows it may still grow by. */
  get room(): number {
    return this.#limit - this.#tally.rows;
  }

  get full(): boolean {
    return this.#tally.rows >= this.#limit;
  }

  get fullBecause(): "rows" | "limit" {
    return this.#wanted === this.#tally.rows ? "rows" : "limit";
  }

  good(line: Int32Array, changes: number): void {
    const offset = this.#nextRows(1); // may replace the data
    paintChanges(line, changes, this.#data, offset);
    this.#afterGood();
  }

  /** So many white lines. */
  white(lines: number): void {
    this.#nextRows(lines);
    this.#afterGood();
  }

  bad(): void {
    const to = this.#nextRows(1);
    const from = this.#lastGoodRow * this.#stride;
    if (from >= 0) this.#data.copyWithin(to, from, from + this.#stride);
    this.#countBad();
  }

  /** Something was lost of which not even a row is left. */
  lost(): void {
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
    // A little memory too much is cheaper than a copy.
    const data = size > this.#data.length * 0.75 ? this.#data.subarray(0, size) : this.#data.slice(0, size);
    return {
      bitmap: { width: this.#width, height: rows, data },
      rows,
      badLines,
      consecutiveBadLines: longestSeries,
      ended,
    };
  }

  #afterGood(): void {
    this.#lastGoodRow = this.#tally.rows - 1;
    this.#tally.badSeries = 0;
    this.#possibleEnd = undefined;
  }

  #countBad(): void {
    const tally = this.#tally;
    tally.badLines++;
    tally.badSeries++;
    tally.longestSeries = Math.max(tally.longestSeries, tally.badSeries);
  }

  /** Offset of the first of some fresh white rows. */
  #nextRows(count: number): number {
    const offset = this.#tally.rows * this.#stride;
    this.#tally.rows += count;
    const end = offset + count * this.#stride;
    if (end > this.#data.length) {
      const grown = new Uint8Array(Math.min(this.#stride * this.#limit, Math.max(end, offset * 2)));
      grown.set(this.#data.subarray(0, offset));
      this.#data = grown;
    }
    return offset;
  }
}
