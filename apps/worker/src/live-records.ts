// Records of calls while they are on the line, handed to the ledger as they come. Best effort: no call waits for its record.

import { type AttemptKey, attemptKey } from "@depesche/core";
import { type Claimed, dropLiveLadder, keepLiveLadder, type Pool } from "@depesche/ledger";
import type { LiveRecord } from "@depesche/ports";
import type { Holder } from "./life.ts";

export interface LiveRecords {
  /** Hands over the newest record of an attempt; left out while the one before is still on its way. */
  keep(c: Claimed, holder: Holder, live: LiveRecord): void;
  /** Whether a record of this attempt was handed over. */
  has(c: Claimed): boolean;
  /** The call is over, and its own record is in the ledger, or there is none: lets go of what was shown meanwhile. */
  end(c: Claimed): Promise<void>;
}

export function createLiveRecords(pool: Pool, log: { warn(data: object, text: string): void }): LiveRecords {
  /** Attempts that were handed over, with the writing under way. */
  const kept = new Map<AttemptKey, { writing: Promise<void>; busy: boolean }>();
  const keyOf = ({ job, n, k }: Claimed) => attemptKey(job, n, k);
  return {
    keep(c, holder, live) {
      const key = keyOf(c);
      if (kept.get(key)?.busy) return;
      const entry = { writing: Promise.resolve(), busy: true };
      entry.writing = keepLiveLadder(pool, holder.id, c, live)
        .catch((error) => log.warn({ err: error, attempt: key }, "the record of a call on the line was not kept"))
        .finally(() => {
          entry.busy = false;
        });
      kept.set(key, entry);
    },
    has: (c) => kept.has(keyOf(c)),
    async end(c) {
      const entry = kept.get(keyOf(c));
      if (!entry) return;
      await entry.writing;
      kept.delete(keyOf(c));
      // The reader asks for the recipient's state, and the next tidying takes what stays here.
      await dropLiveLadder(pool, c).catch(() => undefined);
    },
  };
}
