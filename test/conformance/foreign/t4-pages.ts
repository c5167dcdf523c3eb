// Pages for the tests of T.4, T.6 and TIFF-F with foreign programs, and how those programs are asked what they see.

import { readFile, writeFile } from "node:fs/promises";
import { type Bitmap, blankBitmap, equalBitmaps, readTiff, rowOctets } from "@depesche/t4";
import { runProgram } from "../../house/house.ts";
import { samplePages } from "../../load/t4-pages.ts";

/** The widths of Group 3 with what they are pels an inch of, and widths of no machine. */
export const SIZES: readonly { width: number; xDpi: number; yDpi: number }[] = [
  { width: 1728, xDpi: 204, yDpi: 98 },
  { width: 2048, xDpi: 204, yDpi: 196 },
  { width: 2432, xDpi: 204, yDpi: 391 },
  { width: 1728, xDpi: 200, yDpi: 100 },
  { width: 2592, xDpi: 300, yDpi: 300 },
  { width: 3072, xDpi: 300, yDpi: 300 },
  { width: 3648, xDpi: 300, yDpi: 300 },
  { width: 3456, xDpi: 408, yDpi: 391 },
  { width: 4096, xDpi: 408, yDpi: 391 },
  { width: 4864, xDpi: 400, yDpi: 400 },
  { width: 1701, xDpi: 204, yDpi: 196 },
  { width: 5300, xDpi: 600, yDpi: 600 },
];

const sheets = samplePages().map(({ bitmap }) => bitmap);

/** A page of any size: the middle of a sample sheet, side by side and below each other. */
export function page(width: number, height: number, sheet: 0 | 1 | 2 | 3 = 0): Bitmap {
  const from = sheets[sheet] as Bitmap;
  const made = blankBitmap(width, height);
  const [stride, fromStride] = [rowOctets(width), rowOctets(from.width)];
  for (let y = 0; y < height; y++) {
    const row = from.data.subarray(((y + 1000) % from.height) * fromStride).subarray(0, fromStride);
    for (let x = 0; x < stride; x++) made.data[y * stride + x] = row[x % fromStride]!;
    if (width & 7) made.data[y * stride + stride - 1]! &= 0xff00 >> (width & 7);
  }
  return made;
}

/** Runs a program that must succeed and say nothing on its error output. */
export async function silently(program: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(program, args);
  if (code !== 0 || stderr !== "") throw new Error(`${program} ${args.join(" ")}: ${code} ${stderr}`);
  return stdout;
}

/** The pages of a TIFF file as libtiff decodes them. */
export async function asLibtiffSees(file: string): Promise<Bitmap[]> {
  const plain = `${file}.plain.tif`;
  await silently("tiffcp", ["-c", "none", "-r", "100000", "-f", "msb2lsb", file, plain]);
  return pagesIn(await readFile(plain));
}

/** The pages of a TIFF file as our reader decodes them, none of them damaged. */
export function pagesIn(tiff: Uint8Array): Bitmap[] {
  const read = readTiff(tiff);
  if (!read.ok) throw new Error(`${read.problem} at ${read.at}`);
  return read.pages.map(({ bitmap, badLines, unsupported }, i) => {
    if (!bitmap || badLines !== 0) throw new Error(`page ${i + 1}: ${unsupported ?? `${badLines} bad lines`}`);
    return bitmap;
  });
}

/** A page as the simplest file that image programs read (PBM: 1 is black, rows padded to octets). */
export async function writePbm(file: string, { width, height, data }: Bitmap): Promise<void> {
  await writeFile(file, Buffer.concat([Buffer.from(`P4\n${width} ${height}\n`), data]));
}

export async function readPbm(file: string): Promise<Bitmap> {
  const bytes = await readFile(file);
  const head = /^P4\s+(?:#.*\s+)*(\d+)\s+(\d+)\s/.exec(bytes.subarray(0, 200).toString("latin1"));
  if (!head) throw new Error(`${file} is no PBM`);
  return { width: Number(head[1]), height: Number(head[2]), data: new Uint8Array(bytes.subarray(head[0].length)) };
}

/** Which pages are not the ones they should be. */
export function wrongPages(got: readonly Bitmap[], wanted: readonly Bitmap[]): number[] {
  const wrong: number[] = [];
  for (let i = 0; i < Math.max(got.length, wanted.length); i++) {
    const [a, b] = [got[i], wanted[i]];
    if (!a || !b || !equalBitmaps(a, b)) wrong.push(i + 1);
  }
  return wrong;
}

/** How many rows of the page are not in their place in the one that came. */
export function wrongRows(got: Bitmap, wanted: Bitmap): number {
  const stride = rowOctets(wanted.width);
  const row = ({ data }: Bitmap, y: number) => Buffer.from(data.buffer, data.byteOffset + y * stride, stride);
  let wrong = 0;
  for (let y = 0; y < wanted.height; y++) if (y >= got.height || !row(got, y).equals(row(wanted, y))) wrong++;
  return wrong;
}

/** xorshift32: whole numbers from 0 to below, the same for the same seed. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
