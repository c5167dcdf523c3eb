import { expect, it } from "vitest";
import { blankBitmap, equalBitmaps, invertBitmap, reverseBits } from "./bitmap.ts";
import { drawing, samplePage } from "./sample-pages.ts";

it("pages are equal by their pixels, not by their padding", () => {
  const a = drawing("#.#.#", "##...");
  const padded = { ...a, data: Uint8Array.of(a.data[0]! | 0x07, a.data[1]! | 0x03) };
  expect(equalBitmaps(a, padded)).toBe(true);
  expect(equalBitmaps(a, drawing("#.#.#", "##..#"))).toBe(false);
  expect(equalBitmaps(blankBitmap(16, 2), blankBitmap(32, 1))).toBe(false);
  expect(equalBitmaps(samplePage("noise", 64, 3), samplePage("noise", 64, 3, 2))).toBe(false);
});

it("inverting turns every pixel and leaves the padding 0", () => {
  const page = drawing("#.#.#", "##...");
  invertBitmap(page);
  expect(page).toEqual(drawing(".#.#.", "..###"));
});

it("reverses the bits of each octet", () => {
  expect(reverseBits(Uint8Array.of(0x01, 0xc8, 0x0f))).toEqual(Uint8Array.of(0x80, 0x13, 0xf0));
});
