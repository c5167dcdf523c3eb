// Blobs in a folder, and the spool they come from. A hash is answered only when file and folder entry are synced (DESIGN section 2).

import { createHash, type Hash, randomUUID } from "node:crypto";
import {
  access,
  type FileHandle,
  mkdir,
  open,
  opendir,
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
  // What a killed process left half-written belongs to no accepted job.
  if (!options.keepSpool) await rm(spool, { recursive: true, force: true });
  await mkdir(spool, { recursive: true });
  return {
    blobs: blobStore(blobs, spool),
    spool: { create: () => spoolWriter(spool, options.maxSpoolBytes ?? 200 * 2 ** 20) },
  };
}

function blobStore(folder: string, spool: string): BlobStore {
  const dirOf = (hash: string) => join(folder, hash.slice(0, 2));
  const pathOf = (hash: string) => join(dirOf(hash), hash);
  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );
  /** Moves a synced file to its place; an equal blob that is already there is only touched. */
  const settle = async (from: string, hash: string) => {
    const to = pathOf(hash);
    if (await exists(to)) {
      const now = new Date();
      await utimes(to, now, now);
      await rm(from, { force: true });
      return;
    }
    await mkdir(dirOf(hash), { recursive: true });
    await rename(from, to);
    await syncFolder(dirOf(hash));
    await syncFolder(folder);
  };
  return {
    async put(bytes) {
      const hash = createHash("sha256").update(bytes).digest("hex");
      const from = join(spool, `put-${randomUUID()}`);
      const file = await open(from, "wx");
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await settle(from, hash);
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
    async get(hash) {
      if (!HASH.test(hash)) return undefined;
      try {
        return await readFile(pathOf(hash));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    has: (hash) => (HASH.test(hash) ? exists(pathOf(hash)) : Promise.resolve(false)),
    async remove(hash) {
      if (HASH.test(hash)) await rm(pathOf(hash), { force: true });
    },
    async *list() {
      for await (const dir of await opendir(folder)) {
        if (!dir.isDirectory()) continue;
        for await (const file of await opendir(join(folder, dir.name))) {
          if (!HASH.test(file.name)) continue;
          const { mtimeMs } = await stat(pathOf(file.name));
          yield { hash: file.name, usedAt: mtimeMs };
        }
      }
    },
  };
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
  const file = await open(path, "wx").catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOSPC" ? new SpoolFull("disk") : error;
  });
  const hash = createHash("sha256");
  let bytes = 0;
  let head = new Uint8Array(0);
  return {
    async write(chunk) {
      if (bytes + chunk.length > maxBytes) throw new SpoolFull("limit");
      if (head.length < 64) head = Buffer.concat([head, chunk.subarray(0, 64 - head.length)]);
      hash.update(chunk);
      bytes += chunk.length;
      await writeAll(file, chunk);
    },
    async close() {
      await file.close();
      return sealed(path, bytes, hash, head);
    },
    async abort() {
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG" ? new SpoolFull("disk") : error;
  }
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
