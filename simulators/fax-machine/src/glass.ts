/** Pages on the glass of a machine, 1728 pels wide, and how they are coded for the line. */

import { type Bitmap, blankBitmap, encode, type Coding as PageCoding, rowOctets } from "@depesche/t4";
import type { Coding, PageFormat, Resolution } from "@depesche/t30";

const CODINGS: Readonly<Record<Coding, PageCoding>> = { mh: "MH", mr: "MR", mmr: "MMR" };
/** Lines of each resolution, against those of the standard one. */
export const LINES: Readonly<Record<Resolution, number>> = { standard: 1, fine: 2, superfine: 4, "300": 3, r16: 4 };
export const WIDTH = 1728;

/** A page as it lies there. */
export interface GlassPage {
  bitmap: Bitmap;
  resolution: Resolution;
}

/** The page, coded as was agreed. */
export function onLine(page: GlassPage, format: PageFormat): Uint8Array {
  const bitmap = withLines(page.bitmap, LINES[page.resolution], LINES[format.resolution]);
  const minBitsPerLine = Math.ceil((format.minScanUs * format.rate) / 1_000_000);
  const k = format.resolution === "standard" ? 2 : 4;
  const coding = CODINGS[format.coding];
  return encode(bitmap, coding === "MMR" ? { coding } : { coding, minBitsPerLine, k });
}

const DOCUMENT_LINES = 1_100;
const RULE_LINES = 100;

/** A page of a document that waits to be polled: ruled lines, and as many bars as the page's number. */
export function documentPage(index: number): GlassPage {
  const bitmap = blankBitmap(WIDTH, DOCUMENT_LINES);
  const row = rowOctets(WIDTH);
  for (let y = 0; y < DOCUMENT_LINES; y += RULE_LINES) bitmap.data.fill(0xff, y * row, (y + 2) * row);
  for (let y = 200; y < 400; y++) {
    for (let bar = 0; bar <= index; bar++) bitmap.data.fill(0xff, y * row + 10 + bar * 8, y * row + 14 + bar * 8);
  }
  return { bitmap, resolution: "standard" };
}

/** The glass is 1728 pels wide: narrower pages lie at its left edge, wider ones are cut off there. */
export function onGlass(bitmap: Bitmap): Bitmap {
  if (bitmap.width === WIDTH) return bitmap;
  const page = blankBitmap(WIDTH, bitmap.height);
  const from = rowOctets(bitmap.width);
  const to = rowOctets(WIDTH);
  for (let y = 0; y < bitmap.height; y++) {
    page.data.set(bitmap.data.subarray(y * from, y * from + Math.min(from, to)), y * to);
  }
  return page;
}

/** Fewer lines: a pel is black when one of the merged lines has it black, so that thin strokes stay. More: lines repeat. */
export function withLines(bitmap: Bitmap, from: number, to: number): Bitmap {
  if (from === to) return bitmap;
  const height = Math.ceil((bitmap.height * to) / from);
  const out = blankBitmap(bitmap.width, height);
  const octets = rowOctets(bitmap.width);
  const turns = Math.max(bitmap.height, height);
  for (let i = 0; i < turns; i++) {
    const source = from > to ? i : Math.floor((i * from) / to);
    const target = from > to ? Math.floor((i * to) / from) : i;
    if (source >= bitmap.height || target >= height) break;
    for (let x = 0; x < octets; x++) out.data[target * octets + x]! |= bitmap.data[source * octets + x]!;
  }
  return out;
}
