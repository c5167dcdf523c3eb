// The pages of a fax for the line: the canonical TIFF-F, re-encoded to what the receiver's DIS allows, once for all recipients.

import type { BlobStore, FaxPageSource, PageNeed } from "@depesche/ports";
import { encode, fitted, readTiff } from "@depesche/t4";

/** Encoded pages kept; a page is 50 KB on average, a screened photo 300 KB. */
const CACHE_BYTES = 64 * 2 ** 20;

export interface PageStore {
  /** Pages of the document `hash` with `count` pages. */
  source(hash: string, count: number): FaxPageSource;
}

export class PagesUnreadable extends Error {}

export function createPageStore(blobs: BlobStore): PageStore {
  const cache = new Map<string, Uint8Array>();
  let cached = 0;
  /** Encodings under way, so that 24 lines that start together encode a page once. */
  const making = new Map<string, Promise<Uint8Array>>();

  const make = async (hash: string, need: PageNeed, key: string): Promise<Uint8Array> => {
    const tiff = await blobs.get(hash);
    if (!tiff) throw new PagesUnreadable("the fax pages are no longer stored");
    const read = readTiff(tiff, { decode: need.index });
    const page = read.ok ? read.pages[need.index] : undefined;
    if (!page?.bitmap) throw new PagesUnreadable("the stored fax pages cannot be read");
    const bitmap = fitted(page.bitmap, page.yDpi, need);
    const octets = encode(bitmap, {
      coding: need.coding,
      ...(need.k === undefined ? {} : { k: need.k }),
      ...(need.coding === "MMR" ? {} : { minBitsPerLine: need.minBitsPerLine }),
    });
    cache.set(key, octets);
    cached += octets.length;
    for (const [old, bytes] of cache) {
      if (cached <= CACHE_BYTES) break;
      cache.delete(old);
      cached -= bytes.length;
    }
    return octets;
  };

  return {
    source: (hash, count) => ({
      count,
      async page(need) {
        const key = [hash, need.index, need.coding, need.width, need.yDpi, need.k, need.minBitsPerLine].join("|");
        const known = cache.get(key);
        if (known) {
          // Most recently used last.
          cache.delete(key);
          cache.set(key, known);
          return known;
        }
        const running = making.get(key);
        if (running) return running;
        const made = make(hash, need, key).finally(() => making.delete(key));
        making.set(key, made);
        return made;
      },
    }),
  };
}
