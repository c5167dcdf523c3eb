import { expect, test } from "vitest";
import { rowAfter } from "./row-keys.ts";

test("keys move by a row, a page less two, and to both ends, never beyond", () => {
  const from = (row: number) => (key: string) => rowAfter(key, row, 100_000, 340);
  expect(["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"].map(from(50))).toEqual([
    51, 49, 58, 42, 0, 99_999,
  ]);
  expect([from(0)("ArrowUp"), from(3)("PageUp"), from(99_999)("ArrowDown")]).toEqual([0, 0, 99_999]);
});

test("other keys, and a table without rows, move nothing", () => {
  expect(rowAfter("Enter", 3, 10, 340)).toBeUndefined();
  expect(rowAfter("toString", 3, 10, 340)).toBeUndefined();
  expect(rowAfter("End", 0, 0, 340)).toBeUndefined();
});
