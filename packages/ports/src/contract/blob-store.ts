// What every BlobStore must do, wherever it keeps its bytes.

import { createHash } from "node:crypto";
import { access } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BlobStore } from "../blob-store.ts";

export interface BlobStoreRig {
  store: BlobStore;
  /** Writes a spool file the store may take over. */
  spool(bytes: Uint8Array): Promise<string>;
  /** Opens the same store anew, as after a restart. */
  reopen(): Promise<BlobStore>;
  dispose(): Promise<void>;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function listed(store: BlobStore): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const { hash, usedAt } of store.list()) {
    expect(found.has(hash)).toBe(false);
    found.set(hash, usedAt);
  }
  return found;
}

/** Registers the contract as tests. */
export function blobStoreContract(name: string, open: () => Promise<BlobStoreRig>): void {
  describe(`${name} keeps the contract of a blob store`, () => {
    let rig: BlobStoreRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.dispose());

    it("a blob is named by its SHA-256 and comes back as it was, also after a restart", async () => {
      const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) & 0xff);
      const hash = await rig.store.put(bytes);
      expect(hash).toBe(hashOf(bytes));
      for (const store of [rig.store, await rig.reopen()]) {
        expect(Buffer.from((await store.get(hash)) ?? []).equals(bytes)).toBe(true);
        expect(await store.has(hash)).toBe(true);
      }
    });

    it("a blob may be empty", async () => {
      const hash = await rig.store.put(new Uint8Array());
      expect(await rig.store.get(hash)).toHaveLength(0);
    });

    it("the same bytes are one blob, though many put them at once", async () => {
      const hashes = await Promise.all(Array.from({ length: 30 }, () => rig.store.put(bytesOf("gleich"))));
      expect(new Set(hashes)).toEqual(new Set([hashOf(bytesOf("gleich"))]));
      expect([...(await listed(rig.store)).keys()]).toEqual([hashes[0]]);
      expect(Buffer.from((await rig.store.get(hashes[0] as string)) ?? []).toString()).toBe("gleich");
    });

    it("takes over a spool file, whether the blob is new or not; nothing of it is left", async () => {
      const bytes = bytesOf("aus dem Spool");
      for (let i = 0; i < 2; i++) {
        const path = await rig.spool(bytes);
        await rig.store.putFile(path, hashOf(bytes));
        await expect(access(path)).rejects.toThrow();
        expect(Buffer.from((await rig.store.get(hashOf(bytes))) ?? []).toString()).toBe("aus dem Spool");
      }
      expect((await listed(rig.store)).size).toBe(1);
    });

    it("a spool file that is not there is an error, and no blob", async () => {
      const hash = hashOf(bytesOf("x"));
      await expect(rig.store.putFile(`${await rig.spool(bytesOf("x"))}-weg`, hash)).rejects.toThrow();
      expect(await rig.store.has(hash)).toBe(false);
    });

    it("what was never put is undefined, and what is no hash is no blob either", async () => {
      for (const hash of [hashOf(bytesOf("nie")), "", "../../etc/passwd", "a".repeat(63), "A".repeat(64), "\u0000"]) {
        expect(await rig.store.get(hash)).toBeUndefined();
        expect(await rig.store.has(hash)).toBe(false);
        expect(await rig.store.touch(hash)).toBe(false);
        await rig.store.remove(hash);
      }
    });

    it("a removed blob is gone, and may come again", async () => {
      const hash = await rig.store.put(bytesOf("weg"));
      await rig.store.remove(hash);
      await rig.store.remove(hash);
      expect(await rig.store.get(hash)).toBeUndefined();
      expect((await listed(rig.store)).size).toBe(0);
      await rig.store.put(bytesOf("weg"));
      expect(await rig.store.has(hash)).toBe(true);
    });

    it("a use that was noted keeps a blob from being collected as unused", async () => {
      const hash = await rig.store.put(bytesOf("gebraucht"));
      const usedAt = (await listed(rig.store)).get(hash) as number;
      expect(await rig.store.touch(hash)).toBe(true);
      expect((await listed(rig.store)).get(hash)).toBeGreaterThanOrEqual(usedAt);
      await rig.store.remove(hash, usedAt - 1);
      expect(await rig.store.has(hash)).toBe(true);
    });

    it("the listing has every blob once, with a time of last use that putting it again does not set back", async () => {
      const hashes = await Promise.all(["a", "b", "c"].map((t) => rig.store.put(bytesOf(t))));
      const before = await listed(rig.store);
      expect([...before.keys()].sort()).toEqual([...hashes].sort());
      await rig.store.put(bytesOf("b"));
      const after = await listed(rig.store);
      for (const hash of hashes) {
        expect(after.get(hash)).toBeGreaterThanOrEqual(before.get(hash) as number);
        expect(Math.abs(Date.now() - (after.get(hash) as number))).toBeLessThan(3_600_000);
      }
    });
  });
}
