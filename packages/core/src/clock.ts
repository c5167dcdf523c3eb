// The simulated clock as a pure function of the wall clock (DESIGN section 4). It lives in the ledger as three numbers.

/** Simulated time is `anchorSim + (wall - anchorWall) * speed`; all in milliseconds since 1970. */
export interface ClockSetting {
  anchorWall: number;
  anchorSim: number;
  /** 1 to 1000. */
  speed: number;
  /** Lines are freed as soon as a call is computed (DEPESCHE_SPEED=max). */
  unpaced: boolean;
}

/** Simulated time at wall time `wall`; never before the anchor. */
export function simulatedAt(setting: ClockSetting, wall: number): number {
  return setting.anchorSim + Math.max(0, wall - setting.anchorWall) * setting.speed;
}

/** Wall time at which the simulated clock will show `sim` (may lie in the past). */
export function wallAt(setting: ClockSetting, sim: number): number {
  return setting.anchorWall + (sim - setting.anchorSim) / setting.speed;
}

/** The clock after a change of speed or a jump forward, anchored at `wall`. A jump back is refused (undefined). */
export function changedClock(
  setting: ClockSetting,
  wall: number,
  change: { speed?: number; unpaced?: boolean; setTo?: number },
): ClockSetting | undefined {
  const now = simulatedAt(setting, wall);
  if (change.setTo !== undefined && change.setTo < now) return undefined;
  const speed = change.speed ?? setting.speed;
  if (!(speed >= 1 && speed <= 1000)) return undefined;
  return { anchorWall: wall, anchorSim: change.setTo ?? now, speed, unpaced: change.unpaced ?? setting.unpaced };
}
