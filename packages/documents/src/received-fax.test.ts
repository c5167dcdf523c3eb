import { equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createDocuments } from "./documents.ts";
import { fixture, latin1 } from "./fixtures/files.ts";
import { renderPagePng } from "./page-png.ts";
import { DocumentError } from "./problem.ts";
import { tiffToPdf } from "./tiff-pdf.ts";

describe("a fax page as PNG", () => {
  it.each([
    ["mmr-fine.tif", 2386],
    ["mmr-standard.tif", 2386],
  ])("%s has square pixels", async (name, height) => {
    const { width, ...png } = await sharp(await renderPagePng(fixture(name), 0)).metadata();
    expect([width, png.height, png.format, png.channels]).toEqual([1728, height, "png", 1]);
  });

  it("is made smaller, not wider, and stays grey where lines are thin", async () => {
    const small = sharp(await renderPagePng(fixture("mmr-fine.tif"), 0, { maxWidth: 432 }));
    const { width, height } = await small.metadata();
    expect([width, height]).toEqual([432, 596]);
    const { data } = await small.raw().toBuffer({ resolveWithObject: true });
    expect(data.some((value) => value > 60 && value < 200)).toBe(true);
    const large = sharp(await renderPagePng(fixture("mmr-fine.tif"), 0, { maxWidth: 9999 }));
    expect((await large.metadata()).width).toBe(1728);
  });

  it("shows the page asked for", async () => {
    const page = (black: boolean) => ({
      bitmap: { width: 1728, height: 100, data: new Uint8Array(216 * 100).fill(black ? 255 : 0) },
      xDpi: 204,
      yDpi: 196,
    });
    const tiff = writeTiff([page(false), page(true)]);
    for (const [index, grey] of [255, 0].entries()) {
      const { data } = await sharp(await renderPagePng(tiff, index))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(data[5000]).toBe(grey);
    }
    await expect(renderPagePng(tiff, 2)).rejects.toBeInstanceOf(DocumentError);
    await expect(renderPagePng(latin1("no tiff"), 0)).rejects.toMatchObject({ problem: "broken" });
  });
});

describe("a fax as PDF", () => {
  it("wraps the pages at their true size, as MMR", () => {
    const text = Buffer.from(tiffToPdf(fixture("mh-fine.tif"))).toString("latin1");
    expect(text.match(/\/Filter \/CCITTFaxDecode \/DecodeParms << \/K -1 \/Columns 1728 \/Rows 2292 >>/g)).toHaveLength(
      2,
    );
    expect(text.match(/\/MediaBox \[0 0 609\.88 841\.96\]/g)).toHaveLength(2);
  });

  it.each(["mmr-fine.tif", "mmr-standard.tif"])("shows exactly the pels of %s when it is read again", async (name) => {
    const documents = createDocuments({ threads: 1 });
    const sent = readTiff(fixture(name));
    if (!sent.ok) throw new Error(sent.problem);
    const resolution = name.includes("standard") ? "standard" : "fine";
    const bytes = tiffToPdf(fixture(name));
    const again = await documents.toFaxPages([{ name: "fax.pdf", bytes }], { resolution });
    await documents.close();
    if (!again.ok) throw new Error(again.problem);
    const got = readTiff(again.pages.tiff);
    expect(got.ok && got.pages.map(({ bitmap }, at) => equalBitmaps(bitmap!, sent.pages[at]!.bitmap!))).toEqual(
      sent.pages.map(() => true),
    );
  });

  it("is refused for what is no fax", () => {
    expect(() => tiffToPdf(latin1("no tiff"))).toThrow(DocumentError);
    expect(() => tiffToPdf(fixture("grey-two-heights.tif"))).toThrow(DocumentError);
  });
});
