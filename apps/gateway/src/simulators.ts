// Keeps the simulators' clock equal to the ledger's: pushed on every change, and again now and then (a simulator may have restarted).

import type { ClockSetting } from "@depesche/core";

const REPEAT_MS = 2_000;

export function pushClock(
  clock: { setting(): ClockSetting; onChange(cb: (setting: ClockSetting) => void): void },
  simulators: string,
): () => void {
  let stopped = false;
  const push = async () => {
    if (stopped) return;
    await fetch(`${simulators}/clock`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(clock.setting()),
      signal: AbortSignal.timeout(1_000),
    }).catch(() => undefined); // not up yet, or restarting: the next push reaches it
  };
  clock.onChange(() => void push());
  const timer = setInterval(() => void push(), REPEAT_MS);
  void push();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
