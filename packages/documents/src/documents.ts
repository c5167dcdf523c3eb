// The documents room as one object with a life: `createDocuments` starts the workers, `close` leaves none behind.
import type { Limits } from "./limits.ts";
import type { FaxPagesResult, Part, PdfInspection, PdfResult, PngResult, Resolution } from "./results.ts";

export type DocumentsOptions = {
  /** Threads kept warm; one conversion runs in one thread. Default 2. */
  workers?: number;
  /** Conversions a thread makes before it is replaced (the engine's memory never shrinks). Default 100. */
  jobsPerWorker?: number;
  /** Conversions that may wait for a thread before further ones are refused as `converter-failed`. Default 1000. */
  maxWaiting?: number;
  limits?: Partial<Limits>;
};

export type Documents = {
  /**
   * Any supported documents, in order, as the pages of one fax: 1728 pels wide, 1 bit, one multipage TIFF-F in MMR.
   * A part `{ text }` becomes pages of its own. A CCITT TIFF of 1728 pels passes through pixel for pixel.
   */
  toFaxPages(
    parts: readonly Part[],
    options: { resolution: Resolution; limits?: Partial<Limits> },
  ): Promise<FaxPagesResult>;
  /** Page count, page sizes and the positioned text of page 1, as a letter check needs them. */
  inspectPdf(bytes: Uint8Array): Promise<PdfInspection>;
  /** One page as PNG at `dpi` (1 to 600), as it is displayed (CropBox and Rotate applied), in colour. */
  pdfPagePng(bytes: Uint8Array, pageIndex: number, dpi: number): Promise<PngResult>;
  /** One PDF of all parts in order: PDF pages as they are, text and images on A4 pages. */
  pdfFromParts(parts: readonly Part[]): Promise<PdfResult>;
  /** Stops every thread; conversions under way end as `converter-failed`. Resolves when none is left. */
  close(): Promise<void>;
};

/** Starts the room. Threads start with the first conversion. */
export function createDocuments(options: DocumentsOptions = {}): Documents {
  throw new Error(`${options.workers}`);
}
