// The shop killed while it takes a batch out of the hot folder.
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sha256 } from "./batch.ts";
import type { LetterFault } from "./faults.ts";
import { openPrintShop, type PrintShopConfig } from "./shop.ts";

const removal = vi.hoisted(() => ({ torn: false }));
vi.mock(import("node:fs/promises"), async (original) => {
  const real = await original();
  const rm: typeof real.rm = async (path, options) => {
    const inside: string[] = await real.readdir(path).catch(() => []);
    if (!removal.torn || !inside.includes("manifest.csv")) return real.rm(path, options);
    await real.unlink(join(String(path), "manifest.csv"));
    throw new Error("killed");
  };
  return { ...real, rm, default: { ...real, rm } };
});

const BATCH = "depesche.1";
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-shop-"));
});
afterEach(async () => {
  removal.torn = false;
  const { rm } = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
  await rm(folder, { recursive: true });
});

/** A batch of letters as FORMAT.md has it. */
async function deliver(...ids: string[]): Promise<void> {
  const at = join(folder, "hot", "in", BATCH);
  const pdf = "%PDF-1.4\n<< /Type /Pages /Count 1 >>\n%%EOF\n";
  const head = "id,file,pages,sheets,duplex,colour,envelope,address1";
  const rows = ids.map((id) => `${id},${id}.pdf,1,1,0,0,DINLANG,64283 Darmstadt`);
  const manifest = [head, ...rows].map((line) => `"${line.replaceAll(",", '","')}"\r\n`).join("");
  const pdfSums = ids.map((id) => `${sha256(Buffer.from(pdf))}  ${id}.pdf\n`).join("");
  const sums = `${pdfSums}${sha256(Buffer.from(manifest))}  manifest.csv\n`;
  const pdfs = Object.fromEntries(ids.map((id) => [`${id}.pdf`, pdf]));
  const files = { ...pdfs, "manifest.csv": manifest, SHA256SUMS: sums, READY: sha256(Buffer.from(sums)) };
  await mkdir(at, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(at, name), text);
}

const shop = (more: Partial<PrintShopConfig> = {}) =>
  openPrintShop({
    hotFolder: join(folder, "hot"),
    workFolder: join(folder, "shop"),
    wireLog: join(folder, "wire.jsonl"),
    clock: { now: () => 0, until: async () => {} },
    pollMs: 5,
    ...more,
  });
const answers = async () => (await readdir(join(folder, "hot", "out"))).filter((n) => n.endsWith(".tsv")).sort();

it("a letter is acknowledged, printed and handed over once, though taking its batch away broke off", async () => {
  await deliver("1-0");
  removal.torn = true;
  const first = await shop();
  await expect.poll(answers).toContain(`${BATCH}.1-received.tsv`);
  await first.close();
  removal.torn = false;
  const second = await shop();
  const all = ["1-received", "2-printed", "3-handed-over"].map((n) => `${BATCH}.${n}.tsv`);
  await expect.poll(answers).toEqual(all);
  await second.close();
  const received = await readFile(join(folder, "hot", "out", `${BATCH}.1-received.tsv`), "utf8");
  expect(received).toBe("1-0\tacknowledged\t\t\n");
  expect((await readFile(join(folder, "wire.jsonl"), "utf8")).trimEnd().split("\n")).toHaveLength(1);
});

it("a shop that waits for work can be closed at once, and its wait ends with it", async () => {
  const ended: string[] = [];
  const sleep = vi.fn(
    (_: number, signal: AbortSignal) =>
      new Promise<void>((done) => {
        signal.addEventListener("abort", () => {
          ended.push("wait");
          done();
        });
      }),
  );
  const waiting = await shop({ watch: false, sleep });
  await vi.waitFor(() => expect(sleep).toHaveBeenCalledTimes(1), 15_000);
  await waiting.close();
  expect(ended).toEqual(["wait"]);
  expect(sleep).toHaveBeenCalledTimes(1);
});

/** Simulated time that stands still until it is set; whoever waits goes on when it has come. */
function steppedClock() {
  let now = 0;
  let waiting: { at: number; go(): void }[] = [];
  return {
    now: () => now,
    until: (at: number, signal: AbortSignal) =>
      new Promise<void>((go) => {
        signal.addEventListener("abort", () => go());
        if (at <= now) go();
        else waiting.push({ at, go });
      }),
    set(to: number) {
      now = to;
      const due = waiting.filter(({ at }) => at <= to);
      waiting = waiting.filter(({ at }) => at > to);
      for (const { go } of due) go();
    },
  };
}
const answer = (name: string) => readFile(join(folder, "hot", "out", `${BATCH}.${name}.tsv`), "utf8");
const FAULTS: Record<string, LetterFault> = { "2-0": "jam", "3-0": "damaged", "4-0": "late", "5-0": "returned" };

it("of a batch each letter meets its own fault, and each gets exactly one answer at a time", async () => {
  await deliver("1-0", "2-0", "3-0", "4-0", "5-0");
  const clock = steppedClock();
  const open = await shop({ clock, fault: (id) => FAULTS[id], printAfterMs: 10, handOverAfterMs: 20, lateMs: 1_000 });
  await expect.poll(answers).toEqual([`${BATCH}.1-received.tsv`]);
  expect((await answer("1-received")).split("\n").map((line) => line.split("\t", 3).join(" "))).toEqual([
    "1-0 acknowledged ",
    "4-0 acknowledged ",
    "5-0 acknowledged ",
    "2-0 rejected paper-jam",
    "3-0 rejected checksum-wrong",
    "",
  ]);
  clock.set(20);
  await expect.poll(() => answers()).toContain(`${BATCH}.4-returned-5-0.tsv`);
  expect(await answer("3-handed-over")).toBe("1-0\thanded-over\t\t\n5-0\thanded-over\t\t\n");
  expect(await answer("4-returned-5-0")).toMatch(/^5-0\treturned\t/);
  await expect
    .poll(() => open.letters().map(({ id, state }) => `${id} ${state}`))
    .toEqual(["1-0 handed-over", "5-0 returned", "4-0 acknowledged"]);
  await open.close();
  // A shop that was closed meanwhile still has its late letters.
  const next = await shop({ clock, printAfterMs: 10, handOverAfterMs: 20, lateMs: 1_000 });
  clock.set(1_020);
  await expect.poll(() => answers()).toContain(`${BATCH}.late.3-handed-over.tsv`);
  expect(await answer("late.3-handed-over")).toBe("4-0\thanded-over\t\t\n");
  await next.close();
});

it("a letter comes back when it has been handed over, and only then", async () => {
  await deliver("1-0");
  const clock = steppedClock();
  const open = await shop({ clock, printAfterMs: 10, handOverAfterMs: 20 });
  await expect.poll(answers).toHaveLength(1);
  expect(await open.giveBack("1-0")).toMatchObject({ ok: false, refused: expect.stringContaining("acknowledged") });
  clock.set(20);
  await expect.poll(() => open.letters()[0]?.state).toBe("handed-over");
  expect(await open.giveBack("1-0")).toMatchObject({ ok: true, letter: { state: "returned" } });
  expect(await answer("4-returned-1-0")).toMatch(/^1-0\treturned\tundeliverable\t/);
  expect((await open.giveBack("1-0")).ok).toBe(false);
  expect((await open.giveBack("9-9")).ok).toBe(false);
  await open.close();
});
