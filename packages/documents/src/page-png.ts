// One page of a TIFF-F as a PNG for people: true aspect, smooth when made smaller.

/**
 * PNG of one page of a TIFF-F, grey, with square pixels (rows of a 98 lpi page are doubled).
 *
 * @param pageIndex counts from 0
 * @param options.maxWidth pixels; the page is made smaller to fit, never larger
 * @throws DocumentError `broken` when the TIFF or the page cannot be read
 */
export async function renderPagePng(
  tiff: Uint8Array,
  pageIndex: number,
  options: { maxWidth?: number } = {},
): Promise<Uint8Array> {
  throw new Error(`${tiff.length} ${pageIndex} ${options.maxWidth}`);
}
