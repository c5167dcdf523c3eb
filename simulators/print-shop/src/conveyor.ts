// A station of the shop floor: things lie on it for a while of simulated time, then they go on, first in, first out.

import type { SimulatedClock } from "@depesche/ports";

export type ShopClock = Pick<SimulatedClock, "now" | "until">;

export class Conveyor<T> {
  readonly #items: { item: T; due: number }[] = [];
  readonly #clock: ShopClock;
  readonly #work: (item: T) => Promise<void>;
  readonly #rest: () => Promise<unknown>;
  readonly #stop: AbortSignal;
  #running: Promise<void> | undefined;

  /** Work that fails (a full disk) is done again after `rest`. */
  constructor(clock: ShopClock, work: (item: T) => Promise<void>, rest: () => Promise<unknown>, stop: AbortSignal) {
    this.#clock = clock;
    this.#work = work;
    this.#rest = rest;
    this.#stop = stop;
  }

  /** Due times must not fall from one item to the next. */
  add(item: T, due: number): void {
    this.#items.push({ item, due });
    this.#running ??= this.#run();
  }

  /** Resolves when no work is under way any more; only after the stop signal. */
  async ended(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      const next = this.#items[0];
      if (!next || this.#stop.aborted) {
        this.#running = undefined;
        return;
      }
      // An aborted wait ends either way; the signal says which it was.
      await this.#clock.until(next.due, this.#stop).catch(() => {});
      if (this.#stop.aborted) continue;
      try {
        await this.#work(next.item);
        this.#items.shift();
      } catch {
        await this.#rest();
      }
    }
  }
}
