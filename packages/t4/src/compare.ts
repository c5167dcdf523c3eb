/** What two pages of the same fax have in common, pel by pel: the one that was sent, the one that came. */

import { type Bitmap, rowOctets } from "./bitmap.ts";

/** Ones in an octet. */
const ONES = Uint8Array.from({ length: 256 }, (_, octet) => {
  let ones = 0;
  for (let rest = octet; rest > 0; rest &= rest - 1) ones++;
  return ones;
});

/** Pels of a row octet that lie within the width. */
function within(width: number, octet: number): number {
  const left = width - octet * 8;
  return left >= 8 ? 0xff : left <= 0 ? 0 : (0xff00 >> left) & 0xff;
}

/**
 * How many pels differ, counted exactly. Where only one of the pages has pels (it is longer or wider), its black ones
 * differ: paper that the other machine never printed on is white.
 */
export function differingPels(a: Bitmap, b: Bitmap): number {
  const octets = rowOctets(Math.max(a.width, b.width));
  const [rowA, rowB] = [rowOctets(a.width), rowOctets(b.width)];
  let count = 0;
  for (let y = 0; y < Math.max(a.height, b.height); y++) {
    for (let x = 0; x < octets; x++) {
      const ofA = y < a.height && x < rowA ? a.data[y * rowA + x]! & within(a.width, x) : 0;
      const ofB = y < b.height && x < rowB ? b.data[y * rowB + x]! & within(b.width, x) : 0;
      count += ONES[ofA ^ ofB]!;
    }
  }
  return count;
}
