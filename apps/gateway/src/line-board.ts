// The lines of all workers as the gateway last heard of them.

import type { LineView } from "@depesche/client";
import { hearLines, type LineState, type Listener } from "@depesche/ledger";
import type { LineBoard } from "./api/index.ts";

/** A worker repeats all its lines every few seconds; what is not repeated belongs to one that is gone. */
const FORGET_MS = 15_000;

export function openLineBoard(listener: Listener, monotonic: () => number): LineBoard & { close(): void } {
  const lines = new Map<string, { view: LineView; heardAt: number }>();
  const listeners = new Set<(changed: LineView[]) => void>();
  const off = hearLines(listener, (heard) => {
    const changed: LineView[] = [];
    for (const state of heard) {
      const key = `${state.worker}.${state.line}`;
      const known = lines.get(key);
      const view = toView(state);
      if (!known || JSON.stringify(known.view) !== JSON.stringify(view)) changed.push(view);
      lines.set(key, { view, heardAt: monotonic() });
    }
    if (changed.length > 0) for (const one of listeners) one(changed);
  });
  return {
    snapshot() {
      for (const [key, { heardAt }] of lines) if (monotonic() - heardAt > FORGET_MS) lines.delete(key);
      return [...lines.values()]
        .map((l) => l.view)
        .sort((a, b) => (a.worker ?? 0) - (b.worker ?? 0) || a.line - b.line);
    },
    onChange(one) {
      listeners.add(one);
      return () => listeners.delete(one);
    },
    close: off,
  };
}

function toView(state: LineState): LineView {
  return { ...state };
}
