export { type Detection, type DocumentType, detect, type ForeignType } from "./detect.ts";
export { createDocuments, type Documents, type DocumentsOptions } from "./documents.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export { type Marks, markedPng } from "./marked-png.ts";
export { renderPagePng } from "./page-png.ts";
export { DocumentError, type DocumentProblem, type PartProblem, PROBLEMS, type Problem } from "./problem.ts";
export type {
  FaxPages,
  FaxPagesResult,
  PageSize,
  Part,
  PdfInspection,
  PdfPageInfo,
  PdfResult,
  PngResult,
  Resolution,
  TextRun,
} from "./results.ts";
export { tiffToPdf } from "./tiff-pdf.ts";
