// One life of the embedded database's server process: started, awaited, ended.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Door, SOCKET_LOCK, SOCKET_PORT } from "./embedded-door.ts";

/** What a server is started from. */
export interface Place {
  /** Folder with bin/, lib/ and share/. */
  native: string;
  /** The cluster. */
  home: string;
  /** Whom the process belongs to, when not to us. */
  owner: { uid?: number; gid?: number };
}

export interface Server {
  pid: number | undefined;
  /** Resolves when it answers; rejects with the reason when it ended before, or took too long and was ended. */
  ready: Promise<void>;
  /** Resolves when it has ended: with the signal that killed it, its last words, or its exit code. */
  exited: Promise<string>;
  /** Fast shutdown (clients are disconnected, a checkpoint is written); after so many milliseconds at once. */
  stop(quitAfterMs: number): Promise<void>;
}

/** How long a start may take: recovery after a crash reads all that no checkpoint holds. */
const START_MS = 120_000;
/** A server that is not ready holds nothing worth a checkpoint. */
const GIVE_UP_MS = 3_000;
/** How long the last words of a dead server are waited for. */
const LAST_WORDS_MS = 300;

/** Starts the process; it runs, or has failed to, when this returns. */
export function launch(place: Place, door: Door): Server {
  const settings = {
    port: "port" in door ? door.port : SOCKET_PORT,
    listen_addresses: "port" in door ? "127.0.0.1" : "",
    unix_socket_directories: "port" in door ? "" : door.folder,
    unix_socket_permissions: "0700",
    max_connections: 120,
    shared_buffers: "128MB",
    fsync: "on",
    synchronous_commit: "on",
    wal_compression: "on",
    max_wal_size: "1GB",
    checkpoint_timeout: "15min",
    autovacuum_vacuum_cost_delay: "0",
    log_min_messages: "warning",
    timezone: "UTC",
    jit: "off",
  };
  const args = ["-D", place.home, ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`])];
  const child = spawn(join(place.native, "bin", "postgres"), args, {
    ...place.owner,
    cwd: place.home,
    detached: true, // its own process group: Ctrl-C in the terminal must not stop it before its clients
    stdio: ["ignore", "ignore", "pipe"],
    // Backends keep the memory a statement needed for the next one, instead of giving it back to the kernel page by page.
    env: {
      PATH: process.env.PATH,
      LC_ALL: "C",
      MALLOC_TRIM_THRESHOLD_: "16777216",
      MALLOC_TOP_PAD_: "1048576",
      MALLOC_MMAP_THRESHOLD_: "4194304",
    },
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  const exited = new Promise<string>((done) => {
    const over = (code: number | null, signal: string | null) => done(signal ?? (lastWords(said) || `${code}`));
    child.once("error", (error) => done(error.message));
    // "close" comes after the last words, but backends that outlive a killed server hold its pipe open.
    child.once("close", over);
    child.once("exit", (code, signal) => setTimeout(over, LAST_WORDS_MS, code, signal));
  });
  const stop = async (quitAfterMs: number) => {
    if (hasEnded(child)) return;
    child.kill("SIGINT");
    const late = setTimeout(() => child.kill("SIGQUIT"), quitAfterMs);
    await exited;
    clearTimeout(late);
  };
  const start = async () => {
    if (await answers(place.home, child)) return;
    await stop(GIVE_UP_MS);
    const how = await exited;
    throw new Error(child.signalCode ?? (said.trim() || how));
  };
  const ready = start();
  // Whoever waits for it is told; nobody may be waiting.
  ready.catch(() => undefined);
  return { pid: child.pid, ready, exited, stop };
}

/** Of the last line, without its time and process number. */
const lastWords = (said: string) => (said.trim().split("\n").at(-1) as string).replace(/^.*? \[\d+\] /, "");

const hasEnded = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** `log_min_messages=warning` hides the ready line: the state line of postmaster.pid tells instead. */
async function answers(home: string, child: ChildProcess): Promise<boolean> {
  const end = performance.now() + START_MS;
  while (performance.now() < end && !hasEnded(child)) {
    const lines = (await readFile(join(home, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === "ready") return true;
    await pause(25);
  }
  return false;
}

/** A postmaster that outlived its owner (kill -9 of the launcher) is stopped before a new one starts. */
export async function stopLeftover(home: string): Promise<void> {
  const first = await readFile(join(home, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(first.split("\n")[0]);
  if (!(pid > 1)) return;
  if (!isPostmasterOf(pid, home)) {
    // After a reboot the number may be somebody else's, and PostgreSQL would take that process for its own.
    if (isAlive(pid)) for (const name of ["postmaster.pid", SOCKET_LOCK]) await rm(join(home, name), { force: true });
    return;
  }
  process.kill(pid, "SIGINT");
  for (let i = 0; i < 100 && isPostmasterOf(pid, home); i++) await pause(50);
  if (isPostmasterOf(pid, home)) process.kill(pid, "SIGQUIT");
  for (let i = 0; i < 100 && isPostmasterOf(pid, home); i++) await pause(50);
}

/** Whether the process is a postmaster of this cluster: its number may long belong to somebody else. */
function isPostmasterOf(pid: number, home: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(home);
  } catch {
    const asked = spawnSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" });
    return (asked.stdout ?? "").includes(home);
  }
}

/** Alive, and of a user whose processes we may end. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
