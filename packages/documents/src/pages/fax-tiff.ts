// TIFF pages that are fax pages already: they keep their pixels. Only whole rows are doubled or merged where the fax is
// prepared in another of T.30's resolutions.
import { type Bitmap, rowOctets, type TiffPage } from "@depesche/t4";
import type { Limits } from "../limits.ts";
import { FAX_WIDTH, type Sheet } from "./fax-sheet.ts";
import { readBilevel, type TiffPageInfo } from "./tiff-file.ts";

/** Rows an inch of T.30's resolutions, and how far a file may be off (many write 200 x 100 or 200 x 200). */
const ROW_STEPS = [
  { yDpi: 98, from: 90, to: 110 },
  { yDpi: 196, from: 180, to: 215 },
  { yDpi: 392, from: 370, to: 410 },
] as const;
const X_RANGE = { from: 195, to: 215 } as const;
/** What image libraries write where they know no resolution. 1728 pels of it would be half a metre wide and more. */
const UNKNOWN_DPI = [25.4, 72, 96] as const;
/** Rows of A4 at 196 lpi, as programs cut it (2287 to 2376). */
const FINE_ROWS = { from: 2200, to: 2400 } as const;
/** Rows of A4 at 98 lpi; a page without resolution and about that long is a standard one. */
const STANDARD_ROWS = { from: 1000, to: 1200 } as const;
/** Five sheets of A4 at the finest resolution; longer ones are made smaller. */
const MAX_ROWS = 5 * 4584;

/** The page's own pixels, on rows of `sheet`; undefined when it is not a fax page. Throws DocumentError `broken`. */
export function faxBitmap(bytes: Uint8Array, info: TiffPageInfo, sheet: Sheet, limits: Limits): Bitmap | undefined {
  const { page } = info;
  if (page.width !== FAX_WIDTH || page.height > MAX_ROWS) return undefined;
  const yDpi = rowResolution(page);
  if (yDpi === undefined) return undefined;
  const bitmap = readBilevel(bytes, info, limits);
  if (bitmap === undefined) return undefined;
  if (yDpi < sheet.yDpi) return repeatRows(bitmap, sheet.yDpi / yDpi);
  return yDpi > sheet.yDpi ? mergeRows(bitmap, yDpi / sheet.yDpi) : bitmap;
}

function rowResolution({ xDpi, yDpi, height }: TiffPage): number | undefined {
  if (xDpi === undefined || yDpi === undefined) {
    return height >= STANDARD_ROWS.from && height <= STANDARD_ROWS.to ? 98 : 196;
  }
  // Only what is as long as a fax page, too: anything else of that width may well be a picture.
  if (xDpi === yDpi && UNKNOWN_DPI.some((dpi) => Math.abs(xDpi - dpi) < 0.5)) {
    return height >= FINE_ROWS.from && height <= FINE_ROWS.to ? 196 : undefined;
  }
  if (xDpi < X_RANGE.from || xDpi > X_RANGE.to) return undefined;
  return ROW_STEPS.find(({ from, to }) => yDpi >= from && yDpi <= to)?.yDpi;
}

function repeatRows({ width, height, data }: Bitmap, times: number): Bitmap {
  const stride = rowOctets(width);
  const rows = new Uint8Array(stride * height * times);
  for (let row = 0; row < height * times; row++) {
    const from = Math.floor(row / times) * stride;
    rows.set(data.subarray(from, from + stride), row * stride);
  }
  return { width, height: height * times, data: rows };
}

/** What is black in one of the rows stays black: thin lines must not vanish. */
function mergeRows({ width, height, data }: Bitmap, count: number): Bitmap {
  const stride = rowOctets(width);
  const merged = Math.ceil(height / count);
  const rows = new Uint8Array(stride * merged);
  for (let row = 0; row < height; row++) {
    const to = Math.floor(row / count) * stride;
    for (let at = 0; at < stride; at++) rows[to + at]! |= data[row * stride + at]!;
  }
  return { width, height: merged, data: rows };
}
