// Asking a gateway that may be restarted meanwhile.

import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";

const PATIENCE_MS = 30_000;
const AGAIN_EVERY_MS = 250;

/** True when nobody answered at all; a refusal is an answer. */
export function isAway(error: unknown): boolean {
  const { name, exitCode } = error as { name?: string; exitCode?: number };
  return name === "Unreachable" || (name === "Failure" && exitCode === EXIT.unreachable);
}

/** Asks again while nobody answers, for half a minute. Only for what may be asked twice. Rejects as `ask` did last. */
export async function patiently<T>(io: Pick<Io, "monotonic" | "pause">, ask: () => Promise<T>): Promise<T> {
  const since = io.monotonic();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error) || io.monotonic() - since > PATIENCE_MS) throw error;
    }
    await io.pause(AGAIN_EVERY_MS);
  }
}
