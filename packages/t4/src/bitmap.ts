/** The page model: one bit a pixel, as fax machines, TIFF-F and the codecs of T.4 and T.6 see a page. */

/**
 * A page. Rows follow each other in `data`, each `rowOctets(width)` long, leftmost pixel in the most significant bit,
 * 1 = black. Bits behind the last pixel of a row have no meaning; this package writes them as 0.
 */
export type Bitmap = { width: number; height: number; data: Uint8Array };

/** Whether the first pixel or line bit of an octet is its most or its least significant one (TIFF FillOrder 1 or 2). */
export type BitOrder = "msb-first" | "lsb-first";

/** Octets of one row of `width` pixels. */
export function rowOctets(width: number): number {
  return (width + 7) >> 3;
}

/** A white page. */
export function blankBitmap(width: number, height: number): Bitmap {
  return { width, height, data: new Uint8Array(rowOctets(width) * height) };
}

/** Whether both pages show the same pixels. Padding bits do not count. */
export function equalBitmaps(a: Bitmap, b: Bitmap): boolean {
  if (a.width !== b.width || a.height !== b.height) return false;
  const stride = rowOctets(a.width);
  const whole = a.width >> 3;
  const paddingShift = 8 - (a.width & 7);
  for (let row = 0; row < a.height; row++) {
    const start = row * stride;
    for (let i = start; i < start + whole; i++) if (a.data[i] !== b.data[i]) return false;
    if (whole < stride && (a.data[start + whole]! ^ b.data[start + whole]!) >> paddingShift !== 0) return false;
  }
  return true;
}

/** Turns black into white and white into black, in place; padding bits become 0. */
export function invertBitmap({ width, height, data }: Bitmap): void {
  const stride = rowOctets(width);
  for (let i = 0; i < data.length; i++) data[i] = ~data[i]!;
  const used = width & 7;
  if (used === 0) return;
  for (let row = 1; row <= height; row++) data[row * stride - 1]! &= 0xff00 >> used;
}

const REVERSED = Uint8Array.from({ length: 256 }, (_, octet) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if (octet & (1 << bit)) reversed |= 0x80 >> bit;
  return reversed;
});

/** A copy with the bits of every octet in opposite order: from one BitOrder to the other. */
export function reverseBits(bytes: Uint8Array): Uint8Array {
  const reversed = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) reversed[i] = REVERSED[bytes[i]!]!;
  return reversed;
}
