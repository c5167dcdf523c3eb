/**
 * Decoder of ITU-T T.4 (MH, MR) and T.6 (MMR) for whole pages, made for damaged input: any bytes give a page and a count of
 * what was wrong, in time and memory bounded by their length and the limits.
 */

import { type Bitmap, type BitOrder, reverseBits } from "./bitmap.ts";
import type { Coding } from "./encode.ts";
import { LineReader } from "./line-reader.ts";
import { PageBuilder } from "./page-builder.ts";

export type DecodeOptions = {
  coding: Coding;
  /** Pixels of a row: what the negotiation or the TIFF tag says, for the stream does not. */
  width: number;
  /** Rows to decode when known. Without it the stream's end mark or end decides. */
  rows?: number;
  /** No page grows above this. Default 20000 rows (over 2 m at 200 lines an inch). */
  maxRows?: number;
  /** Nor above so many pixels, rows padded to octets. Default 100 million (A3 at 400 dpi has 32), 12.5 MB. */
  maxPixels?: number;
  /**
   * Memory for the rows, to use again when pages come one after the other and are not kept: the bitmap's data is then the
   * beginning of it. It is cleared first; where it has no room for all rows, new memory is taken.
   */
  into?: Uint8Array;
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
   * Lines that could not be decoded. MH and MR: each is in the bitmap as a copy of the last good line; what was garbled before
   * the first EOL counts as one that is not, for nobody knows how many they were. MMR and streams without EOL: decoding stops,
   * the bitmap ends before the bad line.
   */
  badLines: number;
  /** The longest series of bad lines (T.4 copy quality; TIFF tag 328). */
  consecutiveBadLines: number;
  /** What ended the page: its end mark, the wanted number of rows, the end of the data, an error, or a limit. */
  ended: "rtc" | "eofb" | "rows" | "data" | "error" | "limit";
};

const WIDEST = 0xffff;
const RTC_EOLS = 6;
const EOL_LENGTH = 12;
/** Bits of the shortest line a machine sends, 1728 white pels, from its first 1 on. */
const SHORTEST_LINE = 16;

/**
 * Decodes one page. Never throws for what the stream holds; throws RangeError for a width outside 1 to 65535: that is the
 * caller's mistake.
 */
export function decode(bytes: Uint8Array, options: DecodeOptions): Decoded {
  const { width } = options;
  if (!Number.isInteger(width) || width < 1 || width > WIDEST) throw new RangeError(`page width ${width}`);
  const reader = new LineReader(options.bitOrder === "lsb-first" ? reverseBits(bytes) : bytes, width);
  const page = new PageBuilder(options);
  if (options.coding === "MMR") return page.finish(decodeT6(reader, page));
  if ((options.framing ?? "eol") === "eol") return page.finish(decodeT4(reader, page, options.coding === "MR"));
  return page.finish(decodeWithoutEols(reader, page, options.framing === "octet-aligned"));
}

function decodeT6(reader: LineReader, page: PageBuilder): Decoded["ended"] {
  while (!page.full) {
    const white = reader.takeWhiteLines(page.room);
    if (white > 0) {
      page.white(white);
      continue;
    }
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
    if (!anyEol && readBehindFirstEol(reader, page, tagged)) {
      referenceGood = true;
      continue;
    }
    const first = reader.firstOne(start);
    reader.seekEol(start);
    // A page begins with an EOL (T.4 §4.1.2). A little before the first one is the modem's noise; more may have been lines.
    if (anyEol) page.bad();
    else if (reader.at - first >= SHORTEST_LINE) page.lost();
    referenceGood = false;
  }
  return page.fullBecause;
}

/** The page's very first EOL was hit, but the line behind it fills the width and an EOL follows. */
function readBehindFirstEol(reader: LineReader, page: PageBuilder, tagged: boolean): boolean {
  reader.at = tagged ? EOL_LENGTH + 1 : EOL_LENGTH;
  if (!reader.read1D() || !endsProperly(reader)) return false;
  page.good(reader.current, reader.changes);
  reader.keepLine();
  return true;
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
