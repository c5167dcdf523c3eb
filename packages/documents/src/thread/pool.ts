// A few conversion threads, kept warm. One that has lost its engine or done its share is replaced: a document can cost
// the service a thread, never the service.

// The threads use sharp: its library has to be loaded by the main thread first, or it is unloaded under their feet.
import "sharp";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type WasmModule, wasm } from "../pdf/wasm.ts";
import type { PartProblem } from "../problem.ts";
import { type ConversionThread, openThread } from "./conversion-thread.ts";
import type { Job, Output } from "./jobs.ts";

export type PoolOptions = { threads: number; jobsPerThread: number; maxWaiting: number; maxEngineBytes: number };

export type Pool = {
  /** Does the job in a thread, within its wall limit. Never rejects. */
  run(job: Job): Promise<Output | PartProblem>;
  /** Stops all threads and resolves when none is left. */
  close(): Promise<void>;
};

type Place = { thread?: ConversionThread; jobsLeft: number };

/** A pool whose threads start when they are first needed and then stay. */
export function createPool(options: PoolOptions): Pool {
  const places: readonly Place[] = Array.from({ length: options.threads }, () => ({ jobsLeft: 0 }));
  const idle = [...places];
  const waiting: ((place: Place | undefined) => void)[] = [];
  const leaving = new Set<Promise<void>>();
  let engine: Promise<WasmModule> | undefined;
  let closed = false;

  function takePlace(): Promise<Place | undefined> {
    // Last in, first out: what is warm stays warm, what is not needed does not start.
    const place = idle.pop();
    if (place !== undefined) return Promise.resolve(place);
    return new Promise((resolve) => waiting.push(resolve));
  }

  function givePlace(place: Place): void {
    const next = waiting.shift();
    if (next === undefined) idle.push(place);
    else next(place);
  }

  function vacate(place: Place): void {
    if (place.thread === undefined) return;
    const gone = place.thread.stop().finally(() => leaving.delete(gone));
    leaving.add(gone);
    place.thread = undefined;
  }

  async function runIn(place: Place, job: Job): Promise<Output | PartProblem> {
    if (place.thread === undefined) {
      engine ??= compileEngine();
      const pdfium = await engine;
      if (closed) return refusal("The room is closed.");
      place.thread = openThread({ pdfium, maxEngineBytes: options.maxEngineBytes });
      place.jobsLeft = options.jobsPerThread;
    }
    const { output, usable } = await place.thread.run(job);
    place.jobsLeft--;
    if (!usable || place.jobsLeft <= 0) vacate(place);
    return output;
  }

  return {
    async run(job) {
      if (closed) return refusal("The room is closed.");
      if (idle.length === 0 && waiting.length >= options.maxWaiting) return refusal("Too many documents are waiting.");
      const place = await takePlace();
      if (place === undefined || closed) return refusal("The room is closed.");
      try {
        return await runIn(place, job);
      } catch (error) {
        return refusal(`The PDF engine cannot be loaded: ${error instanceof Error ? error.message : error}`);
      } finally {
        givePlace(place);
      }
    },
    async close() {
      closed = true;
      for (const resolve of waiting.splice(0)) resolve(undefined);
      for (const place of places) vacate(place);
      await Promise.all(leaving);
    },
  };
}

/** Compiled once and shared by all threads, off this one. */
async function compileEngine(): Promise<WasmModule> {
  const file = createRequire(import.meta.url).resolve("@hyzyla/pdfium/pdfium.wasm");
  return wasm.compile(await readFile(file));
}

function refusal(detail: string): PartProblem {
  return { ok: false, problem: "converter-failed", detail, part: 0 };
}
