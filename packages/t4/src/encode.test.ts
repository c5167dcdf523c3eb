import { describe, expect, it } from "vitest";
import { reverseBits } from "./bitmap.ts";
import { encode } from "./encode.ts";
import { bits, drawing, samplePage } from "./sample-pages.ts";

const EOL = "000000000001";
const EOL_1D = `${EOL}1`;
const EOL_2D = `${EOL}0`;

describe("MH", () => {
  const mh = { coding: "MH", rtc: false } as const;

  it("a white line of 1728 is EOL, make-up 1728, white 0", () => {
    expect(encode(samplePage("empty", 1728, 1), mh)).toEqual(bits(`${EOL} 010011011 00110101`));
  });
  it("a black line starts with white 0", () => {
    expect(encode(samplePage("black", 1728, 1), mh)).toEqual(bits(`${EOL} 00110101 0000001100101 0000110111`));
  });
  it("runs alternate from white on", () => {
    // 3 white, 2 black, 1 white, 4 black
    expect(encode(drawing("...##.####"), mh)).toEqual(bits(`${EOL} 1000 11 000111 011`));
  });
  it("runs above 1728 use the extended make-up codes, above 2623 several", () => {
    expect(encode(samplePage("empty", 2048, 1), mh)).toEqual(bits(`${EOL} 000000010011 00110101`));
    expect(encode(samplePage("empty", 2624, 1), mh)).toEqual(bits(`${EOL} 000000011111 11011 00110101`));
    expect(encode(samplePage("empty", 2560 * 2 + 70, 1), mh)).toEqual(
      bits(`${EOL} 000000011111 000000011111 11011 1110`),
    );
  });
  it("ends with six EOLs", () => {
    expect(encode(drawing(".", "."), { coding: "MH" })).toEqual(
      bits(`${EOL} 000111 ${EOL} 000111 ${EOL} ${EOL} ${EOL} ${EOL} ${EOL} ${EOL}`),
    );
  });
  it("fills a short line between data and EOL up to the minimum scan-line time", () => {
    // 6 bits of data and 12 of EOL need 22 of fill to make 40
    expect(encode(drawing(".", "."), { ...mh, minBitsPerLine: 40 })).toEqual(
      bits(`${EOL} 000111 ${"0".repeat(22)} ${EOL} 000111 ${"0".repeat(22)}`),
    );
  });
  it("ends every EOL on an octet boundary when asked to", () => {
    expect(encode(drawing(".", "."), { ...mh, eolAlign: true })).toEqual(
      bits(`0000 ${EOL} 000111 000000 ${EOL} 000111`),
    );
  });
  it("turns the octets round for a line that sends the least significant bit first", () => {
    const page = samplePage("text", 200, 20);
    expect(encode(page, { coding: "MH", bitOrder: "lsb-first" })).toEqual(reverseBits(encode(page, { coding: "MH" })));
  });
});

describe("MR", () => {
  const mr = { coding: "MR", rtc: false } as const;

  it("tags lines by dimension: with k 2 every other one, with k 4 three of four are two-dimensional", () => {
    const page = drawing("..", "..", "..", "..", "..");
    const one = `${EOL_1D} 0111`; // white 2
    const two = `${EOL_2D} 1`; // V0 at the end of the line
    expect(encode(page, { ...mr, k: 2 })).toEqual(bits(`${one} ${two} ${one} ${two} ${one}`));
    expect(encode(page, { ...mr, k: 4 })).toEqual(bits(`${one} ${two} ${two} ${two} ${one}`));
  });
  it("ends with six EOLs that announce a one-dimensional line", () => {
    expect(encode(drawing("."), { coding: "MR" })).toEqual(
      bits(`${EOL_1D} 000111 ${EOL_1D} ${EOL_1D} ${EOL_1D} ${EOL_1D} ${EOL_1D} ${EOL_1D}`),
    );
  });
});

describe("MMR", () => {
  const mmr = { coding: "MMR", rtc: false } as const;
  const cases: [name: string, above: string, line: string, code: string][] = [
    ["V0 twice, then V0 at the end", "..##....", "..##....", "1 1 1"],
    ["VR1 and VL1", "..##....", "...#....", "011 1 1"],
    ["VL1 to the left of the start of a run", "..##....", ".###....", "010 1 1"],
    ["VR2, VL2", "..####..........", "....##..........", "000011 1 1"],
    ["VR3", "..######........", ".....###........", "0000011 1 1"],
    ["VL3", ".....###........", "..######........", "0000010 1 1"],
    ["pass over a run that has no counterpart", "..##......####..", "..........####..", "0001 1 1 1"],
    ["horizontal: white 8, black 2", "................", "........##......", "001 10011 11 1"],
    [
      "horizontal from the very first pixel: white 0, black 5",
      "................",
      "#####...........",
      "001 00110101 0011 1",
    ],
  ];
  for (const [name, above, line, code] of cases) {
    it(name, () => {
      const first = encode(drawing(above), mmr);
      const both = encode(drawing(above, line), mmr);
      const firstBits = [...first].map((octet) => octet.toString(2).padStart(8, "0")).join("");
      const bothBits = [...both].map((octet) => octet.toString(2).padStart(8, "0")).join("");
      const wanted = code.replaceAll(" ", "");
      const start = bothBits.lastIndexOf(wanted);
      expect(bothBits.slice(start)).toMatch(new RegExp(`^${wanted}0{0,7}$`));
      // what stands before it is the first line alone
      expect(firstBits.startsWith(bothBits.slice(0, start))).toBe(true);
    });
  }
  it("ends with EOFB, which is two EOLs", () => {
    expect(encode(drawing("....", "...."), { coding: "MMR" })).toEqual(bits(`1 1 ${EOL} ${EOL}`));
  });
});

it("takes no notice of the bits behind the last pixel of a row", () => {
  const clean = samplePage("text", 45, 12);
  const dirty = { ...clean, data: clean.data.map((octet, i) => (i % 6 === 5 ? octet | 0x02 : octet)) };
  for (const coding of ["MH", "MR", "MMR"] as const)
    expect(encode(dirty, { coding })).toEqual(encode(clean, { coding }));
});

it("refuses a bitmap with less data than its size says", () => {
  expect(() => encode({ width: 100, height: 10, data: new Uint8Array(129) }, { coding: "MH" })).toThrow(RangeError);
});

it("takes a bitmap that begins anywhere in memory", () => {
  const page = samplePage("text", 1728, 30);
  const memory = new Uint8Array(page.data.length + 1);
  memory.set(page.data, 1);
  const moved = { ...page, data: memory.subarray(1) };
  for (const coding of ["MH", "MR", "MMR"] as const) {
    expect(encode(moved, { coding })).toEqual(encode(page, { coding }));
  }
});
