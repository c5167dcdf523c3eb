// What each account did in each minute of wall time, folded from the event log: the past once by the database, newest part first, and
// from then on from the events the feed reads anyway.

import type { StatsMinute } from "@depesche/client";
import type { FeedEvent } from "@depesche/core";
import type { FaceLedger, MinuteCount } from "@depesche/ports";

export const MINUTE_MS = 60_000;
/** Minutes that are kept. */
export const MOST_MINUTES = 1440;
/** Events the database counts in one query: a fraction of a second. */
const SLICE = 200_000;

type Minute = Pick<MinuteCount, "jobs" | "attempts" | "pages" | "outcomes"> & { version: number };

export const minuteOf = (wall: number): number => wall - (wall % MINUTE_MS);

/** What one event adds to its minute. */
export function countOf(event: FeedEvent): MinuteCount {
  const ended = event.type === "attempt.ended";
  const pages = event.data?.pages;
  return {
    account: event.account,
    minute: minuteOf(event.at),
    jobs: event.type === "job.accepted" ? 1 : 0,
    attempts: ended ? 1 : 0,
    pages: ended && typeof pages === "number" ? pages : 0,
    outcomes: event.final && event.outcome ? { [event.outcome]: 1 } : {},
  };
}

export class StatsBook {
  readonly #ledger: FaceLedger;
  readonly #accounts = new Map<number, Map<number, Minute>>();
  /** Events `from <= seq <= to` are counted; undefined before the first look. */
  #counted: { from: number; to: number } | undefined;
  /** Wall time since which everything is counted, once `from` has got there. */
  #since = Number.POSITIVE_INFINITY;
  #version = 0;
  /** Queries run one after the other; while one counts what is new, what `fold` is handed would be counted twice. */
  #queue: Promise<unknown> = Promise.resolve();
  #catchingUp = false;

  constructor(ledger: FaceLedger) {
    this.#ledger = ledger;
  }

  /** The newest change there is. */
  get version(): number {
    return this.#version;
  }

  /** Takes in events just read. Those that do not follow on what is counted are left to `catchUp`. */
  fold(events: readonly FeedEvent[]): void {
    if (!this.#counted || this.#catchingUp) return;
    for (const event of events) {
      if (event.seq !== this.#counted.to + 1) continue;
      this.#counted.to = event.seq;
      if (event.account > 0) this.#add([countOf(event)]);
    }
  }

  /** Counts what came since; after a long time without a look (`since` lies behind it), everything anew. */
  catchUp(since: number): Promise<void> {
    return this.#next(async () => {
      const head = await this.#ledger.lastSeq();
      if (this.#counted && head < this.#counted.to) this.#forget();
      if (this.#counted && head - this.#counted.to > SLICE && (await this.#ledger.firstSeqAt(since)) > this.#counted.to)
        this.#forget();
      this.#counted ??= { from: head + 1, to: head };
      this.#catchingUp = true;
      try {
        while (this.#counted.to < head) {
          const upTo = Math.min(head, this.#counted.to + SLICE);
          this.#add(await this.#ledger.countEvents(this.#counted.to, upTo));
          this.#counted.to = upTo;
        }
      } finally {
        this.#catchingUp = false;
      }
    });
  }

  /** Counts the past back to `since`, newest part first. `slices`: at most so many; the rest with the next call. */
  async reachBack(since: number, slices = Number.POSITIVE_INFINITY): Promise<void> {
    const floor = minuteOf(since);
    for (let done = 0; done < slices && this.#since > floor; done++) {
      await this.#next(async () => {
        if (!this.#counted || this.#since <= floor) return;
        const first = await this.#ledger.firstSeqAt(floor);
        const from = Math.max(first, this.#counted.from - SLICE);
        if (from < this.#counted.from) {
          this.#add(await this.#ledger.countEvents(from - 1, this.#counted.from - 1));
          this.#counted.from = from;
        }
        if (this.#counted.from <= first) this.#since = floor;
      });
    }
  }

  /** The last `minutes` up to `now`, oldest first and without gaps; `after`: only those that changed since that version or began after `told`. */
  minutes(account: number, now: number, minutes: number, changed?: { after: number; told: number }): StatsMinute[] {
    const kept = this.#accounts.get(account);
    const list: StatsMinute[] = [];
    for (let at = minuteOf(now) - (minutes - 1) * MINUTE_MS; at <= now; at += MINUTE_MS) {
      const minute = kept?.get(at);
      if (changed && at <= changed.told && (minute?.version ?? 0) <= changed.after) continue;
      const { jobs = 0, attempts = 0, pages = 0, outcomes = {} } = minute ?? {};
      list.push({ at: new Date(at).toISOString(), jobs, attempts, pages, outcomes });
    }
    return list;
  }

  /** Drops minutes that nobody can ask for any more. */
  prune(now: number): void {
    const oldest = minuteOf(now) - MOST_MINUTES * MINUTE_MS;
    if (this.#since < oldest) this.#since = oldest;
    for (const [account, minutes] of this.#accounts) {
      for (const at of minutes.keys()) if (at < oldest) minutes.delete(at);
      if (minutes.size === 0) this.#accounts.delete(account);
    }
  }

  #forget(): void {
    this.#accounts.clear();
    this.#counted = undefined;
    this.#since = Number.POSITIVE_INFINITY;
  }

  #add(counts: readonly MinuteCount[]): void {
    for (const { account, minute, jobs, attempts, pages, outcomes } of counts) {
      const minutes = this.#accounts.get(account) ?? new Map<number, Minute>();
      const kept = minutes.get(minute) ?? { jobs: 0, attempts: 0, pages: 0, outcomes: {}, version: 0 };
      this.#accounts.set(account, minutes.set(minute, kept));
      kept.jobs += jobs;
      kept.attempts += attempts;
      kept.pages += pages;
      for (const [outcome, n] of Object.entries(outcomes) as [keyof typeof outcomes, number][])
        kept.outcomes[outcome] = (kept.outcomes[outcome] ?? 0) + n;
      kept.version = ++this.#version;
    }
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}
