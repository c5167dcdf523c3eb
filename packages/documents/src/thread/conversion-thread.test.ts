// The wall limit of a job in virtual time, with a thread that says what the test has it say.

import type { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DEFAULT_LIMITS } from "../limits.ts";
import type { WasmModule } from "../pdf/wasm.ts";
import { type Answer, openThread } from "./conversion-thread.ts";
import type { Report } from "./jobs.ts";

const opened = vi.hoisted(() => ({ workers: [] as EventEmitter[] }));
vi.mock("node:worker_threads", async () => {
  const { EventEmitter } = await import("node:events");
  class Worker extends EventEmitter {
    constructor() {
      super();
      opened.workers.push(this);
    }
    ref() {}
    unref() {}
    postMessage() {}
  }
  return { Worker, default: { Worker } };
});

beforeEach(() => {
  // setImmediate stays real: it is the turn in which what has arrived is heard.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const turn = () => new Promise((next) => setImmediate(next));
const DONE = { ok: false, problem: "converter-failed", detail: "said by the test", part: 0 } as const;

/** A thread that is ready and has a job of a second and a half, and a minute more for every page. */
function working() {
  const thread = openThread({ pdfium: {} as WasmModule, maxEngineBytes: 1 });
  const say = (report: Report) => opened.workers.at(-1)?.emit("message", report);
  say({ type: "ready" });
  const told: Answer[] = [];
  const limits = { ...DEFAULT_LIMITS, wallMs: 1_500, pageMs: 60_000 };
  void thread.run({ kind: "inspectPdf", bytes: new Uint8Array(), limits }).then((answer) => told.push(answer));
  return { say, told };
}

it("a job that makes no page is stopped at its wall limit, and its thread is not used again", async () => {
  const { told } = working();
  vi.advanceTimersByTime(1_499);
  await turn();
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  await turn();
  expect(told).toMatchObject([{ output: { ok: false, problem: "timeout" }, usable: false }]);
});

it("every page made gives a job a minute more", async () => {
  const { say, told } = working();
  vi.advanceTimersByTime(1_400);
  for (let page = 0; page < 3; page++) {
    say({ type: "page" });
    vi.advanceTimersByTime(60_000);
    await turn();
  }
  expect(told).toEqual([]);
  vi.advanceTimersByTime(100);
  await turn();
  expect(told).toMatchObject([{ output: { problem: "timeout" } }]);
});

it("what a thread has said while this one was halted counts, though it is heard after the limit", async () => {
  const { say, told } = working();
  vi.advanceTimersByTime(3_000);
  say({ type: "page" });
  await turn();
  expect(told).toEqual([]);
  vi.advanceTimersByTime(60_000);
  say({ type: "done", output: DONE, spent: false });
  await turn();
  expect(told).toEqual([{ output: DONE, usable: true }]);
  vi.advanceTimersByTime(1e6);
  await turn();
  expect(told).toHaveLength(1);
});
