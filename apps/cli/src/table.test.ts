import { expect, it } from "vitest";
import { columns, cut, wrap } from "./table.ts";

it("columns are as wide as their widest cell; colours take no room", () => {
  expect(
    columns(
      [
        ["#", "word"],
        ["10", "\x1b[32mOK\x1b[0m"],
        ["9", "BUSY"],
      ],
      [0],
    ),
  ).toEqual([" #  word", "10  \x1b[32mOK\x1b[0m", " 9  BUSY"]);
});

it("paragraphs break between words, and a word that is too long stands alone", () => {
  expect(wrap("one two extraordinarily three", 9)).toEqual(["one two", "extraordinarily", "three"]);
});

it("a cut text shows that it is cut", () => {
  expect([cut("Müßig", 5), cut("Müßigkeit", 5)]).toEqual(["Müßig", "Müßi…"]);
});

it("what is cut to a width keeps its colours, counts none of them and ends with them", () => {
  expect(cut("\x1b[32mOK\x1b[0m", 2)).toBe("\x1b[32mOK\x1b[0m");
  expect(cut("\x1b[32mNOANSWER\x1b[0m, and more", 4)).toBe("\x1b[32mNOA…\x1b[0m");
  expect(cut("NOANSWER", 4)).toBe("NOA…");
});
