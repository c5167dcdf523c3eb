// How far something is: a bar on a terminal, one line a second elsewhere, nothing beside JSON.

import { canRedraw, type Io } from "./io.ts";
import { cut } from "./table.ts";

export interface Step {
  done: number;
  /** 0: not known yet. */
  total: number;
  /** What is said beside the bar. */
  text: string;
  /** Of the bar, 0 to 1, where it shows something finer than done of total: the pages of one fax. */
  share?: number;
}

export interface Progress {
  show(step: Step): void;
  /** A line that stays, above the bar. */
  above(text: string): void;
  /** Shows the last step if it was held back, and leaves the cursor on a fresh line. */
  end(): void;
}

const BAR_WIDTH = 24;
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 1_000;

/** `quiet` for commands that answer JSON. Writes to `io.err`, so that results can be piped. */
export function openProgress(io: Pick<Io, "env" | "err" | "monotonic">, quiet = false): Progress {
  if (quiet) return { show: () => {}, above: () => {}, end: () => {} };
  const isBar = canRedraw(io.err, io.env);
  const everyMs = isBar ? BAR_EVERY_MS : LINE_EVERY_MS;
  let shownAt = Number.NEGATIVE_INFINITY;
  let shown = "";
  let held: string | undefined;

  const write = (text: string) => {
    // The line is overwritten and its rest erased; it must not be wider than the terminal, or it would not be one line.
    io.err.write(isBar ? `\r${text}\x1b[K` : `${text}\n`);
    shown = text;
    held = undefined;
    shownAt = io.monotonic();
  };
  return {
    show(step) {
      const text = isBar ? cut(`${bar(step)} ${step.text}`, (io.err.columns || 80) - 1) : plainLine(step);
      if (text === shown) return;
      if (io.monotonic() - shownAt < everyMs) held = text;
      else write(text);
    },
    above(text) {
      io.err.write(isBar ? `\r\x1b[K${text}\n${shown}` : `${text}\n`);
    },
    end() {
      if (held !== undefined && held !== shown) write(held);
      if (isBar && shown !== "") io.err.write("\n");
    },
  };
}

function share({ done, total, share }: Step): number {
  if (share !== undefined) return Math.max(0, Math.min(1, share));
  return total === 0 ? 0 : Math.min(1, done / total);
}

function bar(step: Step): string {
  const full = Math.floor(share(step) * BAR_WIDTH);
  const percent = `${Math.floor(share(step) * 100)}`.padStart(3);
  return `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}] ${percent}%`;
}

function plainLine(step: Step): string {
  return `${step.total === 0 ? step.done : `${step.done}/${step.total}`} ${step.text}`;
}
