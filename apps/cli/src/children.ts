// The processes of a house: started, started again when they die, stopped.

import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isLogLine, readable, readiness, reasonIn, splitLines } from "./child-output.ts";

export type Room = "gateway" | "worker" | "town";

export interface Child {
  readonly name: string;
  /** Of the process that runs now; undefined between two. */
  readonly pid: number | undefined;
  /** Resolves when the process told that it is ready; rejects with its last words when its first start fails. */
  readonly ready: Promise<void>;
  /** Asks it to end, and kills it after so many milliseconds. Can be repeated. */
  stop(killAfterMs: number): Promise<void>;
}

export interface ChildOrder {
  name: string;
  file: string;
  execArgv?: string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Pino level of what is shown of its log. */
  least: number;
  /** A line for the terminal. */
  say(line: string): void;
  /** Takes the lines of its log as they are, for a program to read; without it they are said as sentences. */
  rawLog?: ((line: string) => void) | undefined;
  /** It died and is started again. */
  onRestart(how: string): void;
  /** Another process runs now. */
  onPid(): void;
  /** Pauses before it is started again, the last one for all further times. */
  restartMs?: readonly number[];
}

/** A process that keeps dying must not spin. */
const RESTART_MS = [200, 1_000, 5_000];
/** After so long a life the next death is the first again. */
const STEADY_MS = 30_000;
/** How long the last words of a dead process are waited for. */
const LAST_WORDS_MS = 300;
const WORDS_KEPT = 50;

/** From src/ and from dist/ alike. */
const ROOMS: Record<Room, string> = {
  gateway: "../../gateway/",
  worker: "../../worker/",
  town: "../../../simulators/town/",
};

/** The gateway's heap grows by half at most before it is swept: requests with 100,000 recipients would else pile up what they left. */
const FLAGS: Partial<Record<Room, string[]>> = { gateway: ["--heap-growing-percent=50", "--max-semi-space-size=8"] };

/** How a room's process is started: its source in a checkout, else what was built of it. */
export function roomEntry(room: Room): { file: string; execArgv: string[] } {
  const flags = FLAGS[room] ?? [];
  const at = (path: string) => fileURLToPath(new URL(ROOMS[room] + path, import.meta.url));
  if (!existsSync(at("src/main.ts"))) return { file: at("dist/main.js"), execArgv: flags };
  const source = ["--import", new URL("../bin/source.mjs", import.meta.url).href];
  return { file: at("src/main.ts"), execArgv: [...flags, ...source] };
}

export function startChild(order: ChildOrder): Child {
  const pauses = order.restartMs ?? RESTART_MS;
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let isStopping = false;
  let isReady = false;
  let failures = 0;
  let lastWords: string[] = [];
  let settle = { ready: () => {}, failed: (_: Error) => {} };
  const ready = new Promise<void>((done, fail) => {
    settle = { ready: done, failed: fail };
  });
  // Whoever waits for it is told; nobody may be waiting yet.
  ready.catch(() => {});

  const tellReady = () => {
    isReady = true;
    settle.ready();
  };

  const start = () => {
    const startedAt = performance.now();
    const started = fork(order.file, [], {
      env: isReady ? { ...order.env, DEPESCHE_RESTARTED: "1" } : order.env,
      execArgv: order.execArgv ?? [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A session of its own: Ctrl-C in the terminal reaches the launcher only, which then stops all in the right order.
      detached: true,
    });
    child = started;
    order.onPid();
    started.stdout?.on(
      "data",
      splitLines((line) => {
        const told = readiness(line);
        if (told?.ready) tellReady();
        else if (told) lastWords = [told.detail ?? ""];
        else order.say(line);
      }),
    );
    started.stderr?.on(
      "data",
      splitLines((line) => {
        // Words before it is ready are told once, as the reason when the start fails.
        const text = readable(line, order.least);
        if (isReady && order.rawLog && text !== undefined && isLogLine(line)) return order.rawLog(line);
        if (text === undefined) return;
        lastWords = [...lastWords.slice(1 - WORDS_KEPT), text];
        if (isReady) order.say(text);
      }),
    );
    started.on("message", (message: { ready?: boolean }) => {
      if (message.ready) tellReady();
    });
    let isOver = false;
    const over = (how: string) => {
      if (isOver) return;
      isOver = true;
      if (child === started) child = undefined;
      if (isStopping) return;
      if (!isReady) {
        isStopping = true;
        settle.failed(new Error(reasonIn(lastWords) ?? how));
        return;
      }
      if (performance.now() - startedAt > STEADY_MS) failures = 0;
      const pause = pauses[Math.min(failures, pauses.length - 1)] as number;
      failures += 1;
      order.onRestart(how);
      restart = setTimeout(start, pause);
    };
    started.on("error", (error) => over(error.message));
    // "close" comes after the last words, but a process it has left behind may hold its pipes open.
    started.on("exit", (code, signal) => setTimeout(() => over(signal ?? `${code}`), LAST_WORDS_MS));
    started.on("close", (code, signal) => over(signal ?? `${code}`));
  };
  start();

  return {
    name: order.name,
    get pid() {
      return child?.pid;
    },
    ready,
    stop(killAfterMs) {
      isStopping = true;
      clearTimeout(restart);
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return Promise.resolve();
      return new Promise((done) => {
        const late = setTimeout(() => running.kill("SIGKILL"), killAfterMs);
        running.once("exit", () => {
          clearTimeout(late);
          done();
        });
        running.kill("SIGTERM");
      });
    },
  };
}
