import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { equalBitmaps } from "./bitmap.ts";
import { encode } from "./encode.ts";
import { bits, PATTERNS, samplePage } from "./sample-pages.ts";
import { readTiff, type TiffPage } from "./tiff-read.ts";
import { TAG } from "./tiff-tags.ts";
import { writeTiff } from "./tiff-write.ts";

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));
const twoPages = [
  { bitmap: samplePage("text", 203, 60, 7), xDpi: 204, yDpi: 98 },
  { bitmap: samplePage("text", 150, 41, 8), xDpi: 204, yDpi: 196 },
];

function pagesOf(bytes: Uint8Array, limits = {}): TiffPage[] {
  const result = readTiff(bytes, limits);
  if (!result.ok) throw new Error(`${result.problem} at ${result.at}`);
  return result.pages;
}

/** Offset of the value of a tag in the first directory of a little-endian file. */
function valueAt(file: Uint8Array, tag: number): number {
  const view = new DataView(file.buffer, file.byteOffset);
  const directory = view.getUint32(4, true);
  for (let i = 0; i < view.getUint16(directory, true); i++) {
    if (view.getUint16(directory + 2 + i * 12, true) === tag) return directory + 2 + i * 12 + 8;
  }
  throw new Error(`no tag ${tag}`);
}

function patched(file: Uint8Array, tag: number, value: number): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setUint32(valueAt(copy, tag), value, true);
  return copy;
}

describe("our own files", () => {
  for (const coding of ["MH", "MR", "MMR"] as const) {
    it(`${coding} pages of several sizes come back with their resolutions`, () => {
      const pages = PATTERNS.map((pattern, i) => ({
        bitmap: samplePage(pattern, 1728 - i * 33, 40 + i),
        xDpi: 203.5,
        yDpi: 98,
        coding,
      }));
      const read = pagesOf(writeTiff(pages));
      expect(read.map((page) => equalBitmaps(page.bitmap!, pages[read.indexOf(page)]!.bitmap))).toEqual(
        pages.map(() => true),
      );
      for (const page of read) {
        expect(page).toMatchObject({
          xDpi: 203.5,
          yDpi: 98,
          badLines: 0,
          subfileType: 2,
          orientation: 1,
          photometric: 0,
        });
      }
    });
  }
  it("carries reception quality only where it is known", () => {
    const [first, second] = pagesOf(
      writeTiff([{ ...twoPages[0]!, badLines: 5, consecutiveBadLines: 2 }, twoPages[1]!]),
    );
    expect(first!.received).toEqual({ badLines: 5, consecutiveBadLines: 2 });
    expect(second!.received).toBeUndefined();
  });
  it("carries program and time as text", () => {
    const file = writeTiff(twoPages, { software: "Depesche", dateTime: "2026:01:19 12:00:00" });
    const text = String.fromCharCode(...file);
    expect(text).toContain("Depesche\0");
    expect(text).toContain("2026:01:19 12:00:00\0");
  });
  it("has its tags in ascending order and its values on even octets", () => {
    const file = writeTiff(twoPages, { software: "Odd" });
    const view = new DataView(file.buffer);
    const directory = view.getUint32(4, true);
    const tags = Array.from({ length: view.getUint16(directory, true) }, (_, i) =>
      view.getUint16(directory + 2 + i * 12, true),
    );
    expect(tags).toEqual(tags.toSorted((a, b) => a - b));
    expect(directory % 2).toBe(0);
    for (const tag of [TAG.XResolution, TAG.YResolution]) expect(view.getUint32(valueAt(file, tag), true) % 2).toBe(0);
  });
  it("pages of Group 3 sizes make a file of profile F, which names the codings; other pages do not", () => {
    const page = { bitmap: samplePage("text", 1728, 20), xDpi: 204, yDpi: 196 };
    const file = writeTiff([page, { ...page, coding: "MR" }]);
    const view = new DataView(file.buffer);
    const global = view.getUint32(valueAt(file, TAG.GlobalParametersIFD), true);
    expect(view.getUint16(global, true)).toBe(4);
    const entries = Array.from({ length: 4 }, (_, i) => [
      view.getUint16(global + 2 + i * 12, true),
      view.getUint32(global + 10 + i * 12, true),
    ]);
    // Group 3 fax; profile F; T.4 two-dimensional (bit 2) and T.6 (bit 3); "1998"
    expect(entries).toEqual([
      [401, 1],
      [402, 2],
      [403, 12],
      [404, 0x38393931],
    ]);
    for (const odd of [
      { ...page, xDpi: 300 },
      { ...page, yDpi: 150 },
      { ...page, bitmap: samplePage("text", 1720, 20) },
    ]) {
      expect(() => valueAt(writeTiff([page, odd]), TAG.GlobalParametersIFD)).toThrow("no tag");
    }
  });
  it("both bit orders and unaligned EOLs are said in the tags and come back the same", () => {
    const tagged = (file: Uint8Array, tag: number) => new DataView(file.buffer).getUint16(valueAt(file, tag), true);
    for (const coding of ["MH", "MR", "MMR"] as const) {
      const pages = twoPages.map((page) => ({ ...page, coding }));
      const file = writeTiff(pages, { bitOrder: "lsb-first", eolAlign: false });
      expect(pagesOf(file).map((page, i) => equalBitmaps(page.bitmap!, twoPages[i]!.bitmap))).toEqual([true, true]);
      expect(tagged(file, TAG.FillOrder)).toBe(2);
      if (coding !== "MMR") expect(tagged(file, TAG.T4Options)).toBe(coding === "MR" ? 1 : 0);
    }
    expect(tagged(writeTiff(twoPages), TAG.FillOrder)).toBe(1);
  });
  it("pages carry their number and how many there are", () => {
    expect(pagesOf(writeTiff(twoPages)).map(({ pageNumber }) => pageNumber)).toEqual([
      { index: 0, total: 2 },
      { index: 1, total: 2 },
    ]);
  });
  it("must have a page, and pages must have pixels", () => {
    expect(() => writeTiff([])).toThrow(RangeError);
    expect(() => writeTiff([{ bitmap: samplePage("empty", 8, 0), xDpi: 204, yDpi: 98 }])).toThrow(RangeError);
  });
});

describe("files of other programs", () => {
  for (const name of [
    "libtiff-g3-2d-lsb-big-endian.tif",
    "libtiff-g3-1d-strips.tif",
    "libtiff-g4-strips.tif",
    "libtiff-uncompressed-lsb.tif",
    "libtiff-bigtiff-g4-strips.tif",
    "libtiff-bigtiff-g3-1d-big-endian.tif",
  ]) {
    it(name, () => {
      const pages = pagesOf(fixture(name));
      expect(pages.map((page, i) => equalBitmaps(page.bitmap!, twoPages[i]!.bitmap))).toEqual([true, true]);
      expect(pages.map(({ xDpi, yDpi, badLines }) => ({ xDpi, yDpi, badLines }))).toEqual([
        { xDpi: 204, yDpi: 98, badLines: 0 },
        { xDpi: 204, yDpi: 196, badLines: 0 },
      ]);
    });
  }
  it("libvips' G4 with black as zero", () => {
    const [page] = pagesOf(fixture("libvips-g4-black-is-zero.tif"));
    expect(page!.photometric).toBe(1);
    expect(equalBitmaps(page!.bitmap!, twoPages[0]!.bitmap)).toBe(true);
    expect(page!.xDpi).toBeCloseTo(204, 3);
    expect(page!.yDpi).toBeCloseTo(98, 3);
  });
  it("a compression of another kind is reported, with the page's size", () => {
    const [page] = pagesOf(fixture("libtiff-packbits.tif"));
    expect(page).toMatchObject({ unsupported: "compression", compression: 32773, width: 203, height: 60 });
    expect(page!.bitmap).toBeUndefined();
  });
  it("grey samples, palettes and tiles are reported", () => {
    const file = writeTiff(twoPages);
    expect(pagesOf(patched(file, TAG.BitsPerSample, 8))[0]!.unsupported).toBe("samples");
    expect(pagesOf(patched(file, TAG.PhotometricInterpretation, 3))[0]!.unsupported).toBe("photometric");
    const tiled = file.slice();
    new DataView(tiled.buffer).setUint16(valueAt(tiled, TAG.NewSubfileType) - 8, TAG.TileWidth, true);
    expect(pagesOf(tiled)[0]!.unsupported).toBe("tiles");
  });
  it("lines of compression 2 start on octets and have no EOL", () => {
    // three lines of 10: 5 white 5 black; 2 white 8 black; white, put in the place of an MMR strip
    const strip = bits("1100 0011  0111 000101 000000  00111");
    const file = writeTiff([{ bitmap: samplePage("noise", 10, 3), xDpi: 204, yDpi: 98 }]);
    file.set(strip, 8);
    const rle = patched(patched(file, TAG.Compression, 2), TAG.StripByteCounts, strip.length);
    expect(pagesOf(rle)[0]!.bitmap!.data).toEqual(Uint8Array.of(0x07, 0xc0, 0x3f, 0xc0, 0, 0));
  });
  it("group 3 without any EOL is read line by line", () => {
    const page = { bitmap: samplePage("noise", 10, 4), xDpi: 204, yDpi: 98, coding: "MH" } as const;
    const file = writeTiff([page]);
    file.fill(0, 8, 8 + 6);
    file.set(bits("1100 0011 0111 000101 00111 00111"), 8);
    const read = pagesOf(patched(file, TAG.StripByteCounts, 4))[0]!;
    expect(read.bitmap!.data).toEqual(Uint8Array.of(0x07, 0xc0, 0x3f, 0xc0, 0, 0, 0, 0));
    expect(read.badLines).toBe(0);
  });
  it("resolutions in centimetres become inches, missing ones stay unknown", () => {
    const file = writeTiff([{ bitmap: samplePage("text", 100, 10), xDpi: 80, yDpi: 38.5 }]);
    const metric = pagesOf(patched(file, TAG.ResolutionUnit, 3))[0]!;
    expect(metric.xDpi).toBeCloseTo(203.2, 6);
    expect(metric.yDpi).toBeCloseTo(97.79, 6);
    expect(pagesOf(patched(file, TAG.ResolutionUnit, 1))[0]!.xDpi).toBeUndefined();
  });
});

describe("damaged and hostile files", () => {
  const file = writeTiff(twoPages);
  const firstDirectory = new DataView(file.buffer).getUint32(4, true);
  const linkAt = firstDirectory + 2 + new DataView(file.buffer).getUint16(firstDirectory, true) * 12;
  const linked = (to: number) => {
    const copy = file.slice();
    new DataView(copy.buffer).setUint32(linkAt, to, true);
    return copy;
  };
  const BIG = "libtiff-bigtiff-g4-strips.tif";
  const big = (change: (view: DataView, directory: number) => void) => {
    const copy = fixture(BIG);
    const view = new DataView(copy.buffer);
    change(view, Number(view.getBigUint64(8, true)));
    return copy;
  };
  const overwriteCount = (view: DataView, directory: number) => view.setUint8(directory + 7, 0x80);
  const closeCircle = (view: DataView, directory: number) => {
    const end = directory + 8 + Number(view.getBigUint64(directory, true)) * 20;
    view.setBigUint64(end, BigInt(directory), true);
  };
  const cases: [name: string, bytes: Uint8Array, limits: object, problem: string][] = [
    ["nothing", new Uint8Array(0), {}, "tiff-magic"],
    ["a PDF", new TextEncoder().encode("%PDF-1.7 and more"), {}, "tiff-magic"],
    ["BigTIFF that ends in its header", Uint8Array.of(0x49, 0x49, 43, 0, 8, 0, 0, 0), {}, "tiff-magic"],
    ["BigTIFF with offsets of another width", big((view) => view.setUint16(4, 16, true)), {}, "tiff-magic"],
    ["BigTIFF with a directory beyond 2^53", big((view) => view.setUint32(12, ~0, true)), {}, "tiff-truncated"],
    ["BigTIFF with a directory of 2^63 entries", big(overwriteCount), {}, "tiff-truncated"],
    ["BigTIFF with directories in a circle", big(closeCircle), {}, "tiff-loop"],
    ["BigTIFF with more pages than allowed", fixture(BIG), { maxPages: 1 }, "tiff-too-many-pages"],
    ["no directory", Uint8Array.of(0x4d, 0x4d, 0, 42, 0, 0, 0, 0), {}, "tiff-truncated"],
    ["a directory outside", linked(file.length), {}, "tiff-truncated"],
    ["directories in a circle", linked(firstDirectory), {}, "tiff-loop"],
    ["more pages than allowed", file, { maxPages: 1 }, "tiff-too-many-pages"],
    ["a page of no width", patched(file, TAG.ImageWidth, 0), {}, "tiff-size"],
    ["a page of no height", patched(file, TAG.ImageLength, 0), {}, "tiff-size"],
    ["a claim of two thousand million columns", patched(file, TAG.ImageWidth, 2e9), {}, "tiff-page-too-large"],
    [
      "a claim of 60000 x 60000",
      patched(patched(file, TAG.ImageWidth, 60000), TAG.ImageLength, 60000),
      {},
      "tiff-page-too-large",
    ],
    ["more pixels in all than allowed", file, { maxPixels: 15_000 }, "tiff-too-large"],
    ["a strip outside", patched(file, TAG.StripOffsets, file.length), {}, "tiff-strips"],
    ["fewer strips than rows need", patched(file, TAG.RowsPerStrip, 1), {}, "tiff-strips"],
    [
      "strips laid over each other",
      patched(patched(file, TAG.StripByteCounts, 0), TAG.StripOffsets, 0),
      {},
      "tiff-strips-overlap",
    ],
  ];
  for (const [name, bytes, limits, problem] of cases) {
    it(`${name}: ${problem}`, () => expect(readTiff(bytes, limits)).toMatchObject({ ok: false, problem }));
  }
  it("a damaged strip leaves white rows and is counted", () => {
    const damaged = file.slice();
    damaged.fill(0, 8 + 20, 8 + 30);
    const [page] = pagesOf(damaged);
    expect(page!.badLines).toBeGreaterThan(0);
    expect(page!.bitmap!.data.length).toBe(26 * 60);
    expect(page!.bitmap!.data.subarray(26 * 59)).toEqual(new Uint8Array(26));
  });
  it("a RowsPerStrip that is no number of rows, or none at all, means one strip", () => {
    for (const rows of [0, 61, 0xffffffff]) {
      const [page] = pagesOf(patched(file, TAG.RowsPerStrip, rows));
      expect(equalBitmaps(page!.bitmap!, twoPages[0]!.bitmap)).toBe(true);
    }
    // 0/0 as RATIONAL, laid over the last value of the second page
    const rational = file.slice();
    const at = valueAt(rational, TAG.RowsPerStrip);
    const view = new DataView(rational.buffer);
    view.setUint16(at - 6, 5, true);
    view.setUint32(at, rational.length - 8, true);
    rational.fill(0, rational.length - 8);
    expect(equalBitmaps(pagesOf(rational)[0]!.bitmap!, twoPages[0]!.bitmap)).toBe(true);
  });
  it("decodes no page or only the one asked for", () => {
    expect(pagesOf(file, { decode: "none" }).map((page) => page.bitmap)).toEqual([undefined, undefined]);
    expect(pagesOf(file, { decode: 1, maxPixels: 7000 }).map((page) => page.bitmap !== undefined)).toEqual([
      false,
      true,
    ]);
  });
  it("an uncompressed page that is cut is white below", () => {
    const page = { bitmap: samplePage("black", 16, 10), xDpi: 204, yDpi: 98 };
    const own = patched(patched(writeTiff([page]), TAG.Compression, 1), TAG.StripByteCounts, 7);
    expect(pagesOf(own)[0]!.badLines).toBe(7);
  });
});

it("strips of a TIFF page are the plain stream of the codec, K by the resolution", () => {
  const page = samplePage("text", 400, 40);
  for (const [coding, yDpi, options] of [
    ["MMR", 196, {}],
    ["MR", 98, { k: 2, rtc: false, eolAlign: true }],
    ["MR", 196, { k: 4, rtc: false, eolAlign: true }],
    ["MH", 98, { rtc: false, eolAlign: true }],
  ] as const) {
    const stream = encode(page, { coding, ...options });
    expect(writeTiff([{ bitmap: page, xDpi: 204, yDpi, coding }]).subarray(8, 8 + stream.length)).toEqual(stream);
  }
});
