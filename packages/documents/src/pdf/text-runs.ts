// The text of a PDF page with its place on the displayed page: PDFium's characters put together to runs, line by line.
import type { TextRun } from "../results.ts";
import { type PdfPage, readFloats, toDeviceRect } from "./document.ts";
import type { Engine } from "./pdfium.ts";

/** Device pixels per point when boxes are mapped to the displayed page; PDFium maps to whole pixels. */
const DEVICE_PER_POINT = 100;
const MM_PER_DEVICE = 25.4 / 72 / DEVICE_PER_POINT;
/** Characters of a page that are looked at. */
const MAX_CHARS = 100_000;
/** Gaps in em: wider than the first is a blank even where none was written, wider than the second ends the run. */
const BLANK_EM = 0.25;
const RUN_END_EM = 1.2;

type Char = {
  text: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Device pixels. */
  fontSize: number;
  /** A blank or line break stood before it. */
  blankBefore: boolean;
};

/** The runs of a page in reading order, and how many of its characters have no trustworthy Unicode value. */
export function readText(engine: Engine, page: PdfPage): { runs: TextRun[]; unicodeErrors: number } {
  const { chars, unicodeErrors } = readChars(engine, page);
  return { runs: toLines(chars).flatMap(toRuns), unicodeErrors };
}

function readChars(engine: Engine, page: PdfPage): { chars: Char[]; unicodeErrors: number } {
  const { pdfium } = engine;
  const text = pdfium._FPDFText_LoadPage(page.handle);
  if (text === 0) return { chars: [], unicodeErrors: 0 };
  try {
    const chars: Char[] = [];
    let unicodeErrors = 0;
    let blankBefore = false;
    const count = Math.min(pdfium._FPDFText_CountChars(text), MAX_CHARS);
    for (let index = 0; index < count; index++) {
      if (pdfium._FPDFText_HasUnicodeMapError(text, index) === 1) unicodeErrors++;
      const value = normalise(pdfium._FPDFText_GetUnicode(text, index));
      const box = value === "" ? undefined : looseBox(engine, page, text, index);
      if (box === undefined) {
        blankBefore = true;
        continue;
      }
      chars.push({ ...box, text: value, fontSize: displayedFontSize(engine, text, index), blankBefore });
      blankBefore = false;
    }
    return { chars, unicodeErrors };
  } finally {
    pdfium._FPDFText_ClosePage(text);
  }
}

/** NFKC (ligatures, wide forms); every hyphen as "-", minus too, since PostScript drivers write hyphens as that. */
function normalise(codePoint: number): string {
  // PDFium marks a hyphen at the end of a line as U+0002.
  if (
    codePoint === 0x02 ||
    codePoint === 0xad ||
    codePoint === 0x2010 ||
    codePoint === 0x2011 ||
    codePoint === 0x2212
  ) {
    return "-";
  }
  const isScalar = codePoint <= 0x10ffff && !(codePoint >= 0xd800 && codePoint <= 0xdfff);
  if (codePoint < 0x20 || !isScalar) return "";
  return String.fromCodePoint(codePoint).normalize("NFKC").trim();
}

/** The loose box (advance width, ascent to descent): the tight one tears words apart. */
function looseBox(
  engine: Engine,
  page: PdfPage,
  text: number,
  index: number,
): Pick<Char, "left" | "top" | "right" | "bottom"> | undefined {
  if (engine.pdfium._FPDFText_GetLooseCharBox(text, index, engine.scratch) === 0) return undefined;
  // FS_RECTF: left, top, right, bottom.
  const [left, top, right, bottom] = readFloats(engine, 4) as [number, number, number, number];
  const width = Math.round(page.widthPt * DEVICE_PER_POINT);
  const height = Math.round(page.heightPt * DEVICE_PER_POINT);
  return toDeviceRect(engine, page, { left: 0, top: 0, width, height, turns: 0 }, { left, top, right, bottom });
}

/** PDFium tells the size in the text's own space; the matrix says how large that is on the page. */
function displayedFontSize(engine: Engine, text: number, index: number): number {
  const size = engine.pdfium._FPDFText_GetFontSize(text, index) * DEVICE_PER_POINT;
  if (engine.pdfium._FPDFText_GetMatrix(text, index, engine.scratch) === 0) return size;
  const [, , c, d] = readFloats(engine, 4) as [number, number, number, number];
  return size * Math.hypot(c, d);
}

/** Characters whose boxes overlap by half in height belong to one line. */
function toLines(chars: Char[]): Char[][] {
  const lines: { top: number; bottom: number; chars: Char[] }[] = [];
  for (const char of [...chars].sort((a, b) => a.top + a.bottom - b.top - b.bottom)) {
    const line = lines.at(-1);
    if (line !== undefined && overlap(line, char) >= 0.5) {
      line.chars.push(char);
    } else {
      lines.push({ top: char.top, bottom: char.bottom, chars: [char] });
    }
  }
  return lines.map((line) => line.chars.sort((a, b) => a.left - b.left));
}

function overlap(a: { top: number; bottom: number }, b: { top: number; bottom: number }): number {
  const common = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return common / Math.max(1, Math.min(a.bottom - a.top, b.bottom - b.top));
}

function toRuns(line: Char[]): TextRun[] {
  const runs: TextRun[] = [];
  let run: Char[] = [];
  for (const char of line) {
    const last = run.at(-1);
    if (last !== undefined && char.left - last.right > RUN_END_EM * Math.max(last.fontSize, char.fontSize)) {
      runs.push(toRun(run));
      run = [];
    }
    run.push(char);
  }
  if (run.length > 0) runs.push(toRun(run));
  return runs;
}

function toRun(chars: Char[]): TextRun {
  let text = "";
  for (const [at, char] of chars.entries()) {
    const last = chars[at - 1];
    if (last !== undefined && (char.blankBefore || char.left - last.right > BLANK_EM * char.fontSize)) text += " ";
    text += char.text;
  }
  const left = Math.min(...extent(chars, "left"));
  const top = Math.min(...extent(chars, "top"));
  return {
    text: text.replace(/\s+/g, " "),
    xMm: left * MM_PER_DEVICE,
    yMm: top * MM_PER_DEVICE,
    widthMm: (Math.max(...extent(chars, "right")) - left) * MM_PER_DEVICE,
    heightMm: (Math.max(...extent(chars, "bottom")) - top) * MM_PER_DEVICE,
    fontSize: Math.max(...extent(chars, "fontSize")) / DEVICE_PER_POINT,
  };
}

function extent(chars: Char[], side: "left" | "top" | "right" | "bottom" | "fontSize"): number[] {
  return chars.map((char) => char[side]);
}
