// What goes into and comes out of the documents room.
import type { PartProblem, Problem } from "./problem.ts";

/** Something to send: plain text, or a file with the name it came by. */
export type Part = { text: string } | { name: string; bytes: Uint8Array };

/** T.30 resolutions a document is prepared in: fine is 204 x 196 dpi, standard 204 x 98. */
export type Resolution = "fine" | "standard";

export type PageSize = {
  /** Pels. */
  width: number;
  /** Rows. */
  height: number;
  xDpi: number;
  yDpi: number;
};

/** The pages of a fax in their canonical form. */
export type FaxPages = {
  /** Multipage TIFF-F (RFC 2306), every page MMR in one strip. */
  tiff: Uint8Array;
  pageCount: number;
  pages: PageSize[];
};

export type FaxPagesResult = { ok: true; pages: FaxPages } | PartProblem;

/** A run of text in one line, with no gap wider than a blank. Millimetres from the top left of the displayed page. */
export type TextRun = {
  /** NFKC, trimmed, inner blanks single. */
  text: string;
  xMm: number;
  yMm: number;
  widthMm: number;
  heightMm: number;
  /** Points, as displayed. */
  fontSize: number;
};

export type PdfPageInfo = {
  /** Of the displayed page: CropBox and Rotate applied. */
  widthMm: number;
  heightMm: number;
  /** The page's /Rotate, in degrees. */
  rotate: 0 | 90 | 180 | 270;
};

export type PdfInspection =
  | {
      ok: true;
      pageCount: number;
      /** One for each page, up to the page limit. */
      pages: PdfPageInfo[];
      /** In reading order: top to bottom, then left to right. */
      firstPageText: TextRun[];
      /** Characters of page 1 whose font tells no Unicode: text is then not to be trusted, OCR would be needed. */
      unicodeErrors: number;
    }
  | Problem;

export type PdfResult = { ok: true; pdf: Uint8Array; pageCount: number } | PartProblem;

export type PngResult = { ok: true; png: Uint8Array; width: number; height: number } | Problem;
