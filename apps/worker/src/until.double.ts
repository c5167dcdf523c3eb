// Waiting in real time while a test holds virtual time.

const realTimeout = setTimeout;

/** Waits until `check` no longer throws, in real time; virtual time does not pass (`vi.waitFor` would move it). */
export async function until(check: () => unknown): Promise<void> {
  for (const end = Date.now() + 15_000; ; ) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((next) => realTimeout(next, 10));
  }
}
