// What every SimulatedClock must do, wherever its setting comes from.

import { type ClockSetting, changedClock } from "@depesche/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SimulatedClock } from "../clock.ts";

export interface SimulatedClockRig {
  clock: SimulatedClock;
  /** Changes the setting as its owner would, and resolves when the clock shows it. */
  change(setting: ClockSetting): Promise<void>;
  /** Wall time as the clock under test sees it. */
  wall(): number;
  dispose(): Promise<void>;
}

const DAY = 86_400_000;

/** Registers the contract as tests. No test waits for the wall clock: what is awaited is brought about by a change. */
export function simulatedClockContract(name: string, open: () => Promise<SimulatedClockRig>): void {
  describe(`${name} keeps the contract of a simulated clock`, () => {
    let rig: SimulatedClockRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.dispose());

    const change = (what: { speed?: number; setTo?: number }) => {
      const next = changedClock(rig.clock.setting(), rig.wall(), what);
      if (!next) throw new RangeError("the contract asks for a change that no clock may make");
      return rig.change(next);
    };

    /** Has the wait ended by now, one way or the other? Asked after everything that is due has run. */
    const ended = async (wait: Promise<void>) => {
      let over = false;
      wait.then(
        () => {
          over = true;
        },
        () => {
          over = true;
        },
      );
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      return over;
    };

    it("shows what its setting says, and never goes back over changes of speed", async () => {
      let last = rig.clock.now();
      for (const speed of [1000, 1, 60]) {
        await change({ speed });
        expect(rig.clock.setting().speed).toBe(speed);
        expect(rig.clock.now()).toBeGreaterThanOrEqual(last);
        last = rig.clock.now();
      }
    });

    it("is set forward at once", async () => {
      const tomorrow = rig.clock.now() + DAY;
      await change({ setTo: tomorrow });
      expect(rig.clock.now()).toBeGreaterThanOrEqual(tomorrow);
    });

    it("a wait for a time that has passed ends at once", async () => {
      await rig.clock.until(rig.clock.now() - 1);
      await rig.clock.until(0);
    });

    it("a wait ends when the clock is set past it, and not before", async () => {
      const start = rig.clock.now();
      const [near, far] = [rig.clock.until(start + DAY), rig.clock.until(start + 3 * DAY)];
      expect(await ended(near)).toBe(false);
      await change({ setTo: start + 2 * DAY });
      await near;
      expect(await ended(far)).toBe(false);
      await change({ setTo: start + 4 * DAY });
      await far;
    });

    it("a wait ends when a change of speed brings it near", async () => {
      const wait = rig.clock.until(rig.clock.now() + 60_000);
      expect(await ended(wait)).toBe(false);
      await change({ speed: 1000 });
      await wait;
    });

    it("a wait of years does not end at once: no timer overflows", async () => {
      const stop = new AbortController();
      expect(await ended(rig.clock.until(rig.clock.now() + 3_650 * DAY, stop.signal))).toBe(false);
      stop.abort();
    });

    it("a stopped wait ends at once, whether it was stopped before or during", async () => {
      const stop = new AbortController();
      const during = ended(rig.clock.until(rig.clock.now() + DAY, stop.signal));
      stop.abort();
      expect(await during).toBe(true);
      expect(await ended(rig.clock.until(rig.clock.now() + DAY, stop.signal))).toBe(true);
    });

    it("a thousand waits all end", async () => {
      const start = rig.clock.now();
      const waits = Array.from({ length: 1_000 }, (_, i) => rig.clock.until(start + 60_000 + i));
      await change({ setTo: start + DAY });
      await Promise.all(waits);
    });
  });
}
