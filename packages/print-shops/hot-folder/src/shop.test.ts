// The driver against a folder that the test fills by hand; nothing moves but by `look`.

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PrintOrder } from "@depesche/ports";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HotFolderConfig, openHotFolder } from "./shop.ts";

const NEVER = new AbortController().signal;
let folder: string;
const open: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-hot-"));
});
afterEach(async () => {
  for (const shop of open.splice(0)) await shop.close();
  await rm(folder, { recursive: true });
});

/** A driver whose waiting ends only when the test says so, or when the driver has something to hint at. */
async function driver(more: Partial<HotFolderConfig> = {}) {
  let wake: (() => void) | undefined;
  let slept = 0;
  let monotonic = 0;
  const sleep = (_ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      slept++;
      const end = () => {
        wake = undefined;
        resolve();
      };
      wake = end;
      signal.addEventListener("abort", end, { once: true });
    });
  const clock = { now: () => 1_800_000_000_000, monotonic: () => monotonic };
  const shop = await openHotFolder({ folder, watch: false, sleep, clock, ...more });
  open.push(shop);
  return {
    shop,
    /** Lets the driver look into the folder once, from the beginning, and waits until it has: what it is looking at now does not count. */
    async look(afterMs = 0) {
      await expect.poll(() => wake).toBeDefined();
      const before = slept;
      monotonic += afterMs;
      wake?.();
      await expect.poll(() => slept).toBeGreaterThan(before);
    },
  };
}

function order(id: string, more: Partial<PrintOrder> = {}): PrintOrder {
  const pdf = new TextEncoder().encode(`%PDF-1.4 ${id}`);
  const rest = { pages: 2, sheets: 1, duplex: true, colour: false, envelope: "DINLANG" } as const;
  return { id, pdf, address: ['Müller "& Söhne"', "64283 Darmstadt"], ...rest, ...more };
}

const batches = () => readdir(join(folder, "in"));
const waitForBatch = async (n = 1) => {
  await expect.poll(async () => (await batches()).filter((b) => !b.startsWith(".")).length).toBe(n);
  return (await batches()).sort();
};
/** As FORMAT.md wants it: nobody ever sees half an answer. */
const answer = async (name: string, text: string) => {
  const hidden = join(folder, "out", `.being-written.${name}`);
  await writeFile(hidden, text);
  await rename(hidden, join(folder, "out", `${name}.tsv`));
};

describe("a batch", () => {
  it("holds PDF, manifest and sums that sha256sum accepts, and its ready file", async () => {
    const { shop, look } = await driver();
    const reports = [shop.submit(order("1-0"), NEVER), shop.submit(order("1-1", { colour: true }), NEVER)];
    const [name] = (await waitForBatch()) as [string];
    const batch = join(folder, "in", name);
    expect((await readdir(batch)).sort()).toEqual(["1-0.pdf", "1-1.pdf", "READY", "SHA256SUMS", "manifest.csv"]);
    const checked = execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: batch, encoding: "utf8" });
    expect(checked).toBe("1-0.pdf: OK\n1-1.pdf: OK\nmanifest.csv: OK\n");
    expect((await readFile(join(batch, "manifest.csv"), "utf8")).split("\r\n").slice(1)).toEqual([
      '"1-0","1-0.pdf","2","1","1","0","DINLANG","Müller ""& Söhne""","64283 Darmstadt","","","","",""',
      '"1-1","1-1.pdf","2","1","1","1","DINLANG","Müller ""& Söhne""","64283 Darmstadt","","","","",""',
      "",
    ]);
    await answer(`${name}.1`, "1-0\tacknowledged\t\t\n1-1\trejected\tpdf-unreadable\tkein PDF\n");
    await look();
    expect(await Promise.all(reports)).toMatchObject([
      { outcome: "OK" },
      { outcome: "SENDFAIL", cause: { code: "print-pdf-unreadable", text: "kein PDF" } },
    ]);
    expect(await readdir(join(folder, "out", "done"))).toEqual([`${name}.1.tsv`]);
  });

  it("that arrived damaged is a temporary failure of all its letters, and they are sent anew", async () => {
    const { shop, look } = await driver();
    const report = shop.submit(order("1-0"), NEVER);
    const [name] = (await waitForBatch()) as [string];
    await answer(`${name}.1`, "*\trejected\tchecksum-wrong\t\n");
    await look();
    expect(await report).toMatchObject({
      outcome: "SENDFAIL",
      temporary: true,
      cause: { code: "print-checksum-wrong" },
    });
    void shop.submit(order("1-0"), NEVER);
    await waitForBatch(2);
  });

  it.each([{ batchLetters: 2 }, { batchBytes: 30 }])("is no larger than %j", async (limit) => {
    const { shop } = await driver(limit);
    for (let i = 0; i < 5; i++) void shop.submit(order(`1-${i}`), NEVER);
    const names = await waitForBatch(3);
    const sizes = await Promise.all(names.map(async (n) => (await readdir(join(folder, "in", n))).length - 3));
    expect(sizes).toEqual([2, 2, 1]);
  });
});

describe("the driver", () => {
  it("waits no longer than it may, and does not write a letter twice that still lies there", async () => {
    const first = await driver();
    const report = first.shop.submit(order("1-0"), NEVER);
    const [name] = (await waitForBatch()) as [string];
    await first.look(59_999);
    await first.look(1);
    expect(await report).toMatchObject({ outcome: "SENDFAIL", temporary: true, cause: { code: "print-no-answer" } });
    await first.shop.close();
    const second = await driver();
    const again = second.shop.submit(order("1-0"), NEVER);
    const other = second.shop.submit(order("1-0", { pdf: new Uint8Array(3) }), NEVER);
    expect(await other).toMatchObject({ outcome: "SENDFAIL", cause: { code: "print-id-reused" } });
    void second.shop.submit(order("1-1"), NEVER);
    const next = (await waitForBatch(2)).find((n) => n !== name) as string;
    expect((await readdir(join(folder, "in", next))).filter((f) => f.endsWith(".pdf"))).toEqual(["1-1.pdf"]);
    await answer(`${name}.1`, "1-0\tacknowledged\t\t\n");
    await second.look();
    expect(await again).toMatchObject({ outcome: "OK" });
  });

  it("waits for no second answer to a batch that was answered and still lies there", async () => {
    const first = await driver();
    const report = first.shop.submit(order("1-0"), NEVER);
    const [name] = (await waitForBatch()) as [string];
    await answer(`${name}.1-received`, "1-0\tacknowledged\t\t\n");
    await first.look();
    expect(await report).toMatchObject({ outcome: "OK" });
    await first.shop.close();
    const second = await driver();
    const again = second.shop.submit(order("1-0"), NEVER);
    const next = (await waitForBatch(2)).find((n) => n !== name) as string;
    await answer(`${next}.1-received`, "1-0\tacknowledged\t\t\n");
    await second.look();
    expect(await again).toMatchObject({ outcome: "OK" });
  });

  it("never writes a letter that was stopped while it was still queued", async () => {
    const { shop } = await driver();
    const stop = new AbortController();
    const stopped = shop.submit(order("1-0"), stop.signal);
    const other = shop.submit(order("1-1"), NEVER);
    stop.abort();
    expect(await stopped).toMatchObject({ cause: { code: "interrupted" } });
    const [name] = (await waitForBatch()) as [string];
    expect((await readdir(join(folder, "in", name))).filter((f) => f.endsWith(".pdf"))).toEqual(["1-1.pdf"]);
    await shop.close();
    await other;
  });

  it("tells again only what was not heard", async () => {
    const { shop, look } = await driver();
    const told: string[] = [];
    shop.onDelivery(async ({ id }) => {
      told.push(id);
      if (id === "1-1" && told.length < 3) throw new Error("the ledger is away");
    });
    await answer("depesche.a.2", "1-0\tprinted\t\t\n1-1\tprinted\t\t\n");
    await look();
    await look();
    expect(told).toEqual(["1-0", "1-1", "1-1"]);
    expect(await readdir(join(folder, "out", "done"))).toEqual(["depesche.a.2.tsv"]);
  });

  it("removes what its earlier run left half-written, and nothing of other senders", async () => {
    for (const name of [".depesche.a", "depesche.b", "other.c", ".other.d"])
      await mkdir(join(folder, "in", name), { recursive: true });
    await driver();
    expect((await batches()).sort()).toEqual([".other.d", "other.c"]);
  });

  it("reads only its own answers, and puts aside those it cannot read", async () => {
    const { shop, look } = await driver();
    const told: string[] = [];
    shop.onDelivery(async ({ id, state, detail }) => {
      told.push([id, state, detail].join(" "));
    });
    await answer("other.x.1", "1-0\tprinted\t\t\n");
    await answer(".depesche.y.1", "1-0\tprinted\t\t\n");
    await answer("depesche.a.1", "1-0\tprinted\t\t\n1-1\tverloren\t\t\n");
    await answer("depesche.b.1", "1-0\tprinted\t\t");
    await answer("depesche.c.1", "\u0000".repeat(100_000));
    await answer("depesche.d.1", "1-0\treturned\t\tunbekannt verzogen\n");
    await look();
    await expect.poll(() => told).toEqual(["1-0 returned unbekannt verzogen"]);
    const left = (await readdir(join(folder, "out"))).sort();
    expect(left).toEqual([".depesche.y.1.tsv", "done", "other.x.1.tsv", "unreadable"]);
    expect((await readdir(join(folder, "out", "unreadable"))).sort()).toEqual([
      "depesche.a.1.tsv",
      "depesche.b.1.tsv",
      "depesche.c.1.tsv",
    ]);
  });

  it("does not tell again what the shop writes a second time", async () => {
    const { shop, look } = await driver();
    let told = 0;
    shop.onDelivery(async () => {
      told++;
    });
    for (let i = 0; i < 2; i++) {
      await answer("depesche.a.2", "1-0\tprinted\t\t\n");
      await look();
    }
    expect(told).toBe(1);
    expect(await readdir(join(folder, "out", "done"))).toEqual(["depesche.a.2.tsv"]);
  });

  it("reports a folder that cannot be written as temporary", async () => {
    const { shop } = await driver();
    await rm(join(folder, "in"), { recursive: true });
    await writeFile(join(folder, "in"), "");
    expect(await shop.submit(order("1-0"), NEVER)).toMatchObject({
      outcome: "SENDFAIL",
      temporary: true,
      cause: { code: "hot-folder-unwritable" },
    });
  });

  it("lets no id leave the folder", async () => {
    const { shop } = await driver();
    for (const id of ["../x", "a/b", "", ".", "a.b", "x".repeat(65)]) {
      const report = await shop.submit(order(id), NEVER);
      expect(report).toMatchObject({ outcome: "SENDFAIL", cause: { code: "print-id-invalid" } });
    }
    expect(await batches()).toEqual([]);
  });

  it("refuses an owner's name that could be mistaken", async () => {
    await expect(openHotFolder({ folder, owner: "a.b" })).rejects.toThrow("owner");
  });
});
