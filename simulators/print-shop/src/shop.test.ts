// The shop killed while it takes a batch out of the hot folder.
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sha256 } from "./batch.ts";
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

/** A batch of one letter as FORMAT.md has it. */
async function deliver(): Promise<void> {
  const at = join(folder, "hot", "in", BATCH);
  const pdf = "%PDF-1.4\n<< /Type /Pages /Count 1 >>\n%%EOF\n";
  const head = "id,file,pages,sheets,duplex,colour,envelope,address1";
  const row = "1-0,1-0.pdf,1,1,0,0,DINLANG,64283 Darmstadt";
  const manifest = [head, row].map((line) => `"${line.replaceAll(",", '","')}"\r\n`).join("");
  const sums = `${sha256(Buffer.from(pdf))}  1-0.pdf\n${sha256(Buffer.from(manifest))}  manifest.csv\n`;
  const files = { "1-0.pdf": pdf, "manifest.csv": manifest, SHA256SUMS: sums, READY: sha256(Buffer.from(sums)) };
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
  await deliver();
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
  await vi.waitFor(() => expect(sleep).toHaveBeenCalledTimes(1));
  await waiting.close();
  expect(ended).toEqual(["wait"]);
  expect(sleep).toHaveBeenCalledTimes(1);
});
