// What the processes of a house write: JSON lines of pino become plain sentences, everything below a level stays out of the terminal.

import { EXIT } from "./exit-code.ts";
import { Failure } from "./failure.ts";

/** Pino's numbers. */
const LEVELS: Record<string, number> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: 99 };
const DEFAULT_LEVEL = "warn";

/** Number of the least level that is shown; DEPESCHE_LOG names it. Throws a Failure when it names none. */
export function leastLevel(env: Readonly<Record<string, string | undefined>>): number {
  const name = env.DEPESCHE_LOG || DEFAULT_LEVEL;
  if (!Object.hasOwn(LEVELS, name))
    throw new Failure(EXIT.usage, "up.fail.log", { given: name, levels: Object.keys(LEVELS).join(", ") });
  return LEVELS[name] as number;
}

/** Cuts a stream of octets into lines; a very long line is cut off, so that nothing grows without bound. */
export function splitLines(take: (line: string) => void): (chunk: Buffer) => void {
  const longest = 64 * 1024;
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = (lines.pop() as string).slice(0, longest);
    for (const line of lines) if (line.trim() !== "") take(line);
  };
}

/** A line as a person reads it; undefined when it is below `least`. What is no JSON was written for people and is kept. */
export function readable(line: string, least: number): string | undefined {
  const entry = asEntry(line);
  if (!entry) return line;
  if (entry.level < least) return undefined;
  const cause =
    entry.err === undefined ? "" : `: ${typeof entry.err === "string" ? entry.err : (entry.err.message ?? "")}`;
  return `${entry.msg ?? ""}${entry.msg?.includes(cause.slice(2)) ? "" : cause}`;
}

interface Entry {
  level: number;
  msg?: string;
  err?: string | { message?: string };
}

function asEntry(line: string): Entry | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(line) as Partial<Entry>;
    return typeof value.level === "number" ? (value as Entry) : undefined;
  } catch {
    return undefined;
  }
}

/** The line on stdout by which a process says that it is ready, or why it cannot be. */
export function readiness(line: string): { ready: boolean; detail?: string } | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(line) as { ready?: unknown; detail?: unknown };
    if (typeof value.ready !== "boolean") return undefined;
    return { ready: value.ready, ...(typeof value.detail === "string" ? { detail: value.detail } : {}) };
  } catch {
    return undefined;
  }
}

/** The line of a dying process that says why: that of its error when it left a stack trace, else its last one. */
export function reasonIn(lines: readonly string[]): string | undefined {
  const told = lines.map((line) => line.trim()).filter((line) => line !== "" && !/^(at |Node\.js v\d)/.test(line));
  return told.findLast((line) => /^(\w*Error)( \[\w+\])?: /.test(line)) ?? told.at(-1);
}
