import { describe, expect, it } from "vitest";
import { type ClockSetting, changedClock, simulatedAt, wallAt } from "./clock.ts";

const clock: ClockSetting = { anchorWall: 1000, anchorSim: 50_000, speed: 10, unpaced: false };

describe("the simulated clock", () => {
  it("runs at its speed from its anchor, and never before it", () => {
    expect(simulatedAt(clock, 1100)).toBe(51_000);
    expect(simulatedAt(clock, 500)).toBe(50_000);
    expect(wallAt(clock, 51_000)).toBe(1100);
  });
  it("keeps its time when the speed changes", () => {
    const next = changedClock(clock, 1100, { speed: 1000 }) as ClockSetting;
    expect(simulatedAt(next, 1100)).toBe(51_000);
    expect(simulatedAt(next, 1101)).toBe(52_000);
  });
  it("jumps forward, never back, and knows its range of speeds", () => {
    expect(simulatedAt(changedClock(clock, 1100, { setTo: 99_000 }) as ClockSetting, 1100)).toBe(99_000);
    expect(changedClock(clock, 1100, { setTo: 50_999 })).toBeUndefined();
    expect(changedClock(clock, 1100, { speed: 0.5 })).toBeUndefined();
  });
});
