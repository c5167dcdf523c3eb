/** The page formats of packages/t30 in the words of the FaxLine port. */

import type { PageCoding, PageNeed, ReceivedPage } from "@depesche/ports";
import { type Coding, dpiOf, type PageFormat } from "@depesche/t30";

const CODINGS: Readonly<Record<Coding, PageCoding>> = { mh: "MH", mr: "MR", mmr: "MMR" };

export function codingOf(coding: Coding): PageCoding {
  return CODINGS[coding];
}

/** K is 2 lines at standard resolution, 4 at fine and above (T.4 §4.2.1). */
export function needOf(index: number, format: PageFormat): PageNeed {
  const need: PageNeed = {
    index,
    coding: codingOf(format.coding),
    width: format.width,
    yDpi: dpiOf(format).yDpi,
    minBitsPerLine: Math.ceil((format.minScanUs * format.rate) / 1_000_000),
  };
  if (format.coding === "mr") need.k = format.resolution === "standard" ? 2 : 4;
  return need;
}

export function receivedOf(octets: Uint8Array, format: PageFormat): ReceivedPage {
  return { octets, coding: codingOf(format.coding), width: format.width, yDpi: dpiOf(format).yDpi };
}
