// The documents room as one object with a life: `createDocuments` opens it, `close` leaves nothing behind.
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import type { PartProblem } from "./problem.ts";
import type { FaxPagesResult, Part, PdfInspection, PdfResult, PngResult, Resolution } from "./results.ts";
import type { Job, JobOf, Kind, Work } from "./thread/jobs.ts";
import { createPool } from "./thread/pool.ts";

export type DocumentsOptions = {
  /** Threads kept warm; one conversion runs in one thread. Default 2. */
  threads?: number;
  /** Conversions a thread makes before it is replaced (the engine's memory never shrinks). Default 200. */
  jobsPerThread?: number;
  /** Conversions that may wait for a thread before further ones are refused as `converter-failed`. Default 1000. */
  maxWaiting?: number;
  limits?: Partial<Limits>;
};

export type Documents = {
  /**
   * Any supported documents, in order, as the pages of one fax: 1728 pels wide, 1 bit, one multipage TIFF-F in MMR.
   * A part `{ text }` becomes pages of its own. A bilevel TIFF page of 1728 pels at a fax resolution keeps its pixels.
   */
  toFaxPages(
    parts: readonly Part[],
    options: { resolution: Resolution; limits?: Partial<Limits> },
  ): Promise<FaxPagesResult>;
  /** Page count, page sizes and the positioned text of page 1, as a letter check needs them. */
  inspectPdf(bytes: Uint8Array): Promise<PdfInspection>;
  /** One page (from 0) as PNG at `dpi`, 1 to 600, as it is displayed (CropBox and Rotate applied), in colour. */
  pdfPagePng(bytes: Uint8Array, pageIndex: number, dpi: number): Promise<PngResult>;
  /** One PDF of all parts in order: PDF pages as they are, text and pictures on A4 pages. */
  pdfFromParts(parts: readonly Part[]): Promise<PdfResult>;
  /** Stops every thread; conversions under way end as `converter-failed`. Resolves when none is left. */
  close(): Promise<void>;
};

const MAX_DPI = 600;

/** Opens the room. Threads start with the first conversion. */
export function createDocuments(options: DocumentsOptions = {}): Documents {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const pool = createPool({
    threads: options.threads ?? 2,
    jobsPerThread: options.jobsPerThread ?? 200,
    maxWaiting: options.maxWaiting ?? 1000,
    maxEngineBytes: limits.maxEngineBytes,
  });

  async function run<K extends Kind>(job: JobOf<K>, size: number): Promise<Work[K]["output"] | PartProblem> {
    if (size > job.limits.maxBytes) {
      const detail = `${size} bytes are more than the ${job.limits.maxBytes} allowed.`;
      return { ok: false, problem: "too-large", detail, part: 0 };
    }
    // A thread answers a job with the output of its kind.
    return pool.run(job as Job) as Promise<Work[K]["output"] | PartProblem>;
  }

  return {
    toFaxPages(parts, { resolution, limits: own }) {
      return run<"faxPages">(
        { kind: "faxPages", parts: cutParts(parts), resolution, limits: { ...limits, ...own } },
        sizeOf(parts),
      );
    },
    inspectPdf(bytes) {
      return run<"inspectPdf">({ kind: "inspectPdf", bytes: cut(bytes), limits }, bytes.length);
    },
    pdfPagePng(bytes, pageIndex, dpi) {
      const bounded = Math.max(1, Math.min(MAX_DPI, dpi));
      return run<"pdfPagePng">(
        { kind: "pdfPagePng", bytes: cut(bytes), pageIndex, dpi: bounded, limits },
        bytes.length,
      );
    },
    pdfFromParts(parts) {
      return run<"pdfFromParts">({ kind: "pdfFromParts", parts: cutParts(parts), limits }, sizeOf(parts));
    },
    close: () => pool.close(),
  };
}

/** A view of a larger buffer would be sent to the thread with all that buffer. */
function cut(bytes: Uint8Array): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
}

function cutParts(parts: readonly Part[]): Part[] {
  return parts.map((part) => ("text" in part ? part : { name: part.name, bytes: cut(part.bytes) }));
}

function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + ("text" in part ? part.text.length * 2 : part.bytes.length), 0);
}
