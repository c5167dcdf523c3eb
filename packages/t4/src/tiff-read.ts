/**
 * Reader of bilevel TIFF (TIFF 6.0, BigTIFF, RFC 2306), own and foreign: a bounded walk over the directories, and the pages that the
 * codecs of this package can decode. Everything else is reported, so that a general image library can be asked.
 */

import { type Bitmap, blankBitmap, invertBitmap, reverseBits, rowOctets } from "./bitmap.ts";
import { containsEol, type DecodeOptions, decode } from "./decode.ts";
import { type Directory, openTiff, readDirectory, type TiffFile } from "./tiff-directory.ts";
import { COMPRESSION, T4_TWO_DIMENSIONAL, TAG } from "./tiff-tags.ts";

/** Bounds against hostile files. A page counts with its rows padded to octets. */
export type ReadLimits = {
  /** Default 500. */
  maxPages?: number;
  /** Default 100 million (A3 at 400 dpi has 32). */
  maxPagePixels?: number;
  /** Of all decoded pages. Default 2,000 million: 500 fine A4 pages, 250 MB. */
  maxPixels?: number;
  /** Which pages get a bitmap: all (default), none, or the one with this index, for working through a long file. */
  decode?: "all" | "none" | number;
};

/** Why a page has no bitmap: not a fault of the file, but work for another reader. */
export type TiffUnsupported = "compression" | "samples" | "photometric" | "tiles";

export type TiffPage = {
  width: number;
  height: number;
  /** Pixels an inch; undefined when the file does not say. */
  xDpi?: number;
  yDpi?: number;
  /** TIFF numbers as they stand in the file, or their defaults. */
  compression: number;
  photometric: number;
  bitsPerSample: number;
  samplesPerPixel: number;
  /** 1 = upright; 2 to 8 as in TIFF 6.0. The bitmap is as stored, not turned. */
  orientation: number;
  /** NewSubfileType; bit 0 marks a thumbnail of another page. */
  subfileType: number;
  /** Black is 1 whatever the file's photometric and fill order. */
  bitmap?: Bitmap;
  unsupported?: TiffUnsupported;
  /** Lines of the bitmap that could not be decoded: copies of the line above, or white where nothing more came. */
  badLines?: number;
  /** Reception quality noted by the fax machine that wrote the file (tags 326 and 328). */
  received?: { badLines: number; consecutiveBadLines: number };
  /** Place in the document as the file notes it (tag 297): `index` from 0, `total` 0 when it was not known. */
  pageNumber?: { index: number; total: number };
};

/** A file that cannot or must not be read, by the rule it breaks. */
export type TiffProblem =
  | "tiff-magic"
  | "tiff-truncated"
  | "tiff-loop"
  | "tiff-size"
  | "tiff-strips"
  | "tiff-strips-overlap"
  | "tiff-too-many-pages"
  | "tiff-page-too-large"
  | "tiff-too-large";

type Refusal = { ok: false; problem: TiffProblem; at: number };

const DEFAULTS = { maxPages: 500, maxPagePixels: 100_000_000, maxPixels: 2_000_000_000 };
const WIDEST = 0xffff;

/**
 * The pages of a TIFF file in order, or the first problem and its octet. Damage inside a page's data is no problem of the
 * file: the page is given with its `badLines`.
 */
export function readTiff(bytes: Uint8Array, limits: ReadLimits = {}): { ok: true; pages: TiffPage[] } | Refusal {
  const { maxPages, maxPagePixels, maxPixels } = { ...DEFAULTS, ...limits };
  const opened = openTiff(bytes);
  if (!opened.ok) return opened;
  const { file } = opened;
  const wanted = limits.decode ?? "all";
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  const budget: Budget = { pixels: maxPixels, octets: bytes.length };
  for (let at = opened.firstDirectory; at !== 0; ) {
    if (seen.has(at)) return { ok: false, problem: "tiff-loop", at };
    if (pages.length >= maxPages) return { ok: false, problem: "tiff-too-many-pages", at };
    seen.add(at);
    const directory = readDirectory(file, at);
    if (!directory) return { ok: false, problem: "tiff-truncated", at };
    const page = describe(directory);
    const problem =
      judgeSize(page, maxPagePixels) ??
      (isWanted(wanted, pages.length) ? fill(page, directory, file, budget) : undefined);
    if (problem) return { ok: false, problem, at };
    pages.push(page);
    at = directory.next;
  }
  return pages.length > 0 ? { ok: true, pages } : { ok: false, problem: "tiff-truncated", at: 4 };
}

/** What may still be spent on this file. Every strip octet is paid for, so strips laid over each other cannot multiply work. */
type Budget = { pixels: number; octets: number };

function isWanted(wanted: "all" | "none" | number, index: number): boolean {
  return wanted === "all" || wanted === index;
}

function describe(directory: Directory): TiffPage {
  const { first } = directory;
  const perInch = first(TAG.ResolutionUnit, 2) === 3 ? 2.54 : 1;
  const resolution = (tag: number) => {
    const value = first(tag, 0) * perInch;
    return first(TAG.ResolutionUnit, 2) !== 1 && Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const page: TiffPage = {
    width: first(TAG.ImageWidth, 0),
    height: first(TAG.ImageLength, 0),
    xDpi: resolution(TAG.XResolution),
    yDpi: resolution(TAG.YResolution),
    compression: first(TAG.Compression, COMPRESSION.none),
    photometric: first(TAG.PhotometricInterpretation, 0),
    bitsPerSample: first(TAG.BitsPerSample, 1),
    samplesPerPixel: first(TAG.SamplesPerPixel, 1),
    orientation: first(TAG.Orientation, 1),
    subfileType: first(TAG.NewSubfileType, 0),
  };
  const badLines = first(TAG.BadFaxLines, -1);
  if (badLines >= 0) page.received = { badLines, consecutiveBadLines: first(TAG.ConsecutiveBadFaxLines, 0) };
  const [index, total] = directory.all(TAG.PageNumber, 2);
  if (index !== undefined && total !== undefined) page.pageNumber = { index, total };
  return page;
}

function judgeSize({ width, height }: TiffPage, maxPagePixels: number): TiffProblem | undefined {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) return "tiff-size";
  return width > WIDEST || rowOctets(width) * 8 * height > maxPagePixels ? "tiff-page-too-large" : undefined;
}

/** Decodes the page's strips into its bitmap, or says why not. */
function fill(page: TiffPage, directory: Directory, file: TiffFile, budget: Budget): TiffProblem | undefined {
  page.unsupported = unsupported(page, directory);
  if (page.unsupported) return undefined;
  const { width, height } = page;
  const stride = rowOctets(width);
  budget.pixels -= stride * 8 * height;
  if (budget.pixels < 0) return "tiff-too-large";

  const rowsPerStrip = stripRows(directory, height);
  const stripCount = Math.ceil(height / rowsPerStrip);
  const offsets = directory.all(TAG.StripOffsets, stripCount);
  if (offsets.length < stripCount) return "tiff-strips";
  const counts = directory.all(TAG.StripByteCounts, stripCount);
  const bitmap = blankBitmap(width, height);
  page.bitmap = bitmap;
  page.badLines = 0;
  for (let i = 0; i < stripCount; i++) {
    const offset = offsets[i]!;
    if (offset >= file.bytes.length) return "tiff-strips";
    // Old writers leave the count of a single strip out or 0; one that leads out of the file is cut.
    const strip = file.bytes.subarray(offset, counts[i] ? offset + counts[i]! : undefined);
    budget.octets -= strip.length;
    if (budget.octets < 0) return "tiff-strips-overlap";
    const rows = Math.min(rowsPerStrip, height - i * rowsPerStrip);
    const target = bitmap.data.subarray(i * rowsPerStrip * stride, (i * rowsPerStrip + rows) * stride);
    page.badLines += fillStrip(strip, target, page, directory, rows);
  }
  if (page.photometric === 1) invertBitmap(bitmap);
  return undefined;
}

/** Any number may stand in the file, a broken one and none at all (0/0) too. */
function stripRows({ first }: Directory, height: number): number {
  const rows = Math.floor(first(TAG.RowsPerStrip, height));
  return rows >= 1 && rows < height ? rows : height;
}

function unsupported(page: TiffPage, { first }: Directory): TiffUnsupported | undefined {
  if (page.bitsPerSample !== 1 || page.samplesPerPixel !== 1) return "samples";
  if (first(TAG.TileWidth, 0) !== 0) return "tiles";
  if (page.photometric !== 0 && page.photometric !== 1) return "photometric";
  const known: number[] = Object.values(COMPRESSION);
  return known.includes(page.compression) ? undefined : "compression";
}

/** Gives the number of lines that are not as they were encoded. */
function fillStrip(strip: Uint8Array, target: Uint8Array, page: TiffPage, { first }: Directory, rows: number): number {
  const { width } = page;
  const bitOrder = first(TAG.FillOrder, 1) === 2 ? "lsb-first" : "msb-first";
  if (page.compression === COMPRESSION.none) {
    const stored = bitOrder === "lsb-first" ? reverseBits(strip) : strip;
    target.set(stored.subarray(0, target.length));
    return rows - Math.min(rows, Math.floor(stored.length / rowOctets(width)));
  }
  const options: DecodeOptions = {
    coding: "MMR",
    width,
    rows,
    maxRows: rows,
    maxPixels: Infinity,
    bitOrder,
    into: target,
  };
  if (page.compression === COMPRESSION.ccittRle) {
    options.coding = "MH";
    options.framing = "octet-aligned";
  } else if (page.compression === COMPRESSION.group3) {
    options.coding = first(TAG.T4Options, 0) & T4_TWO_DIMENSIONAL ? "MR" : "MH";
    if (options.coding === "MH" && !containsEol(strip, bitOrder)) options.framing = "none";
  }
  const decoded = decode(strip, options);
  const missing = rows - decoded.rows;
  // A line that was broken off or lost before the first EOL is among the missing ones.
  return Math.min(
    rows,
    missing > 0 && decoded.ended === "error" ? decoded.badLines - 1 + missing : decoded.badLines + missing,
  );
}
