// Making PDFs in the engine: text pages, picture pages, pages taken over from other PDFs, and saving.

import { type Face, font } from "../pages/font.ts";
import { A4_POINTS, type TextPage, type TextStyle } from "../pages/text-layout.ts";
import { DocumentError } from "../problem.ts";
import { BITMAP_FORMAT, CALLBACK, type Engine } from "./pdfium.ts";

const TRUETYPE_FONT = 2;
const POINTS_PER_MM = 72 / 25.4;
/** FPDF_SaveAsCopy: write the file anew, without the security of the source. */
const SAVE_WITHOUT_SECURITY = 3;

/** A PDF being made. */
export type Draft = { handle: number; pageCount: number };

/** Makes an empty PDF, runs `work` on it and closes it. */
export async function withDraft<T>(engine: Engine, work: (draft: Draft) => T | Promise<T>): Promise<T> {
  const handle = engine.pdfium._FPDF_CreateNewDocument();
  if (handle === 0) throw new DocumentError("converter-failed", "The PDF engine cannot make a document.");
  try {
    return await work({ handle, pageCount: 0 });
  } finally {
    engine.pdfium._FPDF_CloseDocument(handle);
  }
}

/** Adds pages of laid-out text, with the font embedded. */
export function addTextPages(engine: Engine, draft: Draft, pages: readonly TextPage[], style: TextStyle): void {
  const handle = loadFont(engine, draft, style.face);
  try {
    for (const pieces of pages)
      addPage(engine, draft, (page) => {
        for (const piece of pieces) addText(engine, draft, page, handle, style.fontSize, piece);
      });
  } finally {
    engine.pdfium._FPDFFont_Close(handle);
  }
}

function loadFont(engine: Engine, draft: Draft, face: Face): number {
  const { bytes } = font(face);
  const data = engine.copyIn(bytes);
  if (data === 0) throw new DocumentError("too-large", "The font does not fit into the memory of the PDF engine.");
  const handle = engine.pdfium._FPDFText_LoadFont(draft.handle, data, bytes.length, TRUETYPE_FONT, 1);
  engine.pdfium._free(data);
  if (handle === 0) throw new DocumentError("converter-failed", "The PDF engine cannot read the shipped font.");
  return handle;
}

function addPage(engine: Engine, draft: Draft, work: (page: number) => void): void {
  const { pdfium } = engine;
  const page = pdfium._FPDFPage_New(draft.handle, draft.pageCount, A4_POINTS.width, A4_POINTS.height);
  if (page === 0) throw new DocumentError("converter-failed", "The PDF engine cannot make a page.");
  try {
    work(page);
    pdfium._FPDFPage_GenerateContent(page);
    draft.pageCount++;
  } finally {
    pdfium._FPDF_ClosePage(page);
  }
}

function addText(
  engine: Engine,
  draft: Draft,
  page: number,
  fontHandle: number,
  fontSize: number,
  piece: { text: string; x: number; y: number },
): void {
  const { pdfium } = engine;
  const object = pdfium._FPDFPageObj_CreateTextObj(draft.handle, fontHandle, fontSize);
  const text = engine.copyIn(utf16z(piece.text));
  pdfium._FPDFText_SetText(object, text);
  pdfium._free(text);
  pdfium._FPDFPageObj_Transform(object, 1, 0, 0, 1, piece.x, piece.y);
  pdfium._FPDFPage_InsertObject(page, object);
}

function utf16z(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2 + 2);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    bytes[at * 2] = unit & 0xff;
    bytes[at * 2 + 1] = unit >> 8;
  }
  return bytes;
}

/** Adds an A4 page with a picture of the given printed size, centred, at the top. */
export function addPicturePage(
  engine: Engine,
  draft: Draft,
  picture: { width: number; height: number; data: Uint8Array },
  printed: { widthMm: number; heightMm: number },
): void {
  const { pdfium } = engine;
  const pixels = engine.copyIn(toBgr(picture.data));
  if (pixels === 0) throw new DocumentError("too-large", "The picture does not fit into the memory of the PDF engine.");
  const { width, height } = picture;
  const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, BITMAP_FORMAT.bgr, pixels, width * 3);
  try {
    addPage(engine, draft, (page) => {
      const object = pdfium._FPDFPageObj_NewImageObj(draft.handle);
      pdfium._FPDFImageObj_SetBitmap(0, 0, object, bitmap);
      const printedWidth = printed.widthMm * POINTS_PER_MM;
      const printedHeight = printed.heightMm * POINTS_PER_MM;
      // An image object is a unit square; the matrix gives it its size and place.
      const left = (A4_POINTS.width - printedWidth) / 2;
      const bottom = A4_POINTS.height - printedHeight;
      pdfium._FPDFPageObj_Transform(object, printedWidth, 0, 0, printedHeight, left, bottom);
      pdfium._FPDFPage_InsertObject(page, object);
    });
  } finally {
    pdfium._FPDFBitmap_Destroy(bitmap);
    pdfium._free(pixels);
  }
}

function toBgr(rgb: Uint8Array): Uint8Array {
  const bgr = new Uint8Array(rgb.length);
  for (let at = 0; at < rgb.length; at += 3) {
    bgr[at] = rgb[at + 2]!;
    bgr[at + 1] = rgb[at + 1]!;
    bgr[at + 2] = rgb[at]!;
  }
  return bgr;
}

/** Takes all pages of an open PDF over, unchanged. */
export function importPages(engine: Engine, draft: Draft, source: { handle: number; pageCount: number }): void {
  if (engine.pdfium._FPDF_ImportPages(draft.handle, source.handle, 0, draft.pageCount) === 0) {
    throw new DocumentError("broken", "The pages of the PDF cannot be taken over.");
  }
  draft.pageCount += source.pageCount;
}

/** The bytes of a PDF being made. Throws DocumentError `too-large` beyond `maxBytes`. */
export function save(engine: Engine, draft: Draft, maxBytes: number): Uint8Array {
  const { pdfium } = engine;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // FPDF_FILEWRITE: int version, then int (*WriteBlock)(this, data, size), which answers 0 to stop.
  const writer = engine.copyIn(Uint8Array.of(1, 0, 0, 0, CALLBACK, 0, 0, 0));
  let saved = 0;
  engine.withCallback(
    (_, data, length) => {
      size += length >>> 0;
      if (size > maxBytes) return 0;
      chunks.push(pdfium.HEAPU8.slice(data, data + length));
      return 1;
    },
    () => {
      saved = pdfium._FPDF_SaveAsCopy(draft.handle, writer, SAVE_WITHOUT_SECURITY);
    },
  );
  pdfium._free(writer);
  if (size > maxBytes) throw new DocumentError("too-large", "The joined PDF is too large.");
  if (saved === 0) throw new DocumentError("converter-failed", "The PDF engine cannot save the document.");
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
