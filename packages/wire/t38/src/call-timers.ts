/** The timers of T.30 in a call in real time. They run on what was heard: a signal that is on the line is waited for (T.38 jitter). */

import type { TimerName } from "@depesche/t30";

/** A timer waits for a signal that is on the line, but not for ever. */
const MOST_DEFERRED_US = 10_000_000;
const DEFER_US = 200_000;
/** Timers that ask "has anything come?". The others guard against what never ends. */
const WAITING: ReadonlySet<TimerName> = new Set(["T1", "T2", "T4", "TTCF"]);

export class CallTimers {
  readonly #timers = new Map<TimerName, { dueUs: number; lastUs: number }>();

  /** Starts a timer, or starts it anew. */
  start(timer: TimerName, nowUs: number, afterUs: number): void {
    const dueUs = nowUs + afterUs;
    this.#timers.set(timer, { dueUs, lastUs: dueUs + MOST_DEFERRED_US });
  }

  stop(timer: TimerName): void {
    this.#timers.delete(timer);
  }

  clear(): void {
    this.#timers.clear();
  }

  /** When the next one is due; infinity when none runs. */
  get dueUs(): number {
    let dueUs = Number.POSITIVE_INFINITY;
    for (const timer of this.#timers.values()) dueUs = Math.min(dueUs, timer.dueUs);
    return dueUs;
  }

  /** The timers that have run out, earliest first. While something is on the line those that wait for it are put off. */
  *due(nowUs: number, isHearing: () => boolean): Generator<TimerName, void> {
    for (;;) {
      const dueUs = this.dueUs;
      if (dueUs > nowUs) return;
      for (const [name, timer] of this.#timers) {
        if (timer.dueUs !== dueUs) continue;
        if (WAITING.has(name) && isHearing() && dueUs < timer.lastUs) {
          timer.dueUs = Math.min(timer.lastUs, nowUs + DEFER_US);
        } else {
          this.#timers.delete(name);
          yield name;
        }
        break;
      }
    }
  }
}
