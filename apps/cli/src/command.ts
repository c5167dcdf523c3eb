// A command as data: its flags as a table, read by one parser with messages of our own.

import { parseArgs } from "node:util";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { Failure } from "./failure.ts";
import type { Io } from "./io.ts";
import type { WordKey } from "./language.ts";

export interface Flag {
  /** How the value is called in the help (FILE); a flag without one is a switch. */
  value?: string;
  /** May be given several times. */
  many?: boolean;
  short?: string;
  meaning: WordKey | { text: string };
}
export type Flags = Readonly<Record<string, Flag>>;

export interface Asked {
  positionals: string[];
  text(flag: string): string | undefined;
  texts(flag: string): string[];
  yes(flag: string): boolean;
}

export interface Command {
  name: string;
  /** What stands behind the name, once for each form: `fax|sms TO... FILE...`. */
  usage: string[];
  summary: WordKey;
  /** Paragraphs below the flags. */
  notes?: WordKey[];
  /** A function where the meanings do not come from the tables of words. */
  flags: Flags | ((io: Pick<Io, "language">) => Flags);
  examples: string[];
  run(asked: Asked, io: Io): Promise<ExitCode>;
}

/** Flags of every command that talks to the gateway. */
export const GATEWAY_FLAGS = {
  url: { value: "URL", meaning: "flag.url" },
  key: { value: "KEY", meaning: "flag.key" },
  json: { meaning: "flag.json" },
} as const satisfies Flags;

export const SIMULATORS_FLAG = { "sim-url": { value: "URL", meaning: "flag.sim-url" } } as const satisfies Flags;

const HELP: Flag = { short: "h", meaning: "flag.help" };

/** A command's own flags and --help. */
export function flagsOf(command: Pick<Command, "flags">, io: Pick<Io, "language">): Flags {
  return { ...(typeof command.flags === "function" ? command.flags(io) : command.flags), help: HELP };
}

/** Reads the words behind a command's name. Throws a usage Failure; `help` was asked for when it answers "help". */
export function readArguments(command: { name: string; flags: Flags }, args: string[]): Asked | "help" {
  const { flags } = command;
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  const { tokens } = parseArgs({
    args,
    options: optionsOf(flags),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = flags[token.name];
    if (flag === undefined) throw unknownFlag(command.name, token.rawName, Object.keys(flags));
    if (flag.value === undefined && token.value !== undefined)
      throw usage("fail.flag-takes-nothing", { flag: token.rawName, command: command.name });
    // Without "=", a word that begins like a flag is one, not this flag's value.
    const isFlagItself = token.inlineValue === false && /^--?[a-z]/i.test(token.value ?? "");
    if (flag.value !== undefined && (token.value === undefined || isFlagItself))
      throw usage("fail.flag-needs-value", { flag: token.rawName, value: flag.value, command: command.name });
    const known = values.get(token.name);
    if (known !== undefined && flag.value !== undefined && !flag.many)
      throw usage("fail.flag-twice", { flag: token.rawName, command: command.name });
    values.set(token.name, [...(known ?? []), token.value ?? ""]);
  }
  if (values.has("help")) return "help";
  return {
    positionals,
    text: (flag) => values.get(flag)?.[0],
    texts: (flag) => values.get(flag) ?? [],
    yes: (flag) => values.has(flag),
  };
}

function optionsOf(flags: Flags) {
  return Object.fromEntries(
    Object.entries(flags).map(([name, { value, short }]) => [
      name,
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        ...(short && { short }),
        multiple: true,
      },
    ]),
  );
}

export function usage(key: WordKey, values: Record<string, string | number> = {}): Failure {
  return new Failure(EXIT.usage, key, values);
}

function unknownFlag(command: string, flag: string, known: string[]): Failure {
  const meant = nearest(flag.replace(/^-+/, ""), known);
  return meant === undefined
    ? usage("fail.flag-unknown", { flag, command })
    : usage("fail.flag-unknown-meant", { flag, command, meant: `--${meant}` });
}

/** The one known word that differs by at most two letters, if there is one. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((k) => ({ k, d: distance(word, k) })).sort((a, b) => a.d - b.d);
  const best = ranked[0];
  return best && best.d <= Math.min(2, Math.floor(word.length / 2)) ? best.k : undefined;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
