import sharp from "sharp";
import { expect, it } from "vitest";
import { markedPng } from "./marked-png.ts";

it("boxes and lines are drawn where they are told, and the rest of the page stays as it is", async () => {
  const white = { width: 100, height: 200, channels: 3, background: "#ffffff" } as const;
  const png = await sharp({ create: white }).png().toBuffer();
  const marked = await markedPng(png, {
    boxes: [{ x: 0.2, y: 0.1, width: 0.5, height: 0.2, colour: "#ff0000" }],
    lines: [{ y: 0.75, colour: "#0000ff" }],
  });
  const { data, info } = await sharp(marked).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  expect([info.width, info.height]).toEqual([100, 200]);
  expect(at(45, 40)).toEqual([255, 230, 230]);
  expect(at(45, 20)[1]).toBeLessThan(200);
  expect(at(2, 150)[0]).toBeLessThan(200);
  expect(at(90, 100)).toEqual([255, 255, 255]);
});
