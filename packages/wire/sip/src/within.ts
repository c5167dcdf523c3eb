/** Waiting for something, but not for ever. */

/** True when `work` is done within `ms`. */
export async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    // What has arrived while this process was busy is read first.
    timer = setTimeout(() => setImmediate(() => resolve(false)), ms);
  });
  const inTime = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
