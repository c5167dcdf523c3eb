import { expect, test } from "vitest";
import { CASES, play } from "./index.ts";

test.each(CASES)("$id: $title", (set) => {
  expect(play(set).failure).toBeUndefined();
});
