// Tells the gateways what the lines are doing: changes gathered for 100 ms, everything again every five seconds.

import { type LineState, type Pool, tellLines } from "@depesche/ledger";
import type { LineProgress } from "@depesche/ports";

const GATHER_MS = 100;
const REPEAT_MS = 5_000;

export function openLineReporter(pool: Pool, worker: () => number): { report(p: LineProgress): void; close(): void } {
  const now = new Map<number, LineProgress>();
  let changed = new Set<number>();
  const send = (lines: Iterable<number>) => {
    const states: LineState[] = [...lines].map((line) => ({ ...(now.get(line) as LineProgress), worker: worker() }));
    if (states.length > 0) tellLines(pool, states).catch(() => undefined); // the picture comes again in five seconds
  };
  const gather = setInterval(() => {
    const lines = changed;
    changed = new Set();
    send(lines);
  }, GATHER_MS);
  const repeat = setInterval(() => send(now.keys()), REPEAT_MS);
  return {
    report(progress) {
      now.set(progress.line, progress);
      changed.add(progress.line);
    },
    close() {
      clearInterval(gather);
      clearInterval(repeat);
    },
  };
}
