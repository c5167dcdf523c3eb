// Dead letters one by one as the windowed table needs them: read in lots as one scrolls, from the newest on.

import type { Client, FailureFilter, FailureView } from "@depesche/client";

const LOT = 500;

/** Rows of one filter, read so far. Calls `changed` when there is something new to show. */
export class FailureRows {
  readonly #client: Client;
  readonly #filter: FailureFilter;
  readonly #changed: () => void;
  #rows: FailureView[] = [];
  #next: string | undefined;
  #begun = false;
  #reading = false;
  #stale = false;
  #from = 0;
  #to = 0;
  #closed = false;
  error: unknown;

  constructor(client: Client, filter: FailureFilter, changed: () => void) {
    this.#client = client;
    this.#filter = filter;
    this.#changed = changed;
  }

  at(index: number): FailureView | undefined {
    return this.#rows[index];
  }

  /** How many rows the table has: those read, and one more that asks for the next lot. */
  get total(): number {
    return this.#rows.length + (this.#begun && this.#next === undefined ? 0 : 1);
  }

  /** These rows are in view. */
  show(from: number, to: number): void {
    this.#from = from;
    this.#to = to;
    if (this.#stale) this.refresh();
    else if (to > this.#rows.length) void this.#read();
  }

  /** There may be newer ones. Whoever has scrolled away from the top is not disturbed until he is back there. */
  refresh(): void {
    this.#stale = this.#from > 0;
    if (!this.#stale) void this.#read(true);
  }

  /** Some of them are gone: read anew as far as one has scrolled. */
  reread(): void {
    void this.#read(true);
  }

  close(): void {
    this.#closed = true;
  }

  async #read(anew = false): Promise<void> {
    if (this.#reading) {
      this.#stale ||= anew;
      return;
    }
    if (!anew && this.#begun && this.#next === undefined) return;
    this.#reading = true;
    try {
      const rows = anew ? [] : [...this.#rows];
      let cursor = anew ? undefined : this.#next;
      do {
        const page = await this.#client.failures({ ...this.#filter, limit: LOT, cursor });
        rows.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined && rows.length < this.#to);
      this.#rows = rows;
      this.#next = cursor;
      this.#begun = true;
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
    this.#reading = false;
    if (this.#closed) return;
    this.#changed();
    if (this.#stale && this.error === undefined) this.refresh();
  }
}
