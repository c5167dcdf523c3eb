import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocuments, type Documents } from "../documents.ts";
import { fixture } from "../fixtures/files.ts";
import type { Part } from "../results.ts";

let documents: Documents;
beforeAll(() => {
  documents = createDocuments({ threads: 1 });
});
afterAll(() => documents.close());

async function join(...parts: Part[]) {
  const result = await documents.pdfFromParts(parts);
  if (!result.ok) throw new Error(`${result.problem}: ${result.detail}`);
  return result;
}

const letter: Part = { name: "letter.pdf", bytes: fixture("letter.pdf") };

describe("parts joined to one PDF", () => {
  it("keeps a single PDF byte for byte, since it may be signed", async () => {
    const { pdf, pageCount } = await join(letter);
    expect(Buffer.compare(pdf, fixture("letter.pdf"))).toBe(0);
    expect(pageCount).toBe(2);
  });

  it("takes the pages of PDFs over with their text", async () => {
    const { pdf, pageCount } = await join(letter, { name: "b.pdf", bytes: fixture("letter-owner-password.pdf") });
    expect(pageCount).toBe(4);
    const joined = await documents.inspectPdf(pdf);
    const single = await documents.inspectPdf(fixture("letter.pdf"));
    expect(joined).toMatchObject({ ok: true, pageCount: 4 });
    expect(joined.ok && joined.firstPageText).toEqual(single.ok && single.firstPageText);
  });

  it("writes text as text, so that it can be read back", async () => {
    const { pdf, pageCount } = await join({ text: "Grüße für 5 €\r\n\tan „alle“" }, letter);
    expect(pageCount).toBe(3);
    const read = await documents.inspectPdf(pdf);
    expect(read.ok && read.firstPageText.map(({ text }) => text)).toEqual(["Grüße für 5 €", "an „alle“"]);
    expect(read.ok && read.unicodeErrors).toBe(0);
  });

  it("puts pictures on A4 pages in colour", async () => {
    const red = { create: { width: 200, height: 100, channels: 3 as const, background: "red" } };
    const { pdf, pageCount } = await join({ name: "a.png", bytes: await sharp(red).png().toBuffer() });
    expect(pageCount).toBe(1);
    const page = await documents.pdfPagePng(pdf, 0, 50);
    if (!page.ok) throw new Error(page.problem);
    const { data } = await sharp(page.png).raw().toBuffer({ resolveWithObject: true });
    const pixel = (x: number, y: number) => [...data.subarray((y * page.width + x) * 3, (y * page.width + x) * 3 + 3)];
    // 200 pixels at 96 dpi are 53 mm: 104 of the page's 413 pixels, in its middle at the top.
    expect([page.width, page.height]).toEqual([413, 585]);
    expect(pixel(206, 20)).toEqual([255, 0, 0]);
    expect(pixel(140, 20)).toEqual([255, 255, 255]);
    expect(pixel(206, 70)).toEqual([255, 255, 255]);
  });

  it("names the part that cannot be joined", async () => {
    const broken: Part = { name: "b.pdf", bytes: fixture("letter-user-password.pdf") };
    expect(await documents.pdfFromParts([letter, broken])).toMatchObject({ ok: false, problem: "encrypted", part: 1 });
    expect(await documents.pdfFromParts([])).toMatchObject({ ok: false, problem: "empty-file" });
  });
});
