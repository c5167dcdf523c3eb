// Group commit: whatever gathers while one batch is being written goes into the next (DESIGN section 2, point 3).

export interface Group<In, Out> {
  /** Resolves with the item's own answer once its batch is committed. */
  push(item: In): Promise<Out>;
  /** Resolves when nothing is waiting or being written. */
  idle(): Promise<void>;
}

/** `write` answers in the order of its items. A rejected batch rejects all its items. */
export function createGroup<In, Out>(mostAtOnce: number, write: (items: In[]) => Promise<Out[]>): Group<In, Out> {
  let queue: { item: In; done(out: Out): void; fail(error: unknown): void }[] = [];
  let running: Promise<void> | undefined;

  const drain = async () => {
    // One turn of the event loop lets everything that is ready join the first batch.
    await new Promise<void>((next) => setImmediate(next));
    while (queue.length > 0) {
      const batch = queue.slice(0, mostAtOnce);
      queue = queue.slice(mostAtOnce);
      try {
        const outs = await write(batch.map((b) => b.item));
        for (const [i, b] of batch.entries()) b.done(outs[i] as Out);
      } catch (error) {
        for (const b of batch) b.fail(error);
      }
    }
    running = undefined;
  };

  return {
    push(item) {
      return new Promise((done, fail) => {
        queue.push({ item, done, fail });
        running ??= drain();
      });
    },
    async idle() {
      while (running) await running;
    },
  };
}
