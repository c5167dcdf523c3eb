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
  return `${entry.msg ?? ""}${entry.msg?.includes(cause.slice(2)) ? "" : cause}${fieldsOf(entry)}`;
}

/** True for a line of a process's log, which stays as it is where DEPESCHE_LOG_FORMAT asks for JSON. */
export function isLogLine(line: string): boolean {
  return asEntry(line) !== undefined;
}

/** What pino and the sentence itself say already, and what only another program can use. */
const SAID = new Set(["level", "time", "pid", "hostname", "name", "msg", "err", "traceId", "spanId"]);

/** The ids a line speaks of: ` (job 100001, recipient 0)`. An attempt's key says its parts. */
function fieldsOf(entry: Entry): string {
  const fields = Object.entries(entry as object).filter(
    ([key, value]) => !SAID.has(key) && (typeof value === "string" || typeof value === "number"),
  );
  const parts = fields.some(([key]) => key === "attempt") ? new Set(["job", "recipient", "try"]) : new Set();
  const told = fields.filter(([key]) => !parts.has(key)).map(([key, value]) => `${key} ${value}`);
  return told.length === 0 ? "" : ` (${told.join(", ")})`;
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
