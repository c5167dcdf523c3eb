// The bounds every conversion works within; each has a default and can be lowered or raised by the caller.

import { DocumentError } from "./problem.ts";

export type Limits = {
  /** Wall time for one call, all its parts together; then the worker is stopped. */
  wallMs: number;
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
  maxPages: 500,
  maxBytes: 100 * 1024 * 1024,
  maxPixels: 150_000_000,
  maxEngineBytes: 768 * 1024 * 1024,
};

/** Throws DocumentError `too-many-pages`. */
export function checkPages(count: number, maxPages: number): void {
  if (count > maxPages) {
    throw new DocumentError("too-many-pages", `${count} pages are more than the ${maxPages} allowed.`);
  }
}
