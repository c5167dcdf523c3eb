// An 8-bit grey picture in memory: 0 is black, 255 white, rows without padding.
import { type Bitmap, rowOctets } from "@depesche/t4";

export type Gray = { width: number; height: number; data: Uint8Array };

/** A part of a picture in its pixels; `right` and `bottom` are the first that do not belong to it. */
export type Rect = { left: number; top: number; right: number; bottom: number };

/** A black-and-white page as grey. */
export function grayOf({ width, height, data }: Bitmap): Gray {
  const stride = rowOctets(width);
  const gray = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) gray[at] = data[y * stride + (x >> 3)]! & (0x80 >> (x & 7)) ? 0 : 255;
  }
  return { width, height, data: gray };
}
