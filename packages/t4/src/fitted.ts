/** A page made to fit what a receiver agreed to: its width and its lines an inch. */

import { type Bitmap, blankBitmap, rowOctets } from "./bitmap.ts";

/** Lines an inch of a page that does not say its own. */
const Y_DPI = 196;

/**
 * The bitmap at the width (pels) and resolution (lines an inch) agreed. Fewer lines: those that become one keep every black
 * pel of theirs, for thin strokes must not vanish. More lines: each is repeated. Pels beyond the width are cut off at the
 * right. The same bitmap again when it fits already.
 */
export function fitted(bitmap: Bitmap, ownYDpi: number | undefined, agreed: { width: number; yDpi: number }): Bitmap {
  const yDpi = ownYDpi ?? Y_DPI;
  const factor = Math.max(1, Math.round(yDpi / agreed.yDpi));
  const repeat = Math.max(1, Math.round(agreed.yDpi / yDpi));
  if (factor === 1 && repeat === 1 && bitmap.width === agreed.width) return bitmap;
  const out = blankBitmap(agreed.width, Math.ceil(bitmap.height / factor) * repeat);
  const from = rowOctets(bitmap.width);
  const to = rowOctets(agreed.width);
  const copied = Math.min(from, to);
  for (let y = 0; y < bitmap.height; y++) {
    for (let r = 0; r < repeat; r++) {
      const row = (Math.floor(y / factor) * repeat + r) * to;
      for (let x = 0; x < copied; x++) out.data[row + x]! |= bitmap.data[y * from + x]!;
    }
  }
  return out;
}
