import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { looksLikePdf, pageCounts } from "./pdf-pages.ts";

const counts = (text: string) => [...pageCounts(Buffer.from(text, "latin1"))];

function objectStream(content: string): Buffer {
  const bytes = deflateSync(Buffer.from(content, "latin1"));
  const head = `5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${bytes.length} >>\nstream\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from("\nendstream\nendobj\n")]);
}

describe("the page count of a PDF", () => {
  it("is that of the page tree's root, in whatever order its entries stand", () => {
    expect(counts("<</Type/Pages/Kids[3 0 R]/Count 7>>")).toEqual([7]);
    expect(counts("<< /Count 7 /Kids [3 0 R] /Resources << /Font << /F1 4 0 R >> >> /Type /Pages >>")).toEqual([7]);
  });

  it("is not that of a branch, and not a number in a page", () => {
    const tree = "<</Type /Pages /Count 9 /Kids [2 0 R 3 0 R]>> <</Type /Pages /Parent 1 0 R /Count 4>>";
    expect(counts(`${tree} <</Type /Page /Count 3>>`)).toEqual([9]);
  });

  it("may be two for a file changed by appending", () => {
    expect(counts("<</Type /Pages /Count 2>> %%EOF <</Type /Pages /Count 3>> %%EOF")).toEqual([2, 3]);
  });

  it("is found in a compressed object stream", () => {
    const pdf = Buffer.concat([
      Buffer.from("%PDF-1.5\n"),
      objectStream("2 0 << /Type /Pages /Count 12 /Kids [4 0 R] >>"),
    ]);
    expect([...pageCounts(pdf)]).toEqual([12]);
  });

  it("is unknown for what is not one, and hostile bytes end soon", () => {
    expect(counts("")).toEqual([]);
    expect(counts("/Type /Pages")).toEqual([]);
    expect(counts(`${"<<".repeat(200_000)}/Type/Pages${">>".repeat(10)}`)).toEqual([]);
    expect(counts("/Type/Pages ".repeat(1_000_000))).toEqual([]);
    expect(counts("/ObjStm stream\nxx endstream ".repeat(5_000))).toEqual([]);
    const stream = objectStream(" ".repeat(4_000_000));
    const bomb = Buffer.concat(Array.from({ length: 40 }, () => stream));
    expect([...pageCounts(bomb)]).toEqual([]);
  });

  it("needs a head and a tail to be a PDF at all", () => {
    expect(looksLikePdf(Buffer.from("%PDF-1.7\n...\n%%EOF\n"))).toBe(true);
    expect(looksLikePdf(Buffer.from("%PDF-1.7\n..."))).toBe(false);
    expect(looksLikePdf(Buffer.from("GIF89a %%EOF"))).toBe(false);
  });
});
