/**
 * A row as its changing elements: the pixel positions where the colour differs from the pixel to the left (T.4 §4.2.1.1),
 * before the first of which stands an imaginary white pixel. Even entries turn black, odd ones white. A list ends in four
 * entries of the row's width, so that b1 and b2 can be read past the end.
 */

import { type Bitmap, rowOctets } from "./bitmap.ts";

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

/** A page as findChanges looks at it. `words` only where rows begin on 4 octets of memory: white margins are skipped faster there. */
export type PageView = { octets: DataView; words: Int32Array | undefined; stride: number };

/** A view of all rows for findChanges. */
export function pageView({ data, width }: Bitmap): PageView {
  const stride = rowOctets(width);
  const aligned = ((stride | data.byteOffset) & 3) === 0;
  return {
    octets: new DataView(data.buffer, data.byteOffset, data.byteLength),
    words: aligned ? new Int32Array(data.buffer, data.byteOffset, data.byteLength >> 2) : undefined,
    stride,
  };
}

/** Finds the changes of a row, 32 pixels a step, the white ones at its beginning 128. Gives their number. */
export function findChanges({ octets, words, stride }: PageView, row: number, width: number, list: Int32Array): number {
  const offset = row * stride;
  const wholeWords = width >>> 5;
  let count = 0;
  let pixelBefore = 0; // in the topmost bit
  let i = 0;
  if (words !== undefined) {
    const first = offset >> 2;
    const end = first + wholeWords - 3;
    let at = first;
    while (at < end && (words[at]! | words[at + 1]! | words[at + 2]! | words[at + 3]!) === 0) at += 4;
    i = at - first;
  }
  for (; i < wholeWords; i++) {
    const word = octets.getUint32(offset + i * 4);
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
    for (let i = 0; i * 8 < rest; i++) word |= octets.getUint8(offset + wholeWords * 4 + i) << (24 - i * 8);
    let changes = (word ^ ((word >>> 1) | pixelBefore)) & (-1 << (32 - rest));
    while (changes !== 0) {
      const first = Math.clz32(changes);
      list[count++] = (wholeWords << 5) + first;
      changes &= 0x7fffffff >>> first;
    }
  }
  endChanges(list, count, width);
  return count;
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
