// A whole house for journeys, benchmark and foreign programs, brought up as a user would: `depesche up` on free ports and a data
// folder of its own, ended by a signal, with a look at what it left behind.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePorts } from "./ports.ts";
import { processesOf, type Running } from "./processes.ts";

export const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));
export const COMMAND = join(CHECKOUT, "apps/cli/bin/depesche.mjs");

/** The ports of a house; each is a setting of the outside contract (DESIGN section 8). */
const PORTS = [
  "PORT",
  "SIM_PORT",
  "SIP_PORT",
  "MODEM_PORT",
  "GSM_PORT",
  "SMPP_PORT",
  "TWILIO_PORT",
  "SMTP_PORT",
  "MAIL_IN_PORT",
];
/** Guards against a house that never comes up, and ends before the hooks do (120 s): on a slow and busy machine it takes its time. */
const UP_WITHIN_MS = 95_000;
const DOWN_WITHIN_MS = 20_000;

export type Settings = Readonly<Record<string, string>>;

/** Settings of a house that meets no other: free ports and the data folder. Time runs at 1000x unless told otherwise. */
export async function newSettings(dataFolder: string, more: Settings = {}): Promise<Settings> {
  const free = await freePorts(PORTS.length);
  const ports = PORTS.map((name, i) => [`DEPESCHE_${name}`, String(free[i])]);
  return { ...Object.fromEntries(ports), DEPESCHE_SPEED: "1000", DEPESCHE_DATA: dataFolder, ...more };
}

/** An empty data folder, one level below a temporary one that the database's own user may pass. */
export async function newDataFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const above = await mkdtemp(join(tmpdir(), "depesche-house-"));
  await chmod(above, 0o755);
  return { folder: join(above, "data"), remove: () => rm(above, { recursive: true, force: true }) };
}

export interface House {
  readonly settings: Settings;
  readonly url: string;
  /** Control API of the simulators. */
  readonly simulators: string;
  readonly pid: number;
  /** Everything the processes wrote. */
  said(): string;
  /** Sends a signal to the launcher or, as Ctrl-C does, to its whole group, and waits for its end. */
  stop(how?: { signal?: NodeJS.Signals; group?: boolean }): Promise<Stopped>;
}

export interface Stopped {
  code: number | null;
  tookMs: number;
  /** Processes of the house still there after its launcher ended. */
  left: Running[];
}

/** Environment of a process of the house: ours, without any setting of ours, and the house's. */
export function environment(settings: Settings): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(DEPESCHE_|DATABASE_URL$|REDIS_URL$)/.test(name));
  return { ...Object.fromEntries(own), ...settings };
}

/** Brings a house up and resolves when /health answers 200. */
export async function openHouse(settings: Settings): Promise<House> {
  const child = spawn(process.execPath, [COMMAND, "up"], {
    cwd: CHECKOUT,
    env: environment(settings),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const hear = (text: string) => {
    said = (said + text).slice(-200_000);
  };
  child.stdout?.setEncoding("utf8").on("data", hear);
  child.stderr?.setEncoding("utf8").on("data", hear);
  const url = `http://127.0.0.1:${settings.DEPESCHE_PORT}`;
  try {
    await healthy(url, child);
  } catch (error) {
    await stop(child, settings, {});
    throw new Error(`${(error as Error).message}\n${said.slice(-4000)}`);
  }
  return {
    settings,
    url,
    simulators: `http://127.0.0.1:${settings.DEPESCHE_SIM_PORT}`,
    pid: child.pid as number,
    said: () => said,
    stop: (how = {}) => stop(child, settings, how),
  };
}

const ended = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function healthy(url: string, child: ChildProcess): Promise<void> {
  const end = performance.now() + UP_WITHIN_MS;
  while (performance.now() < end) {
    if (ended(child)) throw new Error("the house ended while it came up");
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    if (answer?.ok) return;
    await pause(100);
  }
  throw new Error(`the house is not healthy after ${UP_WITHIN_MS} ms`);
}

async function stop(
  child: ChildProcess,
  settings: Settings,
  how: { signal?: NodeJS.Signals; group?: boolean },
): Promise<Stopped> {
  const began = performance.now();
  if (!ended(child)) {
    const pid = child.pid as number;
    process.kill(how.group ? -pid : pid, how.signal ?? "SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), DOWN_WITHIN_MS);
    await once(child, "exit");
    clearTimeout(late);
  }
  const tookMs = performance.now() - began;
  const left = processesOf(settings.DEPESCHE_DATA as string);
  // Told to the test, but never left to the machine.
  for (const { pid } of left) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it ended between the look and the signal
    }
  }
  return { code: child.exitCode, tookMs, left };
}

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command of the CLI against a house, as in a shell. */
export function depesche(settings: Settings, args: string[], options: { timeoutMs?: number } = {}): Promise<Ran> {
  return runProgram(process.execPath, [COMMAND, ...args], { ...options, settings });
}

/** Runs a program to its end. Throws a sentence that names it when it is not installed. */
export async function runProgram(
  program: string,
  args: string[],
  options: { timeoutMs?: number; settings?: Settings; input?: string } = {},
): Promise<Ran> {
  const child = spawn(program, args, {
    cwd: CHECKOUT,
    env: environment(options.settings ?? {}),
    stdio: ["pipe", "pipe", "pipe"],
    timeout: options.timeoutMs ?? 60_000,
  });
  child.stdin?.on("error", () => undefined); // it may not read
  child.stdin?.end(options.input ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, "close").catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" ? new Error(`${program} is not installed`) : error;
  })) as [number | null];
  return { code, stdout, stderr };
}
