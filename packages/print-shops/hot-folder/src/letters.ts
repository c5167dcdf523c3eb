// The letters on their way: queued, written into a batch, waiting for the shop's answer.

import type { PrintOrder, PrintReport } from "@depesche/ports";

export type HashedOrder = PrintOrder & { sha256: string };

interface Waiter {
  give(report: PrintReport): void;
  deadline: number;
}

interface Letter {
  sha256: string;
  /** Undefined while it is queued. */
  batch?: string;
  waiters: Set<Waiter>;
}

const REUSED: PrintReport = {
  outcome: "SENDFAIL",
  cause: { code: "print-id-reused", text: "Another letter has already been given to the print shop under this id." },
};

export class Letters {
  readonly #letters = new Map<string, Letter>();
  readonly #queue = new Map<string, HashedOrder>();
  readonly #batchLetters: number;
  readonly #batchBytes: number;

  constructor(batchLetters: number, batchBytes: number) {
    this.#batchLetters = batchLetters;
    this.#batchBytes = batchBytes;
  }

  /** Letters of a batch that an earlier run has written and the shop has not yet taken. */
  recovered(batch: string, letters: readonly { id: string; sha256: string }[]): void {
    for (const { id, sha256 } of letters) this.#letters.set(id, { sha256, batch, waiters: new Set() });
  }

  /** Waits for the answer to a letter, queueing it unless it is on its way already. `deadline` as {@link expire} has it. */
  wait(order: HashedOrder, deadline: number): { report: Promise<PrintReport>; give(report: PrintReport): void } {
    let letter = this.#letters.get(order.id);
    if (letter && letter.sha256 !== order.sha256) return { report: Promise.resolve(REUSED), give: () => {} };
    if (!letter) {
      letter = { sha256: order.sha256, waiters: new Set() };
      this.#letters.set(order.id, letter);
      this.#queue.set(order.id, order);
    }
    const { waiters } = letter;
    let give = (_: PrintReport) => {};
    const report = new Promise<PrintReport>((resolve) => {
      const waiter = { give: resolve, deadline };
      waiters.add(waiter);
      give = (r) => {
        waiters.delete(waiter);
        if (waiters.size === 0) this.#unqueue(order.id);
        resolve(r);
      };
    });
    return { report, give };
  }

  /** Nobody waits for it any more and it is not out yet: then it need not go. */
  #unqueue(id: string): void {
    if (this.#queue.delete(id)) this.#letters.delete(id);
  }

  /** Takes queued letters for one batch, at least one when there are any. */
  takeBatch(): HashedOrder[] {
    const batch: HashedOrder[] = [];
    let bytes = 0;
    for (const [id, order] of this.#queue) {
      bytes += order.pdf.length;
      if (batch.length > 0 && (batch.length >= this.#batchLetters || bytes > this.#batchBytes)) break;
      batch.push(order);
      this.#queue.delete(id);
    }
    return batch;
  }

  written(batch: string, orders: readonly HashedOrder[]): void {
    for (const { id } of orders) {
      const letter = this.#letters.get(id);
      if (letter) letter.batch = batch;
    }
  }

  ofBatch(batch: string): string[] {
    return [...this.#letters].filter(([, letter]) => letter.batch === batch).map(([id]) => id);
  }

  /** The letter has its answer: whoever waits is told, and it is forgotten. */
  settle(id: string, report: PrintReport): void {
    const letter = this.#letters.get(id);
    if (!letter) return;
    this.#letters.delete(id);
    // An answer to an earlier run's try of the same letter serves for this one too.
    this.#queue.delete(id);
    for (const waiter of letter.waiters) waiter.give(report);
  }

  /** Those who have waited long enough are told; the letter itself stays known, so that it is not written twice. */
  expire(now: number, report: PrintReport): void {
    for (const [id, letter] of this.#letters) {
      for (const waiter of letter.waiters) {
        if (waiter.deadline > now) continue;
        letter.waiters.delete(waiter);
        waiter.give(report);
      }
      if (letter.waiters.size === 0) this.#unqueue(id);
    }
  }

  giveUp(report: PrintReport): void {
    this.#queue.clear();
    for (const id of [...this.#letters.keys()]) this.settle(id, report);
  }
}
