import { expect, it } from "vitest";
import { turns } from "./turns.ts";

it("an answer that a later question's has overtaken is no news", () => {
  const ask = turns();
  const [first, second, third] = [ask(), ask(), ask()];
  expect(second()).toBe(true);
  expect(first()).toBe(false);
  expect(third()).toBe(true);
});
