/** A wall whose time moves only when it is told to: for tests and for calls in memory. */

import type { Wall } from "./wall.ts";

interface Due {
  atUs: number;
  turn: number;
  then: () => void;
}

export class VirtualWall implements Wall {
  #nowUs = 0;
  #turn = 0;
  readonly #due: Due[] = [];

  nowUs(): number {
    return this.#nowUs;
  }

  at(atUs: number, then: () => void): () => void {
    const entry = { atUs: Math.max(atUs, this.#nowUs), turn: this.#turn++, then };
    this.#due.push(entry);
    return () => {
      const place = this.#due.indexOf(entry);
      if (place >= 0) this.#due.splice(place, 1);
    };
  }

  /** What is waiting. */
  get waiting(): number {
    return this.#due.length;
  }

  /** Moves to the next thing due and does it; false when there is none before or at `untilUs`. */
  step(untilUs = Number.POSITIVE_INFINITY): boolean {
    let next: Due | undefined;
    for (const entry of this.#due) {
      if (!next || entry.atUs < next.atUs || (entry.atUs === next.atUs && entry.turn < next.turn)) next = entry;
    }
    if (!next || next.atUs > untilUs) return false;
    this.#due.splice(this.#due.indexOf(next), 1);
    this.#nowUs = next.atUs;
    next.then();
    return true;
  }

  /**
   * Runs until `isOver` or until nothing is due before `untilUs`. Between steps promises have their turn, so that work
   * that awaits something in memory goes on within virtual time.
   */
  async run(untilUs: number, isOver: () => boolean = () => false): Promise<void> {
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (isOver() || !this.step(untilUs)) return;
    }
  }
}
