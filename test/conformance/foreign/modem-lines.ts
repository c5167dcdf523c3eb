// Serial lines to the emulated modems for programs that want a device, as socat makes them, and TIFF pages as such programs take them.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bitmap, encode, readTiff } from "@depesche/t4";
import { eventually, town } from "../../journeys/post-office.ts";

export interface Folder {
  path: string;
  remove(): Promise<void>;
}

export async function newFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "depesche-modem-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** TCP port of the modem with this number. */
export async function modemPort(number: string): Promise<number> {
  const { modems } = await town("/exchange/modems");
  return modems.find((modem: { number: string }) => modem.number === number).port;
}

export interface SerialLine {
  device: string;
  close(): Promise<void>;
}

/** A pty at `device` that is the serial line to a modem. */
export async function serialLine(number: string, device: string): Promise<SerialLine> {
  const port = await modemPort(number);
  const socat = spawn("socat", [`pty,raw,echo=0,mode=666,link=${device}`, `tcp:127.0.0.1:${port}`], {
    stdio: "ignore",
  });
  await eventually(async () => existsSync(device), Boolean);
  return { device, close: () => ended(socat) };
}

/** Ends a program of ours and waits for it. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

/** The pages of a TIFF. */
export function pagesOf(tiff: Uint8Array): Bitmap[] {
  const read = readTiff(tiff);
  if (!read.ok) throw new Error(`${read.problem} at ${read.at}`);
  return read.pages.map(({ bitmap, unsupported }) => {
    if (!bitmap) throw new Error(`unsupported: ${unsupported}`);
    return bitmap;
  });
}

/** The last `rows` rows of a page. */
export function foot({ width, height, data }: Bitmap, rows: number): Bitmap {
  const octets = data.length / height;
  return { width, height: rows, data: data.subarray((height - rows) * octets) };
}

/** Pages as files for efax: MH in one strip that ends with RTC, one page a file. It reads nothing else right. */
export async function filesForEfax(pages: readonly Bitmap[], folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    pages.map(async (page, i) => {
      const name = join(folder, `page-${i + 1}.tif`);
      await writeFile(name, groupThreeTiff(page));
      return name;
    }),
  );
}

const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;

/** TIFF 6.0 with the tags of a fax page (RFC 2306), resolution fine. */
function groupThreeTiff(page: Bitmap): Buffer {
  const strip = encode(page, { coding: "MH" });
  const entries = 12;
  const resolutionAt = 8 + 2 + entries * 12 + 4;
  const stripAt = resolutionAt + 16;
  const head = Buffer.alloc(stripAt);
  head.write("II*\0\b\0\0\0", "latin1");
  let at = head.writeUInt16LE(entries, 8);
  for (const [tag, type, value] of [
    [256, LONG, page.width],
    [257, LONG, page.height],
    [258, SHORT, 1],
    [259, SHORT, 3],
    [262, SHORT, 0],
    [273, LONG, stripAt],
    [278, LONG, page.height],
    [279, LONG, strip.length],
    [282, RATIONAL, resolutionAt],
    [283, RATIONAL, resolutionAt + 8],
    [292, LONG, 0],
    [296, SHORT, 2],
  ] as const) {
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(1, at + 4);
    head.writeUInt32LE(value, at + 8);
    at += 12;
  }
  for (const [i, value] of [204, 1, 196, 1].entries()) head.writeUInt32LE(value, resolutionAt + 4 * i);
  return Buffer.concat([head, strip]);
}

/** Runs efax to its end, `id` its own number; `ready` is called when it waits for a call. */
export async function efax(
  device: string,
  id: string,
  args: string[],
  ready?: () => void,
): Promise<{ code: number | null; said: string }> {
  const child = spawn("efax", ["-d", device, "-l", id, "-v", "chewinmrxta", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const hear = (text: string) => {
    said += text;
    if (/command {2}"\+FRM=\?".*response "OK"/s.test(said)) ready?.();
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, said };
}

/** Pages that efax wrote, in order. */
export async function efaxPages(folder: string): Promise<Bitmap[]> {
  const names = (await readdir(folder)).filter((name) => /^in\.\d{3}$/.test(name)).sort();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return files.flatMap((file) => pagesOf(new Uint8Array(file)));
}
