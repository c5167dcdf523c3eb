import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocuments, type Documents } from "../documents.ts";
import { fixture } from "../fixtures/files.ts";
import { onePagePdf, writtenPdf } from "../fixtures/written-pdf.ts";
import type { TextRun } from "../results.ts";

let documents: Documents;
beforeAll(() => {
  documents = createDocuments({ threads: 1 });
});
afterAll(() => documents.close());

async function inspect(bytes: Uint8Array) {
  const result = await documents.inspectPdf(bytes);
  if (!result.ok) throw new Error(result.problem);
  return result;
}

function run(runs: TextRun[], text: string): TextRun {
  const found = runs.find((each) => each.text === text);
  if (found === undefined) throw new Error(`no run "${text}" in ${JSON.stringify(runs.map((each) => each.text))}`);
  return found;
}

const MM = 72 / 25.4;
/** The baseline of a text at 40 mm from the left and 70 mm from the top of an A4 page. */
const AT = `${40 * MM} ${(297 - 70) * MM}`;
const A4 = `/MediaBox [0 0 ${210 * MM} ${297 * MM}]`;

describe("a PDF for a letter check", () => {
  it("gives the lines of the address window with their places", async () => {
    const { pageCount, pages, firstPageText, unicodeErrors } = await inspect(fixture("letter.pdf"));
    expect(pageCount).toBe(2);
    expect(pages).toHaveLength(2);
    expect(pages[0]!.widthMm).toBeCloseTo(210, 0);
    expect(pages[0]!.heightMm).toBeCloseTo(297, 0);
    expect(unicodeErrors).toBe(0);
    const window = firstPageText.filter(({ xMm, yMm }) => xMm >= 19 && xMm < 105 && yMm > 63 && yMm < 90);
    expect(window.map(({ text }) => text)).toEqual([
      "Beispiel GmbH & Co. KG",
      "Frau Änne Müßig-Öztürk",
      "Große Straße 12a",
      "64283 Darmstadt",
    ]);
    const town = run(firstPageText, "64283 Darmstadt");
    // Its baseline is at 87 mm, its size 10 pt.
    expect(town.xMm).toBeCloseTo(20, 0);
    expect(town.yMm).toBeLessThan(85);
    expect(town.yMm + town.heightMm).toBeGreaterThan(87);
    expect(town.fontSize).toBeCloseTo(10, 1);
    expect(town.widthMm).toBeCloseTo(26.9, 0);
  });

  it("separates what stands apart in a line, and keeps words together", async () => {
    const content = `BT /F1 10 Tf ${AT} Td (Am t) Tj 200 0 Td (4.711,00) Tj ET BT /F1 10 Tf ${40 * MM} 500 Td [(W)80(ort) -1000 (zwei)] TJ ET`;
    const { firstPageText } = await inspect(onePagePdf(A4, content));
    expect(firstPageText.map(({ text }) => text)).toEqual(["Am t", "4.711,00", "Wort zwei"]);
  });

  it("tells the size a text has on the page, not in its own space", async () => {
    const { firstPageText } = await inspect(onePagePdf(A4, `BT /F1 1 Tf 12 0 0 12 ${AT} Tm (gross) Tj ET`));
    expect(run(firstPageText, "gross").fontSize).toBeCloseTo(12, 3);
  });

  it("measures on the displayed page: rotated content on a rotated page reads as if neither were", async () => {
    const straight = await inspect(onePagePdf(A4, `BT /F1 10 Tf ${AT} Td (Hier) Tj ET`));
    const turned = `q -1 0 0 -1 ${210 * MM} ${297 * MM} cm BT /F1 10 Tf ${AT} Td (Hier) Tj ET Q`;
    const rotated = await inspect(onePagePdf(`${A4} /Rotate 180`, turned));
    const [a, b] = [run(straight.firstPageText, "Hier"), run(rotated.firstPageText, "Hier")];
    expect(rotated.pages[0]).toMatchObject({ rotate: 180 });
    expect(b.xMm).toBeCloseTo(a.xMm, 1);
    expect(b.yMm).toBeCloseTo(a.yMm, 1);
    expect(b.widthMm).toBeCloseTo(a.widthMm, 1);
  });

  it("measures from the corner of the CropBox", async () => {
    const box = `/MediaBox [0 0 1000 1000] /CropBox [50 60 ${50 + 210 * MM} ${60 + 297 * MM}]`;
    const { pages, firstPageText } = await inspect(
      onePagePdf(box, `1 0 0 1 50 60 cm BT /F1 10 Tf ${AT} Td (Hier) Tj ET`),
    );
    expect(pages[0]!.widthMm).toBeCloseTo(210, 2);
    expect(pages[0]!.heightMm).toBeCloseTo(297, 2);
    expect(run(firstPageText, "Hier").xMm).toBeCloseTo(40.3, 0);
    expect(run(firstPageText, "Hier").yMm).toBeGreaterThan(66);
    expect(run(firstPageText, "Hier").yMm).toBeLessThan(68);
  });

  it.each(["[1000 1000 1200 1300]", "[0 0 0 0]"])("shows all of a page whose CropBox is %s", async (box) => {
    const { pages, firstPageText } = await inspect(
      onePagePdf(`${A4} /CropBox ${box}`, `BT /F1 10 Tf ${AT} Td (Hier) Tj ET`),
    );
    expect(pages[0]!.widthMm).toBeCloseTo(210, 1);
    expect(pages[0]!.heightMm).toBeCloseTo(297, 1);
    expect(run(firstPageText, "Hier").xMm).toBeCloseTo(40.3, 0);
  });

  it("swaps width and height of a page turned by 90 degrees", async () => {
    const { pages } = await inspect(onePagePdf(`${A4} /Rotate 90`, ""));
    expect(pages[0]!.rotate).toBe(90);
    expect(pages[0]!.widthMm).toBeCloseTo(297, 2);
    expect(pages[0]!.heightMm).toBeCloseTo(210, 2);
  });

  it("names a PDF it cannot open", async () => {
    expect(await documents.inspectPdf(fixture("letter-user-password.pdf"))).toMatchObject({ problem: "encrypted" });
    expect(await documents.inspectPdf(fixture("letter.pdf").subarray(0, 3000))).toMatchObject({ problem: "broken" });
  });

  it("does not believe a page count that the file does not hold", async () => {
    const tree = (count: number) => [
      "<< /Type /Catalog /Pages 2 0 R >>",
      `<< /Type /Pages /Kids [3 0 R] /Count ${count} >>`,
      `<< /Type /Page /Parent 2 0 R ${A4} >>`,
    ];
    expect(await documents.inspectPdf(writtenPdf(tree(100_000)))).toMatchObject({ problem: "too-many-pages" });
    expect(await documents.inspectPdf(writtenPdf(tree(400)))).toMatchObject({ problem: "broken" });
  });
});

describe("a page of a PDF as PNG", () => {
  it("has the size of the page at the dpi asked for, and its colours", async () => {
    const bytes = onePagePdf(A4, `1 0 0 rg 0 0 ${105 * MM} ${297 * MM} re f`);
    const page = await documents.pdfPagePng(bytes, 0, 100);
    if (!page.ok) throw new Error(page.problem);
    expect([page.width, page.height]).toEqual([827, 1169]);
    const { data, info } = await sharp(page.png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([827, 1169, 3]);
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...data.subarray(800 * 3, 801 * 3)]).toEqual([255, 255, 255]);
  });

  it("is refused when there is no such page or it would be too large", async () => {
    expect(await documents.pdfPagePng(fixture("letter.pdf"), 2, 100)).toMatchObject({ ok: false, problem: "broken" });
    const vast = onePagePdf("/MediaBox [0 0 14400 14400]", "");
    expect(await documents.pdfPagePng(vast, 0, 600)).toMatchObject({ ok: false, problem: "too-large" });
  });
});
