import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { rowOctets } from "./bitmap.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { mutated, PATTERNS, random, samplePage } from "./sample-pages.ts";
import { readTiff } from "./tiff-read.ts";
import { writeTiff } from "./tiff-write.ts";

// Nothing but work: 15 s with eight busy neighbours on one core.
vi.setConfig({ testTimeout: 60_000 });

const CODINGS = ["MH", "MR", "MMR"] as const;
const FRAMINGS = ["eol", "none", "octet-aligned"] as const;

describe("malformed input", () => {
  it("any stream gives a page within the limits whose counts fit together", () => {
    const next = random(4711);
    const width = 203;
    const streams = CODINGS.flatMap((coding) =>
      PATTERNS.map((pattern) => ({ coding, bytes: encode(samplePage(pattern, width, 24), { coding }) })),
    );
    for (let round = 0; round < 4000; round++) {
      const { coding, bytes } = streams[next(streams.length)]!;
      const framing = FRAMINGS[next(8)] ?? "eol";
      const stream = mutated(bytes, next);
      const { bitmap, rows, badLines, consecutiveBadLines, ended } = decode(stream, {
        coding: next(10) === 0 ? CODINGS[next(3)]! : coding,
        width: next(10) === 0 ? 1 + next(3000) : width,
        maxRows: 500,
        framing,
      });
      expect(rows).toBeLessThanOrEqual(500);
      expect(bitmap.height).toBe(rows);
      expect(bitmap.data.length).toBe(rows * rowOctets(bitmap.width));
      expect(badLines).toBeLessThanOrEqual(rows + 1);
      expect(consecutiveBadLines).toBeLessThanOrEqual(badLines);
      if (ended === "error") expect(badLines).toBeGreaterThan(0);
    }
  });

  it("pure noise too", () => {
    const next = random(99);
    for (let round = 0; round < 150; round++) {
      const noise = new Uint8Array(1 + next(3000)).map(() => next(256) & next(256));
      for (const coding of CODINGS) expect(decode(noise, { coding, width: 1728 }).rows).toBeLessThanOrEqual(20_000);
    }
  });

  it("any file gives pages within the limits or a named problem within the file", () => {
    const next = random(20260119);
    const files = CODINGS.map((coding) =>
      writeTiff(
        [
          { bitmap: samplePage("text", 203, 40), xDpi: 204, yDpi: 98, coding },
          { bitmap: samplePage("noise", 64, 9), xDpi: 204, yDpi: 196, coding, badLines: 1 },
        ],
        { software: "fuzz" },
      ),
    );
    for (const name of ["g4-strips", "g3-1d-big-endian"]) {
      files.push(new Uint8Array(readFileSync(new URL(`../fixtures/libtiff-bigtiff-${name}.tif`, import.meta.url))));
    }
    const limits = { maxPages: 10, maxPagePixels: 1_000_000, maxPixels: 4_000_000 };
    let read = 0;
    for (let round = 0; round < 5000; round++) {
      const file = mutated(files[next(files.length)]!, next);
      const result = readTiff(file, limits);
      if (!result.ok) {
        expect(result.problem).toMatch(/^tiff-/);
        continue;
      }
      read++;
      expect(result.pages.length).toBeLessThanOrEqual(10);
      for (const { width, height, bitmap, badLines } of result.pages) {
        if (!bitmap) continue;
        expect(bitmap.data.length).toBe(rowOctets(width) * height);
        expect(badLines).toBeLessThanOrEqual(height);
      }
    }
    expect(read).toBeGreaterThan(500);
  });
});
