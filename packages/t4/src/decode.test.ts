import { describe, expect, it } from "vitest";
import { type Bitmap, equalBitmaps, rowOctets } from "./bitmap.ts";
import { decode } from "./decode.ts";
import { type Coding, type EncodeOptions, encode } from "./encode.ts";
import { bits, drawing, PATTERNS, samplePage } from "./sample-pages.ts";

const CODINGS = ["MH", "MR", "MMR"] as const;

describe("what was encoded comes back pixel for pixel", () => {
  for (const coding of CODINGS) {
    for (const pattern of PATTERNS) {
      it(`${coding}, ${pattern}, widths from 1 to 5300`, () => {
        for (const width of [1, 7, 8, 13, 31, 32, 33, 1728, 2048, 2432, 2623, 2624, 5300]) {
          const page = samplePage(pattern, width, 9, width);
          const decoded = decode(encode(page, { coding }), { coding, width });
          expect(equalBitmaps(decoded.bitmap, page)).toBe(true);
          const ended = coding === "MMR" ? "eofb" : "rtc";
          expect(decoded).toMatchObject({ rows: 9, badLines: 0, consecutiveBadLines: 0, ended });
        }
      });
    }
  }
  const variants: [string, Partial<EncodeOptions>][] = [
    ["k 2", { k: 2 }],
    ["k without end", { k: Number.POSITIVE_INFINITY }],
    ["least significant bit first", { bitOrder: "lsb-first" }],
    ["aligned EOLs", { eolAlign: true }],
    ["much fill", { minBitsPerLine: 3000 }],
    ["no end mark", { rtc: false }],
  ];
  for (const [name, variant] of variants) {
    it(name, () => {
      const page = samplePage("text", 1728, 120);
      for (const coding of CODINGS) {
        const decoded = decode(encode(page, { coding, ...variant }), {
          coding,
          width: 1728,
          bitOrder: variant.bitOrder,
        });
        expect(equalBitmaps(decoded.bitmap, page)).toBe(true);
        expect(decoded.badLines).toBe(0);
      }
    });
  }
  it("without a row, and across the growth of the page", () => {
    for (const coding of CODINGS) {
      expect(decode(encode(samplePage("empty", 64, 0), { coding }), { coding, width: 64 }).rows).toBe(0);
      const long = samplePage("noise", 13, 6001);
      expect(equalBitmaps(decode(encode(long, { coding }), { coding, width: 13 }).bitmap, long)).toBe(true);
    }
  });
});

const EOL = "000000000001";
const RTC = EOL.repeat(6);
/** Lines of 10 pixels: 5 white 5 black, 2 white 8 black, all white. */
const A = "1100 0011";
const B = "0111 000101";
const C = "00111";

/** Rows of a decoded page of at most 16 columns as drawings. */
function rowsOf({ width, height, data }: Bitmap): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) =>
      data[y * rowOctets(width) + (x >> 3)]! & (0x80 >> (x & 7)) ? "#" : ".",
    ).join(""),
  );
}

describe("damaged MH", () => {
  const mh = { coding: "MH", width: 10 } as const;
  it("repeats the last good line for a bad one and counts it", () => {
    const line = decode(bits(`${EOL} ${A} ${EOL} 0111 0000000011 ${EOL} ${C} ${RTC}`), mh);
    expect(rowsOf(line.bitmap)).toEqual([".....#####", ".....#####", ".........."]);
    expect(line).toMatchObject({ rows: 3, badLines: 1, consecutiveBadLines: 1, ended: "rtc" });
  });
  it("is white where no good line came before", () => {
    const decoded = decode(bits(`${EOL} 1111111111 ${EOL} ${A} ${RTC}`), mh);
    expect(rowsOf(decoded.bitmap)).toEqual(["..........", ".....#####"]);
    expect(decoded.badLines).toBe(1);
  });
  it("takes a line that is too short or too long for a bad one", () => {
    const decoded = decode(bits(`${EOL} ${B} ${EOL} 1100 10 ${EOL} ${A} ${A} ${EOL} ${C} ${RTC}`), mh);
    expect(rowsOf(decoded.bitmap)).toEqual(["..########", "..########", "..########", ".........."]);
    expect(decoded).toMatchObject({ badLines: 2, consecutiveBadLines: 2 });
  });
  it("loses no row to a hit EOL", () => {
    const decoded = decode(bits(`${EOL} ${A} 000010000001 ${B} ${EOL} ${C} ${RTC}`), mh);
    expect(rowsOf(decoded.bitmap)).toEqual([".....#####", "..########", ".........."]);
    expect(decoded.badLines).toBe(0);
  });
  it("finds the end when parts of the RTC are hit", () => {
    const hit = `${EOL} ${EOL} 000001000001 ${EOL} 001000000001 ${EOL}`;
    expect(decode(bits(`${EOL} ${A} ${EOL} ${B} ${hit}`), mh)).toMatchObject({ rows: 2, badLines: 0, ended: "rtc" });
  });
  it("an empty line in the midst of the page does not end it", () => {
    const decoded = decode(bits(`${EOL} ${A} ${EOL} ${EOL} ${B} ${EOL} 1111111111 ${RTC}`), mh);
    expect(rowsOf(decoded.bitmap)).toEqual([".....#####", "..########", "..########"]);
    expect(decoded).toMatchObject({ badLines: 1, ended: "rtc" });
  });
  it("does not take the modem's noise before the first EOL for a line", () => {
    const decoded = decode(bits(`10101 1111111 ${EOL} ${A} ${RTC}`), mh);
    expect(rowsOf(decoded.bitmap)).toEqual([".....#####"]);
    expect(decoded.badLines).toBe(0);
  });
  it("more than noise before the first EOL were lines, which count as a bad one", () => {
    const lost = decode(bits(`1 0100 1101 1010 1101 ${EOL} ${A} ${RTC}`), mh);
    expect(rowsOf(lost.bitmap)).toEqual([".....#####"]);
    expect(lost).toMatchObject({ rows: 1, badLines: 1, consecutiveBadLines: 1, ended: "rtc" });
    expect(decode(bits(`${"0".repeat(90)} ${EOL} ${A} ${RTC}`), mh).badLines).toBe(0);
    expect(decode(bits(`0000000000 101011 ${EOL} ${A} ${RTC}`), mh).badLines).toBe(0);
    expect(decode(new Uint8Array(40).fill(0x5a), mh)).toMatchObject({ rows: 0, badLines: 1, ended: "data" });
  });
  it("a hit first EOL loses no line", () => {
    const one = decode(bits(`000000100001 ${A} ${EOL} ${B} ${RTC}`), mh);
    expect(rowsOf(one.bitmap)).toEqual([".....#####", "..########"]);
    expect(one.badLines).toBe(0);
    const two = decode(bits(`000000100001 1 ${A} ${EOL}0 1 1 ${`${EOL}1`.repeat(6)}`), { coding: "MR", width: 10 });
    expect(rowsOf(two.bitmap)).toEqual([".....#####", ".....#####"]);
    expect(two.badLines).toBe(0);
  });
  it("takes no notice of what follows the RTC", () => {
    expect(decode(bits(`${EOL} ${A} ${RTC} ${A} ${EOL} ${A} 1111`), mh)).toMatchObject({
      rows: 1,
      badLines: 0,
      ended: "rtc",
    });
  });
  it("a page cut in the midst of a line ends there, the line counted as bad", () => {
    expect(decode(bits(`${EOL} ${A} ${EOL} 0111`), mh)).toMatchObject({ rows: 2, badLines: 1, ended: "data" });
  });
  it("accepts a first line without EOL", () => {
    expect(decode(bits(`${A} ${EOL} ${B} ${RTC}`), mh)).toMatchObject({ rows: 2, badLines: 0 });
  });
});

describe("damaged MR", () => {
  it("goes on at the next one-dimensional line", () => {
    const page = samplePage("text", 1728, 40);
    const good = encode(page, { coding: "MR", k: 4 });
    // the bits of line 9 (two-dimensional) start behind the tenth EOL: encode the first nine lines to find it
    const before = encode({ ...page, height: 9 }, { coding: "MR", k: 4, rtc: false });
    const damaged = good.slice();
    for (let i = 0; i < 4; i++) damaged[before.length + 4 + i]! ^= 0x5a;
    const decoded = decode(damaged, { coding: "MR", width: 1728 });
    expect(decoded.ended).toBe("rtc");
    expect(decoded.badLines).toBeGreaterThan(0);
    expect(decoded.badLines).toBeLessThanOrEqual(4);
    const stride = rowOctets(1728);
    const row = (bitmap: Bitmap, y: number) => bitmap.data.subarray(y * stride, (y + 1) * stride);
    const last = decoded.rows - 1;
    for (let y = 0; y < 9; y++) expect(row(decoded.bitmap, y)).toEqual(row(page, y));
    for (let back = 0; back < 28; back++) expect(row(decoded.bitmap, last - back)).toEqual(row(page, 39 - back));
  });
  it("does not decode two-dimensional lines against a bad one", () => {
    const two = `${EOL}0 1 1`; // as the line above
    const decoded = decode(
      bits(`${EOL}1 ${A} ${EOL}1 1111111111 ${two} ${two} ${EOL}1 ${B} ${(`${EOL}1`).repeat(6)}`),
      {
        coding: "MR",
        width: 10,
      },
    );
    expect(rowsOf(decoded.bitmap)).toEqual([".....#####", ".....#####", ".....#####", ".....#####", "..########"]);
    expect(decoded).toMatchObject({ badLines: 3, consecutiveBadLines: 3 });
  });
});

describe("damaged MMR", () => {
  it("gives the rows before the error", () => {
    const start = bits("001 1100 0011 1 1 0000000");
    const decoded = decode(start, { coding: "MMR", width: 10 });
    expect(rowsOf(decoded.bitmap)).toEqual([".....#####", ".....#####"]);
    const broken = decode(bits("001 1100 0011 1 1 00000001"), { coding: "MMR", width: 10 });
    expect(rowsOf(broken.bitmap)).toEqual([".....#####", ".....#####"]);
    expect(broken).toMatchObject({ rows: 2, badLines: 1, ended: "error" });
  });
  it("refuses modes that lead out of the line or back behind a0", () => {
    for (const code of ["010", "011", "001 1100 000101", "001 10011 010 0000010 1"]) {
      expect(decode(bits(code), { coding: "MMR", width: 10 })).toMatchObject({ rows: 0, ended: "error" });
    }
  });
});

describe("lines at the edge of the grammar", () => {
  it("an empty run is no change for the line below", () => {
    const one = "0111 0000110111 1000 0011"; // 2 white, 0 black, 3 white, 5 black
    const mr = decode(bits(`${EOL}1 ${one} ${EOL}0 1 1 ${(`${EOL}1`).repeat(6)}`), { coding: "MR", width: 10 });
    expect(rowsOf(mr.bitmap)).toEqual([".....#####", ".....#####"]);
    expect(mr.badLines).toBe(0);
    const two = "001 0111 0000110111 001 1000 0011"; // the same in horizontal mode
    const mmr = decode(bits(`${two} 1 1 ${EOL} ${EOL}`), { coding: "MMR", width: 10 });
    expect(rowsOf(mmr.bitmap)).toEqual([".....#####", ".....#####"]);
    expect(mmr.ended).toBe("eofb");
  });
  it("nor in the midst of runs that are read in pairs", () => {
    // The list of changes shows in the line below, whose two bits are V0 at the change and V0 at the end.
    const below = (line: string, width: number) =>
      decode(bits(`${EOL}1 ${line} ${EOL}0 1 1 ${`${EOL}1`.repeat(6)}`), { coding: "MR", width });
    // 2 white 3 black, 0 white 5 black
    const first = below("0111 10 00110101 0011", 10);
    expect(rowsOf(first.bitmap)).toEqual(["..########", "..########"]);
    expect(first.badLines).toBe(0);
    // 64 + 2 white, 3 black 0 white, 5 black: the make-up code is read alone
    const second = below("11011 0111 10 00110101 0011", 74);
    expect(rowsOf(second.bitmap).map((row) => row.slice(60))).toEqual(["......########", "......########"]);
    expect(second.badLines).toBe(0);
  });
  it("a code word cut by the end of the data is not completed with zeros", () => {
    // white 7 and the first bit of black 3 (10); white 7, black 2 and half of white 3 (1000)
    expect(decode(bits("001 1111 1"), { coding: "MMR", width: 10 })).toMatchObject({ rows: 0, ended: "error" });
    expect(decode(bits("1111 11 10"), { coding: "MH", width: 12, framing: "none" })).toMatchObject({
      rows: 0,
      ended: "error",
    });
  });
});

describe("bounds", () => {
  const page = samplePage("text", 300, 50);
  it("stops at the rows wanted, and says when the data had fewer", () => {
    for (const coding of CODINGS) {
      const stream = encode(page, { coding });
      expect(decode(stream, { coding, width: 300, rows: 20 })).toMatchObject({ rows: 20, ended: "rows" });
      expect(decode(stream, { coding, width: 300, rows: 80 }).rows).toBe(50);
    }
  });
  it("no page grows above maxRows: a bit of MMR can be a row", () => {
    const ones = new Uint8Array(10_000).fill(0xff);
    expect(decode(ones, { coding: "MMR", width: 1728 })).toMatchObject({ rows: 20_000, ended: "limit" });
    expect(decode(ones, { coding: "MMR", width: 1728, maxRows: 7 })).toMatchObject({ rows: 7, ended: "limit" });
  });
  it("nor above maxPixels, which count rows padded to octets", () => {
    const ones = new Uint8Array(10_000).fill(0xff);
    expect(decode(ones, { coding: "MMR", width: 13, maxPixels: 16 * 21 + 15 })).toMatchObject({
      rows: 21,
      ended: "limit",
    });
    expect(decode(ones, { coding: "MMR", width: 65_535 })).toMatchObject({ rows: 1525, ended: "limit" });
  });
  it("paints into memory that is used again, whatever was in it, and into new memory where that has no room", () => {
    const into = new Uint8Array(rowOctets(300) * 60).fill(0xaa);
    for (const coding of CODINGS) {
      const { bitmap } = decode(encode(page, { coding }), { coding, width: 300, into });
      expect(bitmap.data.buffer).toBe(into.buffer);
      expect(equalBitmaps(bitmap, page)).toBe(true);
      const small = decode(encode(page, { coding }), { coding, width: 300, into: into.subarray(0, 100) }).bitmap;
      expect(equalBitmaps(small, page)).toBe(true);
    }
  });
  it("white lines that are taken together stop at the rows wanted, and at the last bit", () => {
    expect(decode(Uint8Array.of(0xff, 0xe0), { coding: "MMR", width: 100, rows: 7 })).toMatchObject({
      rows: 7,
      ended: "rows",
    });
    const all = decode(bits("1111 1111 111"), { coding: "MMR", width: 100 });
    expect(all).toMatchObject({ rows: 11, badLines: 0, ended: "data" });
    expect(all.bitmap.data).toEqual(new Uint8Array(11 * 13));
  });
  it("refuses a width that no page has", () => {
    for (const width of [0, -1, 1.5, 65536, Number.NaN]) {
      expect(() => decode(new Uint8Array(4), { coding: "MH", width })).toThrow(RangeError);
    }
  });
});

describe("streams without EOL", () => {
  it("reads lines back to back, or each on a new octet", () => {
    const plain = { coding: "MH", width: 10, framing: "none" } as const;
    expect(rowsOf(decode(bits(`${A} ${B} ${C} 111`), { ...plain, rows: 3 }).bitmap)).toEqual(
      rowsOf(drawing(".....#####", "..########", "..........")),
    );
    const aligned = decode(bits(`${A} ${B} 000000 ${C}`), { ...plain, framing: "octet-aligned", rows: 3 });
    expect(rowsOf(aligned.bitmap)).toEqual([".....#####", "..########", ".........."]);
  });
  it("cannot go on behind an error", () => {
    const decoded = decode(bits(`${A} 0000000011 ${B}`), {
      coding: "MH" as Coding,
      width: 10,
      framing: "none",
      rows: 3,
    });
    expect(decoded).toMatchObject({ rows: 1, badLines: 1, ended: "error" });
  });
});
