import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openTownClock, readClockSetting } from "./clock.ts";

const wall = { now: () => Date.now(), monotonic: () => Date.now() };

describe("the town's clock", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it("shows wall time until it is set, then the setting", () => {
    const clock = openTownClock(wall);
    expect(clock.now()).toBe(1_000_000);
    clock.set({ anchorWall: 1_000_000, anchorSim: 5_000_000, speed: 100, unpaced: false });
    vi.advanceTimersByTime(10);
    expect(clock.now()).toBe(5_001_000);
  });

  it("waits follow a change of speed and a jump", async () => {
    const clock = openTownClock(wall);
    const done: string[] = [];
    void clock.until(1_000_000 + 60_000).then(() => done.push("minute"));
    void clock.until(1_000_000 + 3_600_000).then(() => done.push("hour"));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(done).toEqual([]);
    clock.set({ anchorWall: 1_030_000, anchorSim: 1_030_000, speed: 1000, unpaced: true });
    await vi.advanceTimersByTimeAsync(30);
    expect(done).toEqual(["minute"]);
    clock.set({ anchorWall: Date.now(), anchorSim: 9_000_000, speed: 1, unpaced: false });
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toEqual(["minute", "hour"]);
  });

  it("a wait longer than a timer can be is still kept", async () => {
    const clock = openTownClock(wall);
    let isDone = false;
    void clock.until(1_000_000 + 40 * 86_400_000).then(() => {
      isDone = true;
    });
    await vi.advanceTimersByTimeAsync(39 * 86_400_000);
    expect(isDone).toBe(false);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(isDone).toBe(true);
  });

  it("a wait can be given up, and one for the past is over at once", async () => {
    const clock = openTownClock(wall);
    const stop = new AbortController();
    const wait = clock.until(2_000_000, stop.signal);
    stop.abort(new Error("enough"));
    await expect(wait).rejects.toThrow("enough");
    await clock.until(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it.each([
  [undefined],
  [{}],
  [{ anchorWall: 1, anchorSim: 1, speed: 0.5, unpaced: false }],
  [{ anchorWall: 1, anchorSim: 1, speed: 1001, unpaced: false }],
  [{ anchorWall: "1", anchorSim: 1, speed: 1, unpaced: false }],
  [{ anchorWall: 1, anchorSim: null, speed: 1, unpaced: false }],
  [{ anchorWall: 1, anchorSim: 1, speed: 1 }],
])("%j is no setting of a clock", (given) => {
  expect(readClockSetting(given)).toBeUndefined();
});
