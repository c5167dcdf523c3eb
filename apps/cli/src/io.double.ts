// A process to run commands in: what they write is kept, time passes when they pause.

import { type Io, mannerOf, type Output } from "./io.ts";

export interface IoDouble extends Io {
  readonly written: { out: string; err: string };
  /** Ctrl-C. */
  interrupt(): void;
}

export function ioDouble(env: Record<string, string> = {}, terminal?: { columns: number }): IoDouble {
  const written = { out: "", err: "" };
  const output = (name: "out" | "err"): Output => ({
    write(text) {
      written[name] += text;
    },
    ...(terminal && { isTTY: true, ...terminal }),
  });
  let ms = 0;
  const interrupted = new Set<() => void>();
  return {
    out: output("out"),
    err: output("err"),
    env,
    ...mannerOf(env, output("out")),
    monotonic: () => ms,
    now: () => Date.UTC(2026, 10, 22, 12) + ms,
    async pause(wait) {
      ms += wait;
      // Answers of real servers must get their turn.
      await new Promise((next) => setImmediate(next));
    },
    onInterrupt(run) {
      interrupted.add(run);
      return () => interrupted.delete(run);
    },
    interrupt() {
      for (const run of interrupted) run();
    },
    written,
  };
}
