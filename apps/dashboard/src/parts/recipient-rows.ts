// The recipients of a job as the table needs them: any place at once, in lots, kept fresh by events, memory bounded.

import type { Client, EventView, RecipientView } from "@depesche/client";
import type { Outcome, RecipientState } from "@depesche/core";

export const LOT = 200;
const LOTS_KEPT = 40;
/** Between two readings of rows that changed. */
const REFRESH_MS = 700;
/** A gateway that is away is asked again, ever less often. */
const LONGEST_WAIT_MS = 10_000;

/** Which recipients: unset, all. `q` is looked for in addresses and references. */
export interface RowFilter {
  outcome?: Outcome | undefined;
  state?: RecipientState | undefined;
  q?: string | undefined;
}

interface Lot {
  rows: RecipientView[];
  stale: boolean;
  /** Place of the first row that follows, when these come filtered. */
  next?: string;
}

/** A row with what an event says already in it; the ledger's word replaces it soon. */
export function patched(row: RecipientView, event: EventView): RecipientView {
  if (event.type === "attempt.started") return { ...row, state: "sending", attempts: event.attempt ?? row.attempts };
  if (event.type === "attempt.ended" || event.type === "recipient.final") {
    const final = event.final === true || event.type === "recipient.final";
    return { ...row, state: final ? "final" : "retry", outcome: event.outcome };
  }
  if (event.type === "delivery.changed") return { ...row, delivery: event.delivery };
  return row;
}

/** Rows of one job, all or those a filter lets through. Calls `changed` when there is something new to show. */
export class RecipientRows {
  readonly #client: Client;
  readonly #job: number;
  readonly #filter: RowFilter;
  readonly #filtered: boolean;
  readonly #changed: () => void;
  readonly #lots = new Map<number, Lot>();
  readonly #asked = new Set<number>();
  /** Lots that events spoke of before their first answer came. */
  readonly #spokenOf = new Set<number>();
  #view = { from: 0, to: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Reads that failed in a row. */
  #failures = 0;
  error: unknown;

  constructor(client: Client, job: number, filter: RowFilter, changed: () => void) {
    this.#client = client;
    this.#job = job;
    this.#filter = filter;
    this.#filtered = Object.values(filter).some((value) => value !== undefined);
    this.#changed = changed;
  }

  /** The row at this index of the table; undefined while it is not there yet. */
  at(index: number): RecipientView | undefined {
    return this.#lots.get(Math.floor(index / LOT))?.rows[index % LOT];
  }

  /** With a filter: rows known so far, and whether more can be had. */
  get known(): { rows: number; more: boolean } {
    let rows = 0;
    let more = true;
    for (let lot = 0; this.#lots.has(lot); lot++) {
      rows += this.#lots.get(lot)?.rows.length ?? 0;
      more = this.#lots.get(lot)?.next !== undefined;
    }
    return { rows, more };
  }

  /** These rows are in view: those that are missing or old are read. */
  show(from: number, to: number): void {
    this.#view = { from, to };
    for (const lot of this.#lotsInView()) {
      const kept = this.#lots.get(lot);
      if (!kept) void this.#read(lot);
      else if (kept.stale) this.#refreshSoon();
    }
  }

  /** Events of this job change what is shown at once, and what is kept soon. */
  hear(events: readonly EventView[] | "everything"): void {
    if (events === "everything") {
      this.#spoilAll();
      this.#refreshSoon();
      return;
    }
    let touched = false;
    for (const event of events) {
      if (event.job !== this.#job) continue;
      if (event.recipient === undefined) this.#spoilAll();
      else this.#patch(event);
      touched = true;
    }
    if (!touched) return;
    this.#changed();
    this.#refreshSoon();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #spoilAll(): void {
    for (const lot of this.#lots.values()) lot.stale = true;
    for (const index of this.#asked) this.#spokenOf.add(index);
  }

  #patch(event: EventView): void {
    const n = event.recipient as number;
    // Filtered rows are not where their number says; they are read again.
    if (this.#filtered) {
      this.#spoilAll();
      return;
    }
    const index = Math.floor(n / LOT);
    const lot = this.#lots.get(index);
    if (!lot && this.#asked.has(index)) this.#spokenOf.add(index);
    const row = lot?.rows[n % LOT];
    if (!lot || !row) return;
    lot.rows[n % LOT] = patched(row, event);
    lot.stale = true;
  }

  #lotsInView(): number[] {
    const first = Math.floor(this.#view.from / LOT);
    const last = Math.floor(Math.max(this.#view.from, this.#view.to - 1) / LOT);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }

  #refreshSoon(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        for (const lot of this.#lotsInView()) if (this.#lots.get(lot)?.stale !== false) void this.#read(lot);
      },
      Math.min(LONGEST_WAIT_MS, REFRESH_MS * 2 ** this.#failures),
    );
  }

  async #read(index: number): Promise<void> {
    if (this.#asked.has(index) || this.#closed) return;
    const cursor = this.#filtered ? this.#lots.get(index - 1)?.next : undefined;
    // Filtered rows follow each other: without the lot before there is nothing to ask for.
    if (this.#filtered && index > 0 && cursor === undefined) return;
    this.#asked.add(index);
    const kept = this.#lots.get(index);
    if (kept) kept.stale = false;
    try {
      const page = await this.#client.recipients(this.#job, {
        limit: LOT,
        ...this.#filter,
        ...(this.#filtered ? { cursor } : { from: index * LOT }),
      });
      // What events said meanwhile is newer than this answer may be: read once more.
      const stale = this.#lots.get(index)?.stale ?? this.#spokenOf.has(index);
      this.#spokenOf.delete(index);
      this.#lots.set(index, { rows: page.items, stale, next: page.next });
      this.error = undefined;
      this.#failures = 0;
      this.#forgetFar();
      if (stale) this.#refreshSoon();
    } catch (error) {
      this.error = error;
      this.#failures += 1;
      if (kept) kept.stale = true;
      this.#refreshSoon();
    } finally {
      this.#asked.delete(index);
    }
    if (!this.#closed) this.#changed();
  }

  #forgetFar(): void {
    if (this.#lots.size <= LOTS_KEPT || this.#filtered) return;
    const middle = Math.floor((this.#view.from + this.#view.to) / 2 / LOT);
    const far = [...this.#lots.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const lot of far.slice(0, this.#lots.size - LOTS_KEPT)) this.#lots.delete(lot);
  }
}
