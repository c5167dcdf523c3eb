/** The bones of a TIFF file: header, directories and their values in both byte orders, never read outside the file. */

import { TYPE, TYPE_OCTETS } from "./tiff-tags.ts";

export type TiffFile = { bytes: Uint8Array; view: DataView; littleEndian: boolean };

/** One image file directory. `next` is the offset of the following one, 0 at the end. */
export type Directory = {
  next: number;
  /** First value of a tag as a number (RATIONAL as a quotient), or `missing`. */
  first: (tag: number, missing: number) => number;
  /** Up to `limit` values of a tag; fewer when the file has fewer. */
  all: (tag: number, limit: number) => number[];
};

type Value = { type: number; count: number; at: number };

const ENTRY_OCTETS = 12;
const BIG_TIFF = 43;

export function openTiff(
  bytes: Uint8Array,
):
  | { ok: true; file: TiffFile; firstDirectory: number }
  | { ok: false; problem: "tiff-magic" | "tiff-bigtiff"; at: number } {
  const littleEndian = bytes[0] === 0x49 && bytes[1] === 0x49;
  const bigEndian = bytes[0] === 0x4d && bytes[1] === 0x4d;
  if (bytes.length < 8 || !(littleEndian || bigEndian)) return { ok: false, problem: "tiff-magic", at: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint16(2, littleEndian);
  if (magic === BIG_TIFF) return { ok: false, problem: "tiff-bigtiff", at: 2 };
  if (magic !== 42) return { ok: false, problem: "tiff-magic", at: 2 };
  return { ok: true, file: { bytes, view, littleEndian }, firstDirectory: view.getUint32(4, littleEndian) };
}

/** The directory at `at`, or undefined when it does not lie within the file. */
export function readDirectory({ bytes, view, littleEndian }: TiffFile, at: number): Directory | undefined {
  if (at + 2 > bytes.length) return undefined;
  const count = view.getUint16(at, littleEndian);
  const end = at + 2 + count * ENTRY_OCTETS;
  if (end > bytes.length) return undefined;
  const values = new Map<number, Value>();
  for (let entry = at + 2; entry < end; entry += ENTRY_OCTETS) {
    const type = view.getUint16(entry + 2, littleEndian);
    const size = (TYPE_OCTETS[type] ?? 0) * view.getUint32(entry + 4, littleEndian);
    values.set(view.getUint16(entry, littleEndian), {
      type,
      count: view.getUint32(entry + 4, littleEndian),
      at: size <= 4 ? entry + 8 : view.getUint32(entry + 8, littleEndian),
    });
  }
  return {
    // A file cut right behind its last directory is still whole.
    next: end + 4 <= bytes.length ? view.getUint32(end, littleEndian) : 0,
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
    return octets === 4 ? view.getUint32(position, littleEndian) : undefined;
  }
}
