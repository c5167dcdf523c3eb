import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlobStore } from "@depesche/ports";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accept, referBlobs } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { openBlobFolder } from "./blob-folder.ts";
import { collectBlobs } from "./collect.ts";
import type { Pool } from "./database.ts";
import { deleteInbound, storeInbound } from "./inbound.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;
let folder: string;
let blobs: BlobStore;
let account: number;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  account = await putAccount(pool, { name: "Test" });
  folder = await mkdtemp(join(tmpdir(), "depesche-collect-"));
  ({ blobs } = await openBlobFolder(folder));
});
afterAll(async () => {
  await drop();
  await rm(folder, { recursive: true });
});

const HOUR = 3600_000;
const document = (bytes: Buffer) => {
  const hash = createHash("sha256").update(bytes).digest("hex");
  return { hash, name: "a.pdf", bytes: bytes.length, mediaType: "application/pdf" };
};

/** As if the file had been used and the ledger's row unreferenced so long ago. */
async function age(hash: string, hours: number): Promise<void> {
  const then = new Date(Date.now() - hours * HOUR);
  await utimes(join(folder, "blobs", hash.slice(0, 2), hash), then, then);
  await pool.query("UPDATE blob SET unreferenced_since = unreferenced_since - $2 WHERE hash = $1", [
    hash,
    hours * HOUR,
  ]);
}

const acceptWith = (bytes: Buffer) =>
  accept(pool, {
    accountId: account,
    channel: "mail",
    recipients: [{ address: "a@ok.example", reference: "" }],
    content: { documents: [document(bytes)] },
    options: {},
    priority: 5,
    pageCount: 1,
    face: "test",
  });

it("deletes a blob a day after its last reference is gone, and not an hour earlier", async () => {
  const hash = await blobs.put(randomBytes(100));
  const about = {
    accountId: account,
    callId: "c1",
    originator: "",
    called: "",
    remoteId: "",
    pages: 1,
    complete: true,
    badLines: 0,
  };
  const fax = await storeInbound(pool, { ...about, tiffHash: hash, bytes: 100 });
  await age(hash, 100);
  expect(await collectBlobs(pool, blobs, Date.now())).toBe(0);
  await deleteInbound(pool, account, fax);
  expect(await collectBlobs(pool, blobs, Date.now())).toBe(0);
  await age(hash, 23);
  expect(await collectBlobs(pool, blobs, Date.now())).toBe(0);
  await age(hash, 25);
  expect(await collectBlobs(pool, blobs, Date.now())).toBe(1);
  expect(await blobs.has(hash)).toBe(false);
  expect((await pool.query("SELECT 1 FROM blob WHERE hash = $1", [hash])).rowCount).toBe(0);
});

it("deletes an upload that no transaction ever named after a day", async () => {
  const hash = await blobs.put(randomBytes(100));
  await age(hash, 23);
  expect(await collectBlobs(pool, blobs, Date.now())).toBe(0);
  await age(hash, 25);
  expect(await collectBlobs(pool, blobs, Date.now())).toBe(1);
  expect(await blobs.has(hash)).toBe(false);
});

it("keeps a blob that two owners use until the last is gone", async () => {
  const hash = await blobs.put(randomBytes(100));
  await referBlobs(pool, account, "document:1", [[hash, 100]]);
  await referBlobs(pool, account, "job:1", [[hash, 100]]);
  await pool.query("DELETE FROM blob_ref WHERE hash = $1 AND owner = 'job:1'", [hash]);
  await collectBlobs(pool, blobs, Date.now());
  await age(hash, 48);
  expect(await collectBlobs(pool, blobs, Date.now())).toBe(0);
  expect(await blobs.has(hash)).toBe(true);
});

it("never takes an old blob from under a job that is being accepted with it", async () => {
  for (let round = 0; round < 25; round++) {
    const bytes = randomBytes(100);
    const hash = await blobs.put(bytes);
    await referBlobs(pool, account, "old", [[hash, 100]]);
    await pool.query("DELETE FROM blob_ref WHERE hash = $1", [hash]);
    await collectBlobs(pool, blobs, Date.now());
    await age(hash, 48);
    const accepting = blobs.put(bytes).then(() => acceptWith(bytes));
    const [answer] = await Promise.all([accepting, collectBlobs(pool, blobs, Date.now())]);
    expect(answer.ok).toBe(true);
    expect(Buffer.from((await blobs.get(hash)) ?? []).equals(bytes)).toBe(true);
  }
});

it("does not wait for an accept that holds the blob's row", async () => {
  const hash = await blobs.put(randomBytes(100));
  await referBlobs(pool, account, "x", [[hash, 100]]);
  await pool.query("DELETE FROM blob_ref WHERE hash = $1", [hash]);
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT 1 FROM blob WHERE hash = $1 FOR UPDATE", [hash]);
    expect(await collectBlobs(pool, blobs, Date.now())).toBe(0);
    await client.query("ROLLBACK");
  } finally {
    client.release();
  }
});
