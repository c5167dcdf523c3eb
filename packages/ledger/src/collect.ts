// Collection of blobs nobody refers to, and of what has outlived its use (DESIGN section 2).

import type { BlobStore } from "@depesche/ports";
import type { Pool } from "./database.ts";

/** A blob is deleted only after it has been unreferenced (and unused on disk) for this long, wall time. */
const UNREFERENCED_MS = 24 * 3600_000;

/** Deletes what is due at wall time `now`; gives how many blobs. Safe beside jobs that are being accepted. */
export async function collectBlobs(pool: Pool, blobs: BlobStore, now: number): Promise<number> {
  // Rows that an accept holds are left for the next time.
  await pool.query(/* sql */ `
    WITH changed AS (
      SELECT b.hash, EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = b.hash) AS used FROM blob b
      WHERE (b.unreferenced_since IS NULL) <> EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = b.hash)
      ORDER BY b.hash FOR UPDATE SKIP LOCKED)
    UPDATE blob b SET unreferenced_since = CASE WHEN NOT c.used THEN wall_ms() END FROM changed c WHERE c.hash = b.hash`);
  let removed = 0;
  const unusedSince = now - UNREFERENCED_MS;
  for await (const { hash, usedAt } of blobs.list()) {
    if (usedAt > unusedSince) continue;
    // Blobs the ledger never heard of (an upload whose transaction did not commit) count as unreferenced since their last use.
    const { rowCount } = await pool.query(
      /* sql */ `
      SELECT 1 WHERE EXISTS (SELECT 1 FROM blob_ref WHERE hash = $1)
        OR EXISTS (SELECT 1 FROM blob WHERE hash = $1 AND (unreferenced_since IS NULL OR unreferenced_since > $2))`,
      [hash, unusedSince],
    );
    if (rowCount) continue;
    // A job that is being accepted now has put the blob before it names it: the store sees that, and keeps it.
    await blobs.remove(hash, unusedSince);
    if (await blobs.has(hash)) continue;
    await pool.query("DELETE FROM blob WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = $1)", [
      hash,
    ]);
    removed++;
  }
  return removed;
}
