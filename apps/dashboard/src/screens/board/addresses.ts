// Who is meant: events name a recipient by its place in a job, people by its address. Read in lots, one at a time, and remembered.

import type { Client } from "@depesche/client";

const LOT = 200;
const LOTS_KEPT = 20;
/** Between two readings: a fast stream must not become a load of its own. */
const PAUSE_MS = 500;

export class Addresses {
  readonly #client: Pick<Client, "recipients">;
  readonly #changed: () => void;
  /** By job and lot; the oldest go first. */
  readonly #lots = new Map<string, string[]>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted: { job: number; lot: number } | undefined;

  /** `changed` is called when more is known than before. */
  constructor(client: Pick<Client, "recipients">, changed: () => void) {
    this.#client = client;
    this.#changed = changed;
  }

  /** The address, where it is known; else it is asked for soon. */
  of(job: number, n: number): string | undefined {
    const lot = Math.floor(n / LOT);
    const known = this.#lots.get(`${job}:${lot}`);
    if (!known) {
      this.#wanted ??= { job, lot };
      this.#timer ??= setTimeout(() => void this.#read(), PAUSE_MS);
    }
    return known?.[n % LOT];
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {}, 0); // nothing more is read
  }

  async #read(): Promise<void> {
    const { job, lot } = this.#wanted as { job: number; lot: number };
    let addresses: string[] = [];
    try {
      const { items } = await this.#client.recipients(job, { from: lot * LOT, limit: LOT });
      addresses = items.map((row) => row.address);
    } catch {
      // Without it the row keeps the recipient's number, which leads to the same place.
    }
    this.#lots.set(`${job}:${lot}`, addresses);
    for (const key of this.#lots.keys()) {
      if (this.#lots.size <= LOTS_KEPT) break;
      this.#lots.delete(key);
    }
    this.#wanted = undefined;
    this.#timer = undefined;
    this.#changed();
  }
}
