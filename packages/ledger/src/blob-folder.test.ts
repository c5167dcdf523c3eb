import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpoolFull } from "@depesche/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBlobFolder } from "./blob-folder.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "depesche-blobs-"));
});
afterAll(() => rm(root, { recursive: true }));

let count = 0;
const newFolder = () => join(root, String(++count));
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const pathOf = (folder: string, hash: string) => join(folder, "blobs", hash.slice(0, 2), hash);
const DAY = 86_400_000;

async function aged(path: string, ageMs: number): Promise<void> {
  const then = new Date(Date.now() - ageMs);
  await utimes(path, then, then);
}

describe("the blob folder", () => {
  it("stores one blob when many put the same bytes at once, and leaves nothing half-written", async () => {
    const folder = newFolder();
    const { blobs } = await openBlobFolder(folder);
    const bytes = randomBytes(100_000);
    const hashes = await Promise.all(Array.from({ length: 40 }, () => blobs.put(bytes)));
    expect(new Set(hashes)).toEqual(new Set([sha256(bytes)]));
    expect(await readdir(join(folder, "blobs"))).toEqual([sha256(bytes).slice(0, 2)]);
    expect(Buffer.from((await blobs.get(hashes[0] as string)) ?? []).equals(bytes)).toBe(true);
  });

  it("clears the spool of a killed gateway, but not that of a gateway that lives", async () => {
    const folder = newFolder();
    const { spool } = await openBlobFolder(folder);
    const writer = await spool.create();
    await writer.write(Buffer.from("half"));
    await openBlobFolder(folder, { keepSpool: true });
    expect(await readdir(join(folder, "spool"))).toHaveLength(1);
    await openBlobFolder(folder);
    expect(await readdir(join(folder, "spool"))).toEqual([]);
    await writer.abort();
  });

  it("removes what a killed process left half-written long ago, never what may be in work", async () => {
    const folder = newFolder();
    const { blobs } = await openBlobFolder(folder);
    const hash = await blobs.put(Buffer.from("whole"));
    await writeFile(join(folder, "blobs", "put-old"), "x");
    await writeFile(join(folder, "blobs", "put-new"), "x");
    await aged(join(folder, "blobs", "put-old"), DAY);
    await aged(pathOf(folder, hash), 30 * DAY);
    await openBlobFolder(folder);
    expect((await readdir(join(folder, "blobs"))).sort()).toEqual([hash.slice(0, 2), "put-new"].sort());
    expect(await blobs.has(hash)).toBe(true);
  });

  it("removes a blob on condition only when nobody has put it since", async () => {
    const folder = newFolder();
    const { blobs } = await openBlobFolder(folder);
    const [old, young] = await Promise.all([blobs.put(Buffer.from("old")), blobs.put(Buffer.from("young"))]);
    await aged(pathOf(folder, old), 2 * DAY);
    for (const hash of [old, young]) await blobs.remove(hash, Date.now() - DAY);
    expect([await blobs.has(old), await blobs.has(young)]).toEqual([false, true]);
    expect(Buffer.from((await blobs.get(young)) ?? []).toString()).toBe("young");
  });

  it("never loses a blob that is put while it is being removed", async () => {
    const folder = newFolder();
    const { blobs } = await openBlobFolder(folder);
    const bytes = Buffer.from("asked for again");
    const hash = sha256(bytes);
    for (let round = 0; round < 100; round++) {
      await blobs.put(bytes);
      await aged(pathOf(folder, hash), 2 * DAY);
      await Promise.all([blobs.put(bytes), blobs.remove(hash, Date.now() - DAY)]);
      expect(Buffer.from((await blobs.get(hash)) ?? []).toString()).toBe("asked for again");
    }
  });

  it("still reads a blob that a killed collection had put aside, and lists it again", async () => {
    const folder = newFolder();
    const { blobs } = await openBlobFolder(folder);
    const hash = await blobs.put(Buffer.from("aside"));
    await rename(pathOf(folder, hash), `${pathOf(folder, hash)}.going`);
    expect(await blobs.has(hash)).toBe(true);
    expect(Buffer.from((await blobs.get(hash)) ?? []).toString()).toBe("aside");
    for (let i = 0; i < 2; i++) for await (const _ of blobs.list());
    const listed: string[] = [];
    for await (const one of blobs.list()) listed.push(one.hash);
    expect(listed).toEqual([hash]);
  });

  it("counts a blob as used when it is put again", async () => {
    const folder = newFolder();
    const { blobs } = await openBlobFolder(folder);
    const hash = await blobs.put(Buffer.from("again"));
    await aged(pathOf(folder, hash), 3 * DAY);
    await blobs.put(Buffer.from("again"));
    expect(Date.now() - (await stat(pathOf(folder, hash))).mtimeMs).toBeLessThan(DAY);
  });

  it("lists no strangers", async () => {
    const folder = newFolder();
    const { blobs } = await openBlobFolder(folder);
    await mkdir(join(folder, "blobs", "ab"), { recursive: true });
    await writeFile(join(folder, "blobs", "ab", "readme.txt"), "");
    for await (const one of blobs.list()) throw new Error(`listed ${one.hash}`);
  });
});

describe("the spool", () => {
  it("hashes what arrives, keeps its head, and is gone when discarded", async () => {
    const { spool } = await openBlobFolder(newFolder());
    const bytes = randomBytes(1000);
    const writer = await spool.create();
    for (let at = 0; at < bytes.length; at += 7) await writer.write(bytes.subarray(at, at + 7));
    const file = await writer.close();
    expect(file).toMatchObject({ bytes: 1000, sha256: sha256(bytes) });
    expect(Buffer.from(file.head).equals(bytes.subarray(0, 64))).toBe(true);
    expect(Buffer.from(await file.read()).equals(bytes)).toBe(true);
    await file.discard();
    await file.discard();
    await expect(stat(file.path)).rejects.toThrow();
  });

  it("refuses more than its limit, before writing it", async () => {
    const folder = newFolder();
    const { spool } = await openBlobFolder(folder, { maxSpoolBytes: 10 });
    const writer = await spool.create();
    await writer.write(Buffer.alloc(10));
    await expect(writer.write(Buffer.alloc(1))).rejects.toMatchObject({ name: "SpoolFull", reason: "limit" });
    await writer.abort();
    expect(await readdir(join(folder, "spool"))).toEqual([]);
    expect(new SpoolFull("limit").message).toContain("larger");
  });
});
