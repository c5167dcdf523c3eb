// One open PDF in an engine: opening with named problems, page sizes, drawing in grey or colour, where its pictures lie.
import type { Gray, Rect } from "../image/gray.ts";
import { DocumentError } from "../problem.ts";
import type { PdfPageInfo } from "../results.ts";
import { BITMAP_FORMAT, type Engine, LOAD_ERROR, OBJECT_TYPE, RENDER_FOR_PAPER } from "./pdfium.ts";

export type PdfDocument = { handle: number; pageCount: number; form: number };

export type PdfPage = { handle: number; widthPt: number; heightPt: number; rotate: 0 | 90 | 180 | 270 };

const MM_PER_POINT = 25.4 / 72;
/** sizeof(FPDF_FORMFILLINFO) is 140; all callbacks null, version 1. */
const FORM_INFO_BYTES = 256;
/** Objects of one page that are looked at for pictures; a page with more is taken to have them everywhere. */
const MAX_OBJECTS = 20_000;

/** Points in each direction that no page reaches. */
const EVERYWHERE_PT = 1e6;

/** Opens a PDF, runs `work` and closes it. Throws DocumentError `broken`, `encrypted` or `too-large`. */
export function withPdf<T>(engine: Engine, bytes: Uint8Array, work: (document: PdfDocument) => T): T {
  const { pdfium } = engine;
  const data = copyIn(engine, bytes);
  try {
    const handle = pdfium._FPDF_LoadMemDocument(data, bytes.length, 0);
    if (handle === 0) throw loadFailure(pdfium._FPDF_GetLastError());
    try {
      return withForm(engine, { handle, pageCount: checkedPageCount(engine, handle, bytes) }, work);
    } finally {
      pdfium._FPDF_CloseDocument(handle);
    }
  } finally {
    pdfium._free(data);
  }
}

/** Filled-in form fields are drawn only where a form environment exists. */
function withForm<T>(engine: Engine, document: Omit<PdfDocument, "form">, work: (document: PdfDocument) => T): T {
  const { pdfium } = engine;
  const info = copyIn(engine, new Uint8Array(FORM_INFO_BYTES));
  pdfium.HEAPU8[info] = 1;
  const form = pdfium._FPDFDOC_InitFormFillEnvironment(document.handle, info);
  try {
    if (form !== 0) pdfium._FPDF_SetFormFieldHighlightAlpha(form, 0);
    return work({ ...document, form });
  } finally {
    if (form !== 0) pdfium._FPDFDOC_ExitFormFillEnvironment(form);
    pdfium._free(info);
  }
}

function copyIn(engine: Engine, bytes: Uint8Array): number {
  const pointer = engine.copyIn(bytes);
  if (pointer === 0) throw new DocumentError("too-large", "The PDF does not fit into the memory of the PDF engine.");
  return pointer;
}

function loadFailure(error: number): DocumentError {
  if (error === LOAD_ERROR.password) return new DocumentError("encrypted", "The PDF needs a password to open.");
  if (error === LOAD_ERROR.security) {
    return new DocumentError("encrypted", "The PDF is protected by a scheme that cannot be opened.");
  }
  return new DocumentError("broken", "The file is not a readable PDF.");
}

function checkedPageCount(engine: Engine, handle: number, bytes: Uint8Array): number {
  // PDFium rebuilds a lost cross-reference table from what it finds. Without the end mark as well, the rest of the
  // document is missing, and a fax of the pages that happen to be left would be a wrong one.
  if (engine.pdfium._FPDF_DocumentHasValidCrossReferenceTable(handle) === 0 && !hasEndMark(bytes)) {
    throw new DocumentError("broken", "The PDF is cut off: its end is missing.");
  }
  const count = engine.pdfium._FPDF_GetPageCount(handle);
  if (count < 1) throw new DocumentError("broken", "The PDF has no pages.");
  return count;
}

/** ISO 32000-1 annex H.3.4.4: readers accept %%EOF anywhere in the last 1,024 bytes. */
function hasEndMark(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(-1024)).includes("%%EOF");
}

/** Opens a page, runs `work` and closes it. Throws DocumentError `broken`. */
export function withPage<T>(engine: Engine, document: PdfDocument, index: number, work: (page: PdfPage) => T): T {
  const { pdfium } = engine;
  const handle = loadPage(engine, document, index);
  try {
    if (document.form !== 0) pdfium._FORM_OnAfterLoadPage(handle, document.form);
    const widthPt = pdfium._FPDF_GetPageWidthF(handle);
    const heightPt = pdfium._FPDF_GetPageHeightF(handle);
    if (!(widthPt > 0 && heightPt > 0)) {
      throw new DocumentError("broken", `Page ${index + 1} of the PDF has no size.`);
    }
    const rotate = ((pdfium._FPDFPage_GetRotation(handle) & 3) * 90) as PdfPage["rotate"];
    return work({ handle, widthPt, heightPt, rotate });
  } finally {
    if (document.form !== 0) pdfium._FORM_OnBeforeClosePage(handle, document.form);
    pdfium._FPDF_ClosePage(handle);
  }
}

/** A page whose CropBox leaves nothing of its MediaBox is shown whole, as PDF readers do it. */
function loadPage({ pdfium }: Engine, document: PdfDocument, index: number): number {
  const load = () => {
    const handle = pdfium._FPDF_LoadPage(document.handle, index);
    if (handle === 0) throw new DocumentError("broken", `Page ${index + 1} of the PDF cannot be read.`);
    return handle;
  };
  const handle = load();
  if (pdfium._FPDF_GetPageWidthF(handle) > 0 && pdfium._FPDF_GetPageHeightF(handle) > 0) return handle;
  // What PDFium shows is the part of this box inside the MediaBox: all of it.
  pdfium._FPDFPage_SetCropBox(handle, -EVERYWHERE_PT, -EVERYWHERE_PT, EVERYWHERE_PT, EVERYWHERE_PT);
  pdfium._FPDF_ClosePage(handle);
  return load();
}

/** The displayed size of a page in millimetres. */
export function pageInfo(page: PdfPage): PdfPageInfo {
  return { widthMm: page.widthPt * MM_PER_POINT, heightMm: page.heightPt * MM_PER_POINT, rotate: page.rotate };
}

/** Where on a canvas a page is drawn, in pixels, turned right by `turns` quarters; the size is that after turning. */
export type Frame = { left: number; top: number; width: number; height: number; turns: 0 | 1 };

/** Draws the page into a frame of a white grey canvas. */
export function drawGray(
  engine: Engine,
  document: PdfDocument,
  page: PdfPage,
  canvas: { width: number; height: number },
  frame: Frame,
): Gray {
  return {
    ...canvas,
    data: draw(engine, document, page, { ...canvas, format: BITMAP_FORMAT.gray, channels: 1 }, frame),
  };
}

/** Draws the whole page into RGB pixels, three bytes each. */
export function drawRgb(
  engine: Engine,
  document: PdfDocument,
  page: PdfPage,
  canvas: { width: number; height: number },
): Uint8Array {
  const frame = { left: 0, top: 0, ...canvas, turns: 0 } as const;
  const data = draw(engine, document, page, { ...canvas, format: BITMAP_FORMAT.bgr, channels: 3 }, frame);
  for (let at = 0; at < data.length; at += 3) {
    const blue = data[at]!;
    data[at] = data[at + 2]!;
    data[at + 2] = blue;
  }
  return data;
}

function draw(
  engine: Engine,
  document: PdfDocument,
  page: PdfPage,
  canvas: { width: number; height: number; format: number; channels: number },
  frame: Frame,
): Uint8Array {
  const { pdfium } = engine;
  const bytes = canvas.width * canvas.height * canvas.channels;
  const buffer = pdfium._malloc(bytes);
  if (buffer === 0) throw new DocumentError("too-large", "The page does not fit into the memory of the PDF engine.");
  try {
    const stride = canvas.width * canvas.channels;
    const bitmap = pdfium._FPDFBitmap_CreateEx(canvas.width, canvas.height, canvas.format, buffer, stride);
    try {
      pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, canvas.width, canvas.height, 0xffffffff);
      const { left, top, width, height, turns } = frame;
      pdfium._FPDF_RenderPageBitmap(bitmap, page.handle, left, top, width, height, turns, RENDER_FOR_PAPER);
      if (document.form !== 0) {
        pdfium._FPDF_FFLDraw(document.form, bitmap, page.handle, left, top, width, height, turns, RENDER_FOR_PAPER);
      }
    } finally {
      pdfium._FPDFBitmap_Destroy(bitmap);
    }
    return pdfium.HEAPU8.slice(buffer, buffer + bytes);
  } finally {
    pdfium._free(buffer);
  }
}

/**
 * Where pictures may lie on the page when it is drawn into `frame`: the boxes of images, shadings and forms (which may
 * hold images). Text and line art outside them never need a screen.
 */
export function pictureBoxes(engine: Engine, page: PdfPage, frame: Frame): Rect[] {
  const { pdfium, scratch } = engine;
  const count = pdfium._FPDFPage_CountObjects(page.handle);
  if (count > MAX_OBJECTS) return [everywhere(frame)];
  const boxes: Rect[] = [];
  for (let index = 0; index < count; index++) {
    const object = pdfium._FPDFPage_GetObject(page.handle, index);
    const type = pdfium._FPDFPageObj_GetType(object);
    if (type !== OBJECT_TYPE.image && type !== OBJECT_TYPE.shading && type !== OBJECT_TYPE.form) continue;
    if (pdfium._FPDFPageObj_GetBounds(object, scratch, scratch + 4, scratch + 8, scratch + 12) === 0) continue;
    const [left, bottom, right, top] = readFloats(engine, 4) as [number, number, number, number];
    boxes.push(toDeviceRect(engine, page, frame, { left, top, right, bottom }));
  }
  return boxes;
}

function everywhere({ left, top, width, height }: Frame): Rect {
  return { left, top, right: left + width, bottom: top + height };
}

/** The first floats in the engine's scratch memory. */
export function readFloats(engine: Engine, count: number): number[] {
  const view = new DataView(engine.pdfium.HEAPU8.buffer, engine.scratch, count * 4);
  return Array.from({ length: count }, (_, at) => view.getFloat32(at * 4, true));
}

/** A rectangle of page space (y upwards, before CropBox and Rotate) as pixels of the displayed page. */
export function toDeviceRect(
  engine: Engine,
  page: PdfPage,
  frame: Frame,
  rect: { left: number; top: number; right: number; bottom: number },
): Rect {
  const a = toDevice(engine, page, frame, rect.left, rect.top);
  const b = toDevice(engine, page, frame, rect.right, rect.bottom);
  return {
    left: Math.min(a.x, b.x),
    top: Math.min(a.y, b.y),
    right: Math.max(a.x, b.x),
    bottom: Math.max(a.y, b.y),
  };
}

function toDevice(engine: Engine, page: PdfPage, frame: Frame, x: number, y: number): { x: number; y: number } {
  const { pdfium, scratch } = engine;
  // The results go behind the floats a caller may still have to read.
  const out = scratch + 48;
  const { left, top, width, height, turns } = frame;
  pdfium._FPDF_PageToDevice(page.handle, left, top, width, height, turns, x, y, out, out + 4);
  const view = new DataView(pdfium.HEAPU8.buffer, out, 8);
  return { x: view.getInt32(0, true), y: view.getInt32(4, true) };
}
