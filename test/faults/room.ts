// A process of the house under test: started from its sources, killed or stopped by the test, started again after a short pause.

import { type ChildProcess, fork } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { until, within } from "./waiting.ts";

const RESTART_MS = 250;
/** Guards against a process that never comes up; from its sources, on a slow and busy machine, it takes its time. */
const READY_MS = 100_000;
const STOP_MS = 5_000;

export interface Room {
  readonly name: string;
  /** Starts so far. */
  readonly lives: number;
  readonly pid: number | undefined;
  /** Pids of lives that were killed or stopped by the test, in order. */
  readonly victims: readonly number[];
  /** Resolves when the present life has said that it is ready. */
  ready(): Promise<void>;
  /** kill -9. It is started again unless it is being closed. */
  kill(): void;
  /** SIGSTOP and SIGCONT. */
  halt(): void;
  resume(): void;
  /** SIGTERM, and an orderly end; started again. */
  restart(): Promise<void>;
  close(): Promise<void>;
  /** The end of what it wrote to stderr. */
  lastWords(): string;
}

const placeOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const ENTRIES = {
  gateway: placeOf("apps/gateway/src/main.ts"),
  worker: placeOf("apps/worker/src/main.ts"),
  town: placeOf("simulators/town/src/main.ts"),
};
const FROM_SOURCE = ["--import", placeOf("apps/cli/bin/source.mjs")];

/** Starts `@depesche/<room>` as a process of its own. `log`: file for its stderr. */
export function openRoom(name: string, room: keyof typeof ENTRIES, env: NodeJS.ProcessEnv, log: string): Room {
  const stderr = openSync(log, "a");
  const victims: number[] = [];
  let lives = 0;
  let isReady = false;
  let closing = false;
  let child: ChildProcess;
  /** Killed or asked to end; its end may not have been told yet, and what it was ready for is over. */
  let doomed: ChildProcess | undefined;
  let again: NodeJS.Timeout | undefined;

  const start = () => {
    lives++;
    isReady = false;
    const born = fork(ENTRIES[room], [], { env, execArgv: FROM_SOURCE, stdio: ["ignore", "ignore", stderr, "ipc"] });
    child = born;
    born.on("message", (message) => {
      if ((message as { ready?: boolean }).ready && child === born && doomed !== born) isReady = true;
    });
    born.on("error", () => undefined);
    born.on("exit", () => {
      if (child !== born) return;
      isReady = false;
      if (!closing) again = setTimeout(start, RESTART_MS);
    });
  };
  start();

  const gone = (one: ChildProcess) => one.exitCode !== null || one.signalCode !== null;
  const ended = (one: ChildProcess) =>
    gone(one) ? Promise.resolve() : new Promise<void>((done) => one.once("exit", () => done()));
  const signal = (name: NodeJS.Signals) => {
    if (gone(child)) return;
    if (name !== "SIGCONT" && child.pid !== undefined) victims.push(child.pid);
    if (name === "SIGKILL" || name === "SIGTERM") {
      doomed = child;
      isReady = false;
    }
    child.kill(name);
  };

  return {
    name,
    victims,
    get lives() {
      return lives;
    },
    get pid() {
      return child.pid;
    },
    ready: () => until(`${name} ready`, READY_MS, () => isReady, 20),
    kill: () => signal("SIGKILL"),
    halt: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    async restart() {
      const old = child;
      signal("SIGTERM");
      await within(`${name} ends`, STOP_MS, ended(old)).catch(() => old.kill("SIGKILL"));
      await ended(old);
    },
    async close() {
      closing = true;
      clearTimeout(again);
      if (gone(child)) return;
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      await within(`${name} ends`, STOP_MS, ended(child)).catch(() => child.kill("SIGKILL"));
      await ended(child);
    },
    lastWords: () => readFileSync(log, "utf8").slice(-3000),
  };
}
