// The simulated clock of the town: follows the setting the gateway pushes.

import { type ClockSetting, simulatedAt, wallAt } from "@depesche/core";
import type { SimulatedClock, WallClock } from "@depesche/ports";

export interface TownClock extends SimulatedClock {
  /** Takes a new setting; all waits follow it. */
  set(setting: ClockSetting): void;
}

/** Timers cannot be set further ahead; a longer wait looks again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Wait {
  sim: number;
  resolve(): void;
  timer?: NodeJS.Timeout;
}

/** Opens a clock that shows wall time until it is set. Its waits do not keep the process alive. */
export function openTownClock(wall: WallClock): TownClock {
  const start = wall.now();
  let setting: ClockSetting = { anchorWall: start, anchorSim: start, speed: 1, unpaced: false };
  const waits = new Set<Wait>();

  const now = () => simulatedAt(setting, wall.now());

  function arm(wait: Wait): void {
    clearTimeout(wait.timer);
    if (now() >= wait.sim) {
      waits.delete(wait);
      wait.resolve();
      return;
    }
    // Timers may fire a little early; then the wait is armed again.
    const ms = Math.max(1, Math.ceil(wallAt(setting, wait.sim) - wall.now()));
    wait.timer = setTimeout(() => arm(wait), Math.min(ms, LONGEST_TIMER_MS)).unref();
  }

  return {
    now,
    setting: () => setting,
    set(next) {
      setting = next;
      for (const wait of [...waits]) arm(wait);
    },
    until(sim, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          clearTimeout(wait.timer);
          waits.delete(wait);
          reject(signal?.reason);
        };
        const wait: Wait = {
          sim,
          resolve: () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        signal?.addEventListener("abort", stop, { once: true });
        waits.add(wait);
        arm(wait);
      });
    },
  };
}

/** A setting as it comes over the wire; undefined when it is none. */
export function readClockSetting(given: unknown): ClockSetting | undefined {
  const { anchorWall, anchorSim, speed, unpaced } = (given ?? {}) as Partial<Record<keyof ClockSetting, unknown>>;
  if (!Number.isFinite(anchorWall) || !Number.isFinite(anchorSim) || typeof unpaced !== "boolean") return undefined;
  if (typeof speed !== "number" || !(speed >= 1 && speed <= 1000)) return undefined;
  return { anchorWall: anchorWall as number, anchorSim: anchorSim as number, speed, unpaced };
}
