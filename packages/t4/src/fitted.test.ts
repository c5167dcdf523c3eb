import { describe, expect, it } from "vitest";
import { blankBitmap, equalBitmaps } from "./bitmap.ts";
import { differingPels } from "./compare.ts";
import { fitted } from "./fitted.ts";

function page(rows: readonly number[][], width = 16) {
  return { width, height: rows.length, data: Uint8Array.from(rows.flat()) };
}

describe("a page fitted to its receiver", () => {
  it("is itself when nothing has to change", () => {
    const same = page([[1, 2]]);
    expect(fitted(same, 196, { width: 16, yDpi: 196 })).toBe(same);
    expect(fitted(same, undefined, { width: 16, yDpi: 196 })).toBe(same);
  });

  it("keeps the black of both lines where two become one, and a last odd line", () => {
    const half = fitted(
      page([
        [0x80, 0],
        [0x01, 0],
        [0, 0x10],
      ]),
      196,
      { width: 16, yDpi: 98 },
    );
    expect(half).toEqual(
      page([
        [0x81, 0],
        [0, 0x10],
      ]),
    );
  });

  it("repeats lines where more are agreed, and cuts at the right edge", () => {
    expect(fitted(page([[0xaa, 0xff]]), 98, { width: 8, yDpi: 196 })).toEqual(page([[0xaa], [0xaa]], 8));
  });

  it("shows the same page in the pels of 300 and 400 an inch, and back", () => {
    const a4 = blankBitmap(1728, 196);
    for (let y = 20; y < 40; y++) a4.data.set([0x80, 0, 0x0f, 0xff], y * 216 + 100);
    const at300 = fitted(a4, 196, { width: 2592, yDpi: 300 });
    expect([at300.width, at300.height]).toEqual([2592, 300]);
    // pel 800 at 204 an inch is pel 1200 at 306; row 20 of 196 is row 30.6 of 300
    expect(at300.data.subarray(31 * 324 + 150, 31 * 324 + 157)).toEqual(Uint8Array.of(0xc0, 0, 0, 0x03, 0xff, 0xff, 0));
    expect(at300.data.subarray(30 * 324, 31 * 324).every((octet) => octet === 0)).toBe(true);
    const at400 = fitted(a4, 196, { width: 3456, yDpi: 391 });
    expect([at400.width, at400.height]).toEqual([3456, 392]);
    expect(equalBitmaps(fitted(at400, 391, { width: 1728, yDpi: 196 }), a4)).toBe(true);
  });

  it("reduces wide paper to the receiver's, both ways, and keeps thin strokes", () => {
    const b4 = blankBitmap(2048, 320);
    for (let y = 0; y < 320; y++) b4.data[y * 256 + 255] = 1; // a line of one pel at the right edge
    b4.data.fill(0xff, 319 * 256); // and one at the bottom
    const a4 = fitted(b4, 196, { width: 1728, yDpi: 196 });
    expect([a4.width, a4.height]).toEqual([1728, 270]);
    for (let y = 0; y < 270; y++) expect(a4.data[y * 216 + 215]! & 1).toBe(1);
    expect(a4.data.subarray(269 * 216).every((octet) => octet === 0xff)).toBe(true);
  });

  it("loses no stroke of one pel on the way to fewer pels", () => {
    for (let x = 0; x < 64; x++) {
      const b4 = blankBitmap(2048, 2);
      b4.data[x >> 3] = 0x80 >> (x & 7);
      expect(fitted(b4, 196, { width: 1728, yDpi: 196 }).data.some((octet) => octet !== 0)).toBe(true);
    }
  });

  it("takes resolutions that differ by a little for the same", () => {
    const same = page([[1, 2]]);
    expect(fitted(same, 200, { width: 16, yDpi: 196 })).toBe(same);
    expect(
      fitted(
        page([
          [1, 2],
          [0, 4],
        ]),
        200,
        { width: 16, yDpi: 98 },
      ),
    ).toEqual(page([[1, 6]]));
  });

  it("has no pels beyond the width agreed", () => {
    expect(fitted(page([[0xff, 0xff]]), 196, { width: 11, yDpi: 196 })).toEqual(page([[0xff, 0xe0]], 11));
    expect(fitted(page([[0, 0x1f]]), 196, { width: 11, yDpi: 196 })).toEqual(page([[0, 0]], 11));
    const wide = page(
      [
        [0, 0, 0x7f],
        [0, 0, 0],
        [0, 0, 0],
      ],
      24,
    );
    expect(fitted(wide, 196, { width: 8, yDpi: 196 })).toEqual(page([[0], [0], [0]], 8));
  });
});

describe("pels that differ", () => {
  it("are counted one by one", () => {
    expect(differingPels(page([[0b1010_0000, 1]]), page([[0b1100_0000, 1]]))).toBe(2);
    expect(differingPels(page([[0xff, 0xff]]), page([[0xff, 0xff]]))).toBe(0);
  });

  it("are the black ones of the longer page where the other ends", () => {
    expect(
      differingPels(
        page([
          [0, 0],
          [0x0f, 0],
        ]),
        page([[0, 0]]),
      ),
    ).toBe(4);
    expect(differingPels(page([[0x0f, 0]]), blankBitmap(16, 0))).toBe(4);
  });

  it("do not count what stands behind the last pel of a row", () => {
    expect(differingPels(page([[0xff, 0b1110_0000]], 11), page([[0xff, 0b1111_1111]], 11))).toBe(0);
  });
});
