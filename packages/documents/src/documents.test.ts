import { crc32 } from "node:zlib";
import { type Bitmap, equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocuments, type Documents } from "./documents.ts";
import { fixture, latin1 } from "./fixtures/files.ts";
import { onePagePdf, pdfStream, writtenPdf } from "./fixtures/written-pdf.ts";
import type { FaxPages, Part } from "./results.ts";

let documents: Documents;
beforeAll(() => {
  documents = createDocuments({ threads: 1 });
});
afterAll(() => documents.close());

const A4 = "/MediaBox [0 0 595.28 841.89]";

async function fax(parts: Part[], resolution: "fine" | "standard" = "fine"): Promise<FaxPages> {
  const result = await documents.toFaxPages(parts, { resolution });
  if (!result.ok) throw new Error(`${result.problem}: ${result.detail}`);
  return result.pages;
}

function bitmaps(tiff: Uint8Array): Bitmap[] {
  const read = readTiff(tiff);
  if (!read.ok) throw new Error(read.problem);
  return read.pages.map(({ bitmap }) => bitmap!);
}

function bmp24(width: number, height: number, grey: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(54 + width * 3 * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true);
  view.setUint16(28, 24, true);
  for (const [at, value] of grey.entries()) bytes.fill(value, 54 + at * 3, 57 + at * 3);
  return bytes;
}

/** A PNG of 204 x 98 an inch, which sharp cannot write: the chunk it writes for one density is changed. */
async function withPhys(picture: Sharp): Promise<Uint8Array> {
  const bytes = await picture.withMetadata({ density: 204 }).png().toBuffer();
  const at = bytes.indexOf("pHYs");
  bytes.writeUInt32BE(Math.round(98 / 0.0254), at + 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(at, at + 13)), at + 13);
  return bytes;
}

/** A JPEG of 204 x 98 an inch: sharp writes none of its own, so the segment is put behind the start marker. */
async function withJfif(picture: Sharp): Promise<Uint8Array> {
  const bytes = await picture.jpeg().toBuffer();
  const segment = [0xff, 0xe0, 0, 16, ...latin1("JFIF\0"), 1, 2, 1, 0, 204, 0, 98, 0, 0];
  return Buffer.concat([bytes.subarray(0, 2), Uint8Array.from(segment), bytes.subarray(2)]);
}

/** Share of black pels in a part of the page given in millimetres of A4. */
function ink({ width, data }: Bitmap, x: number, y: number, widthMm: number, heightMm: number): number {
  const pel = (mm: number) => Math.round((mm / 25.4) * 204) + 20;
  const row = (mm: number) => Math.round((mm / 25.4) * 196);
  let black = 0;
  let all = 0;
  for (let line = row(y); line < row(y + heightMm); line++) {
    for (let at = pel(x); at < pel(x + widthMm); at++, all++) {
      black += (data[line * (width >> 3) + (at >> 3)]! >> (7 - (at & 7))) & 1;
    }
  }
  return black / all;
}

describe("documents as fax pages", () => {
  it.each([25.4, 72, 96])("keeps the pels of a fax page whose writer put %f dpi for want of better", async (dpi) => {
    const data = new Uint8Array(216 * 2292).map((_, at) => (at * 7) & 0x81);
    const bitmap = { width: 1728, height: 2292, data };
    const [page] = bitmaps((await fax([{ name: "a.tif", bytes: writeTiff([{ bitmap, xDpi: dpi, yDpi: dpi }]) }])).tiff);
    expect(equalBitmaps(page!, bitmap)).toBe(true);
  });

  it("takes a drawing of a hundred million pels and more, up to its own limit", async () => {
    const bitmap = { width: 10_000, height: 10_400, data: new Uint8Array(1250 * 10_400) };
    const drawing = { name: "a.tif", bytes: writeTiff([{ bitmap, xDpi: 1200, yDpi: 1200 }]) };
    expect((await fax([drawing])).pageCount).toBe(1);
  });

  it("refuses pages that are longer together than the sheets allowed, however few octets they take", async () => {
    const bitmap = { width: 1728, height: 22_000, data: new Uint8Array(216 * 22_000) };
    const long = { bitmap, xDpi: 204, yDpi: 196 };
    const limits = { maxPages: 20 };
    const send = (pages: number) =>
      documents.toFaxPages([{ name: "a.tif", bytes: writeTiff(Array(pages).fill(long)) }], {
        resolution: "fine",
        limits,
      });
    expect(await send(2)).toMatchObject({ ok: true });
    expect(await send(3)).toMatchObject({ ok: false, problem: "too-large" });
  });

  it("gives every page of a PDF 1728 pels at 204 x 196, in MMR", async () => {
    const pages = await fax([{ name: "letter.pdf", bytes: fixture("letter.pdf") }]);
    expect(pages.pageCount).toBe(2);
    expect(pages.pages).toEqual(Array(2).fill({ width: 1728, height: 2292, xDpi: 204, yDpi: 196 }));
    const read = readTiff(pages.tiff, { decode: "none" });
    expect(read.ok && read.pages.map(({ compression, xDpi, yDpi }) => [compression, xDpi, yDpi])).toEqual([
      [4, 204, 196],
      [4, 204, 196],
    ]);
  });

  it("puts a PDF's ink where its page has it, and nowhere else", async () => {
    const content = "72 741.89 72 28.35 re f";
    const [page] = bitmaps((await fax([{ name: "a.pdf", bytes: onePagePdf(A4, content) }])).tiff);
    // 25.4 mm from the left, 25.3 mm from the top, 25.4 x 10 mm.
    expect(ink(page!, 25.6, 25.6, 25, 9.5)).toBe(1);
    expect(ink(page!, 0, 0, 200, 25)).toBe(0);
    expect(ink(page!, 52, 25, 150, 12)).toBe(0);
    expect(ink(page!, 0, 36, 200, 255)).toBe(0);
  });

  it("prepares pages in standard resolution when asked", async () => {
    const pages = await fax([{ name: "letter.pdf", bytes: fixture("letter.pdf") }], "standard");
    expect(pages.pages[0]).toEqual({ width: 1728, height: 1146, xDpi: 204, yDpi: 98 });
  });

  it("turns a landscape page upright", async () => {
    // A bar along the left edge of a landscape page is at the top of the page turned right.
    const bytes = onePagePdf("/MediaBox [0 0 841.89 595.28]", "0 0 28.35 595.28 re f");
    const [page] = bitmaps((await fax([{ name: "a.pdf", bytes }])).tiff);
    expect(ink(page!, 1, 0.5, 208, 9)).toBe(1);
    expect(ink(page!, 0, 11, 210, 280)).toBe(0);
  });

  it("draws what has been filled into the fields of a form", async () => {
    const bytes = writtenPdf([
      "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /DA (/F1 12 Tf 0 g) >> >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      `<< /Type /Page /Parent 2 0 R ${A4} /Annots [5 0 R] /Contents 4 0 R >>`,
      pdfStream("", " "),
      "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (x) /F 4 /Rect [72 700 172 742] /AP << /N 6 0 R >> >>",
      pdfStream("/Type /XObject /Subtype /Form /BBox [0 0 100 42]", "0 0 100 42 re f"),
    ]);
    const [page] = bitmaps((await fax([{ name: "form.pdf", bytes }])).tiff);
    expect(ink(page!, 26, 36, 30, 12)).toBe(1);
  });

  it("reads a PDF that only its owner's password protects", async () => {
    const open = await fax([{ name: "a.pdf", bytes: fixture("letter.pdf") }]);
    const locked = await fax([{ name: "a.pdf", bytes: fixture("letter-owner-password.pdf") }]);
    expect(bitmaps(locked.tiff).every((page, at) => equalBitmaps(page, bitmaps(open.tiff)[at]!))).toBe(true);
  });

  it.each(["mh-fine.tif", "mr-fine.tif", "mmr-fine.tif", "bigtiff-mmr-fine.tif"])(
    "passes %s through pixel for pixel",
    async (name) => {
      const bytes = fixture(name);
      const pages = await fax([{ name, bytes }]);
      const sent = bitmaps(bytes);
      expect(pages.pageCount).toBe(sent.length);
      for (const [at, page] of bitmaps(pages.tiff).entries()) expect(equalBitmaps(page, sent[at]!)).toBe(true);
    },
  );

  it("doubles the rows of a standard-resolution TIFF, and leaves them alone when standard is asked for", async () => {
    const bytes = fixture("mmr-standard.tif");
    const [sent] = bitmaps(bytes);
    const [fine] = bitmaps((await fax([{ name: "a.tif", bytes }])).tiff);
    const [standard] = bitmaps((await fax([{ name: "a.tif", bytes }], "standard")).tiff);
    expect(equalBitmaps(standard!, sent!)).toBe(true);
    expect(fine!.height).toBe(sent!.height * 2);
    for (let row = 0; row < fine!.height; row++) {
      const line = fine!.data.subarray(row * 216, row * 216 + 216);
      expect(Buffer.compare(line, sent!.data.subarray((row >> 1) * 216, (row >> 1) * 216 + 216))).toBe(0);
    }
  });

  it("keeps a one-row line when a fine TIFF goes out in standard", async () => {
    const data = new Uint8Array(216 * 2000);
    for (const row of [100, 103]) data.fill(0xff, 216 * row, 216 * (row + 1));
    const bytes = writeTiff([{ bitmap: { width: 1728, height: 2000, data }, xDpi: 204, yDpi: 196 }]);
    const [page] = bitmaps((await fax([{ name: "a.tif", bytes }], "standard")).tiff);
    expect(page!.height).toBe(1000);
    expect(page!.data.subarray(216 * 50, 216 * 52).every((octet) => octet === 0xff)).toBe(true);
  });

  it("scales a bilevel TIFF of another width to its true size", async () => {
    // 300 dpi, a black square of 1 inch at 1 inch from left and top.
    const width = 2480;
    const data = new Uint8Array((width / 8) * 3508);
    for (let row = 300; row < 600; row++) data.fill(0xff, row * 310 + 38, row * 310 + 75);
    const bytes = writeTiff([{ bitmap: { width, height: 3508, data }, xDpi: 300, yDpi: 300 }]);
    const pages = await fax([{ name: "a.tif", bytes }]);
    expect(pages.pages[0]).toMatchObject({ width: 1728, height: 2292 });
    const [page] = bitmaps(pages.tiff);
    expect(ink(page!, 26.5, 26.5, 23, 23)).toBe(1);
    expect(ink(page!, 0, 0, 200, 24)).toBe(0);
  });

  it("reads the pages of a grey TIFF one by one, of different height as they are", async () => {
    const pages = bitmaps((await fax([{ name: "a.tif", bytes: fixture("grey-two-heights.tif") }])).tiff);
    expect(pages.length).toBe(2);
    // 200 x 300 and 200 x 150 points, at the top and in the middle of the sheet, with a margin of 20.
    expect(ink(pages[1]!, 80, 10, 50, 30)).toBe(1);
    expect(ink(pages[1]!, 0, 55, 210, 230)).toBe(0);
  });

  it.each(["png", "jpg", "gif", "bmp"] as const)("takes a %s", async (type) => {
    // 8 x 11 inches at 96 dpi, which is what is assumed where a file says nothing; a square of 2 inches, 1 inch in.
    const pixels = Uint8Array.from({ length: 768 * 1056 }, (_, at) => {
      const x = at % 768;
      const y = Math.floor(at / 768);
      return x >= 96 && x < 288 && y >= 96 && y < 288 ? 0 : 255;
    });
    const picture = sharp(pixels, { raw: { width: 768, height: 1056, channels: 1 } });
    const bytes = await {
      png: () => picture.png().toBuffer(),
      jpg: () => picture.jpeg().toBuffer(),
      gif: () => picture.gif().toBuffer(),
      bmp: async () => bmp24(768, 1056, pixels),
    }[type]();
    const [page] = bitmaps((await fax([{ name: `a.${type}`, bytes }])).tiff);
    // 203 mm wide, so 3.4 mm of A4 are left on each side.
    expect(ink(page!, 29.5, 26, 49, 49)).toBe(1);
    expect(ink(page!, 0, 0, 210, 24.5)).toBe(0);
    expect(ink(page!, 81, 0, 120, 290)).toBe(0);
  });

  it.each(["png", "jpg"] as const)(
    "draws a %s whose pixels are twice as high as wide in its true shape",
    async (type) => {
      // A fax page of 4 x 4 inches at 204 x 98, all black.
      const black = sharp(new Uint8Array(816 * 392), { raw: { width: 816, height: 392, channels: 1 } });
      const told = new Uint8Array(await (type === "png" ? withPhys(black) : withJfif(black)));
      const [page] = bitmaps((await fax([{ name: `a.${type}`, bytes: told }])).tiff);
      expect(ink(page!, 56, 1, 98, 99)).toBe(1);
      expect(ink(page!, 0, 103, 210, 190)).toBe(0);
      expect(ink(page!, 0, 0, 52, 290)).toBe(0);
    },
  );

  it("takes the densities of a turned TIFF for those of its stored rows and columns", async () => {
    // Grey, 2 inches across and 4 down once it is turned right.
    const grey = sharp(new Uint8Array(816 * 196), { raw: { width: 816, height: 196, channels: 1 } });
    const bytes = await grey
      .withMetadata({ orientation: 6 })
      .tiff({ xres: 204 / 25.4, yres: 98 / 25.4 })
      .toBuffer();
    const [page] = bitmaps((await fax([{ name: "a.tif", bytes: new Uint8Array(bytes) }])).tiff);
    expect(ink(page!, 82, 1, 46, 99)).toBe(1);
    expect(ink(page!, 0, 103, 210, 190)).toBe(0);
    expect(ink(page!, 0, 0, 77, 290)).toBe(0);
  });

  it("takes transparent pixels for paper", async () => {
    const bytes = await sharp({
      create: { width: 300, height: 300, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const [page] = bitmaps((await fax([{ name: "a.png", bytes }])).tiff);
    expect(page!.data.every((octet) => octet === 0)).toBe(true);
  });

  it("puts the text first, then the files in order", async () => {
    const pages = await fax([
      { text: "Guten Tag,\r\nGrüße für 5 €" },
      { name: "a.tif", bytes: fixture("mmr-standard.tif") },
      { name: "letter.pdf", bytes: fixture("letter.pdf") },
      { name: "note.txt", bytes: latin1("a\fb") },
    ]);
    expect(pages.pageCount).toBe(6);
    const [text, tiff] = bitmaps(pages.tiff);
    expect(ink(text!, 20, 19, 60, 12)).toBeGreaterThan(0.02);
    expect(ink(text!, 0, 40, 210, 250)).toBe(0);
    expect(tiff!.height).toBe(2292);
  });

  it("writes characters the way the shipped font has them", async () => {
    // Every word of another letter must give other ink, or the font has no such glyph.
    const words = ["ä", "ö", "ü", "ß", "€", "Ä", "é", "„"];
    const pages = await Promise.all(words.map(async (text) => bitmaps((await fax([{ text }])).tiff)[0]!));
    for (const [at, page] of pages.entries()) {
      for (const other of pages.slice(at + 1)) expect(equalBitmaps(page, other)).toBe(false);
    }
  });
});

describe("documents that cannot be used", () => {
  const good: Part = { name: "letter.pdf", bytes: fixture("letter.pdf") };
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const letter = fixture("letter.pdf");
  const claim = () => {
    const bytes = fixture("mmr-fine.tif").slice();
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(4, true);
    for (let entry = directory + 2; entry < directory + 2 + view.getUint16(directory, true) * 12; entry += 12) {
      const tag = view.getUint16(entry, true);
      if (tag === 256 || tag === 257) {
        view.setUint16(entry + 2, 4, true);
        view.setUint32(entry + 8, 60_000, true);
      }
    }
    return bytes;
  };
  const damagedTiff = () => {
    const data = new Uint8Array(216 * 2292).fill(0x33);
    const bytes = writeTiff([{ bitmap: { width: 1728, height: 2292, data }, xDpi: 204, yDpi: 196 }]);
    // The strip stands first; zeros are no T.6 code.
    return bytes.fill(0, 100, 2000);
  };

  it.each<[string, Part, string]>([
    ["a PDF with a user password", { name: "a.pdf", bytes: fixture("letter-user-password.pdf") }, "encrypted"],
    ["a PDF cut in half", { name: "a.pdf", bytes: letter.subarray(0, letter.length >> 1) }, "broken"],
    [
      "a linearized PDF whose end is missing",
      { name: "a.pdf", bytes: fixture("letter-linearized.pdf").subarray(0, 7600) },
      "broken",
    ],
    ["a PDF of rubbish", { name: "a.pdf", bytes: latin1(`%PDF-1.4\n${"x\x01\x02".repeat(999)}`) }, "broken"],
    [
      "a PDF without pages",
      {
        name: "a.pdf",
        bytes: writtenPdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"]),
      },
      "broken",
    ],
    ["a PNG named .pdf", { name: "a.pdf", bytes: png }, "not-what-its-name-says"],
    ["a text named .tif", { name: "a.tif", bytes: latin1("only text") }, "not-what-its-name-says"],
    ["an empty file", { name: "a.pdf", bytes: new Uint8Array() }, "empty-file"],
    ["a text of blanks", { text: " \r\n " }, "empty-file"],
    ["a PNG that ends in its header", { name: "a.png", bytes: png }, "broken"],
    ["a TIFF that claims 60000 x 60000", { name: "a.tif", bytes: claim() }, "too-large"],
    ["a TIFF whose data is damaged", { name: "a.tif", bytes: damagedTiff() }, "broken"],
    ["a Word document", { name: "a.docx", bytes: latin1("PK\x03\x04 word/") }, "format-not-supported"],
  ])("%s is named, with its place", async (_, part, problem) => {
    const result = await documents.toFaxPages([good, part], { resolution: "fine" });
    expect(result).toMatchObject({ ok: false, problem, part: 1 });
    expect((await fax([good])).pageCount).toBe(2);
  });

  it("nothing at all is an empty file", async () => {
    expect(await documents.toFaxPages([], { resolution: "fine" })).toMatchObject({ ok: false, problem: "empty-file" });
  });

  it("pages and bytes beyond the limits are refused", async () => {
    const limited = (limits: object) => documents.toFaxPages([good, good], { resolution: "fine", limits });
    expect(await limited({ maxPages: 3 })).toMatchObject({ ok: false, problem: "too-many-pages", part: 1 });
    expect(await limited({ maxBytes: 10_000 })).toMatchObject({ ok: false, problem: "too-large" });
    expect(await limited({ maxPages: 4 })).toMatchObject({ ok: true });
  });
});
