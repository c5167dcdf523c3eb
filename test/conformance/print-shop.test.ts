// The hot folder against the print-shop simulator, through real files.

import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankPdf, type PrintShopRig, printOrder, printShopContract } from "@depesche/ports/contract/print-shop";
import { openPrintShop, type PrintShopSimulator } from "@depesche/print-shop";
import { openHotFolder } from "@depesche/print-shops-hot-folder";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** A clock that stands still until it is told to move. */
class HandClock {
  #now = 1_800_000_000_000;
  #waiting: { sim: number; resolve: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  until(sim: number, signal?: AbortSignal): Promise<void> {
    if (sim <= this.#now) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ sim, resolve });
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  forward(ms: number): void {
    this.#now += ms;
    const due = this.#waiting.filter((w) => w.sim <= this.#now);
    this.#waiting = this.#waiting.filter((w) => w.sim > this.#now);
    for (const { resolve } of due) resolve();
  }
}

const HOUR = 3_600_000;

async function floor() {
  const root = await mkdtemp(join(tmpdir(), "depesche-print-"));
  const hotFolder = join(root, "hot");
  const wireLog = join(root, "log", "letters.jsonl");
  const clock = new HandClock();
  const openFloor = (more = {}) =>
    openPrintShop({ hotFolder, workFolder: join(root, "work"), wireLog, clock, pollMs: 20, ...more });
  return { root, hotFolder, wireLog, clock, openFloor, drop: () => rm(root, { recursive: true }) };
}

async function rig(): Promise<PrintShopRig> {
  const { hotFolder, clock, openFloor, drop } = await floor();
  let floorOpen: PrintShopSimulator | undefined = await openFloor();
  let passed = 0;
  const openDriver = () =>
    openHotFolder({
      folder: hotFolder,
      pollMs: 20,
      clock: { now: Date.now, monotonic: () => performance.now() + passed },
    });
  const it: PrintShopRig = {
    shop: await openDriver(),
    async printed() {
      const floorNow = floorOpen ?? (await openFloor());
      return Promise.all(
        floorNow.letters().map(async ({ id, address }) => {
          return { id, address, pdf: (await floorNow.letterPdf(id)) ?? new Uint8Array() };
        }),
      );
    },
    async pass() {
      clock.forward(24 * HOUR);
    },
    async pause() {
      await floorOpen?.close();
      floorOpen = undefined;
    },
    async resume() {
      floorOpen = await openFloor();
    },
    async losePatience() {
      // Only once the letter lies in the folder: that it waits there is the point.
      await expect
        .poll(() => readdir(join(hotFolder, "in")).then((n) => n.filter((b) => !b.startsWith(".")).length))
        .toBe(1);
      passed += 60_001;
    },
    async reopen() {
      await it.shop.close();
      it.shop = await openDriver();
      return it.shop;
    },
    async dispose() {
      await it.shop.close();
      await floorOpen?.close();
      await drop();
    },
  };
  return it;
}

printShopContract("the hot folder to the print-shop simulator", rig);

describe("the print-shop simulator", () => {
  const never = new AbortController().signal;
  let place: Awaited<ReturnType<typeof floor>>;
  let sim: PrintShopSimulator;
  beforeEach(async () => {
    place = await floor();
    sim = await place.openFloor();
  });
  afterEach(async () => {
    await sim.close();
    await place.drop();
  });

  const answers = () => readdir(join(place.hotFolder, "out")).then((names) => names.filter((n) => n.endsWith(".tsv")));
  const wire = async () =>
    (await readFile(place.wireLog, "utf8"))
      .split("\n")
      .filter(Boolean)
      .map((l) => JSON.parse(l));

  /** Batches as another program would write them, to be spoilt. */
  async function batch(name: string, spoil: (folder: string) => Promise<void> = async () => {}): Promise<void> {
    const other = join(place.root, "other");
    const driver = await openHotFolder({
      folder: other,
      owner: "other",
      watch: false,
      sleep: () => new Promise(() => {}),
    });
    const stop = new AbortController();
    const report = driver.submit(printOrder({ id: `${name}-0`, pdf: blankPdf(2, name) }), stop.signal);
    const inFolder = join(other, "in");
    await expect.poll(() => readdir(inFolder).then((n) => n.filter((b) => !b.startsWith(".")))).toHaveLength(1);
    stop.abort();
    await report;
    const [written] = (await readdir(inFolder)) as [string];
    await spoil(join(inFolder, written));
    await rename(join(inFolder, written), join(place.hotFolder, "in", `test.${name}`));
  }

  it("leaves a batch without its ready file alone", async () => {
    await batch("torn", (folder) => rm(join(folder, "READY")));
    await mkdir(join(place.hotFolder, "in", ".test.hidden"));
    await batch("whole");
    await expect.poll(answers).toEqual(["test.whole.1-received.tsv"]);
    // A batch leaves the folder after its answer was written.
    await expect
      .poll(async () => (await readdir(join(place.hotFolder, "in"))).sort())
      .toEqual([".test.hidden", "test.torn"]);
    expect(sim.letters().map((l) => l.id)).toEqual(["whole-0"]);
  });

  it.each([
    ["the PDF", "checksum-wrong", "bad-0", (f: string) => writeFile(join(f, "bad-0.pdf"), "%PDF-1.4 other %%EOF")],
    ["a PDF that is gone", "file-missing", "bad-0", (f: string) => rm(join(f, "bad-0.pdf"))],
    ["the manifest", "checksum-wrong", "*", (f: string) => writeFile(join(f, "manifest.csv"), "id\r\n")],
    ["the sums", "checksum-wrong", "*", (f: string) => writeFile(join(f, "SHA256SUMS"), "")],
    ["sums that are gone", "file-missing", "*", (f: string) => rm(join(f, "SHA256SUMS"))],
  ] as const)("rejects what does not match its sum: %s", async (_what, code, id, spoil) => {
    await batch("bad", spoil);
    await expect.poll(answers).toEqual(["test.bad.1-received.tsv"]);
    const answer = await readFile(join(place.hotFolder, "out", "test.bad.1-received.tsv"), "utf8");
    expect(answer.split("\t").slice(0, 3)).toEqual([id, "rejected", code]);
    expect(sim.letters()).toEqual([]);
    expect(await wire()).toEqual([]);
    await expect.poll(() => readdir(join(place.hotFolder, "in"))).toEqual([]);
  });

  it("goes on after a restart: knows its letters, and prints and hands over what lay on the floor", async () => {
    const driver = await openHotFolder({ folder: place.hotFolder, pollMs: 20 });
    const told: string[] = [];
    driver.onDelivery(async ({ id, state }) => {
      told.push(`${id} ${state}`);
    });
    const [a, b] = [printOrder(), printOrder()];
    await driver.submit(a, never);
    place.clock.forward(HOUR);
    await expect.poll(() => told).toEqual([`${a.id} printed`]);
    await driver.submit(b, never);
    await sim.close();
    sim = await place.openFloor();
    expect(sim.letters().map((l) => [l.id, l.state])).toEqual([
      [a.id, "printed"],
      [b.id, "acknowledged"],
    ]);
    expect(await driver.submit(a, never)).toMatchObject({ outcome: "OK" });
    place.clock.forward(24 * HOUR);
    await expect.poll(() => told).toHaveLength(4);
    expect(new Set(told.slice(1))).toEqual(new Set([`${a.id} handed-over`, `${b.id} printed`, `${b.id} handed-over`]));
    expect((await wire()).map((l) => l.id)).toEqual([a.id, b.id]);
    await driver.close();
  });

  it.each([
    ["after the acknowledgement, before the batch was removed", async () => {}],
    ["after the wire log, before the acknowledgement", (out: string) => rm(out, { recursive: true })],
    [
      "after the PDF was taken, before the wire log",
      async (out: string) => {
        await rm(out, { recursive: true });
        await writeFile(place.wireLog, "");
        await rm(join(place.root, "work", "floor"), { recursive: true });
      },
    ],
  ] as const)("a kill %s prints no letter twice and loses none", async (_when, undo) => {
    // The batch is put back to where it lay at that moment, and what came later is undone.
    const backup = join(place.root, "backup");
    await sim.close();
    await batch("once");
    const lying = join(place.hotFolder, "in", "test.once");
    await cp(lying, backup, { recursive: true });
    sim = await place.openFloor();
    await expect.poll(answers).toHaveLength(1);
    await expect.poll(() => readdir(join(place.hotFolder, "in"))).toEqual([]);
    await sim.close();
    await cp(backup, lying, { recursive: true });
    await undo(join(place.hotFolder, "out"));
    sim = await place.openFloor();
    await expect.poll(() => readdir(join(place.hotFolder, "in"))).toEqual([]);
    const text = await readFile(join(place.hotFolder, "out", "test.once.1-received.tsv"), "utf8");
    expect(text).toBe("once-0\tacknowledged\t\t\n");
    expect((await wire()).map((l) => l.id)).toEqual(["once-0"]);
    place.clock.forward(24 * HOUR);
    await expect.poll(answers).toHaveLength(3);
    // The shop tells first and notes then.
    await expect.poll(() => sim.letters().map((l) => [l.id, l.state])).toEqual([["once-0", "handed-over"]]);
    expect(await sim.letterPdf("once-0")).toHaveLength(blankPdf(2, "once").length);
  });

  it("survives a wire log whose last line was torn by a kill", async () => {
    const driver = await openHotFolder({ folder: place.hotFolder, pollMs: 20 });
    await driver.submit(printOrder(), never);
    await sim.close();
    await writeFile(place.wireLog, '{"id":"torn', { flag: "a" });
    sim = await place.openFloor();
    await driver.submit(printOrder(), never);
    await driver.close();
    await sim.close();
    sim = await place.openFloor();
    expect(sim.letters()).toHaveLength(2);
  });

  it("keeps the latest letters only, but knows the older ones", async () => {
    await sim.close();
    sim = await place.openFloor({ keep: 2 });
    const driver = await openHotFolder({ folder: place.hotFolder, pollMs: 20 });
    const orders = [printOrder(), printOrder(), printOrder()];
    for (const order of orders) await driver.submit(order, never);
    expect(sim.letters().map((l) => l.id)).toEqual(orders.slice(1).map((o) => o.id));
    expect(await sim.letterPdf(orders[0]?.id ?? "")).toBeUndefined();
    expect(await readdir(join(place.root, "work", "letters"))).toHaveLength(2);
    expect(await driver.submit(orders[0] as (typeof orders)[0], never)).toMatchObject({ outcome: "OK" });
    expect(await wire()).toHaveLength(3);
    await driver.close();
  });
});
