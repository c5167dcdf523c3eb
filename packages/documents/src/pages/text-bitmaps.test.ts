import { type Bitmap, readTiff } from "@depesche/t4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocuments, type Documents } from "../documents.ts";
import type { Part, Resolution } from "../results.ts";

let documents: Documents;
beforeAll(() => {
  documents = createDocuments({ threads: 1 });
});
afterAll(() => documents.close());

async function faxOf(part: Part, resolution: Resolution): Promise<Bitmap[]> {
  const result = await documents.toFaxPages([part], { resolution });
  if (!result.ok) throw new Error(result.detail);
  const read = readTiff(result.pages.tiff);
  if (!read.ok) throw new Error(read.problem);
  return read.pages.map(({ bitmap }) => bitmap!);
}

/** The same text as the PDF engine draws it, all its glyphs at their exact places. */
async function drawnByEngine(part: Part, resolution: Resolution): Promise<Bitmap[]> {
  const joined = await documents.pdfFromParts([part]);
  if (!joined.ok) throw new Error(joined.detail);
  return faxOf({ name: "a.pdf", bytes: joined.pdf }, resolution);
}

function isBlack({ width, data }: Bitmap, x: number, y: number): boolean {
  return ((data[y * (width >> 3) + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0;
}

/**
 * Black pels of `a`, and those of them that have no black pel of `b` on or beside them: the engine reckons with widths in
 * whole thousandths of an em, which makes two pels in the course of a line.
 */
function strayed(a: Bitmap, b: Bitmap): { black: number; alone: number } {
  let black = 0;
  let alone = 0;
  for (let at = 0; at < a.data.length * 8; at++) {
    if (a.data[at >> 3] === 0) at |= 7;
    else if ((a.data[at >> 3]! & (0x80 >> (at & 7))) !== 0) {
      const x = at % a.width;
      const y = Math.floor(at / a.width);
      black++;
      const near = [-1, 0, 1].some((dy) => [-2, -1, 0, 1, 2].some((dx) => isBlack(b, x + dx, y + dy)));
      if (!near) alone++;
    }
  }
  return { black, alone };
}

const TEXT = [
  "Grüße aus Darmstadt: „Zählerstände“ – 5 € … ÀÉÎÕÜ fjord ﬁ ſ Wg|",
  "q\u0301\u0316 x\u0302 Ω Ж ŵ ℻",
  "    eingerückt\tTabulator\t| und mehr Wörter, als auf eine Zeile gehen, damit sie gebrochen wird",
  "\fzweite Seite",
].join("\n");

describe("text on fax pages", () => {
  it.each<[string, Part, Resolution]>([
    ["a message", { text: TEXT }, "fine"],
    ["a message in standard resolution", { text: TEXT }, "standard"],
    ["a file", { name: "a.txt", bytes: new TextEncoder().encode(TEXT) }, "fine"],
  ])("of %s stands where the PDF engine would put it, to a pel or two", async (_, part, resolution) => {
    const copied = await faxOf(part, resolution);
    const drawn = await drawnByEngine(part, resolution);
    expect(copied.length).toBe(2);
    expect(drawn.length).toBe(2);
    for (const [at, page] of copied.entries()) {
      for (const [a, b] of [[page, drawn[at]!] as const, [drawn[at]!, page] as const]) {
        const { black, alone } = strayed(a, b);
        expect(black).toBeGreaterThan(500);
        expect(alone).toBeLessThan(black / 500);
      }
    }
  });
});
