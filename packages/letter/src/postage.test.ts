import { describe, expect, it } from "vitest";
import { postingOf, sheetsOf } from "./postage.ts";

describe("envelope and postage class", () => {
  it.each([
    [1, undefined, "Standardbrief", "DINLANG", 95, 125],
    [3, undefined, "Standardbrief", "DINLANG", 95, 125],
    [4, undefined, "Kompaktbrief", "DINLANG", 110, 180],
    [9, undefined, "Kompaktbrief", "DINLANG", 110, 180],
    [10, undefined, "Grossbrief", "C4", 180, 330],
    [1, "C4", "Grossbrief", "C4", 180, 330],
    [96, undefined, "Grossbrief", "C4", 180, 330],
    [97, undefined, "Maxibrief", "C4", 290, 650],
    [192, undefined, "Maxibrief", "C4", 290, 650],
  ] as const)("of %i sheets (wanted: %s) are %s in %s", (sheets, wanted, name, envelope, inlandCent, abroadCent) => {
    expect(postingOf(sheets, wanted)).toMatchObject({ envelope, class: { name, inlandCent, abroadCent } });
  });

  it("do not exist for a letter without sheets or heavier than a kilogram", () => {
    expect(postingOf(0)).toBeUndefined();
    expect(postingOf(Number.NaN)).toBeUndefined();
    expect(postingOf(197)).toBeUndefined();
  });
});

it("printing on both sides halves the sheets, an odd page takes one more", () => {
  expect([sheetsOf(1, true), sheetsOf(2, true), sheetsOf(3, true), sheetsOf(384, true), sheetsOf(3, false)]).toEqual([
    1, 1, 2, 192, 3,
  ]);
});
