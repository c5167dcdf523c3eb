// Waiting with an end: nothing in a fault run waits for ever.

export class TooLate extends Error {}

/** Resolves after `ms`, or at once when `signal` falls. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal?.aborted) return done();
    const over = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", over);
      done();
    };
    const timer = setTimeout(over, ms);
    signal?.addEventListener("abort", over);
  });
}

/** Asks until the answer is true; what throws counts as "not yet". Throws TooLate with `what` and the last error. */
export async function until(
  what: string,
  ms: number,
  ask: () => Promise<boolean> | boolean,
  everyMs = 50,
): Promise<void> {
  const end = performance.now() + ms;
  let last: unknown;
  for (;;) {
    try {
      if (await ask()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) throw new TooLate(`${what}: not within ${ms} ms${last ? ` (${String(last)})` : ""}`);
    await pause(everyMs);
  }
}

/** Rejects with TooLate when `work` takes longer. */
export async function within<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new TooLate(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
