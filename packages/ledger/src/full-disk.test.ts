// A disk without room, as the file system tells it: the handles of node:fs answer ENOSPC when told to.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

const disk = vi.hoisted(() => ({ fails: undefined as { at: "open" | "write" | "sync"; code: string } | undefined }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs/promises")>();
  const refuse = (at: "open" | "write" | "sync") => {
    if (disk.fails?.at === at) throw Object.assign(new Error(disk.fails.code), { code: disk.fails.code });
  };
  return {
    ...real,
    async open(...given: Parameters<typeof real.open>) {
      if (given[1] !== "r") refuse("open");
      const file = await real.open(...given);
      const [write, writeFile, sync] = [file.write.bind(file), file.writeFile.bind(file), file.sync.bind(file)];
      return Object.assign(file, {
        write: async (bytes: Uint8Array, from: number) => {
          refuse("write");
          return write(bytes, from);
        },
        writeFile: async (bytes: Uint8Array) => {
          // what is there before the room ends stays behind
          await writeFile(bytes.subarray(0, 3));
          refuse("write");
          await file.truncate(0);
          return writeFile(bytes);
        },
        sync: async () => {
          refuse("sync");
          return sync();
        },
      });
    },
  };
});

const { openBlobFolder } = await import("./blob-folder.ts");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-full-"));
});
afterAll(() => rm(folder, { recursive: true }));

const filesIn = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true })).filter((f) => f.isFile()).map((f) => f.name);

it("says of a spool file that the disk is full, at its opening and at its writing", async () => {
  const { spool } = await openBlobFolder(folder);
  for (const code of ["ENOSPC", "EDQUOT", "EFBIG"]) {
    disk.fails = { at: "open", code };
    await expect(spool.create()).rejects.toMatchObject({ name: "SpoolFull", reason: "disk" });
    disk.fails = undefined;
    const writer = await spool.create();
    disk.fails = { at: "write", code };
    await expect(writer.write(Buffer.from("x"))).rejects.toMatchObject({ name: "SpoolFull", reason: "disk" });
    await writer.abort();
  }
  disk.fails = { at: "write", code: "EIO" };
  disk.fails = undefined;
  const writer = await spool.create();
  disk.fails = { at: "write", code: "EIO" };
  await expect(writer.write(Buffer.from("x"))).rejects.toMatchObject({ code: "EIO" });
  await writer.abort();
  expect(await filesIn(folder)).toEqual([]);
});

it("answers no hash for a blob that found no room or was not synced, and leaves nothing of it", async () => {
  disk.fails = undefined;
  const { blobs } = await openBlobFolder(folder);
  for (const at of ["open", "write", "sync"] as const) {
    disk.fails = { at, code: "ENOSPC" };
    await expect(blobs.put(Buffer.from("no room"))).rejects.toMatchObject({ code: "ENOSPC" });
    expect(await filesIn(folder)).toEqual([]);
  }
  disk.fails = undefined;
  const hash = await blobs.put(Buffer.from("room"));
  expect(await filesIn(folder)).toEqual([hash]);
});
