import { describe, expect, it } from "vitest";
import { BLACK_CODES, WHITE_CODES } from "./code-tables.ts";

describe("the run codes of T.4", () => {
  it("holds known words of tables 2 and 3", () => {
    const white = [0, 1, 2, 7, 63, 64, 1664, 1728, 1792, 2560].map((run) => WHITE_CODES.get(run));
    expect(white).toEqual([
      "00110101",
      "000111",
      "0111",
      "1111",
      "00110100",
      "11011",
      "011000",
      "010011011",
      "00000001000",
      "000000011111",
    ]);
    const black = [0, 1, 2, 3, 63, 64, 1728, 1792, 2560].map((run) => BLACK_CODES.get(run));
    expect(black).toEqual([
      "0000110111",
      "010",
      "11",
      "10",
      "000001100111",
      "0000001111",
      "0000001100101",
      "00000001000",
      "000000011111",
    ]);
  });

  it("has a word for each run 0 to 63 and each multiple of 64 up to 2560", () => {
    const runs = [...Array.from({ length: 64 }, (_, i) => i), ...Array.from({ length: 40 }, (_, i) => 64 * (i + 1))];
    expect([...WHITE_CODES.keys()]).toEqual(runs);
    expect([...BLACK_CODES.keys()]).toEqual(runs);
  });

  it("no word is the beginning of another, and none looks like an EOL", () => {
    for (const codes of [WHITE_CODES, BLACK_CODES]) {
      const words = [...codes.values()];
      for (const a of words) {
        expect(words.filter((b) => b.startsWith(a))).toEqual([a]);
        expect("000000000001".startsWith(a)).toBe(false);
      }
    }
  });
});
