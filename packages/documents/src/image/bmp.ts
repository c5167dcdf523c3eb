// Windows bitmaps (BITMAPFILEHEADER with a BITMAPINFOHEADER or later) of 1, 4, 8, 24 and 32 bits, uncompressed, as grey.
import { DocumentError } from "../problem.ts";
import type { Gray } from "./gray.ts";

const FILE_HEADER = 14;
const BI_RGB = 0;
const BI_BITFIELDS = 3;
const DEPTHS: readonly number[] = [1, 4, 8, 24, 32];

export type Bmp = Gray & {
  /** Dots per inch, when the file tells them. */
  dpi?: { x: number; y: number };
};

/**
 * Reads a bitmap. Nothing is allocated before the header has been checked against `maxPixels` and the file's length.
 *
 * @throws DocumentError `broken`, `too-large`, or `format-not-supported` for compressed bitmaps
 */
export function readBmp(bytes: Uint8Array, maxPixels: number): Bmp {
  if (bytes.length < FILE_HEADER + 40) throw broken("is too short for its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(14, true);
  // The 12-byte core header of OS/2 is long dead.
  if (headerSize < 40 || headerSize > 124) throw broken("has an unknown header");
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const depth = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (width < 1 || height < 1) throw broken("has no size");
  if (width * height > maxPixels) {
    throw new DocumentError("too-large", `The bitmap claims ${width} x ${height} pixels.`);
  }
  if (!DEPTHS.includes(depth)) throw broken(`has ${depth} bits a pixel`);
  if (compression !== BI_RGB && !(compression === BI_BITFIELDS && depth === 32)) {
    throw new DocumentError("format-not-supported", "Compressed bitmaps are not read; save it uncompressed.");
  }
  const stride = Math.ceil((width * depth) / 32) * 4;
  const offset = view.getUint32(10, true);
  if (offset < FILE_HEADER || offset + stride * height > bytes.length) throw broken("is shorter than its size needs");

  const row = rowReader(bytes, depth, depth <= 8 ? palette(bytes, view, FILE_HEADER + headerSize, depth) : undefined);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    // Rows are stored from the bottom up unless the height is negative.
    const line = signedHeight < 0 ? y : height - 1 - y;
    row(offset + line * stride, data.subarray(y * width, (y + 1) * width));
  }
  const perMetre = { x: view.getInt32(38, true), y: view.getInt32(42, true) };
  const hasDensity = perMetre.x > 0 && perMetre.y > 0;
  return {
    width,
    height,
    data,
    dpi: hasDensity ? { x: perMetre.x * 0.0254, y: perMetre.y * 0.0254 } : undefined,
  };
}

function palette(bytes: Uint8Array, view: DataView, at: number, depth: number): Uint8Array {
  const told = view.getUint32(46, true);
  const count = told === 0 || told > 1 << depth ? 1 << depth : told;
  if (at + count * 4 > bytes.length) throw broken("is cut off in its palette");
  const levels = new Uint8Array(1 << depth);
  for (let index = 0; index < count; index++) levels[index] = luminance(bytes, at + index * 4);
  return levels;
}

type RowReader = (at: number, into: Uint8Array) => void;

function rowReader(bytes: Uint8Array, depth: number, levels: Uint8Array | undefined): RowReader {
  if (levels === undefined) {
    const step = depth / 8;
    return (at, into) => {
      for (let x = 0; x < into.length; x++) into[x] = luminance(bytes, at + x * step);
    };
  }
  const perByte = 8 / depth;
  const mask = (1 << depth) - 1;
  return (at, into) => {
    for (let x = 0; x < into.length; x++) {
      const byte = bytes[at + Math.floor(x / perByte)]!;
      into[x] = levels[(byte >> (8 - depth - (x % perByte) * depth)) & mask]!;
    }
  };
}

/** Rec. 601 luma of three bytes blue, green, red. */
function luminance(bytes: Uint8Array, at: number): number {
  return (bytes[at]! * 29 + bytes[at + 1]! * 150 + bytes[at + 2]! * 77) >> 8;
}

function broken(what: string): DocumentError {
  return new DocumentError("broken", `The bitmap ${what}.`);
}
