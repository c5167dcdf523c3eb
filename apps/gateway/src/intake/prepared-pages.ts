// Fax pages prepared lately: a circular that comes as a thousand jobs of ten is drawn, encoded and stored once. What is remembered are
// names only; the pages lie in the blob store, and a name whose blob is gone is forgotten.

import type { BlobStore } from "@depesche/ports";

export interface PreparedPages {
  hash: string;
  count: number;
}

const MOST = 500;

/**
 * Gives what `key` was made into before, if it is still there, else makes it; equal requests at the same time share one making. What
 * `make` answers as a problem (no `hash`) is not remembered.
 */
export function rememberPages<Problem extends { ok: false }>(
  blobs: Pick<BlobStore, "touch">,
): (key: string, make: () => Promise<PreparedPages | Problem>) => Promise<PreparedPages | Problem> {
  const known = new Map<string, Promise<PreparedPages | Problem>>();
  const forget = (key: string, making: Promise<unknown>) => {
    if (known.get(key) === making) known.delete(key);
  };

  return async (key, make) => {
    const before = known.get(key);
    if (before) {
      const pages = await before.catch(() => undefined);
      // Its use is noted, so that it is not collected before the job that names it is accepted.
      if (pages && "hash" in pages && (await blobs.touch(pages.hash))) {
        if (known.delete(key)) known.set(key, before); // most recently used last
        return pages;
      }
      forget(key, before);
    }
    const making = make();
    known.set(key, making);
    if (known.size > MOST) known.delete(known.keys().next().value as string);
    try {
      const pages = await making;
      if (!("hash" in pages)) forget(key, making);
      return pages;
    } catch (error) {
      forget(key, making);
      throw error;
    }
  };
}
