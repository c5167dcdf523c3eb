/**
 * The bones of a TIFF file: header, directories and their values in both byte orders, never read outside the file.
 * BigTIFF (libtiff's 64-bit form) has the same bones with wider counts and offsets.
 */

import { TYPE, TYPE_OCTETS } from "./tiff-tags.ts";

export type TiffFile = { bytes: Uint8Array; view: DataView; littleEndian: boolean; form: Form };

/** How wide a directory's fields are. */
type Form = { countOctets: 2 | 8; offsetOctets: 4 | 8 };

/** One image file directory. `next` is the offset of the following one, 0 at the end. */
export type Directory = {
  next: number;
  /** First value of a tag as a number (RATIONAL as a quotient), or `missing`. */
  first: (tag: number, missing: number) => number;
  /** Up to `limit` values of a tag; fewer when the file has fewer. */
  all: (tag: number, limit: number) => number[];
};

type Value = { type: number; count: number; at: number };

const CLASSIC: Form = { countOctets: 2, offsetOctets: 4 };
const BIG: Form = { countOctets: 8, offsetOctets: 8 };
const MAGIC = { classic: 42, big: 43 } as const;
/** No writer comes near. Directories may overlap, so that a small file could claim millions of entries. */
const MAX_ENTRIES = 4096;

export function openTiff(
  bytes: Uint8Array,
): { ok: true; file: TiffFile; firstDirectory: number } | { ok: false; problem: "tiff-magic"; at: number } {
  const littleEndian = bytes[0] === 0x49 && bytes[1] === 0x49;
  const bigEndian = bytes[0] === 0x4d && bytes[1] === 0x4d;
  if (bytes.length < 8 || !(littleEndian || bigEndian)) return { ok: false, problem: "tiff-magic", at: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint16(2, littleEndian);
  if (magic === MAGIC.classic) {
    const file = { bytes, view, littleEndian, form: CLASSIC };
    return { ok: true, file, firstDirectory: view.getUint32(4, littleEndian) };
  }
  // BigTIFF says next how wide its offsets are: 8, and nothing else is defined.
  const isBig = magic === MAGIC.big && bytes.length >= 16 && view.getUint16(4, littleEndian) === 8;
  if (!isBig || view.getUint16(6, littleEndian) !== 0) return { ok: false, problem: "tiff-magic", at: 2 };
  const file = { bytes, view, littleEndian, form: BIG };
  return { ok: true, file, firstDirectory: readOffset(file, 8) };
}

/** A count or offset as wide as the file's; one of 64 bits beyond 2^53 comes out rounded, which is outside all the same. */
function readOffset({ view, littleEndian, form }: TiffFile, at: number): number {
  return form.offsetOctets === 4 ? view.getUint32(at, littleEndian) : readLong8(view, at, littleEndian);
}

function readLong8(view: DataView, at: number, littleEndian: boolean): number {
  return Number(view.getBigUint64(at, littleEndian));
}

/** The directory at `at`, or undefined when it does not lie within the file. */
export function readDirectory(file: TiffFile, at: number): Directory | undefined {
  const { bytes, view, littleEndian } = file;
  const { countOctets, offsetOctets } = file.form;
  if (at + countOctets > bytes.length) return undefined;
  const entries = countOctets === 2 ? view.getUint16(at, littleEndian) : readLong8(view, at, littleEndian);
  const entryOctets = 4 + 2 * offsetOctets;
  const end = at + countOctets + entries * entryOctets;
  if (end > bytes.length || entries > MAX_ENTRIES) return undefined;
  const values = new Map<number, Value>();
  for (let entry = at + countOctets; entry < end; entry += entryOctets) {
    const type = view.getUint16(entry + 2, littleEndian);
    const count = readOffset(file, entry + 4);
    const field = entry + 4 + offsetOctets;
    const fits = (TYPE_OCTETS[type] ?? 0) * count <= offsetOctets;
    values.set(view.getUint16(entry, littleEndian), { type, count, at: fits ? field : readOffset(file, field) });
  }
  return {
    // A file cut right behind its last directory is still whole.
    next: end + offsetOctets <= bytes.length ? readOffset(file, end) : 0,
    first: (tag, missing) => {
      const value = values.get(tag);
      return (value && readNumber(value, 0)) ?? missing;
    },
    all: (tag, limit) => {
      const value = values.get(tag);
      const numbers: number[] = [];
      for (let i = 0; value && i < value.count && i < limit; i++) {
        const number = readNumber(value, i);
        if (number === undefined) break;
        numbers.push(number);
      }
      return numbers;
    },
  };

  function readNumber({ type, count, at: start }: Value, index: number): number | undefined {
    const octets = TYPE_OCTETS[type] ?? 0;
    const position = start + index * octets;
    if (index >= count || octets === 0 || position + octets > bytes.length) return undefined;
    if (type === TYPE.RATIONAL)
      return view.getUint32(position, littleEndian) / view.getUint32(position + 4, littleEndian);
    if (octets === 1) return view.getUint8(position);
    if (octets === 2) return view.getUint16(position, littleEndian);
    if (octets === 4) return view.getUint32(position, littleEndian);
    return type === TYPE.LONG8 || type === TYPE.IFD8 ? readLong8(view, position, littleEndian) : undefined;
  }
}
