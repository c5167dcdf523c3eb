// The bounds every conversion works within; each has a default and can be lowered or raised by the caller.

import { DocumentError } from "./problem.ts";

export type Limits = {
  /** Wall time for one call, all its parts together; then the worker is stopped. */
  wallMs: number;
  /** Wall time that each page made adds: a long document may take long, a page may not. */
  pageMs: number;
  /** Pages of the result. */
  maxPages: number;
  /** Bytes of all parts together. */
  maxBytes: number;
  /** Pixels of one image or one page of an image file. */
  maxPixels: number;
  /** Memory the PDF engine may take in one worker. */
  maxEngineBytes: number;
};

export const DEFAULT_LIMITS: Readonly<Limits> = {
  wallMs: 30_000,
  pageMs: 500,
  maxPages: 500,
  maxBytes: 100 * 1024 * 1024,
  maxPixels: 150_000_000,
  maxEngineBytes: 768 * 1024 * 1024,
};

/** Rows of a sheet of A4 at 196 lpi, which is how long a page usually is. */
const SHEET_ROWS = 2292;

/** Throws DocumentError `too-large` for pages that are longer together than the pages allowed are as sheets of A4. */
export function checkRows(rows: number, maxPages: number): void {
  if (rows > maxPages * SHEET_ROWS) {
    throw new DocumentError("too-large", `The pages are longer together than ${maxPages} sheets of A4.`);
  }
}

/** Throws DocumentError `too-many-pages`. */
export function checkPages(count: number, maxPages: number): void {
  if (count > maxPages) {
    throw new DocumentError("too-many-pages", `${count} pages are more than the ${maxPages} allowed.`);
  }
}
