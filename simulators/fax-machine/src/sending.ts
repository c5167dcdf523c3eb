/** A machine that dials: pages of a TIFF on its glass, encoded to what the other side can take. */

import type { MachineMood } from "@depesche/scenario";
import { type Bitmap, blankBitmap, encode, type Coding as PageCoding, readTiff, rowOctets } from "@depesche/t4";
import {
  type Action,
  type Capabilities,
  type Coding,
  createCaller,
  type Event,
  type PageFormat,
  type Resolution,
  step,
} from "@depesche/t30";
import { type Misconduct, misbehaving } from "./dialling-moods.ts";
import { MACHINES } from "./moods.ts";

const CODINGS: Readonly<Record<Coding, PageCoding>> = { mh: "MH", mr: "MR", mmr: "MMR" };
const LINES: Readonly<Record<Resolution, number>> = { standard: 1, fine: 2, superfine: 4, "300": 3, r16: 4 };
const WIDTH = 1728;
const MAX_PAGES = 500;

export interface SendingMachine {
  step(event: Event, out: Action[]): void;
  /** The coded page for the line. */
  page(index: number, format: PageFormat): Uint8Array | undefined;
  readonly count: number;
}

/**
 * A machine about to dial with the pages of a bilevel TIFF; the sentence says what is wrong with the file. It sends with
 * what it can receive with: an old machine is no newer when it dials.
 */
export function sendingMachine(options: {
  tiff: Uint8Array;
  stationId: string;
  mood?: MachineMood;
  /** What goes wrong while it sends. */
  does?: Misconduct;
}): { ok: true; machine: SendingMachine } | { ok: false; detail: string } {
  const read = readTiff(options.tiff, { maxPages: MAX_PAGES });
  if (!read.ok) return { ok: false, detail: `The TIFF cannot be read: ${read.problem} at octet ${read.at}.` };
  const { capabilities, mood } = MACHINES[options.mood ?? "modern"];
  const pages: { bitmap: Bitmap; resolution: Resolution }[] = [];
  for (const [i, page] of read.pages.entries()) {
    if (!page.bitmap) return { ok: false, detail: `Page ${i + 1} is no bilevel fax page (${page.unsupported}).` };
    const bitmap = onGlass(page.bitmap);
    const written = resolutionOf(page.yDpi);
    const scanned = scannedAt(written, capabilities);
    pages.push({ bitmap: withLines(bitmap, LINES[written], LINES[scanned]), resolution: scanned });
  }
  if (pages.length === 0) return { ok: false, detail: "The TIFF has no page." };
  const session = createCaller({
    stationId: options.stationId,
    pages: pages.map(({ resolution }) => ({ width: WIDTH, resolution })),
    modems: capabilities.modems,
    codings: ["mh", ...(capabilities.mr ? (["mr"] as const) : []), ...(capabilities.mmr ? (["mmr"] as const) : [])],
    ecm: capabilities.ecm,
    ecmFrameSize: capabilities.prefers64 ? 64 : 256,
    ...(mood.trainsUpTo !== undefined && { maxRate: mood.trainsUpTo }),
  });
  const conduct = misbehaving(options.does ?? {});
  const machine: SendingMachine = {
    count: pages.length,
    step(event, out) {
      const meant: Action[] = [];
      step(session, event, meant);
      out.push(...conduct(meant));
    },
    page(index, format) {
      const page = pages[index];
      if (!page) return undefined;
      const bitmap = withLines(page.bitmap, LINES[page.resolution], LINES[format.resolution]);
      const minBitsPerLine = Math.ceil((format.minScanUs * format.rate) / 1_000_000);
      const k = format.resolution === "standard" ? 2 : 4;
      const coding = CODINGS[format.coding];
      return encode(bitmap, coding === "MMR" ? { coding } : { coding, minBitsPerLine, k });
    },
  };
  return { ok: true, machine };
}

function scannedAt(written: Resolution, { fine, superfine }: Capabilities): Resolution {
  if (written === "superfine" && superfine) return "superfine";
  return written !== "standard" && fine ? "fine" : "standard";
}

function resolutionOf(yDpi = 196): Resolution {
  if (yDpi < 150) return "standard";
  return yDpi < 300 ? "fine" : "superfine";
}

/** The glass is 1728 pels wide: narrower pages lie at its left edge, wider ones are cut off there. */
function onGlass(bitmap: Bitmap): Bitmap {
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
function withLines(bitmap: Bitmap, from: number, to: number): Bitmap {
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
