// The latest outcomes, calm at any rate: one by one while they can be read, folded by job and second when they come faster.

import type { EventView } from "@depesche/client";
import type { Outcome } from "@depesche/core";

/** Rows shown, the newest first. */
export const ROWS = 30;
/** So many of one job in one second of wall time can still be read one by one. */
const READABLE = 4;

export interface Single {
  key: string;
  /** Simulated time. */
  at: string;
  job: number;
  n: number;
  attempt: number | undefined;
  outcome: Outcome;
  /** Simulated time of the next attempt. */
  again: string | undefined;
}
/** Many of one job within a second. */
export interface Fold {
  key: string;
  at: string;
  job: number;
  outcomes: Partial<Record<Outcome, number>>;
  total: number;
}
export type StreamRow = Single | Fold;

interface Group extends Fold {
  singles: Single[];
}

/** Keeps the newest outcomes in bounded memory, however many come. */
export class OutcomeStream {
  /** Oldest first. */
  readonly #groups = new Map<string, Group>();
  /** Outcomes heard of so far. */
  heard = 0;

  /** Takes what the feed tells; true when there is something new to show. */
  hear(events: readonly EventView[]): boolean {
    const before = this.heard;
    for (const event of events) this.#take(event);
    // Each group is at least one row.
    for (const key of this.#groups.keys()) {
      if (this.#groups.size <= ROWS) break;
      this.#groups.delete(key);
    }
    return this.heard > before;
  }

  /** At most thirty rows, the newest first. */
  rows(): StreamRow[] {
    const rows: StreamRow[] = [];
    for (const { singles, ...fold } of [...this.#groups.values()].reverse()) {
      if (fold.total > READABLE) rows.push(fold);
      else rows.push(...singles.toReversed());
      if (rows.length >= ROWS) break;
    }
    // Seconds of several jobs lie within each other.
    return rows.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, ROWS);
  }

  #take({ type, at, simAt, seq, job, recipient, attempt, outcome, final, data }: EventView): void {
    if (type !== "attempt.ended" && type !== "recipient.final") return;
    if (job === undefined || recipient === undefined || outcome === undefined) return;
    this.heard++;
    const key = `${job}:${Math.floor(Date.parse(at) / 1000)}`;
    const group = this.#groups.get(key) ?? { key, at: simAt, job, outcomes: {}, total: 0, singles: [] };
    group.total++;
    group.at = simAt;
    group.outcomes[outcome] = (group.outcomes[outcome] ?? 0) + 1;
    const due = final ? undefined : data?.dueAt;
    const again = typeof due === "string" ? due : undefined;
    if (group.total <= READABLE)
      group.singles.push({ key: String(seq), at: simAt, job, n: recipient, attempt, outcome, again });
    this.#groups.set(key, group);
  }
}

export function isFold(row: StreamRow): row is Fold {
  return "total" in row;
}
