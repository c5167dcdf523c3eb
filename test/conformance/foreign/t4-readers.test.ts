// TIFF-F against ImageMagick, sharp (libvips) and utif: what we write they read pel for pel, and we read what they write.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bitmap, writeTiff } from "@depesche/t4";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Page, pagesBySharp, pagesByUtif } from "../../journeys/tiff-pixels.ts";
import { page, pagesIn, readPbm, SIZES, silently, writePbm, wrongPages } from "./t4-pages.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-t4-"));
});
afterEach(() => rm(folder, { recursive: true }));

const CODINGS = ["MH", "MR", "MMR"] as const;
const BIT_ORDERS = ["msb-first", "lsb-first"] as const;

/** The same pages in one file: all sizes, all coded alike. */
function ourFile(coding: (typeof CODINGS)[number], bitOrder: (typeof BIT_ORDERS)[number]) {
  const bitmaps = SIZES.map(({ width }, i) => page(width, 60 + i, (i % 4) as 0 | 1 | 2 | 3));
  const inputs = SIZES.map(({ xDpi, yDpi }, i) => ({ bitmap: bitmaps[i] as Bitmap, xDpi, yDpi, coding }));
  return { bitmaps, tiff: writeTiff(inputs, { bitOrder, software: "Depesche" }) };
}

/** One octet a pel, as the other readers give them. */
function pels({ width, height, data }: Bitmap): Page {
  const all = new Uint8Array(width * height);
  const stride = (width + 7) >> 3;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) all[y * width + x] = (data[y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1;
  }
  return { width, height, pels: all };
}

function wrong(got: readonly Page[], wanted: readonly Bitmap[]): number[] {
  const list: number[] = [];
  for (let i = 0; i < Math.max(got.length, wanted.length); i++) {
    const [a, expected] = [got[i], wanted[i]];
    const b = expected && pels(expected);
    const same = a && b && a.width === b.width && a.height === b.height && Buffer.from(a.pels).equals(b.pels);
    if (!same) list.push(i + 1);
  }
  return list;
}

describe.each(CODINGS.flatMap((coding) => BIT_ORDERS.map((bitOrder) => [coding, bitOrder] as const)))(
  "our file, %s, %s",
  (coding, bitOrder) => {
    it("is the same pages to sharp, with their resolutions", async () => {
      const { bitmaps, tiff } = ourFile(coding, bitOrder);
      expect(wrong(await pagesBySharp(tiff), bitmaps)).toEqual([]);
      expect((await sharp(tiff).metadata()).density).toBe(204);
    });

    it("is the same pages to utif", () => {
      const { bitmaps, tiff } = ourFile(coding, bitOrder);
      expect(wrong(pagesByUtif(tiff), bitmaps)).toEqual([]);
    });

    it("is the same pages to ImageMagick, with their resolutions", async () => {
      const { bitmaps, tiff } = ourFile(coding, bitOrder);
      const file = join(folder, "ours.tif");
      await writeFile(file, tiff);
      const seen: Bitmap[] = [];
      for (let i = 0; i < bitmaps.length; i++) {
        const plain = join(folder, `${i}.pbm`);
        await silently("convert", [`${file}[${i}]`, plain]);
        seen.push(await readPbm(plain));
      }
      expect(wrongPages(seen, bitmaps)).toEqual([]);
      const said = await silently("identify", ["-format", "%w %x %y\n", file]);
      expect(said.trim().split("\n")).toEqual(SIZES.map(({ width, xDpi, yDpi }) => `${width} ${xDpi} ${yDpi}`));
    });
  },
);

describe("ImageMagick's files", () => {
  const FORMS: [name: string, args: string[]][] = [
    ["Group 4", ["-compress", "Group4"]],
    ["Group 3", ["-compress", "Fax"]],
    ["uncompressed", ["-compress", "None"]],
    [
      "Group 4, big-endian, strips of 5 rows",
      ["-compress", "Group4", "-define", "tiff:endian=msb", "-define", "tiff:rows-per-strip=5"],
    ],
    ["Group 3, least significant bit first", ["-compress", "Fax", "-define", "tiff:fill-order=lsb"]],
    ["Group 4, black is zero", ["-compress", "Group4", "-define", "quantum:polarity=min-is-black"]],
  ];
  it.each(FORMS)("%s: our reader sees the same pages", async (_, args) => {
    const bitmaps = [page(1728, 120, 1), page(1701, 90, 2), page(2432, 50, 3)];
    const sources: string[] = [];
    for (const [i, bitmap] of bitmaps.entries()) {
      sources.push(join(folder, `${i}.pbm`));
      await writePbm(sources[i] as string, bitmap);
    }
    const file = join(folder, "theirs.tif");
    await silently("convert", [...sources, "-density", "204x98", "-units", "PixelsPerInch", ...args, file]);
    expect(wrongPages(pagesIn(await readFile(file)), bitmaps)).toEqual([]);
  });
});

it.each(["ccittfax4", "none"] as const)(
  "libvips' file, compression %s: our reader sees the same page",
  async (compression) => {
    const bitmap = page(1728, 200, 1);
    const { pels: octets, width, height } = pels(bitmap);
    const grey = Buffer.from(octets.map((pel) => (pel ? 0 : 255)));
    const tiff = await sharp(grey, { raw: { width, height, channels: 1 } })
      .toColourspace("b-w")
      .tiff({ compression, bitdepth: 1, xres: 8, yres: 3.85 })
      .toBuffer();
    expect(wrongPages(pagesIn(tiff), [bitmap])).toEqual([]);
  },
);
