// Blobs in a folder, and the spool they come from. A hash is answered only when file and folder entry are synced (DESIGN section 2).

import { createHash, type Hash, randomUUID } from "node:crypto";
import {
  type FileHandle,
  mkdir,
  open,
  opendir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  utimes,
} from "node:fs/promises";
import { join } from "node:path";
import { type BlobStore, type Spool, type SpoolFile, SpoolFull, type SpoolWriter } from "@depesche/ports";

const HASH = /^[0-9a-f]{64}$/;
/** A blob on its way out, which may come back. */
const GOING = ".going";
const PUT = "put-";
/** A half-written blob older than this belongs to nobody any more. */
const LEFTOVER_MS = 3600_000;

/**
 * Blobs under `<folder>/blobs/ab/<hash>`, spool files under `<folder>/spool`. `keepSpool`: another process (the gateway) owns the spool
 * and may be writing to it.
 */
export async function openBlobFolder(
  folder: string,
  options: { maxSpoolBytes?: number; keepSpool?: boolean } = {},
): Promise<{ blobs: BlobStore; spool: Spool }> {
  const blobs = join(folder, "blobs");
  const spool = join(folder, "spool");
  await mkdir(blobs, { recursive: true });
  if (!options.keepSpool) {
    // What a killed process left half-written belongs to no accepted job.
    await rm(spool, { recursive: true, force: true });
    await removeLeftovers(blobs);
  }
  await mkdir(spool, { recursive: true });
  return {
    blobs: blobStore(blobs),
    spool: { create: () => spoolWriter(spool, options.maxSpoolBytes ?? 200 * 2 ** 20) },
  };
}

async function removeLeftovers(blobs: string): Promise<void> {
  for (const name of await readdir(blobs)) {
    if (!name.startsWith(PUT)) continue;
    const path = join(blobs, name);
    const age = Date.now() - ((await mtimeOf(path)) ?? Date.now());
    // A worker may be writing at this moment.
    if (age > LEFTOVER_MS) await rm(path, { force: true });
  }
}

function blobStore(folder: string): BlobStore {
  const dirOf = (hash: string) => join(folder, hash.slice(0, 2));
  const pathOf = (hash: string) => join(dirOf(hash), hash);

  /** Moves a synced file to its place; an equal blob that is already there is only touched. */
  const settle = async (from: string, hash: string) => {
    await mkdir(dirOf(hash), { recursive: true });
    if (await touch(pathOf(hash))) await rm(from, { force: true });
    else await rename(from, pathOf(hash));
    // Also when it was there already: whoever put it may not have come so far.
    await syncFolder(dirOf(hash));
    await syncFolder(folder);
  };

  return {
    async put(bytes) {
      const hash = createHash("sha256").update(bytes).digest("hex");
      const from = join(folder, `${PUT}${randomUUID()}`);
      try {
        const file = await open(from, "wx");
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await settle(from, hash);
      } catch (error) {
        await rm(from, { force: true }).catch(() => undefined);
        throw error;
      }
      return hash;
    },
    async putFile(path, hash) {
      const file = await open(path, "r+");
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await settle(path, hash);
    },
    async touch(hash) {
      return HASH.test(hash) && (await touch(pathOf(hash)));
    },
    async get(hash) {
      if (!HASH.test(hash)) return undefined;
      const path = pathOf(hash);
      // It may be looked at for collection at this moment, and be back the next.
      return (await readIfThere(path)) ?? (await readIfThere(path + GOING)) ?? (await readIfThere(path));
    },
    async has(hash) {
      if (!HASH.test(hash)) return false;
      const path = pathOf(hash);
      for (const one of [path, path + GOING, path]) if ((await mtimeOf(one)) !== undefined) return true;
      return false;
    },
    async remove(hash, unusedSince) {
      if (!HASH.test(hash)) return;
      const path = pathOf(hash);
      if (unusedSince === undefined) return rm(path, { force: true });
      // Out of the way first: whoever puts it from now on stores it anew, and whoever has put it before shows in its time.
      if (!(await renamed(path, path + GOING))) return;
      const usedAt = await mtimeOf(path + GOING);
      if (usedAt !== undefined && usedAt > unusedSince) await renamed(path + GOING, path);
      else await rm(path + GOING, { force: true });
    },
    async *list() {
      for await (const dir of await opendir(folder)) {
        if (!dir.isDirectory()) continue;
        for (const name of await readdir(join(folder, dir.name))) {
          const path = join(folder, dir.name, name);
          // Left by a collection that was killed: it is back, and judged again the next time.
          if (name.endsWith(GOING)) await renamed(path, path.slice(0, -GOING.length));
          if (!HASH.test(name)) continue;
          const usedAt = await mtimeOf(path);
          if (usedAt !== undefined) yield { hash: name, usedAt };
        }
      }
    },
  };
}

/** Runs what may find its file gone; undefined then. */
async function ifThere<T>(act: Promise<T>): Promise<T | undefined> {
  try {
    return await act;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const readIfThere = (path: string) => ifThere(readFile(path));
const mtimeOf = async (path: string) => (await ifThere(stat(path)))?.mtimeMs;

async function renamed(from: string, to: string): Promise<boolean> {
  return (await ifThere(rename(from, to).then(() => true))) ?? false;
}

/** Notes a use; false when there is no such file. */
async function touch(path: string): Promise<boolean> {
  // The next whole millisecond: file systems count in parts of one, and a use in that of the writing would set the time back.
  const now = new Date(Date.now() + 1);
  return (await ifThere(utimes(path, now, now).then(() => true))) ?? false;
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function spoolWriter(folder: string, maxBytes: number): Promise<SpoolWriter> {
  const path = join(folder, randomUUID());
  const file = await open(path, "wx").catch(refused);
  const hash = createHash("sha256");
  let bytes = 0;
  let head = new Uint8Array(0);
  return {
    async write(chunk) {
      if (bytes + chunk.length > maxBytes) throw new SpoolFull("limit");
      if (head.length < 64) head = Buffer.concat([head, chunk.subarray(0, 64 - head.length)]);
      hash.update(chunk);
      bytes += chunk.length;
      await writeAll(file, chunk).catch(refused);
    },
    async close() {
      await file.close().catch(refused);
      return sealed(path, bytes, hash, head);
    },
    async abort() {
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}

/** A full disk, an exhausted quota or too large a file is the spool's own word; everything else stays what it is. */
function refused(error: NodeJS.ErrnoException): never {
  throw /^(ENOSPC|EDQUOT|EFBIG)$/.test(error.code ?? "") ? new SpoolFull("disk") : error;
}

function sealed(path: string, bytes: number, hash: Hash, head: Uint8Array): SpoolFile {
  return {
    path,
    bytes,
    sha256: hash.digest("hex"),
    head,
    read: () => readFile(path),
    discard: () => unlink(path).catch(() => undefined),
  };
}
