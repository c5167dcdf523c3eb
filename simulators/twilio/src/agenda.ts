// Things to do at simulated times: one heap and one wait, however many messages are under way.

/** The simulated clock as this room needs it. */
export interface AgendaClock {
  now(): number;
  /** Resolves when the clock shows `sim`, or rejects when the signal aborts. */
  until(sim: number, signal?: AbortSignal): Promise<void>;
}

interface Entry {
  at: number;
  /** Keeps entries of the same time in the order they were made. */
  order: number;
  act(): void;
}

export class Agenda {
  readonly #clock: AgendaClock;
  readonly #heap: Entry[] = [];
  #order = 0;
  #wait: AbortController | undefined;
  #closed = false;

  constructor(clock: AgendaClock) {
    this.#clock = clock;
  }

  /** Does `act` once the simulated clock shows `at`. */
  add(at: number, act: () => void): void {
    if (this.#closed) return;
    this.#push({ at, order: this.#order++, act });
    if (this.#heap[0]?.act === act) this.#arm();
  }

  close(): void {
    this.#closed = true;
    this.#heap.length = 0;
    this.#wait?.abort();
  }

  #arm(): void {
    this.#wait?.abort();
    const first = this.#heap[0];
    if (first === undefined) return;
    const wait = new AbortController();
    this.#wait = wait;
    this.#clock.until(first.at, wait.signal).then(
      () => {
        if (this.#wait === wait) this.#run();
      },
      () => {},
    );
  }

  #run(): void {
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.#pop();
      first.act();
    }
    this.#arm();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
