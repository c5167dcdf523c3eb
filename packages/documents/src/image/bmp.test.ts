import { describe, expect, it } from "vitest";
import { DocumentError } from "../problem.ts";
import { readBmp } from "./bmp.ts";

type Header = { width: number; height: number; depth: number; compression?: number; perMetre?: number };

function bmp({ width, height, depth, compression = 0, perMetre = 0 }: Header, palette: number[], rows: number[]) {
  const bytes = new Uint8Array(54 + palette.length + rows.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(10, 54 + palette.length, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, depth, true);
  view.setUint32(30, compression, true);
  view.setInt32(38, perMetre, true);
  view.setInt32(42, perMetre, true);
  bytes.set(palette, 54);
  bytes.set(rows, 54 + palette.length);
  return bytes;
}

const BLACK_WHITE = [0, 0, 0, 0, 255, 255, 255, 0];

function problem(bytes: Uint8Array, maxPixels = 1000) {
  try {
    return readBmp(bytes, maxPixels);
  } catch (error) {
    return error instanceof DocumentError ? error.problem : error;
  }
}

describe("bitmaps", () => {
  it("of 1 bit are read from the bottom up, with their palette", () => {
    const file = bmp({ width: 3, height: 2, depth: 1 }, BLACK_WHITE, [0b10100000, 0, 0, 0, 0b01000000, 0, 0, 0]);
    expect([...readBmp(file, 100).data]).toEqual([0, 255, 0, 255, 0, 255]);
  });

  it("with a negative height are read from the top down", () => {
    const file = bmp({ width: 3, height: -2, depth: 1 }, BLACK_WHITE, [0b10100000, 0, 0, 0, 0b01000000, 0, 0, 0]);
    expect([...readBmp(file, 100).data]).toEqual([255, 0, 255, 0, 255, 0]);
  });

  it("of 8 and 24 bits become grey, and tell their density", () => {
    const palette = Array.from({ length: 256 }, (_, level) => [level, level, level, 0]).flat();
    const eight = readBmp(bmp({ width: 2, height: 1, depth: 8, perMetre: 11811 }, palette, [7, 200, 0, 0]), 100);
    expect([...eight.data]).toEqual([7, 200]);
    expect(eight.dpi!.x).toBeCloseTo(300, 1);
    const colours = [255, 0, 0, 0, 255, 0, 0, 0]; // blue, green, and padding
    expect([...readBmp(bmp({ width: 2, height: 1, depth: 24 }, [], colours), 100).data]).toEqual([28, 149]);
  });

  it("that claim more than the limit, or than they hold, are refused before anything is allocated", () => {
    expect(problem(bmp({ width: 60_000, height: 60_000, depth: 24 }, [], []))).toBe("too-large");
    expect(problem(bmp({ width: 20, height: 20, depth: 24 }, [], [1, 2, 3]))).toBe("broken");
    expect(problem(bmp({ width: 2 ** 31 - 1, height: -(2 ** 31), depth: 1 }, BLACK_WHITE, []))).toBe("too-large");
    expect(problem(bmp({ width: 0, height: 5, depth: 1 }, BLACK_WHITE, []))).toBe("broken");
    expect(problem(bmp({ width: 4, height: 4, depth: 13 }, BLACK_WHITE, []))).toBe("broken");
    expect(problem(Uint8Array.of(0x42, 0x4d, 1))).toBe("broken");
  });

  it("that are compressed are refused by name", () => {
    expect(problem(bmp({ width: 4, height: 4, depth: 8, compression: 1 }, [], []))).toBe("format-not-supported");
  });
});
