import { describe, expect, it } from "vitest";
import { readRows } from "./csv.ts";

const cells = (text: string) => readRows(text).map((row) => row.cells);

describe("rows", () => {
  it("a quoted cell may hold separators, quotes and line ends", () => {
    expect(cells('"+493023125001";"Müller; Söhne"\r\n1,"the ""good"" one",x\n2,"two\nlines"\n3,y')).toEqual([
      ["+493023125001", "Müller; Söhne"],
      ["1", 'the "good" one', "x"],
      ["2", "two\nlines"],
      ["3", "y"],
    ]);
  });

  it("the first separator of a row is the row's separator", () => {
    expect(cells("1;Meier, Hans\n2\tA; B\n3,a;b")).toEqual([
      ["1", "Meier, Hans"],
      ["2", "A; B"],
      ["3", "a;b"],
    ]);
  });

  it("a row is named by the line it begins on", () => {
    expect(readRows('\ufeff1,"a\nb"\r\n\r\n# no\r2,\n').map((row) => [row.line, row.cells])).toEqual([
      [1, ["1", "a\nb"]],
      [5, ["2", ""]],
    ]);
  });

  it("a quote that is never closed belongs to its line alone", () => {
    expect(cells('1,"open\n2,x')).toEqual([
      ["1", '"open'],
      ["2", "x"],
    ]);
  });
});
