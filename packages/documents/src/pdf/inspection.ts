// What a letter check asks of a PDF, and single pages as pictures.
import sharp from "sharp";
import { checkPages } from "../limits.ts";
import { DocumentError } from "../problem.ts";
import type { PdfInspection, PdfPageInfo, PngResult } from "../results.ts";
import type { Bench } from "../thread/bench.ts";
import { drawRgb, pageInfo, withPage, withPdf } from "./document.ts";
import { readText } from "./text-runs.ts";

/** Page sizes and the text of page 1. Throws DocumentError. */
export async function inspect({ engine, limits }: Bench, bytes: Uint8Array): Promise<PdfInspection> {
  return withPdf(engine, bytes, (document) => {
    checkPages(document.pageCount, limits.maxPages);
    const pages: PdfPageInfo[] = [];
    for (let index = 0; index < document.pageCount; index++) {
      pages.push(withPage(engine, document, index, pageInfo));
    }
    const { runs, unicodeErrors } = withPage(engine, document, 0, (page) => readText(engine, page));
    return { ok: true, pageCount: document.pageCount, pages, firstPageText: runs, unicodeErrors };
  });
}

/** One page in colour at `dpi`. Throws DocumentError, `broken` also for a page that does not exist. */
export async function pagePng(
  { engine, limits }: Bench,
  bytes: Uint8Array,
  pageIndex: number,
  dpi: number,
): Promise<PngResult> {
  const drawn = withPdf(engine, bytes, (document) => {
    if (pageIndex < 0 || pageIndex >= document.pageCount) {
      throw new DocumentError("broken", `The PDF has no page ${pageIndex + 1}.`);
    }
    return withPage(engine, document, pageIndex, (page) => {
      const width = Math.max(1, Math.round((page.widthPt / 72) * dpi));
      const height = Math.max(1, Math.round((page.heightPt / 72) * dpi));
      if (width * height > limits.maxPixels) {
        throw new DocumentError("too-large", `The page would have ${width} x ${height} pixels.`);
      }
      return { width, height, data: drawRgb(engine, document, page, { width, height }) };
    });
  });
  const { width, height } = drawn;
  const png = await sharp(drawn.data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
  return { ok: true, png: new Uint8Array(png), width, height };
}
