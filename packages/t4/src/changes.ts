/**
 * A row as its changing elements: the pixel positions where the colour differs from the pixel to the left (T.4 §4.2.1.1),
 * before the first of which stands an imaginary white pixel. Even entries turn black, odd ones white. A list ends in four
 * entries of the row's width, so that b1 and b2 can be read past the end.
 */

import type { Bitmap } from "./bitmap.ts";

/** Room for the changes of any row of `width` pixels, with the end marks of an all-white row set. */
export function changeList(width: number): Int32Array {
  return new Int32Array(width + 8).fill(width, 0, 4);
}

/** Writes the end marks behind the first `count` changes. */
export function endChanges(list: Int32Array, count: number, width: number): void {
  list[count] = width;
  list[count + 1] = width;
  list[count + 2] = width;
  list[count + 3] = width;
}

/** Finds the changes of the row that starts at octet `offset`, 32 pixels a step. */
export function findChanges(view: DataView, offset: number, width: number, list: Int32Array): void {
  let count = 0;
  let pixelBefore = 0; // in the topmost bit
  const words = width >>> 5;
  for (let i = 0; i < words; i++) {
    const word = view.getUint32(offset + i * 4);
    let changes = word ^ ((word >>> 1) | pixelBefore);
    pixelBefore = word << 31;
    while (changes !== 0) {
      const first = Math.clz32(changes);
      list[count++] = (i << 5) + first;
      changes &= 0x7fffffff >>> first;
    }
  }
  const rest = width & 31;
  if (rest > 0) {
    let word = 0;
    for (let i = 0; i * 8 < rest; i++) word |= view.getUint8(offset + words * 4 + i) << (24 - i * 8);
    let changes = (word ^ ((word >>> 1) | pixelBefore)) & (-1 << (32 - rest));
    while (changes !== 0) {
      const first = Math.clz32(changes);
      list[count++] = (words << 5) + first;
      changes &= 0x7fffffff >>> first;
    }
  }
  endChanges(list, count, width);
}

/** Paints the row that starts at octet `offset` of zeroed data. */
export function paintChanges(list: Int32Array, count: number, data: Uint8Array, offset: number): void {
  for (let i = 0; i < count; i += 2) {
    const from = list[i]!;
    const to = list[i + 1]!; // the end mark when the row ends black
    const first = offset + (from >> 3);
    const last = offset + (to >> 3);
    const head = 0xff >> (from & 7);
    const tail = (0xff00 >> (to & 7)) & 0xff;
    if (first === last) data[first]! |= head & tail;
    else {
      data[first]! |= head;
      for (let at = first + 1; at < last; at++) data[at] = 0xff;
      if (tail !== 0) data[last]! |= tail;
    }
  }
}

/** A view of all rows for findChanges. */
export function bitmapView({ data }: Bitmap): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
