/** A page made to fit what a receiver agreed to: its width and its lines an inch. */

import { type Bitmap, blankBitmap, rowOctets } from "./bitmap.ts";
import { changeList, endChanges, findChanges, pageView, paintChanges } from "./changes.ts";

/** Lines an inch of a page that does not say its own. */
const Y_DPI = 196;

/** The widths of Group 3 (T.4 §2.1, T.30 table 2): how wide the paper is in millimetres, how many pels an inch there are. */
const WIDTHS: ReadonlyMap<number, { paperMm: number; xDpi: number }> = new Map([
  [1728, { paperMm: 215, xDpi: 204 }],
  [2048, { paperMm: 255, xDpi: 204 }],
  [2432, { paperMm: 303, xDpi: 204 }],
  [2592, { paperMm: 215, xDpi: 306 }],
  [3072, { paperMm: 255, xDpi: 306 }],
  [3648, { paperMm: 303, xDpi: 306 }],
  [3456, { paperMm: 215, xDpi: 408 }],
  [4096, { paperMm: 255, xDpi: 408 }],
  [4864, { paperMm: 303, xDpi: 408 }],
]);

/**
 * The bitmap at the width (pels) and resolution (lines an inch) agreed. What becomes fewer pels or lines keeps every black
 * stroke, for thin ones must not vanish; more lines are each repeated. Of the widths of Group 3, those of the same paper show
 * the same page in other pels, and wider paper is reduced to narrower, its length with it. A page of any other width keeps its
 * pels; those beyond the width agreed are cut off at the right. The same bitmap again when it fits already.
 */
export function fitted(bitmap: Bitmap, ownYDpi: number | undefined, agreed: { width: number; yDpi: number }): Bitmap {
  const [from, to] = [WIDTHS.get(bitmap.width), WIDTHS.get(agreed.width)];
  const reduction = from && to ? Math.min(1, agreed.width / to.xDpi / (bitmap.width / from.xDpi)) : 1;
  const scaleX = from && to ? (to.xDpi / from.xDpi) * reduction : 1;
  const scaleY = evenRatio(agreed.yDpi / (ownYDpi ?? Y_DPI)) * reduction;
  if (scaleX === 1 && scaleY === 1 && bitmap.width === agreed.width) return bitmap;
  const out = blankBitmap(agreed.width, Math.ceil(bitmap.height * scaleY - 1e-6));
  const stride = rowOctets(out.width);
  const view = pageView(bitmap);
  const changes = changeList(Math.max(bitmap.width, out.width));
  const paint = (from: number, to: number) => {
    const count = findChanges(view, from, bitmap.width, changes);
    paintChanges(changes, scaled(changes, count, scaleX, out.width), out.data, to * stride);
  };
  if (scaleY > 1) for (let y = 0; y < out.height; y++) paint(Math.min(Math.floor(y / scaleY), bitmap.height - 1), y);
  else for (let y = 0; y < bitmap.height; y++) paint(y, Math.min(Math.floor(y * scaleY), out.height - 1));
  return out;
}

/** 98 and 100, 196 and 200, 391 and 400 lines an inch are the same to a fax machine: a ratio near a whole one is that. */
function evenRatio(ratio: number): number {
  const times = ratio >= 1 ? ratio : 1 / ratio;
  const whole = Math.round(times);
  const even = Math.abs(times - whole) < 0.06 * whole ? whole : times;
  return ratio >= 1 ? even : 1 / even;
}

/** The changes of a row at another scale, cut at `width`; a black run keeps at least a pel. Gives their number. */
function scaled(list: Int32Array, count: number, scale: number, width: number): number {
  let kept = 0;
  for (let i = 0; i < count; i += 2) {
    const from = Math.round(list[i]! * scale);
    const end = list[i + 1]!; // the end mark when the row ends black
    const to = Math.min(Math.max(from + 1, Math.round(end * scale)), width);
    if (from >= width) break;
    list[kept++] = from;
    list[kept++] = to;
  }
  endChanges(list, kept, width);
  return kept;
}
