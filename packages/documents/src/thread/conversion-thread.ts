// One worker thread from the outside: it takes a job, keeps to its wall limit, and is stopped when it does not.
import { Worker } from "node:worker_threads";
import type { DocumentProblem, PartProblem } from "../problem.ts";
import type { Job, Output, Report, ThreadData } from "./jobs.ts";

export type Answer = {
  output: Output | PartProblem;
  /** False when the thread has ended or has lost its engine: it must not get another job. */
  usable: boolean;
};

export type ConversionThread = {
  /** Does one job at a time. Never rejects. */
  run(job: Job): Promise<Answer>;
  /** Ends the thread, whatever it is doing. Resolves when it is gone. */
  stop(): Promise<void>;
};

/** JavaScript objects of the thread; pixels and the engine's heap are not among them. */
const MAX_HEAP_MB = 512;
/** Time to load modules and engine, on however busy a machine; it comes on top of the first job's wall limit. */
const START_MS = 60_000;

/** In the source tree a `.ts` thread cannot start by itself (Node 20), so a `.mjs` registers tsx first. */
const THREAD_FILE = new URL(import.meta.url.endsWith(".ts") ? "./start.mjs" : "./work.js", import.meta.url);

export function openThread(workerData: ThreadData): ConversionThread {
  const worker = new Worker(THREAD_FILE, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    // Flags of the process (inspector, loaders) are not for the thread; the condition finds packages by their source.
    execArgv: import.meta.url.endsWith(".ts") ? ["--conditions=depesche-source"] : [],
  });
  let state: "starting" | "ready" | "gone" = "starting";
  let current: { job: Job; part: number; settle(answer: Answer): void } | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Counts limits set and lifted: one that is no longer the last does not hold. */
  let limits = 0;

  const lift = () => {
    clearTimeout(timer);
    limits++;
  };
  const settle = (answer: Answer) => {
    lift();
    // An idle thread does not keep the process alive.
    worker.unref();
    const waiting = current;
    current = undefined;
    waiting?.settle(answer);
  };
  const fail = (problem: DocumentProblem, detail: string) => {
    state = "gone";
    settle({ output: { ok: false, problem, detail, part: current?.part ?? 0 }, usable: false });
  };
  const limit = (ms: number, problem: DocumentProblem, detail: string) => {
    lift();
    const mine = limits;
    const judge = () => {
      if (mine === limits) fail(problem, detail);
    };
    // What the thread has said while this one was halted is heard before it is judged.
    timer = setTimeout(() => setImmediate(judge), ms);
  };
  /** The wall limit of the job, counted from its start; each page made moves it. */
  let startedAt = 0;
  let pagesMade = 0;
  const limitJob = ({ limits: { wallMs, pageMs } }: Job) => {
    const ms = wallMs + pagesMade * pageMs;
    const left = Math.max(0, startedAt + ms - performance.now());
    limit(left, "timeout", `The document was not converted within ${Math.round(ms / 100) / 10} s.`);
  };
  const begin = (job: Job) => {
    startedAt = performance.now();
    pagesMade = 0;
    limitJob(job);
  };

  worker.on("message", (report: Report) => {
    if (state === "gone") return;
    if (report.type === "ready") {
      state = "ready";
      if (current !== undefined) begin(current.job);
    } else if (report.type === "done") {
      settle({ output: report.output, usable: !report.spent });
    } else if (current !== undefined && report.type === "page") {
      pagesMade++;
      limitJob(current.job);
    } else if (current !== undefined && report.type === "part") {
      current.part = report.part;
    }
  });
  worker.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ERR_WORKER_OUT_OF_MEMORY") fail("too-large", "The document needs too much memory.");
    else fail("converter-failed", `The conversion thread failed: ${error.message}`);
  });
  worker.on("exit", () => fail("converter-failed", "The conversion thread ended."));
  worker.unref();

  return {
    run(job) {
      return new Promise((resolve) => {
        current = { job, part: 0, settle: resolve };
        if (state === "gone") return fail("converter-failed", "The conversion thread ended.");
        if (state === "ready") begin(job);
        else limit(START_MS, "converter-failed", "The conversion thread did not start.");
        worker.ref();
        worker.postMessage(job);
      });
    },
    async stop() {
      await worker.terminate();
    },
  };
}
