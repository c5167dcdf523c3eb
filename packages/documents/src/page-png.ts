// One page of a TIFF-F as a PNG for people: true aspect, soft when made smaller.
import { readTiff } from "@depesche/t4";
import sharp from "sharp";
import { grayOf } from "./image/gray.ts";
import { X_DPI } from "./pages/fax-sheet.ts";
import { DocumentError } from "./problem.ts";

/** What a page without a resolution is taken to have. */
const Y_DPI = 196;

/**
 * PNG of one page of a TIFF-F, grey, with square pixels (a 98 lpi page has its rows about doubled).
 *
 * @param pageIndex counts from 0
 * @param options.maxWidth pixels; the page is made smaller to fit, never wider than its own pels
 * @throws DocumentError `broken` when the TIFF or the page cannot be read
 */
export async function renderPagePng(
  tiff: Uint8Array,
  pageIndex: number,
  options: { maxWidth?: number } = {},
): Promise<Uint8Array> {
  const read = readTiff(tiff, { decode: pageIndex });
  if (!read.ok) throw new DocumentError("broken", `The TIFF cannot be read (${read.problem}).`);
  const page = read.pages[pageIndex];
  if (page?.bitmap === undefined) throw new DocumentError("broken", `The TIFF has no fax page ${pageIndex + 1}.`);
  const { bitmap, xDpi = X_DPI, yDpi = Y_DPI } = page;
  const width = Math.max(1, Math.min(bitmap.width, Math.round(options.maxWidth ?? bitmap.width)));
  const height = Math.max(1, Math.round((bitmap.height * (xDpi / yDpi) * width) / bitmap.width));
  const gray = grayOf(bitmap);
  const png = await sharp(gray.data, { raw: { width: gray.width, height: gray.height, channels: 1 } })
    .resize(width, height, { fit: "fill" })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  return new Uint8Array(png);
}
