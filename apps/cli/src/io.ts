// What a command may use of the process it runs in.

import { type Language, languageOf, type Say, sayIn } from "./language.ts";

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface Io {
  /** Results. */
  out: Output;
  /** Progress and errors, so that results can be piped. */
  err: Output;
  env: Readonly<Record<string, string | undefined>>;
  language: Language;
  say: Say;
  /** Results may be coloured. */
  colour: boolean;
  /** Milliseconds on a clock that never jumps. */
  monotonic(): number;
  /** Wall time, ms since 1970. */
  now(): number;
  pause(ms: number): Promise<void>;
  /** Ctrl-C (or SIGTERM) then runs this instead of ending the process; answers how to take that back. */
  onInterrupt(run: () => void): () => void;
}

/** The real process. */
export function processIo(): Io {
  const { env, stdout, stderr } = process;
  return { out: stdout, err: stderr, env, ...mannerOf(env, stdout), ...CLOCK };
}

const CLOCK: Pick<Io, "monotonic" | "now" | "pause" | "onInterrupt"> = {
  monotonic: () => performance.now(),
  now: () => Date.now(),
  pause: (ms) => new Promise((done) => setTimeout(done, ms)),
  onInterrupt(run) {
    const signals = ["SIGINT", "SIGTERM"] as const;
    for (const signal of signals) process.on(signal, run);
    return () => {
      for (const signal of signals) process.off(signal, run);
    };
  },
};

/** Language and colour: NO_COLOR (any value but the empty one) and pipes switch colour off. */
export function mannerOf(env: Io["env"], out: Output): Pick<Io, "language" | "say" | "colour"> {
  const language = languageOf(env);
  const colour = out.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  return { language, say: sayIn(language), colour };
}

/** What is drawn over again needs a terminal that can move its cursor. */
export function canRedraw(out: Output, env: Io["env"]): boolean {
  return out.isTTY === true && env.TERM !== "dumb";
}

/** The same io for what goes to stderr: its width, and colour only when that is a terminal too. */
export function errIo(io: Io): Io {
  return { ...io, out: io.err, colour: io.colour && io.err.isTTY === true };
}

export function line(io: Io, text: string): void {
  io.out.write(`${text}\n`);
}

/** One JSON document on stdout. */
export function json(io: Io, value: unknown): void {
  io.out.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

const SGR = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

export function paint(io: Pick<Io, "colour">, style: keyof typeof SGR, text: string): string {
  return io.colour ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text;
}

/**
 * What others wrote (station ids, file names, references) must not command the terminal: control characters become a
 * visible stand-in.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, "\u{fffd}");
}
