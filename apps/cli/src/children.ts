// The processes of a house: started in order, restarted when they die, stopped together.

import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export type Room = "gateway" | "worker" | "town";

export interface Child {
  readonly name: Room;
  /** Resolves when the process told that it is ready; rejects with its last words when its first start fails. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

/** Pauses before a restart: a process that keeps dying must not spin. */
const RESTART_MS = [200, 1_000, 5_000];
const STEADY_MS = 30_000;
const KILL_AFTER_MS = 3_300;

const here = dirname(fileURLToPath(import.meta.url));
const ROOMS: Record<Room, string> = {
  gateway: join(here, "../../gateway"),
  worker: join(here, "../../worker"),
  town: join(here, "../../../simulators/town"),
};

function entryOf(room: Room): { file: string; execArgv: string[] } {
  const root = ROOMS[room];
  const source = join(root, "src", "main.ts");
  if (!existsSync(source)) return { file: join(root, "dist", "main.js"), execArgv: [] };
  return { file: source, execArgv: ["--import", join(here, "..", "bin", "source.mjs")] };
}

export function startChild(name: Room, env: NodeJS.ProcessEnv, tell: (line: string) => void): Child {
  const { file, execArgv } = entryOf(name);
  let child: ChildProcess;
  let stopping = false;
  let failures = 0;
  let everReady = false;
  let lastWords = "";

  const ready = new Promise<void>((done, fail) => {
    const start = () => {
      const startedAt = performance.now();
      child = fork(file, [], { env, execArgv, stdio: ["ignore", "inherit", "pipe", "ipc"] });
      child.stderr?.on("data", (chunk: Buffer) => {
        lastWords = (lastWords + chunk.toString()).slice(-2000);
        process.stderr.write(chunk);
      });
      child.on("message", (message) => {
        if ((message as { ready?: boolean }).ready) {
          everReady = true;
          done();
        }
      });
      child.on("exit", (code, signal) => {
        if (stopping) return;
        if (!everReady) {
          stopping = true;
          fail(new Error(lastWords.trim().split("\n").at(-1) || `${name} ended with ${signal ?? code}`));
          return;
        }
        failures = performance.now() - startedAt > STEADY_MS ? 0 : failures + 1;
        const pause = RESTART_MS[Math.min(failures, RESTART_MS.length - 1)] as number;
        tell(`${name} ended (${signal ?? code}); starting it again`);
        setTimeout(() => {
          if (!stopping) start();
        }, pause);
      });
    };
    start();
  });

  return {
    name,
    ready,
    stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
      return new Promise((done) => {
        const late = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
        child.once("exit", () => {
          clearTimeout(late);
          done();
        });
        child.kill("SIGTERM");
      });
    },
  };
}
