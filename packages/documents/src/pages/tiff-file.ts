// TIFF files as they are uploaded: the directory by our own bounded reader, bilevel pages by our codecs, the rest by
// libvips, page by page (it takes a file with pages of different height for broken otherwise).
import { type Bitmap, readTiff, type TiffPage, type TiffProblem } from "@depesche/t4";
import { openBitmap, openPicture, type Picture } from "../image/picture-file.ts";
import type { Limits } from "../limits.ts";
import { DocumentError, type DocumentProblem } from "../problem.ts";

/** A page of a TIFF file: where it is, and what its directory says of it. */
export type TiffPageInfo = { index: number; page: TiffPage };

const PROBLEMS: Partial<Record<TiffProblem, DocumentProblem>> = {
  "tiff-too-many-pages": "too-many-pages",
  "tiff-page-too-large": "too-large",
  "tiff-too-large": "too-large",
};

/** Lines that may be missing or wrong before a page counts as damaged: 1 in 20. */
const BAD_LINES_SHARE = 1 / 20;
const THUMBNAIL = 1;

/** The pages to be sent, thumbnails left out. Throws DocumentError `broken`, `too-large` or `too-many-pages`. */
export function readTiffPages(bytes: Uint8Array, limits: Limits, maxPages: number): TiffPageInfo[] {
  const read = readTiff(bytes, { decode: "none", maxPages, maxPagePixels: limits.maxPixels });
  if (read.ok) {
    const all = read.pages.map((page, index) => ({ index, page }));
    return all.filter(({ page }) => (page.subfileType & THUMBNAIL) === 0);
  }
  throw new DocumentError(PROBLEMS[read.problem] ?? "broken", `The TIFF cannot be read (${read.problem}).`);
}

/** The pixels of a bilevel page, or undefined for what libvips has to read. Throws DocumentError `broken`. */
export function readBilevel(bytes: Uint8Array, { index, page }: TiffPageInfo, limits: Limits): Bitmap | undefined {
  if (page.orientation > 1) return undefined;
  const read = readTiff(bytes, { decode: index, maxPages: index + 1_000, maxPagePixels: limits.maxPixels });
  const decoded = read.ok ? read.pages[index] : undefined;
  if (decoded === undefined) throw new DocumentError("broken", `Page ${index + 1} of the TIFF cannot be read.`);
  if ((decoded.badLines ?? 0) > decoded.height * BAD_LINES_SHARE) {
    throw new DocumentError(
      "broken",
      `Page ${index + 1} of the TIFF is damaged: ${decoded.badLines} lines are missing.`,
    );
  }
  return decoded.bitmap;
}

/** A page as a picture to be scaled. */
export async function openTiffPage(bytes: Uint8Array, info: TiffPageInfo, limits: Limits): Promise<Picture> {
  const dpi = densityOf(info.page);
  const bitmap = readBilevel(bytes, info, limits);
  return bitmap === undefined ? openPicture(bytes, limits, { page: info.index, dpi }) : openBitmap(bitmap, dpi, limits);
}

function densityOf(page: TiffPage): { x: number; y: number } | undefined {
  if (page.xDpi === undefined || page.yDpi === undefined) return undefined;
  return { x: page.xDpi, y: page.yDpi };
}
