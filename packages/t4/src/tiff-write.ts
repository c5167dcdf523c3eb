/** Writer of TIFF-F (RFC 2306; profile F of RFC 3949): received or rendered fax pages as one multipage file that every fax and image program reads. */

import type { Bitmap, BitOrder } from "./bitmap.ts";
import { type Coding, encode } from "./encode.ts";
import { COMPRESSION, T4_ALIGNED_EOLS, T4_TWO_DIMENSIONAL, TAG, TYPE } from "./tiff-tags.ts";

export type TiffPageInput = {
  bitmap: Bitmap;
  /** Pixels an inch; a fax page's two differ: 204 x 98, 196 or 391. Kept to a hundredth. */
  xDpi: number;
  yDpi: number;
  /** Default MMR, the smallest. */
  coding?: Coding;
  /** Quality of a received page. Given, even as 0, the page carries the fax quality tags 326 to 328. */
  badLines?: number;
  consecutiveBadLines?: number;
};

export type TiffMeta = {
  software?: string;
  /** "YYYY:MM:DD HH:MM:SS". */
  dateTime?: string;
  /** Default msb-first (FillOrder 1), which every reader takes; RFC 2306 allows both. */
  bitOrder?: BitOrder;
  /** MH and MR: EOLs end on octets (T4Options bit 2). Default true, as RFC 2306 recommends. */
  eolAlign?: boolean;
};

/** Where the parts of a page lie, and which page of how many it is. */
type Place = { stripAt: number; stripOctets: number; index: number; total: number; globalAt: number | undefined };

type Entry = { tag: number; type: number; values: number[] | Uint8Array };

const HEADER_OCTETS = 8;
const ENTRY_OCTETS = 12;

/** Pixels an inch and widths of Group 3 pages (RFC 3949 §4.2.1): a file of such pages says that it is of profile F. */
const PROFILE_F: readonly { xDpi: readonly number[]; yDpi: readonly number[]; widths: readonly number[] }[] = [
  { xDpi: [200, 204], yDpi: [98, 100, 196, 200, 391, 400], widths: [1728, 2048, 2432] },
  { xDpi: [300], yDpi: [300], widths: [2592, 3072, 3648] },
  { xDpi: [400, 408], yDpi: [391, 400], widths: [3456, 4096, 4864] },
];
const CODING_METHOD: Readonly<Record<Coding, number>> = { MH: 2, MR: 4, MMR: 8 };

/**
 * A little-endian TIFF with one strip a page. Throws RangeError for no pages at all and for an empty page: no reader takes such
 * a file. Pages of Group 3 sizes make it one of profile F, which its first page then says.
 */
export function writeTiff(pages: readonly TiffPageInput[], meta: TiffMeta = {}): Uint8Array {
  if (pages.length === 0) throw new RangeError("a TIFF file needs a page");
  const { bitOrder = "msb-first", eolAlign = true } = meta;
  const global = pages.every(ofProfileF) ? renderDirectory(globalEntries(pages), 0) : undefined;
  const globalAt = global && HEADER_OCTETS;
  let at = HEADER_OCTETS + (global?.length ?? 0);
  const parts = pages.map((page, index) => {
    const { width, height } = page.bitmap;
    if (width < 1 || height < 1) throw new RangeError(`page ${index + 1} is ${width} x ${height}`);
    const coding = page.coding ?? "MMR";
    // RFC 2306 §3.4: no RTC in a file, EOLs end on octets; T.6 keeps its EOFB.
    const k = page.yDpi < 150 ? 2 : 4;
    const strip = encode(page.bitmap, { coding, k, rtc: coding === "MMR", eolAlign, bitOrder });
    const stripAt = at;
    const directoryAt = even(stripAt + strip.length);
    const place: Place = {
      stripAt,
      stripOctets: strip.length,
      index,
      total: pages.length,
      globalAt: index === 0 ? globalAt : undefined,
    };
    const directory = renderDirectory(entries(page, coding, place, meta), directoryAt);
    at = even(directoryAt + directory.length);
    return { strip, stripAt, directory, directoryAt };
  });

  const file = new Uint8Array(at);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0]);
  if (global) file.set(global, HEADER_OCTETS);
  let link = 4;
  for (const { strip, stripAt, directory, directoryAt } of parts) {
    file.set(strip, stripAt);
    file.set(directory, directoryAt);
    view.setUint32(link, directoryAt, true);
    link = directoryAt + 2 + view.getUint16(directoryAt, true) * ENTRY_OCTETS;
  }
  return file;
}

function ofProfileF({ bitmap, xDpi, yDpi }: TiffPageInput): boolean {
  return PROFILE_F.some(
    (size) =>
      size.widths.includes(bitmap.width) &&
      size.xDpi.includes(Math.round(xDpi)) &&
      size.yDpi.includes(Math.round(yDpi)),
  );
}

/** RFC 3949 §5.1: Group 3 fax, profile F, the codings used, the year of the format. */
function globalEntries(pages: readonly TiffPageInput[]): Entry[] {
  let codings = 0;
  for (const { coding = "MMR" } of pages) codings |= CODING_METHOD[coding];
  return [
    { tag: TAG.ProfileType, type: TYPE.LONG, values: [1] },
    { tag: TAG.FaxProfile, type: TYPE.BYTE, values: [2] },
    { tag: TAG.CodingMethods, type: TYPE.LONG, values: [codings] },
    { tag: TAG.VersionYear, type: TYPE.BYTE, values: [0x31, 0x39, 0x39, 0x38] },
  ];
}

/** In ascending order, as TIFF demands. */
function entries(page: TiffPageInput, coding: Coding, place: Place, meta: TiffMeta): Entry[] {
  const { SHORT, LONG } = TYPE;
  const { width, height } = page.bitmap;
  const { stripAt, stripOctets, index, total, globalAt } = place;
  const group4 = coding === "MMR";
  const aligned = meta.eolAlign === false ? 0 : T4_ALIGNED_EOLS;
  return [
    { tag: TAG.NewSubfileType, type: LONG, values: [2] }, // one page of several
    { tag: TAG.ImageWidth, type: LONG, values: [width] },
    { tag: TAG.ImageLength, type: LONG, values: [height] },
    { tag: TAG.BitsPerSample, type: SHORT, values: [1] },
    { tag: TAG.Compression, type: SHORT, values: [group4 ? COMPRESSION.group4 : COMPRESSION.group3] },
    { tag: TAG.PhotometricInterpretation, type: SHORT, values: [0] }, // 0 is white
    { tag: TAG.FillOrder, type: SHORT, values: [meta.bitOrder === "lsb-first" ? 2 : 1] },
    { tag: TAG.StripOffsets, type: LONG, values: [stripAt] },
    { tag: TAG.Orientation, type: SHORT, values: [1] },
    { tag: TAG.SamplesPerPixel, type: SHORT, values: [1] },
    { tag: TAG.RowsPerStrip, type: LONG, values: [height] },
    { tag: TAG.StripByteCounts, type: LONG, values: [stripOctets] },
    { tag: TAG.XResolution, type: TYPE.RATIONAL, values: rational(page.xDpi) },
    { tag: TAG.YResolution, type: TYPE.RATIONAL, values: rational(page.yDpi) },
    group4
      ? { tag: TAG.T6Options, type: LONG, values: [0] }
      : { tag: TAG.T4Options, type: LONG, values: [aligned | (coding === "MR" ? T4_TWO_DIMENSIONAL : 0)] },
    { tag: TAG.ResolutionUnit, type: SHORT, values: [2] }, // inch
    { tag: TAG.PageNumber, type: SHORT, values: [index, total] },
    ...text(TAG.Software, meta.software),
    ...text(TAG.DateTime, meta.dateTime),
    ...quality(page),
    ...(globalAt === undefined ? [] : [{ tag: TAG.GlobalParametersIFD, type: LONG, values: [globalAt] }]),
  ];
}

function quality({ badLines, consecutiveBadLines }: TiffPageInput): Entry[] {
  if (badLines === undefined) return [];
  return [
    { tag: TAG.BadFaxLines, type: TYPE.LONG, values: [badLines] },
    { tag: TAG.CleanFaxData, type: TYPE.SHORT, values: [badLines > 0 ? 1 : 0] }, // 1: bad lines were replaced
    { tag: TAG.ConsecutiveBadFaxLines, type: TYPE.LONG, values: [consecutiveBadLines ?? 0] },
  ];
}

function rational(value: number): number[] {
  return Number.isInteger(value) ? [value, 1] : [Math.round(value * 100), 100];
}

/** ASCII, closed by a zero octet; other characters become "?". */
function text(tag: number, value: string | undefined): Entry[] {
  if (value === undefined) return [];
  const octets = Uint8Array.from(`${value}\0`, (character) => (character <= "~" ? character.charCodeAt(0) : 63));
  return [{ tag, type: TYPE.ASCII, values: octets }];
}

/** The directory with the values that do not fit in their entries behind it; the link to the next one is left 0. */
function renderDirectory(list: Entry[], directoryAt: number): Uint8Array {
  const fixed = 2 + list.length * ENTRY_OCTETS + 4;
  let size = fixed;
  for (const entry of list) if (octets(entry) > 4) size += even(octets(entry));
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, list.length, true);
  let spare = fixed;
  for (const [i, entry] of list.entries()) {
    const at = 2 + i * ENTRY_OCTETS;
    view.setUint16(at, entry.tag, true);
    view.setUint16(at + 2, entry.type, true);
    view.setUint32(at + 4, entry.type === TYPE.RATIONAL ? entry.values.length / 2 : entry.values.length, true);
    if (octets(entry) <= 4) writeValues(view, at + 8, entry);
    else {
      view.setUint32(at + 8, directoryAt + spare, true);
      writeValues(view, spare, entry);
      spare += even(octets(entry));
    }
  }
  return bytes;
}

function octets({ type, values }: Entry): number {
  if (type === TYPE.ASCII || type === TYPE.BYTE) return values.length;
  return values.length * (type === TYPE.SHORT ? 2 : 4);
}

function writeValues(view: DataView, at: number, { type, values }: Entry): void {
  for (const [i, value] of values.entries()) {
    if (type === TYPE.ASCII || type === TYPE.BYTE) view.setUint8(at + i, value);
    else if (type === TYPE.SHORT) view.setUint16(at + i * 2, value, true);
    else view.setUint32(at + i * 4, value, true);
  }
}

function even(offset: number): number {
  return (offset + 1) & ~1;
}
