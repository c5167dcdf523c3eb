import {
  type Bitmap,
  blankBitmap,
  type Decoded,
  decode,
  encode,
  equalBitmaps,
  type Coding as T4Coding,
} from "@depesche/t4";
import { expect, test } from "vitest";
import { createAnswerer, createCaller, FULL_CAPABILITIES, type Impairment, runInMemory } from "./index.ts";
import type { PageFormat } from "./negotiation.ts";
import { chance, FINE } from "./test-support.ts";

const CODINGS: Readonly<Record<PageFormat["coding"], T4Coding>> = { mh: "MH", mr: "MR", mmr: "MMR" };
const ROWS = 300;

/** A page of black bars here and there. */
function drawn(seed: number): Bitmap {
  const next = chance(seed);
  const page = blankBitmap(1728, ROWS);
  for (let bar = 0; bar < 400; bar++) {
    const at = Math.floor(next() * (page.data.length - 8));
    for (let octet = at; octet < at + 1 + next() * 6; octet++) page.data[octet] = 0xff >> Math.floor(next() * 4);
  }
  return page;
}

function coded(page: Bitmap, format: PageFormat): Uint8Array {
  const minBitsPerLine = Math.ceil((format.rate * format.minScanUs) / 1e6);
  return encode(page, { coding: CODINGS[format.coding], minBitsPerLine });
}

function seen(octets: Uint8Array, format: PageFormat): Decoded {
  return decode(octets, { coding: CODINGS[format.coding], width: format.width });
}

function send(pages: Bitmap[], can: Partial<typeof FULL_CAPABILITIES>, line: Impairment = {}) {
  const got: Decoded[] = [];
  const formats: PageFormat[] = [];
  const result = runInMemory({
    caller: createCaller({ pages: pages.map(() => FINE) }),
    answerer: createAnswerer({ capabilities: { ...FULL_CAPABILITIES, ...can } }),
    line,
    pageFor: (index, format) => coded(pages[index]!, format),
    store: (_, octets, format) => {
      const page = seen(octets, format);
      if (page.badLines > 0 || page.ended === "data") return false;
      formats.push(format);
      got.push(page);
      return true;
    },
  });
  return { result, got, formats };
}

test("pixels arrive as they were sent with MH, MR and MMR, with fill and with 64-octet frames", () => {
  const pages = [drawn(1), drawn(2)];
  const slow = { standardUs: 20_000, fineUs: 10_000, superfineUs: 10_000 };
  const machines = [
    [{}, "mmr", 256],
    [{ prefers64: true }, "mmr", 64],
    [{ mmr: false }, "mr", 256],
    [{ mmr: false, ecm: false }, "mr", 0],
    [{ mmr: false, mr: false, ecm: false, minScan: slow }, "mh", 0],
    [{ mmr: false, mr: false, ecm: false, modems: "v27ter" }, "mh", 0],
  ] as const;
  for (const [can, coding, ecm] of machines) {
    const { result, got, formats } = send(pages, can);
    expect(result.caller, JSON.stringify(can)).toEqual({ outcome: "OK", cause: "completed", pages: 2 });
    expect(formats[0]).toMatchObject({ coding, ecm });
    expect(
      got.every((page, i) => equalBitmaps(page.bitmap, pages[i]!)),
      JSON.stringify(can),
    ).toBe(true);
  }
});

test("a page that arrives with bad lines is refused and sent again until it is right", () => {
  let harm = 2;
  const line: Impairment = {
    page: (_, octets) => {
      if (harm-- <= 0) return octets;
      const spoilt = octets.slice();
      spoilt.fill(0x55, 500, 540);
      return spoilt;
    },
  };
  const { result, got } = send([drawn(3)], { ecm: false, mmr: false }, line);
  expect(result.caller?.outcome).toBe("OK");
  expect(got.length).toBe(1);
  expect(equalBitmaps(got[0]!.bitmap, drawn(3))).toBe(true);
});

test("with error correction a bad line leaves the pixels alone", () => {
  const next = chance(5);
  const line: Impairment = { frame: () => (next() < 0.2 ? "bad" : "ok") };
  let arrived = 0;
  for (let n = 0; n < 20; n++) {
    const page = drawn(100 + n);
    const { result, got } = send([page], {}, line);
    if (result.caller?.outcome !== "OK") continue;
    arrived++;
    expect(equalBitmaps(got[0]!.bitmap, page), `call ${n}`).toBe(true);
  }
  expect(arrived).toBeGreaterThan(10);
});
