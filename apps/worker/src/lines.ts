// The places a channel has (fax lines, connections to a carrier): who waits gets one in order of priority, then of arrival.

export interface Lines {
  readonly size: number;
  readonly free: number;
  /** Resolves with the numbers of 1 to `most` free lines; undefined when `signal` ended the wait. */
  take(most: number, priority: number, signal: AbortSignal): Promise<number[] | undefined>;
  release(line: number): void;
}

interface Waiting {
  priority: number;
  order: number;
  most: number;
  give(lines: number[] | undefined): void;
}

export function createLines(size: number): Lines {
  const idle: number[] = Array.from({ length: size }, (_, i) => size - 1 - i);
  const waiting: Waiting[] = [];
  let order = 0;

  // Served once a turn of the event loop: lines that come free together go to one run together, and are claimed in one go.
  let scheduled = false;
  const serve = () => {
    if (scheduled || idle.length === 0 || waiting.length === 0) return;
    scheduled = true;
    setImmediate(deal);
  };
  const deal = () => {
    scheduled = false;
    while (idle.length > 0 && waiting.length > 0) {
      waiting.sort((a, b) => a.priority - b.priority || a.order - b.order);
      const first = waiting.shift() as Waiting;
      first.give(idle.splice(-Math.min(first.most, idle.length)).reverse());
    }
  };

  return {
    size,
    get free() {
      return idle.length;
    },
    take(most, priority, signal) {
      if (signal.aborted) return Promise.resolve(undefined);
      return new Promise((done) => {
        const entry: Waiting = {
          priority,
          order: order++,
          most,
          give(lines) {
            signal.removeEventListener("abort", leave);
            done(lines);
          },
        };
        const leave = () => {
          const at = waiting.indexOf(entry);
          if (at >= 0) waiting.splice(at, 1);
          entry.give(undefined);
        };
        signal.addEventListener("abort", leave);
        waiting.push(entry);
        serve();
      });
    },
    release(line) {
      idle.push(line);
      serve();
    },
  };
}
