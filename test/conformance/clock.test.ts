// The town's clock keeps the contract.

import { systemClock } from "@depesche/ports";
import { simulatedClockContract } from "../../packages/ports/src/contract/clock.ts";
import { openTownClock } from "../../simulators/town/src/clock.ts";

simulatedClockContract("the town's clock", async () => {
  const clock = openTownClock(systemClock);
  return { clock, change: async (setting) => clock.set(setting), wall: systemClock.now, dispose: async () => {} };
});
