// Content-addressed blobs (DESIGN section 2): documents, page images, received faxes.

/** A blob is named by the SHA-256 of its bytes (lower-case hex) and never changes. */
export interface BlobStore {
  /** Stores and syncs; resolves with the hash only when the bytes are durable. */
  put(bytes: Uint8Array): Promise<string>;
  /** Takes over a spool file without reading it into memory. */
  putFile(path: string, hash: string): Promise<void>;
  /** Notes a use, which keeps it from being collected for a day; false when there is no such blob. */
  touch(hash: string): Promise<boolean>;
  /** Whole blob; undefined when there is none. */
  get(hash: string): Promise<Uint8Array | undefined>;
  has(hash: string): Promise<boolean>;
  /** Removes the blob; with `unusedSince` (wall time) only when nobody has put it since then, also not while it is being removed. */
  remove(hash: string, unusedSince?: number): Promise<void>;
  /** All hashes with the wall time of their last use, for collection. */
  list(): AsyncIterable<{ hash: string; usedAt: number }>;
}
