// Several parts as one PDF: pages of PDFs are taken over, text and pictures become A4 pages.
import { detectOrThrow } from "../detect.ts";
import { openBmp, openPicture, type Picture } from "../image/picture-file.ts";
import { A4, place } from "../image/placing.ts";
import { checkPages, type Limits } from "../limits.ts";
import { addPicturePage, addTextPages, type Draft, importPages, save, withDraft } from "../pdf/compose.ts";
import { withPdf } from "../pdf/document.ts";
import { DocumentError } from "../problem.ts";
import type { Part, PdfResult } from "../results.ts";
import type { Bench } from "../thread/bench.ts";
import { decodeText } from "./plain-text.ts";
import { FILE_STYLE, layOut, MESSAGE_STYLE, type TextStyle } from "./text-layout.ts";
import { openTiffPage, readTiffPages } from "./tiff-file.ts";

/** What a printer can show; more would only make the file large. */
const PICTURE_DPI = 300;

/** All parts as one PDF. A single PDF stays as it is, byte for byte. Throws DocumentError. */
export async function joinToPdf(bench: Bench, parts: readonly Part[]): Promise<PdfResult> {
  const [only] = parts;
  if (only === undefined) throw new DocumentError("empty-file", "There is nothing to join.");
  if (parts.length === 1 && "bytes" in only && detectOrThrow(only.bytes, only.name) === "pdf") {
    // Signatures in it would not survive being written anew.
    const pageCount = withPdf(bench.engine, only.bytes, (document) => document.pageCount);
    checkPages(pageCount, bench.limits.maxPages);
    return { ok: true, pdf: only.bytes, pageCount };
  }
  return withDraft(bench.engine, async (draft) => {
    for (const [index, part] of parts.entries()) {
      bench.turnTo(index);
      await addPart(bench, draft, part);
      checkPages(draft.pageCount, bench.limits.maxPages);
    }
    return { ok: true, pdf: save(bench.engine, draft, bench.limits.maxBytes), pageCount: draft.pageCount };
  });
}

async function addPart(bench: Bench, draft: Draft, part: Part): Promise<void> {
  const { engine, limits } = bench;
  if ("text" in part) return addText(bench, draft, part.text, MESSAGE_STYLE);
  const { name, bytes } = part;
  switch (detectOrThrow(bytes, name)) {
    case "txt":
      return addText(bench, draft, decodeText(bytes), FILE_STYLE);
    case "pdf":
      return withPdf(engine, bytes, (source) => {
        checkPages(draft.pageCount + source.pageCount, limits.maxPages);
        importPages(engine, draft, source);
      });
    case "tiff":
      for (const info of readTiffPages(bytes, limits, limits.maxPages - draft.pageCount)) {
        await addPicture(bench, draft, await openTiffPage(bytes, info, limits));
      }
      return;
    case "bmp":
      return addPicture(bench, draft, openBmp(bytes, limits));
    default:
      return addPicture(bench, draft, await openPicture(bytes, limits));
  }
}

function addText(
  { engine, limits }: { engine: Bench["engine"]; limits: Limits },
  draft: Draft,
  text: string,
  style: TextStyle,
) {
  addTextPages(engine, draft, layOut(text, style, limits.maxPages - draft.pageCount), style);
}

async function addPicture({ engine, pageMade }: Bench, draft: Draft, picture: Picture): Promise<void> {
  const placing = place(picture.widthMm, picture.heightMm, A4);
  const pixels = await picture.rgb({ ...placing, maxDpi: PICTURE_DPI });
  addPicturePage(engine, draft, pixels, placing);
  pageMade();
}
