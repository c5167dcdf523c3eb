// Processes that a killed launcher has left behind.

import { isAlive, type ProcessName } from "./data-lock.ts";

/** A stop of theirs takes at most so long. */
const PATIENCE_MS = 4_500;

/** Processes of an owner that was killed see its end and stop; one that does not is ended, so that its ports are free. */
export async function endLeftovers(leftovers: readonly ProcessName[], patienceMs = PATIENCE_MS): Promise<void> {
  const end = performance.now() + patienceMs;
  let alive = leftovers.filter(isAlive);
  while (alive.length > 0 && performance.now() < end) {
    await pause(50);
    alive = alive.filter(isAlive);
  }
  for (const { pid } of alive) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it was quicker
    }
  }
  while (alive.some(isAlive)) await pause(20);
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
