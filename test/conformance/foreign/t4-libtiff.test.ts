// T.4, T.6 and TIFF-F against libtiff's tools (tiffcp, tiffinfo, tiffcmp, fax2tiff): what one writes the other reads, pel for pel.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode, type EncodeOptions, encode, writeTiff } from "@depesche/t4";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runProgram } from "../../house/house.ts";
import { asLibtiffSees, page, pagesIn, random, SIZES, silently, wrongPages, wrongRows } from "./t4-pages.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-t4-"));
});
afterEach(() => rm(folder, { recursive: true }));
const file = (name: string) => join(folder, `${name}.tif`);

const CODINGS = ["MH", "MR", "MMR"] as const;

describe("our files", () => {
  for (const coding of CODINGS) {
    for (const bitOrder of ["msb-first", "lsb-first"] as const) {
      it(`${coding}, ${bitOrder}: libtiff sees the same pages of all sizes, and has nothing to say about them`, async () => {
        const pages = SIZES.map(({ width, xDpi, yDpi }, i) => ({
          bitmap: page(width, 150 + i, (i % 4) as 0 | 1 | 2 | 3),
          xDpi,
          yDpi,
          coding,
        }));
        await writeFile(file("ours"), writeTiff(pages, { bitOrder }));
        const said = await silently("tiffinfo", ["-D", file("ours")]);
        expect(said.match(/Image Width: \d+/g)).toEqual(SIZES.map(({ width }) => `Image Width: ${width}`));
        expect(said.match(/Resolution: \d+, \d+ pixels\/inch/g)).toEqual(
          SIZES.map(({ xDpi, yDpi }) => `Resolution: ${xDpi}, ${yDpi} pixels/inch`),
        );
        expect(said.match(/Page Number: .*/g)).toEqual(SIZES.map((_, i) => `Page Number: ${i}-${SIZES.length}`));
        expect(
          wrongPages(
            await asLibtiffSees(file("ours")),
            pages.map(({ bitmap }) => bitmap),
          ),
        ).toEqual([]);
      });
    }
  }

  it("two files of the same pages, one a line a strip, are one to tiffcmp", async () => {
    await writeFile(file("ours"), writeTiff([{ bitmap: page(1728, 300, 1), xDpi: 204, yDpi: 196 }]));
    await silently("tiffcp", ["-c", "g4", "-r", "1", file("ours"), file("theirs")]);
    for (const name of ["ours", "theirs"]) {
      await silently("tiffcp", ["-c", "none", "-r", "100000", file(name), file(`${name}-plain`)]);
    }
    const { stdout } = await runProgram("tiffcmp", ["-t", file("ours-plain"), file("theirs-plain")]);
    expect(stdout.split("\n").filter((line) => /differs|Scanline/i.test(line))).toEqual([]);
  });

  it("says how a received page came: bad lines, the longest series of them, and that they were replaced", async () => {
    const bitmap = page(1728, 100);
    const quality = { badLines: 7, consecutiveBadLines: 3 };
    await writeFile(
      file("ours"),
      writeTiff([
        { bitmap, xDpi: 204, yDpi: 196, ...quality },
        { bitmap, xDpi: 204, yDpi: 196, badLines: 0 },
      ]),
    );
    const said = await silently("tiffinfo", [file("ours")]);
    expect(said).toMatch(/Fax Data: receiver regenerated[\s\S]*Bad Fax Lines: 7\s+Consecutive Bad Fax Lines: 3/);
    expect(said).toMatch(/Fax Data: clean[\s\S]*Bad Fax Lines: 0\s+Consecutive Bad Fax Lines: 0/);
  });

  it("pages of Group 3 sizes say that they are of profile F, others do not", async () => {
    await writeFile(file("fax"), writeTiff([{ bitmap: page(1728, 50), xDpi: 204, yDpi: 196 }]));
    await writeFile(file("other"), writeTiff([{ bitmap: page(1700, 50), xDpi: 200, yDpi: 200 }]));
    expect(await silently("tiffinfo", [file("fax")])).toMatch(/GlobalParametersIFD: 0x8\n/);
    expect(await silently("tiffinfo", [file("other")])).not.toMatch(/GlobalParametersIFD/);
  });
});

describe("libtiff's files", () => {
  const COMPRESSIONS = ["g3:1d", "g3:1d:fill", "g3:2d", "g3:2d:fill", "g4", "none"];
  const FORMS: [name: string, args: string[]][] = [
    ["one strip", ["-r", "100000"]],
    ["strips of one row", ["-r", "1"]],
    ["strips of 7 rows, big-endian", ["-r", "7", "-B"]],
    ["least significant bit first", ["-r", "100000", "-f", "lsb2msb"]],
    ["least significant bit first, big-endian, strips of 33 rows", ["-r", "33", "-B", "-f", "lsb2msb"]],
    ["BigTIFF, strips of 16 rows", ["-r", "16", "-8"]],
  ];
  for (const compression of COMPRESSIONS) {
    it(`${compression}: our reader sees the same pages, whatever the strips, the bit order and the byte order`, async () => {
      const pages = [page(1728, 211, 1), page(1701, 97, 2), page(2432, 64, 3), page(33, 40, 1)];
      await writeFile(file("ours"), writeTiff(pages.map((bitmap) => ({ bitmap, xDpi: 204, yDpi: 98 }))));
      for (const [name, args] of FORMS) {
        await silently("tiffcp", ["-c", compression, ...args, file("ours"), file("theirs")]);
        expect({ name, wrong: wrongPages(pagesIn(await readFile(file("theirs"))), pages) }).toEqual({
          name,
          wrong: [],
        });
      }
    });
  }
});

describe("our streams as they go over the line", () => {
  /** fax2tiff knows no end marks: five of the six EOLs of an RTC are empty lines to it, as is an EOFB. */
  const END_ROWS = { MH: 5, MR: 5, MMR: 1 };
  const STREAMS: [name: string, options: EncodeOptions, args: string[]][] = [
    ["MH", { coding: "MH" }, ["-3", "-1", "-P"]],
    ["MH with fill", { coding: "MH", minBitsPerLine: 288 }, ["-3", "-1", "-P"]],
    ["MH with aligned EOLs", { coding: "MH", eolAlign: true }, ["-3", "-1", "-A"]],
    ["MR, k 2", { coding: "MR", k: 2 }, ["-3", "-2", "-P"]],
    ["MR, k 4, with fill", { coding: "MR", k: 4, minBitsPerLine: 144 }, ["-3", "-2", "-P"]],
    ["MR, k without end", { coding: "MR", k: Infinity }, ["-3", "-2", "-P"]],
    ["MMR", { coding: "MMR" }, ["-4"]],
  ];
  for (const [name, options, args] of STREAMS) {
    it(`${name}: fax2tiff finds all rows in both bit orders, none of them bad, and the end mark`, async () => {
      for (const [width, withRtc, bitOrder] of [
        [1728, true, "msb-first"],
        [1728, false, "lsb-first"],
        [2432, true, "lsb-first"],
        [4864, false, "msb-first"],
      ] as const) {
        const bitmap = page(width, 333, 1);
        // Without EOFB it drops the lines that end in the last octet.
        const rtc = withRtc || options.coding === "MMR";
        const raw = join(folder, "raw");
        await writeFile(raw, encode(bitmap, { ...options, rtc, bitOrder }));
        const order = bitOrder === "msb-first" ? "-M" : "-L";
        const how = [...args, order, "-X", String(width), "-v", "-8", "-o", file("theirs"), raw];
        const { code, stderr } = await runProgram("fax2tiff", how);
        const rows = bitmap.height + (rtc ? END_ROWS[options.coding] : 0);
        const counted = /^(\d+) rows in input\n0 total bad rows$/m.exec(stderr);
        // What is left of the last octet may count as one more.
        expect({ code, more: Number(counted?.[1]) - rows }).toEqual({ code: 0, more: expect.toBeOneOf([0, 1]) });
        const seen = await asLibtiffSees(file("theirs"));
        const above = seen.map((one) => ({ ...one, height: bitmap.height }));
        expect(wrongPages(above, [bitmap])).toEqual([]);
      }
    });
  }
});

describe("streams with damage", () => {
  const DAMAGE: Readonly<
    Record<string, (bytes: Uint8Array, at: number, next: (below: number) => number) => Uint8Array>
  > = {
    "wrong bits": (bytes, at, next) => {
      bytes[at]! ^= 1 << next(8);
      return bytes;
    },
    "bursts of noise": (bytes, at, next) => {
      for (let i = 0; i < 2 + next(6); i++) bytes[at + i] = next(256);
      return bytes;
    },
    "octets lost": (bytes, at, next) =>
      Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + next(30))]),
    "octets too many": (bytes, at, next) =>
      Uint8Array.from([...bytes.subarray(0, at), next(256), next(256), ...bytes.subarray(at)]),
  };
  const STREAMS = 12;
  for (const [coding, dimension] of [
    ["MH", "-1"],
    ["MR", "-2"],
  ] as const) {
    it.each(Object.keys(DAMAGE))(
      `${coding}, %s: no more rows are wrong than with libtiff, and bad ones are counted`,
      async (kind) => {
        const bitmap = page(1728, 400, 1);
        const good = encode(bitmap, { coding, k: 4 });
        const next = random(4711);
        const wrong = { ours: 0, theirs: 0 };
        for (let i = 0; i < STREAMS; i++) {
          let bytes: Uint8Array = good.slice();
          for (let hits = 1 + next(4); hits > 0; hits--) {
            bytes = DAMAGE[kind]!(bytes, 200 + next(bytes.length - 400), next);
          }
          const decoded = decode(bytes, { coding, width: bitmap.width });
          wrong.ours += wrongRows(decoded.bitmap, bitmap);
          expect(decoded.badLines).toBeGreaterThan(0);
          const raw = join(folder, "raw");
          await writeFile(raw, bytes);
          await runProgram("fax2tiff", ["-3", dimension, "-P", "-M", "-X", "1728", "-8", "-o", file("theirs"), raw]);
          const plain = file("plain");
          await runProgram("tiffcp", ["-c", "none", "-r", "100000", "-f", "msb2lsb", file("theirs"), plain]);
          wrong.theirs += wrongRows(pagesIn(await readFile(plain))[0]!, bitmap);
        }
        expect(wrong.ours).toBeLessThanOrEqual(wrong.theirs);
      },
    );
  }
});
