/** Pages of conformance cases: drawn from a seed, coded as a line carries them, and compared with what arrived. */

import {
  type Bitmap,
  blankBitmap,
  decode,
  encode,
  equalBitmaps,
  fitted,
  rowOctets,
  type Coding as T4Coding,
} from "@depesche/t4";
import type { Coding } from "../capabilities.ts";
import type { PageFormat } from "../negotiation.ts";
import type { Sheet } from "./case.ts";

/** How a sheet is coded; a page format of the session will do. */
export interface SheetCoding {
  coding: Coding;
  /** Pels per line; default 1728. */
  width?: number;
  /** Shortest coded line, bits. */
  minBitsPerLine?: number;
}

const T4_CODINGS: Readonly<Record<Coding, T4Coding>> = { mh: "MH", mr: "MR", mmr: "MMR" };

/** The coding a session asks for. */
export function codingOf(format: PageFormat): SheetCoding {
  const { coding, width, rate, minScanUs } = format;
  return { coding, width, minBitsPerLine: Math.ceil((rate * minScanUs) / 1_000_000) };
}

/** Octets of a sheet on the line. */
export function codedSheet(sheet: Sheet, how: SheetCoding): Uint8Array {
  if ("octets" in sheet) return someOctets(sheet.octets, sheet.seed ?? 1);
  const { coding, minBitsPerLine = 0 } = how;
  return encode(drawing(sheet, how.width ?? 1728), { coding: T4_CODINGS[coding], minBitsPerLine });
}

/** What differs between a sheet and what arrived of it, in words; undefined when nothing does. Padding does not count. */
export function differenceOf(sheet: Sheet, octets: Uint8Array, how: SheetCoding): string | undefined {
  if ("octets" in sheet) {
    const sent = someOctets(sheet.octets, sheet.seed ?? 1);
    if (octets.length < sent.length) return `${octets.length} of ${sent.length} octets`;
    const at = octets.findIndex((octet, index) => octet !== (sent[index] ?? 0));
    return at < 0 ? undefined : `octet ${at} differs`;
  }
  const width = how.width ?? 1728;
  const seen = decode(octets, { coding: T4_CODINGS[how.coding], width });
  if (seen.badLines > 0) return `${seen.badLines} bad lines`;
  if (seen.ended === "data") return "the page has no end";
  return equalBitmaps(seen.bitmap, drawing(sheet, width)) ? undefined : "pixels differ";
}

/** Bars here and there, as wide as the sheet, fitted to the width on the line. */
function drawing(sheet: Extract<Sheet, { drawn: number }>, width: number): Bitmap {
  const page = blankBitmap(sheet.width ?? 1728, sheet.rows);
  const next = numbers(sheet.drawn);
  const stride = rowOctets(page.width);
  for (let bar = 0; bar < sheet.rows; bar++) {
    const at = next() % (stride * sheet.rows - 8);
    for (let octet = 0; octet <= next() % 6; octet++) page.data[at + octet] = 0xff >> (next() % 4);
  }
  return fitted(page, 196, { width, yDpi: 196 });
}

function someOctets(length: number, seed: number): Uint8Array {
  const next = numbers(seed);
  return Uint8Array.from({ length }, () => next() & 0xff);
}

/** xorshift32. */
function numbers(seed: number): () => number {
  let state = seed + 0x2545;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
