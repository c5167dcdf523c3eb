// Inside a conversion thread: one job after the other, each answered once.
import { parentPort, workerData } from "node:worker_threads";
import sharp from "sharp";
import { makeFaxPages } from "../pages/fax-pages.ts";
import { joinToPdf } from "../pages/joined-pdf.ts";
import { inspect, pagePng } from "../pdf/inspection.ts";
import { startEngine } from "../pdf/pdfium.ts";
import { asProblem, DocumentError, type PartProblem } from "../problem.ts";
import type { Bench } from "./bench.ts";
import type { Job, Output, Report, ThreadData } from "./jobs.ts";

const port = parentPort!;
const { pdfium, maxEngineBytes } = workerData as ThreadData;
// Every document is seen once: a cache would only hold memory.
sharp.cache(false);
const engine = await startEngine(pdfium, maxEngineBytes);

port.on("message", async (job: Job) => {
  let part = 0;
  const bench: Bench = {
    engine,
    limits: job.limits,
    turnTo(index) {
      part = index;
      report({ type: "part", part });
    },
    pageMade() {
      report({ type: "page" });
    },
  };
  let output: Output;
  let spent = false;
  try {
    output = await work(job, bench);
  } catch (error) {
    // After anything but a verdict of ours the engine's memory is in an unknown state.
    spent = !(error instanceof DocumentError);
    output = { ...verdict(error), part } satisfies PartProblem;
  }
  report({ type: "done", output, spent }, transferable(output));
});
report({ type: "ready" });

function work(job: Job, bench: Bench): Promise<Output> {
  switch (job.kind) {
    case "faxPages":
      return makeFaxPages(bench, job.parts, job.resolution);
    case "inspectPdf":
      return inspect(bench, job.bytes);
    case "pdfPagePng":
      return pagePng(bench, job.bytes, job.pageIndex, job.dpi);
    case "pdfFromParts":
      return joinToPdf(bench, job.parts);
  }
}

/** A crash of the WASM engine is the document's doing: it ran out of memory or tripped over what it read. */
function verdict(error: unknown) {
  if (!(error instanceof Error)) return asProblem(error);
  if (!(error instanceof DocumentError) && (engine.ranOut() || /allocation failed/i.test(error.message))) {
    return asProblem(new DocumentError("too-large", "The document needs too much memory."));
  }
  if (error.name === "RuntimeError" || error instanceof RangeError) {
    return asProblem(new DocumentError("broken", "The document makes the PDF engine fail."));
  }
  return asProblem(error);
}

function report(message: Report, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** The large results change hands instead of being copied. */
function transferable(output: Output): ArrayBuffer[] {
  if (!output.ok) return [];
  if ("png" in output) return [output.png.buffer as ArrayBuffer];
  if ("pdf" in output) return [output.pdf.buffer as ArrayBuffer];
  return "tiff" in output.pages ? [output.pages.tiff.buffer as ArrayBuffer] : [];
}
