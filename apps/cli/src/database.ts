// The embedded database of a house: started again where it was when it dies by itself, as the other rooms are.

import { setTimeout as timer } from "node:timers/promises";
import type { EmbeddedPostgres } from "@depesche/ledger";

export interface KeepOrder {
  /** It died, or could not be started, and is started again. */
  onRestart(how: string): void;
  /** It cannot be started; nothing more is tried. */
  onGivenUp(why: string): void;
  /** Pauses before it is started again, the last one for all further times. */
  restartMs?: readonly number[];
}

export interface KeptDatabase {
  /** Ends it for good, also in the midst of a start; after so many milliseconds without a checkpoint. */
  stop(quitAfterMs: number): Promise<void>;
}

/** A database that keeps dying must not spin; a first death is healed at once, since everything waits for it. */
const RESTART_MS = [0, 500, 1_000, 2_000, 5_000];
/** After so long a life the next death is the first again. */
const STEADY_MS = 30_000;
/** So many starts in a row that fail have a cause that does not pass by itself, like a full disk. */
const GIVE_UP_AFTER = 5;

/** Watches over a database that runs. */
export function keepDatabase(
  database: Pick<EmbeddedPostgres, "exited" | "restart" | "stop">,
  order: KeepOrder,
): KeptDatabase {
  const pauses = order.restartMs ?? RESTART_MS;
  const stopping = new AbortController();
  const { signal } = stopping;
  const pauseAfter = (failures: number) =>
    timer(pauses[Math.min(failures, pauses.length - 1)], undefined, { signal }).catch(() => undefined);

  const keep = async () => {
    for (let deaths = 0; ; deaths++) {
      const since = performance.now();
      let how = await database.exited;
      if (performance.now() - since > STEADY_MS) deaths = 0;
      for (let failed = 0; ; ) {
        if (signal.aborted) return;
        order.onRestart(how);
        await pauseAfter(deaths + failed);
        if (signal.aborted) return;
        try {
          await database.restart();
          break;
        } catch (error) {
          how = reasonIn((error as Error).message);
          failed += 1;
        }
        if (failed < GIVE_UP_AFTER) continue;
        if (!signal.aborted) order.onGivenUp(how);
        return;
      }
    }
  };
  void keep();

  return {
    stop(quitAfterMs) {
      stopping.abort();
      return database.stop(quitAfterMs);
    },
  };
}

/** What a start broke at: hints follow it, and in between whoever knocks is told that it is too early. */
function reasonIn(said: string): string {
  const lines = said.trim().split("\n");
  const faults = lines.flatMap((line) => /\b(?:FATAL|PANIC): .*/.exec(line)?.[0] ?? []);
  return faults.findLast((fault) => !fault.includes("the database system is")) ?? (lines.at(-1) as string);
}
