// T.4 and T.6 beside libtiff's own tools, on the same pages: milliseconds of processor time a page, coded to MMR and back. What tiffcp and
// tiffinfo need for a file of many pages, less what they need for one, so that starting them does not count; ours and theirs in turns.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Bitmap, decode, encode, equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import { samplePages } from "./t4-pages.ts";

/** A libtiff file has so many copies of the page. */
const COPIES = 60;
/** Best of so many rounds; in a round each side codes and decodes. */
const ROUNDS = 4;
const OUR_PAGES = 20;

/** One page; milliseconds a page, and ratios of pages a second: ours to libtiff's. */
export interface CodecRun {
  page: string;
  octets: number;
  encodeMs: number;
  /** Into the same memory each time, as libtiff's tool does; and with new memory for each page. */
  decodeMs: number;
  decodeKeptMs: number;
  libtiff?: { encodeMs: number; decodeMs: number; encodeRatio: number; decodeRatio: number };
}

/** Without `libtiff` where its tools are not installed. */
export async function codecRuns(): Promise<CodecRun[]> {
  const folder = await mkdtemp(join(tmpdir(), "depesche-t4-"));
  try {
    const runs: CodecRun[] = [];
    for (const { name, bitmap } of samplePages()) runs.push(await codecRun(name, bitmap, folder));
    return runs;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function codecRun(page: string, bitmap: Bitmap, folder: string): Promise<CodecRun> {
  const coded = encode(bitmap, { coding: "MMR" });
  const { width } = bitmap;
  if (!equalBitmaps(decode(coded, { coding: "MMR", width }).bitmap, bitmap))
    throw new Error(`${page}: not the same page`);
  const tools = await libtiffOn(bitmap, folder);
  const into = new Uint8Array(bitmap.data.length);
  const best = { encode: Infinity, decode: Infinity, kept: Infinity, libEncode: Infinity, libDecode: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    best.encode = Math.min(best.encode, ours(coding(bitmap)));
    if (tools) best.libEncode = Math.min(best.libEncode, await tools.encodeMs());
    best.decode = Math.min(best.decode, ours(decoding(coded, width, into)));
    best.kept = Math.min(best.kept, ours(decoding(coded, width)));
    if (tools) best.libDecode = Math.min(best.libDecode, await tools.decodeMs());
  }
  return {
    page,
    octets: coded.length,
    encodeMs: best.encode,
    decodeMs: best.decode,
    decodeKeptMs: best.kept,
    ...(tools && {
      libtiff: {
        encodeMs: best.libEncode,
        decodeMs: best.libDecode,
        encodeRatio: best.libEncode / best.encode,
        decodeRatio: best.libDecode / best.decode,
      },
    }),
  };
}

const coding = (bitmap: Bitmap) => () => encode(bitmap, { coding: "MMR" });
const decoding = (coded: Uint8Array, width: number, into?: Uint8Array) => () =>
  decode(coded, { coding: "MMR", width, into });

/** Processor time, not the wall's: others may be at work. */
function ours(page: () => unknown): number {
  const before = process.cpuUsage();
  for (let i = 0; i < OUR_PAGES; i++) page();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / OUR_PAGES;
}

interface Tools {
  encodeMs(): Promise<number>;
  decodeMs(): Promise<number>;
}

async function libtiffOn(bitmap: Bitmap, folder: string): Promise<Tools | undefined> {
  const file = (name: string) => join(folder, `${name}.tif`);
  await writeFile(file("ours"), writeTiff([{ bitmap, xDpi: 204, yDpi: 196 }]));
  try {
    await cpuMs(["tiffcp", "-c", "none", "-r", "100000", file("ours"), file("one")]);
  } catch {
    return undefined;
  }
  await cpuMs(["tiffcp", "-c", "none", "-r", "100000", ...Array(COPIES).fill(file("ours")), file("many")]);
  for (const size of ["one", "many"])
    await cpuMs(["tiffcp", "-c", "g4", "-r", "100000", file(size), file(`${size}-g4`)]);
  const back = readTiff(await readFile(file("one-g4")));
  if (!back.ok || !back.pages[0]?.bitmap || !equalBitmaps(back.pages[0].bitmap, bitmap))
    throw new Error("libtiff's page differs");
  const aPage = async (command: (size: string) => string[]) =>
    ((await cpuMs(command("many"))) - (await cpuMs(command("one")))) / (COPIES - 1);
  return {
    encodeMs: () => aPage((size) => ["tiffcp", "-c", "g4", "-r", "100000", file(size), file("out")]),
    decodeMs: () => aPage((size) => ["tiffinfo", "-D", file(`${size}-g4`)]),
  };
}

const run = promisify(execFile);

/** User and system time of a program, by the shell's own clock. */
async function cpuMs(command: string[]): Promise<number> {
  const shell = ["-c", 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1', "bash", ...command];
  const { stderr } = await run("bash", shell, { env: { ...process.env, LC_ALL: "C" } });
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(" ").map(Number);
  return (user + system) * 1000;
}

/** The runs as lines of text. */
export function codecTable(runs: readonly CodecRun[]): string {
  const ms = (value: number | undefined) => (value === undefined ? "-" : value.toFixed(2)).padStart(7);
  const times = (value: number | undefined) => (value === undefined ? "-" : `${value.toFixed(2)} x`).padStart(8);
  return [
    "MMR, ms a page            octets   encode libtiff    ratio   decode libtiff    ratio     kept",
    ...runs.map(({ page, octets, encodeMs, decodeMs, decodeKeptMs, libtiff }) =>
      [
        page.padEnd(22),
        String(octets).padStart(9),
        `  ${ms(encodeMs)} ${ms(libtiff?.encodeMs)} ${times(libtiff?.encodeRatio)}`,
        `  ${ms(decodeMs)} ${ms(libtiff?.decodeMs)} ${times(libtiff?.decodeRatio)}  ${ms(decodeKeptMs)}`,
      ].join(""),
    ),
  ].join("\n");
}
