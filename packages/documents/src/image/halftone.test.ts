import { describe, expect, it } from "vitest";
import type { Gray, Rect } from "./gray.ts";
import { toBitmap } from "./halftone.ts";

const SIZE = 400;

/** A white page on which `draw` sets greys. */
function page(draw: (set: (rect: Rect, value: number | ((x: number, y: number) => number)) => void) => void): Gray {
  const data = new Uint8Array(SIZE * SIZE).fill(255);
  draw(({ left, top, right, bottom }, value) => {
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) data[y * SIZE + x] = typeof value === "number" ? value : value(x, y);
    }
  });
  return { width: SIZE, height: SIZE, data };
}

function box(left: number, top: number, width: number, height: number): Rect {
  return { left, top, right: left + width, bottom: top + height };
}

/** Share of black pixels in a rectangle. */
function ink(gray: Gray, { left, top, right, bottom }: Rect, rowsPerInch = 196, pictureBoxes?: Rect[]): number {
  const { data } = toBitmap(gray, { rowsPerInch, pictureBoxes });
  let black = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) black += (data[y * (SIZE / 8) + (x >> 3)]! >> (7 - (x & 7))) & 1;
  }
  return black / ((right - left) * (bottom - top));
}

const stroke = box(100, 100, 4, 60);

describe("grey to black and white", () => {
  it("changes nothing on a page that is black and white already", () => {
    const gray = page((set) => set(box(0, 0, SIZE, SIZE), (x, y) => ((x * 7 + y * 13) % 5 < 2 ? 0 : 255)));
    const { data } = toBitmap(gray, { rowsPerInch: 196 });
    const isBlack = (at: number) => ((data[at >> 3]! >> (7 - (at & 7))) & 1) === 1;
    expect(gray.data.findIndex((value, at) => isBlack(at) !== (value === 0))).toBe(-1);
  });

  it.each([
    ["black", 0],
    ["light grey", 179],
    ["yellow", 227],
  ])("makes %s strokes on white solid", (_, value) => {
    expect(
      ink(
        page((set) => set(stroke, value)),
        stroke,
      ),
    ).toBe(1);
  });

  it("keeps the soft edge of a stroke white", () => {
    const gray = page((set) => {
      set(box(99, 100, 6, 60), 210);
      set(stroke, 0);
    });
    expect(ink(gray, box(99, 100, 1, 60))).toBe(0);
    expect(ink(gray, stroke)).toBe(1);
  });

  it("drops pale shading under text and draws no edge around it", () => {
    const shade = box(50, 50, 200, 150);
    const gray = page((set) => {
      set(shade, 216);
      set(stroke, 0);
    });
    expect(ink(gray, stroke)).toBe(1);
    expect(ink(gray, box(40, 40, 50, 170))).toBe(0);
    expect(ink(gray, box(120, 40, 140, 170))).toBe(0);
  });

  it("keeps large black areas black, and white text on them", () => {
    const gray = page((set) => {
      set(box(50, 50, 200, 150), 0);
      set(stroke, 255);
    });
    expect(ink(gray, box(50, 50, 45, 150))).toBe(1);
    expect(ink(gray, stroke)).toBe(0);
  });

  it("reads text off paper that darkens towards one side", () => {
    const gray = page((set) => {
      set(box(0, 0, SIZE, SIZE), (x) => 230 - x * 0.2);
      for (let x = 20; x < SIZE; x += 40) set(box(x, 100, 4, 60), (at) => (230 - at * 0.2) * 0.3);
    });
    for (let x = 20; x < SIZE; x += 40) expect(ink(gray, box(x, 100, 4, 60))).toBe(1);
    expect(ink(gray, box(0, 200, SIZE, 200))).toBe(0);
  });

  it.each([196, 98])("screens a picture with its mean grey at %i lpi, its bright parts too", (rowsPerInch) => {
    const photo = box(40, 40, 240, 240);
    const gray = page((set) => set(photo, (x, y) => 128 + 100 * Math.sin(x / 40) * Math.cos(y / 35)));
    const dark = ink(gray, photo, rowsPerInch);
    expect(dark).toBeGreaterThan(0.35);
    expect(dark).toBeLessThan(0.55);
    // The brightest spot has a grey of 228.
    expect(ink(gray, box(55, 212, 16, 16), rowsPerInch)).toBeGreaterThan(0.04);
    expect(ink(gray, box(300, 0, 100, SIZE), rowsPerInch)).toBe(0);
  });

  it("screens nothing outside the boxes in which pictures are known to lie", () => {
    const photo = box(40, 40, 240, 240);
    const gray = page((set) => set(photo, (x) => 60 + x / 2));
    const anywhere = ink(gray, box(200, 60, 60, 200));
    expect(anywhere).toBeGreaterThan(0.1);
    expect(ink(gray, box(200, 60, 60, 200), 196, [])).toBe(0);
  });
});
