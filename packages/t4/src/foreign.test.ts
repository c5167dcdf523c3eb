// Ghostscript has coders of its own for T.4 and T.6, and ImageMagick another order of everything: the same two pages by all of them.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Bitmap, equalBitmaps } from "./bitmap.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { hexOctets } from "./sample-pages.ts";
import { readTiff, type TiffPage } from "./tiff-read.ts";

const file = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const stream = (name: string) => hexOctets(file(name).toString());

function pagesOf(name: string): TiffPage[] {
  const read = readTiff(new Uint8Array(file(name)));
  if (!read.ok) throw new Error(`${name}: ${read.problem} at ${read.at}`);
  return read.pages;
}

/** As libtiff decoded Ghostscript's Group 4. */
const pages = pagesOf("ghostscript-g4-uncompressed-by-libtiff.tif").map(({ bitmap }) => bitmap as Bitmap);

describe("files", () => {
  for (const name of [
    "ghostscript-g3.tif",
    "ghostscript-g32d.tif",
    "ghostscript-crle.tif",
    "imagemagick-g3-lsb-big-endian.tif",
  ]) {
    it(`${name} has the two pages`, () => {
      const read = pagesOf(name);
      expect(read.map(({ bitmap }, i) => equalBitmaps(bitmap!, pages[i]!))).toEqual([true, true]);
      expect(read.map(({ badLines }) => badLines)).toEqual([0, 0]);
      expect(read.map(({ xDpi, yDpi }) => [xDpi, yDpi])).toEqual([
        [204, 98],
        [204, 98],
      ]);
    });
  }
  it("pages know their number where the file says it", () => {
    expect(pagesOf("imagemagick-g3-lsb-big-endian.tif").map(({ pageNumber }) => pageNumber)).toEqual([
      { index: 0, total: 2 },
      { index: 1, total: 2 },
    ]);
    expect(pagesOf("libvips-g4-black-is-zero.tif")[0]!.pageNumber).toBeUndefined();
  });
});

describe("streams as they go over the line", () => {
  for (const [name, coding] of [
    ["ghostscript-faxg3.hex", "MH"],
    ["ghostscript-faxg32d.hex", "MR"],
    ["ghostscript-faxg4.hex", "MMR"],
  ] as const) {
    it(`${name} (${coding}) is the first page, without an end mark`, () => {
      const decoded = decode(stream(name), { coding, width: 204 });
      expect(equalBitmaps(decoded.bitmap, pages[0]!)).toBe(true);
      expect(decoded).toMatchObject({ rows: 54, badLines: 0, ended: "data" });
    });
  }
  it("the standard leaves no choice but K: our octets are the very ones", () => {
    for (const [name, coding] of [
      ["ghostscript-faxg3.hex", "MH"],
      ["ghostscript-faxg32d.hex", "MR"],
      ["ghostscript-faxg4.hex", "MMR"],
    ] as const) {
      expect(encode(pages[0]!, { coding, k: 2, rtc: false })).toEqual(stream(name));
    }
  });
});
