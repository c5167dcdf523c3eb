/** Generated pages and seeded damage for the tests of this package; the same for the same seed. */

import { type Bitmap, blankBitmap, rowOctets } from "./bitmap.ts";

/** xorshift32: whole numbers from 0 to below. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function paint({ width, height, data }: Bitmap, black: (x: number, y: number) => boolean): void {
  const stride = rowOctets(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (black(x, y)) data[y * stride + (x >> 3)]! |= 0x80 >> (x & 7);
  }
}

export const PATTERNS = ["empty", "black", "checkerboard", "stripes", "noise", "text"] as const;

/** `text` is lines of small blobs with slanting edges and white between, which use all modes of two-dimensional coding. */
export function samplePage(pattern: (typeof PATTERNS)[number], width: number, height: number, seed = 1): Bitmap {
  const page = blankBitmap(width, height);
  const next = random(seed);
  if (pattern === "black") paint(page, () => true);
  if (pattern === "checkerboard") paint(page, (x, y) => ((x ^ y) & 1) === 0);
  if (pattern === "stripes") paint(page, (x) => (x >> 5) % 3 === 0);
  if (pattern === "noise") paint(page, () => next(2) === 0);
  if (pattern === "text") {
    for (let blob = (width * height) >> 9; blob >= 0; blob--) {
      const [left, top, size, slant] = [next(width), next(height) & ~15, 3 + next(9), next(3) - 1];
      paintBlob(page, left, top, size, slant);
    }
  }
  return page;
}

function paintBlob(page: Bitmap, left: number, top: number, size: number, slant: number): void {
  const stride = rowOctets(page.width);
  for (let dy = 0; dy < size && top + dy < page.height; dy++) {
    for (let dx = 0; dx < size; dx++) {
      const x = left + dx + slant * (dy >> 1);
      if (x >= 0 && x < page.width) page.data[(top + dy) * stride + (x >> 3)]! |= 0x80 >> (x & 7);
    }
  }
}

/** A copy with some octets changed, some cut out or doubled, or the end missing. */
export function mutated(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  const at = next(bytes.length);
  const length = Math.min(bytes.length - at, 1 + next(40));
  const kind = next(8);
  if (kind === 0) return bytes.slice(0, at);
  if (kind === 1) return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
  if (kind === 2) return Uint8Array.from([...bytes.subarray(0, at + length), ...bytes.subarray(at)]);
  const copy = bytes.slice();
  for (let i = next(8); i >= 0; i--) copy[next(copy.length)] = kind === 3 ? [0, 0xff, 0x7f, 0x80][next(4)]! : next(256);
  return copy;
}

/** Octets of a string of 0 and 1 (blanks ignored), filled up with zeros at the end. */
export function bits(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, "");
  return Uint8Array.from(digits.match(/.{1,8}/g) ?? [], (octet) => Number.parseInt(octet.padEnd(8, "0"), 2));
}

/** Octets of a `.hex` fixture: hexadecimal digits; lines that begin with "#" say where they are from. */
export function hexOctets(text: string): Uint8Array {
  const digits = text.replaceAll(/^#.*$|\s/gm, "");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A bitmap from rows of "#" and ".". */
export function drawing(...rows: string[]): Bitmap {
  const page = blankBitmap(rows[0]!.length, rows.length);
  paint(page, (x, y) => rows[y]![x] === "#");
  return page;
}
