import { describe, expect, it } from "vitest";
import { blankBitmap } from "./bitmap.ts";
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
