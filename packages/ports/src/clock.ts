// Clock ports: the wall clock and the simulated clock, passed in so that tests own the time.

import type { ClockSetting } from "@depesche/core";

export interface WallClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Monotonic milliseconds; only differences mean something. */
  monotonic(): number;
}

/** The simulated clock as its users see it. */
export interface SimulatedClock {
  /** Milliseconds since 1970. */
  now(): number;
  setting(): ClockSetting;
  /** Resolves when the simulated clock shows `sim`, following changes of speed and jumps; at once when it already does. */
  until(sim: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: WallClock = { now: () => Date.now(), monotonic: () => performance.now() };
