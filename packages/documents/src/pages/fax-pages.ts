// Documents in, fax pages out: each part by its type, all joined to one TIFF-F.
import { type Bitmap, type TiffPageInput, writeTiff } from "@depesche/t4";
import { detectOrThrow } from "../detect.ts";
import type { Gray, Rect } from "../image/gray.ts";
import { toBitmap } from "../image/halftone.ts";
import { openBmp, openPicture, type Picture } from "../image/picture-file.ts";
import { checkPages, checkRows } from "../limits.ts";
import { drawGray, type PdfDocument, pageInfo, pictureBoxes, withPage, withPdf } from "../pdf/document.ts";
import { DocumentError } from "../problem.ts";
import type { FaxPagesResult, Part, Resolution } from "../results.ts";
import type { Bench } from "../thread/bench.ts";
import { frameOn, layOn, type Sheet, sheetFor, X_DPI } from "./fax-sheet.ts";
import { faxBitmap } from "./fax-tiff.ts";
import { decodeText } from "./plain-text.ts";
import { textDrawer } from "./text-bitmaps.ts";
import { FILE_STYLE, layOut, MESSAGE_STYLE, type TextStyle } from "./text-layout.ts";
import { openTiffPage, readTiffPages } from "./tiff-file.ts";

/** The pages so far, and what is needed to make more. */
type Stack = Bench & { sheet: Sheet; pages: TiffPageInput[]; rows: number };

/** All parts as pages of one fax. Throws DocumentError, after having turned to the part at fault. */
export async function makeFaxPages(
  bench: Bench,
  parts: readonly Part[],
  resolution: Resolution,
): Promise<FaxPagesResult> {
  const stack: Stack = { ...bench, sheet: sheetFor(resolution), pages: [], rows: 0 };
  for (const [index, part] of parts.entries()) {
    bench.turnTo(index);
    await addPart(stack, part);
  }
  if (stack.pages.length === 0) throw new DocumentError("empty-file", "There is nothing to send.");
  return {
    ok: true,
    pages: {
      tiff: writeTiff(stack.pages, { software: "Depesche" }),
      pageCount: stack.pages.length,
      pages: stack.pages.map(({ bitmap: { width, height }, xDpi, yDpi }) => ({ width, height, xDpi, yDpi })),
    },
  };
}

async function addPart(stack: Stack, part: Part): Promise<void> {
  if ("text" in part) return addText(stack, part.text, MESSAGE_STYLE);
  const { name, bytes } = part;
  switch (detectOrThrow(bytes, name)) {
    case "txt":
      return addText(stack, decodeText(bytes), FILE_STYLE);
    case "pdf":
      return withPdf(stack.engine, bytes, (document) => addDrawnPages(stack, document));
    case "tiff":
      return addTiff(stack, bytes);
    case "bmp":
      return addPicture(stack, openBmp(bytes, stack.limits));
    default:
      return addPicture(stack, await openPicture(bytes, stack.limits));
  }
}

async function addText(stack: Stack, text: string, style: TextStyle): Promise<void> {
  const pages = layOut(text, style, stack.limits.maxPages - stack.pages.length);
  const draw = await textDrawer(stack.engine, pages, style, stack.sheet);
  for (const page of pages) addBitmap(stack, draw(page));
}

function addDrawnPages(stack: Stack, document: PdfDocument): void {
  const { engine, sheet } = stack;
  checkPages(stack.pages.length + document.pageCount, stack.limits.maxPages);
  for (let index = 0; index < document.pageCount; index++) {
    withPage(engine, document, index, (page) => {
      const { widthMm, heightMm } = pageInfo(page);
      const frame = frameOn(sheet, widthMm, heightMm);
      addGray(stack, drawGray(engine, document, page, sheet, frame), pictureBoxes(engine, page, frame));
    });
  }
}

async function addPicture(stack: Stack, picture: Picture): Promise<void> {
  checkPages(stack.pages.length + 1, stack.limits.maxPages);
  const frame = frameOn(stack.sheet, picture.widthMm, picture.heightMm);
  addGray(stack, layOn(stack.sheet, frame, await picture.gray(frame)));
}

function addGray(stack: Stack, gray: Gray, pictureBoxes?: readonly Rect[]): void {
  addBitmap(stack, toBitmap(gray, { rowsPerInch: stack.sheet.yDpi, pictureBoxes }));
}

function addBitmap(stack: Stack, bitmap: Bitmap): void {
  // A page a few octets long in its file may be twenty thousand rows: what all of them take is bounded, too.
  stack.rows += bitmap.height;
  checkRows(stack.rows, stack.limits.maxPages);
  stack.pages.push({ bitmap, xDpi: X_DPI, yDpi: stack.sheet.yDpi });
  stack.pageMade();
}

async function addTiff(stack: Stack, bytes: Uint8Array): Promise<void> {
  const { limits, sheet, pages } = stack;
  for (const info of readTiffPages(bytes, limits, limits.maxPages - pages.length)) {
    const bitmap = faxBitmap(bytes, info, sheet, limits);
    if (bitmap !== undefined) addBitmap(stack, bitmap);
    else await addPicture(stack, await openTiffPage(bytes, info, limits));
  }
}
