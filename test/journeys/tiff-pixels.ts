// Pixels of a fax as two readers that nobody here wrote see them: sharp (libtiff) and utif.

import sharp from "sharp";
import * as UTIF from "utif";

export interface Page {
  width: number;
  height: number;
  /** One octet a pel, row by row, 1 is black. */
  pels: Uint8Array;
}

/** Pages as libtiff decodes them. */
export async function pagesBySharp(tiff: Uint8Array): Promise<Page[]> {
  const count = (await sharp(tiff).metadata()).pages ?? 1;
  const pages: Page[] = [];
  for (let page = 0; page < count; page++) {
    const { data, info } = await sharp(tiff, { page }).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    const pels = new Uint8Array(info.width * info.height);
    for (let i = 0; i < pels.length; i++) pels[i] = (data[i * info.channels] as number) < 128 ? 1 : 0;
    pages.push({ width: info.width, height: info.height, pels });
  }
  return pages;
}

/** Pages as utif decodes them. Only for files of our own: it hangs on hostile ones. */
export function pagesByUtif(tiff: Uint8Array): Page[] {
  const octets = tiff.slice().buffer;
  return UTIF.decode(octets).map((ifd) => {
    UTIF.decodeImage(octets, ifd);
    const rgba = UTIF.toRGBA8(ifd);
    const pels = new Uint8Array(ifd.width * ifd.height);
    for (let i = 0; i < pels.length; i++) pels[i] = (rgba[i * 4] as number) < 128 ? 1 : 0;
    return { width: ifd.width, height: ifd.height, pels };
  });
}

/** Whether two readers saw the same. */
export function samePels(a: Page[], b: Page[]): boolean {
  return (
    a.length === b.length &&
    a.every((page, i) => page.width === b[i]?.width && Buffer.from(page.pels).equals(b[i].pels))
  );
}

/** Rows that may be printed over by the header line, and how far it may push the page down (DESIGN leaves both open to the sender). */
const HEADER_ROWS = 60;
const HEADER_SHIFT = 80;

/** Rows below the header line in which a received page differs from the one sent. */
export function differingRows(sent: Page, got: Page): number {
  if (sent.width !== got.width) return sent.height;
  let fewest = sent.height;
  for (let shift = 0; shift <= HEADER_SHIFT && fewest > 0; shift++) {
    if (got.height < sent.height + shift - HEADER_SHIFT) break;
    let differing = 0;
    for (let y = HEADER_ROWS; y < sent.height && y + shift < got.height; y++) {
      if (!sameRow(sent, y, got, y + shift)) differing++;
    }
    fewest = Math.min(fewest, differing);
  }
  return fewest;
}

function sameRow(a: Page, ya: number, b: Page, yb: number): boolean {
  const row = (page: Page, y: number) => Buffer.from(page.pels.buffer, y * page.width, page.width);
  return row(a, ya).equals(row(b, yb));
}
