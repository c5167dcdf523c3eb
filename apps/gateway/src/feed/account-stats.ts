// The figures of an account as they are told: the minutes and what waits, whole, or what has changed of them.

import type { QueueDepth, StatsView } from "@depesche/client";
import type { FeedEvent } from "@depesche/core";
import type { FaceLedger, QueueCount } from "@depesche/ports";
import { MINUTE_MS, minuteOf, StatsBook } from "./stats-book.ts";

/** Minutes in a snapshot and of those a message may change. */
export const FEED_MINUTES = 60;

export interface AccountStats {
  /** Takes in events just read, of all accounts. */
  fold(events: readonly FeedEvent[]): void;
  /** The last `minutes` (default 60) whole, as far as they can be had quickly: `patient` waits for all of the past. */
  view(account: number, now: number, minutes?: number, patient?: boolean): Promise<StatsView>;
  /** What changed since it was last told to these accounts; those without a change are left out. */
  changes(accounts: ReadonlySet<number>, now: number): Promise<Map<number, StatsView>>;
}

interface Told {
  version: number;
  minute: number;
  queue: string;
}

function depthOf(counts: readonly QueueCount[], account: number): QueueDepth {
  const depth: QueueDepth = {};
  for (const { account: owner, channel, open, dispatched } of counts)
    if (owner === account) depth[channel] = { open, dispatched };
  return depth;
}

/** One for the whole process: the API and the feed tell the same figures and count them once. */
export function createAccountStats(ledger: FaceLedger): AccountStats {
  const book = new StatsBook(ledger);
  const told = new Map<number, Told>();
  const hourBefore = (now: number) => minuteOf(now) - (FEED_MINUTES - 1) * MINUTE_MS;

  return {
    fold: (events) => book.fold(events),
    async view(account, now, minutes = FEED_MINUTES, patient = false) {
      const since = minuteOf(now) - (minutes - 1) * MINUTE_MS;
      await book.catchUp(hourBefore(now));
      await book.reachBack(since, patient ? undefined : 1);
      return { minutes: book.minutes(account, now, minutes), queue: depthOf(await ledger.queueDepth(), account) };
    },
    async changes(accounts, now) {
      await book.catchUp(hourBefore(now));
      // What a snapshot did not wait for comes with these messages, a part each time.
      await book.reachBack(hourBefore(now), 1);
      book.prune(now);
      const counts = await ledger.queueDepth();
      const { version } = book;
      const changed = new Map<number, StatsView>();
      for (const account of accounts) {
        const before = told.get(account) ?? { version: 0, minute: 0, queue: "" };
        const minutes = book.minutes(account, now, FEED_MINUTES, { after: before.version, told: before.minute });
        const queue = depthOf(counts, account);
        const text = JSON.stringify(queue);
        if (minutes.length > 0 || text !== before.queue) changed.set(account, { minutes, queue });
        told.set(account, { version, minute: minuteOf(now), queue: text });
      }
      for (const account of told.keys()) if (!accounts.has(account)) told.delete(account);
      return changed;
    },
  };
}
