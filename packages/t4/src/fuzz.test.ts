import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { rowOctets } from "./bitmap.ts";
import { type Decoded, type DecodeOptions, decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { hexOctets, mutated, PATTERNS, random, samplePage } from "./sample-pages.ts";
import { readTiff } from "./tiff-read.ts";
import { writeTiff } from "./tiff-write.ts";

// Nothing but work: a few seconds, ten times as many with busy neighbours.
vi.setConfig({ testTimeout: 60_000 });

/** Another seed, or more rounds, for a longer search: a failure names the seed and the round that led to it. */
const SEED = Number(process.env.DEPESCHE_FUZZ_SEED ?? 20260119);
const FACTOR = Number(process.env.DEPESCHE_FUZZ_FACTOR ?? 1);
const STREAM_ROUNDS = 11_000 * FACTOR;
const NOISE_ROUNDS = 400 * FACTOR;
const FILE_ROUNDS = 10_000 * FACTOR;

const CODINGS = ["MH", "MR", "MMR"] as const;
const FRAMINGS = ["eol", "none", "octet-aligned"] as const;

const FIXTURES = new URL("../fixtures/", import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, FIXTURES));
const WIDTH = 204;

/** Streams of ours and of Ghostscript's coders. */
const streams = [
  ...CODINGS.flatMap((coding) =>
    PATTERNS.map((pattern) => ({ coding, bytes: encode(samplePage(pattern, WIDTH, 24), { coding }) })),
  ),
  {
    coding: "MR" as const,
    bytes: encode(samplePage("text", WIDTH, 40), { coding: "MR", k: Infinity, eolAlign: true }),
  },
  { coding: "MH" as const, bytes: encode(samplePage("text", WIDTH, 40), { coding: "MH", minBitsPerLine: 96 }) },
  { coding: "MH" as const, bytes: hexOctets(fixture("ghostscript-faxg3.hex").toString()) },
  { coding: "MR" as const, bytes: hexOctets(fixture("ghostscript-faxg32d.hex").toString()) },
  { coding: "MMR" as const, bytes: hexOctets(fixture("ghostscript-faxg4.hex").toString()) },
];

/** What must hold whatever the stream was. */
function judgePage({ bitmap, rows, badLines, consecutiveBadLines, ended }: Decoded, most: number): string | undefined {
  if (rows > most) return `${rows} rows`;
  if (bitmap.height !== rows || bitmap.data.length !== rows * rowOctets(bitmap.width))
    return "rows and data do not agree";
  if (bitmap.data.buffer.byteLength > 2 * Math.max(bitmap.data.length, 2 ** 19)) return "memory beyond need";
  if (badLines > rows + 1 || consecutiveBadLines > badLines)
    return `${badLines} bad lines, ${consecutiveBadLines} in a row`;
  if (ended === "error" && badLines === 0) return "an error without a bad line";
  const spare =
    rows > 0 && (bitmap.width & 7) !== 0 ? (bitmap.data.at(-1) as number) & (0xff >> (bitmap.width & 7)) : 0;
  return spare === 0 ? undefined : "pels behind the last one";
}

/** Runs `round` so often; the first complaint or error ends it and names what led there. */
function fuzz(rounds: number, seed: number, round: (next: (below: number) => number) => string | undefined): void {
  const next = random(seed);
  for (let i = 0; i < rounds; i++) {
    let complaint: string | undefined;
    try {
      complaint = round(next);
    } catch (error) {
      complaint = `thrown: ${error instanceof Error ? error.stack : error}`;
    }
    if (complaint) throw new Error(`seed ${seed}, round ${i}: ${complaint}`);
  }
}

describe(`malformed input (seed ${SEED}, DEPESCHE_FUZZ_SEED for another)`, () => {
  it("any stream gives a page within the limits whose counts fit together", () => {
    fuzz(STREAM_ROUNDS, SEED, (next) => {
      const { coding, bytes } = streams[next(streams.length)]!;
      const options: DecodeOptions = {
        coding: next(10) === 0 ? CODINGS[next(3)]! : coding,
        width: next(10) === 0 ? 1 + next(3000) : WIDTH,
        maxRows: 500,
        framing: FRAMINGS[next(8)] ?? "eol",
        bitOrder: next(10) === 0 ? "lsb-first" : "msb-first",
      };
      if (next(4) === 0) options.rows = next(60);
      return judgePage(decode(mutated(bytes, next), options), options.rows ?? 500);
    });
  });

  it("pure noise too, at any width", () => {
    fuzz(NOISE_ROUNDS, SEED + 1, (next) => {
      const sparse = next(2) === 0;
      const noise = new Uint8Array(1 + next(3000)).map(() => next(256) & (sparse ? next(256) : 0xff));
      const width = 1 + next(next(2) === 0 ? 65_535 : 3000);
      for (const coding of CODINGS) {
        const complaint = judgePage(decode(noise, { coding, width, maxPixels: 8_000_000 }), 20_000);
        if (complaint) return complaint;
      }
      return undefined;
    });
  });

  it("any file gives pages within the limits or a named problem within the file", () => {
    const files = CODINGS.map((coding) =>
      writeTiff(
        [
          { bitmap: samplePage("text", 203, 40), xDpi: 204, yDpi: 98, coding },
          { bitmap: samplePage("noise", 64, 9), xDpi: 204, yDpi: 196, coding, badLines: 1 },
        ],
        { software: "fuzz", bitOrder: coding === "MR" ? "lsb-first" : "msb-first" },
      ),
    );
    files.push(writeTiff([{ bitmap: samplePage("text", 1728, 30), xDpi: 204, yDpi: 98 }]));
    for (const name of readdirSync(FIXTURES)) if (name.endsWith(".tif")) files.push(new Uint8Array(fixture(name)));
    expect(files.length).toBeGreaterThan(15);
    const limits = { maxPages: 10, maxPagePixels: 1_000_000, maxPixels: 4_000_000 };
    let read = 0;
    fuzz(FILE_ROUNDS, SEED + 2, (next) => {
      const file = mutated(files[next(files.length)]!, next);
      const result = readTiff(file, limits);
      if (!result.ok) return /^tiff-/.test(result.problem) ? undefined : `problem ${result.problem}`;
      read++;
      if (result.pages.length > 10) return `${result.pages.length} pages`;
      let pixels = 0;
      for (const { width, height, bitmap, badLines, unsupported } of result.pages) {
        if (!bitmap) {
          if (!unsupported) return "no page, and no reason";
          continue;
        }
        if (bitmap.data.length !== rowOctets(width) * height) return "rows and data do not agree";
        if (badLines === undefined || badLines < 0 || badLines > height) return `${badLines} bad lines of ${height}`;
        pixels += bitmap.data.length * 8;
      }
      return pixels <= 4_000_000 ? undefined : `${pixels} pixels`;
    });
    // Most of the damage must lead past the first look at the file.
    expect(read).toBeGreaterThan(FILE_ROUNDS / 4);
  });

  it("a directory has at most 4096 entries: laid over each other they would make a small file a long read", () => {
    const page = writeTiff([{ bitmap: samplePage("text", 203, 40), xDpi: 204, yDpi: 98 }]);
    const directory = new DataView(page.buffer).getUint32(4, true);
    const file = new Uint8Array(100_000);
    file.set(page);
    const count = new DataView(file.buffer);
    count.setUint16(directory, 4096, true);
    expect(readTiff(file)).toMatchObject({ ok: true });
    count.setUint16(directory, 4097, true);
    expect(readTiff(file)).toEqual({ ok: false, problem: "tiff-truncated", at: directory });
  });
});
