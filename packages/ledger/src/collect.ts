// Collection of blobs nobody refers to, and of what has outlived its use (DESIGN section 2).

import type { BlobStore } from "@depesche/ports";
import type { Pool } from "./database.ts";

/** A blob is deleted only after it has been unreferenced (and unused on disk) for this long, wall time. */
const UNREFERENCED_MS = 24 * 3600_000;

export async function collectBlobs(pool: Pool, blobs: BlobStore, now: number): Promise<number> {
  await pool.query(/* sql */ `
    UPDATE blob b SET unreferenced_since = CASE WHEN EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = b.hash) THEN NULL
      ELSE coalesce(b.unreferenced_since, wall_ms()) END
    WHERE (b.unreferenced_since IS NULL) <> EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = b.hash)`);
  let removed = 0;
  for await (const { hash, usedAt } of blobs.list()) {
    if (now - usedAt < UNREFERENCED_MS) continue;
    // Blobs the ledger never heard of (an upload whose transaction did not commit) count as unreferenced since their last use.
    const { rowCount } = await pool.query(
      /* sql */ `
      SELECT 1 WHERE EXISTS (SELECT 1 FROM blob_ref WHERE hash = $1)
        OR EXISTS (SELECT 1 FROM blob WHERE hash = $1 AND (unreferenced_since IS NULL OR unreferenced_since > wall_ms() - $2))`,
      [hash, UNREFERENCED_MS],
    );
    if (rowCount) continue;
    await blobs.remove(hash);
    await pool.query("DELETE FROM blob WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = $1)", [
      hash,
    ]);
    removed++;
  }
  return removed;
}
