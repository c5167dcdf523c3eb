// What the room and its threads say to each other.
import type { Limits } from "../limits.ts";
import type { WasmModule } from "../pdf/wasm.ts";
import type { FaxPagesResult, Part, PdfInspection, PdfResult, PngResult, Resolution } from "../results.ts";

/** Each kind of work with what it needs and what it answers. */
export type Work = {
  faxPages: { input: { parts: readonly Part[]; resolution: Resolution }; output: FaxPagesResult };
  inspectPdf: { input: { bytes: Uint8Array }; output: PdfInspection };
  pdfPagePng: { input: { bytes: Uint8Array; pageIndex: number; dpi: number }; output: PngResult };
  pdfFromParts: { input: { parts: readonly Part[] }; output: PdfResult };
};

export type Kind = keyof Work;

export type JobOf<K extends Kind> = { kind: K; limits: Limits } & Work[K]["input"];

export type Job = { [K in Kind]: JobOf<K> }[Kind];

export type Output = Work[Kind]["output"];

/** From a thread: `part` when it turns to the next part, `page` when a page is made, `done` with the answer. */
export type Report =
  | { type: "ready" }
  | { type: "part"; part: number }
  | { type: "page" }
  | {
      type: "done";
      output: Output;
      /** The engine was lost to this document; the thread is to be replaced. */
      spent: boolean;
    };

export type ThreadData = { pdfium: WasmModule; maxEngineBytes: number };
