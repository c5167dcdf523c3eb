import { expect, it } from "vitest";
import { shapeOf } from "./page-shape.ts";

it("a page of 98 lines to the inch is as tall on paper as one of 196", () => {
  const coarse = shapeOf({ width: 1728, height: 1146, xDpi: 204, yDpi: 98 });
  const fine = shapeOf({ width: 1728, height: 2292, xDpi: 204, yDpi: 196 });
  expect(coarse.aspect).toBeCloseTo(fine.aspect, 10);
  expect(coarse).toMatchObject({ width: 1728, height: 2386, widthMm: 215, heightMm: 297 });
});

it("a page that does not tell its resolution has square pels", () => {
  expect(shapeOf({ width: 100, height: 200, xDpi: 0, yDpi: 0 })).toEqual({
    aspect: 0.5,
    width: 100,
    height: 200,
    widthMm: 0,
    heightMm: 0,
  });
});
