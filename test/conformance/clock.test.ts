// The town's clock keeps the contract.

import { systemClock } from "@depesche/ports";
import { simulatedClockContract } from "@depesche/ports/contract/clock";
import { openTownClock } from "@depesche/town";

simulatedClockContract("the town's clock", async () => {
  const clock = openTownClock(systemClock);
  return { clock, change: async (setting) => clock.set(setting), wall: systemClock.now, dispose: async () => {} };
});
