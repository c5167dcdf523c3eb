import { describe, expect, it } from "vitest";
import { DocumentError } from "../problem.ts";
import { font } from "./font.ts";
import { A4_POINTS, FILE_STYLE, layOut, MESSAGE_STYLE, type TextPage } from "./text-layout.ts";

const texts = (page: TextPage | undefined) => page?.map(({ text }) => text);

describe("plain text on pages", () => {
  it("knows the widths of the shipped fonts", () => {
    // DejaVu Sans Mono: every character 1233 of 2048 units.
    expect(font("DejaVuSansMono").width("€".codePointAt(0)!)).toBe(1233 / 2048);
    expect(font("DejaVuSans").width("i".codePointAt(0)!)).toBe(569 / 2048);
  });

  it("breaks lines at blanks, never outside the margins", () => {
    const [page] = layOut("Wort ".repeat(100), MESSAGE_STYLE, 1);
    const right = A4_POINTS.width - (15 * 72) / 25.4;
    expect(page!.length).toBeGreaterThan(3);
    for (const { text, x } of page!) {
      expect(text).toMatch(/^Wort( Wort)*$/);
      const width = [...text].reduce((sum, character) => sum + font("DejaVuSans").width(character.codePointAt(0)!), 0);
      expect(x + width * MESSAGE_STYLE.fontSize).toBeLessThanOrEqual(right + 0.01);
    }
  });

  it("breaks a word that is longer than a line", () => {
    expect(texts(layOut("x".repeat(100), FILE_STYLE, 1)[0])).toEqual(["x".repeat(82), "x".repeat(18)]);
  });

  it("keeps indentation and sets tabs to every eighth column", () => {
    const column = (1233 / 2048) * FILE_STYLE.fontSize;
    const [page] = layOut("a\tb\n    c", FILE_STYLE, 1);
    const left = page![0]!.x;
    expect(texts(page)).toEqual(["a", "b", "c"]);
    expect(page!.map(({ x }) => Math.round((x - left) / column))).toEqual([0, 8, 4]);
  });

  it("takes CR LF, LF and CR for one line end each", () => {
    const lines = layOut("a\r\nb\nc\rd\r\n\r\ne", MESSAGE_STYLE, 1)[0]!;
    const step = lines[0]!.y - lines[1]!.y;
    expect(lines.map(({ y }) => Math.round((lines[0]!.y - y) / step))).toEqual([0, 1, 2, 3, 5]);
  });

  it("starts a page at a form feed, and none for one at the end", () => {
    expect(layOut("a\fb\f\r\n", MESSAGE_STYLE, 5).map(texts)).toEqual([["a"], ["b"]]);
  });

  it("goes on to further pages without losing a line", () => {
    const lines = Array.from({ length: 150 }, (_, at) => `Zeile ${at}`);
    const pages = layOut(lines.join("\n"), MESSAGE_STYLE, 5);
    expect(pages.length).toBe(3);
    expect(pages.flatMap((page) => texts(page)!)).toEqual(lines);
    for (const { y } of pages.flat()) expect(y).toBeGreaterThan((15 * 72) / 25.4);
  });

  it("refuses text without anything to see, and text beyond the page limit", () => {
    const problem = (text: string, pages: number) => {
      try {
        layOut(text, MESSAGE_STYLE, pages);
      } catch (error) {
        return error instanceof DocumentError ? error.problem : error;
      }
    };
    expect(problem(" \r\n\f\u200b", 1)).toBe("empty-file");
    expect(problem("a\fb\fc", 2)).toBe("too-many-pages");
  });

  it("takes a hundred thousand blanks in the midst, and refuses millions of lines before it has set them", () => {
    expect(texts(layOut(`a${" ".repeat(100_000)}b`, MESSAGE_STYLE, 1)[0])).toEqual(["a", "b"]);
    expect(() => layOut("Zeile\n".repeat(3_000_000), FILE_STYLE, 500)).toThrow("more than 500 pages");
  });

  it("refuses what surely takes too many pages without looking at all of it", () => {
    // Sixty million words would not fit into the memory.
    expect(() => layOut("x ".repeat(60_000_000), MESSAGE_STYLE, 500)).toThrow("more than 500 pages");
    // Of these nothing is sure beforehand; laying them out stops once the pages are full.
    expect(() => layOut("\u4e2d ".repeat(12_000_000), MESSAGE_STYLE, 20)).toThrow("more than 20 pages");
  });

  it.each([
    ["narrow letters", "i".repeat(30_000)],
    ["wide letters and blanks", "W W    m\u00ad".repeat(2000)],
    ["letters that join with marks", "o\u031bI\u0307i\u0308".repeat(4000)],
    ["lines", "Zeile\r\n".repeat(500)],
    ["blank sheets and lines", "\f\f\n\na\r\rb\v\n\f\f\nc\n\f\n"],
    ["nothing but blanks behind a letter", `x${"\u00a0\f".repeat(50)}`],
  ])("allows %s as many pages as they take, and not one less", (_, text) => {
    const { length } = layOut(text, MESSAGE_STYLE, 500);
    expect(layOut(text, MESSAGE_STYLE, length).length).toBe(length);
    expect(() => layOut(text, MESSAGE_STYLE, length - 1)).toThrow("pages");
  });

  it("takes a million marks on one letter, in the order they belong", () => {
    // Sorted all at once they would take minutes.
    const [page] = layOut(`a${"\u0301\u0316".repeat(500_000)}`, MESSAGE_STYLE, 1);
    expect(page!.length).toBe(1);
    expect(page![0]!.text.length).toBeGreaterThan(999_000);
    expect(texts(layOut("q\u0301\u0316", MESSAGE_STYLE, 1)[0])).toEqual(["q\u0316\u0301"]);
  });

  it("does not count blank lines before a form feed as pages", () => {
    expect(layOut(`a${"\n".repeat(500)}\fb`, MESSAGE_STYLE, 2).map(texts)).toEqual([["a"], ["b"]]);
  });
});
