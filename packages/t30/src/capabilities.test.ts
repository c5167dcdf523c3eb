import { expect, test } from "vitest";
import {
  type Capabilities,
  type Dcs,
  decodeCtc,
  decodeDcs,
  decodeDis,
  encodeCtc,
  encodeDcs,
  encodeDis,
  FULL_CAPABILITIES,
} from "./capabilities.ts";
import { FALLBACK, tcfOctets } from "./modulation.ts";
import { dpiOf, formatOf, negotiate, type Wanted } from "./negotiation.ts";

const hex = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
const bytes = (text: string): Uint8Array => Uint8Array.from(text.split(" "), (octet) => Number.parseInt(octet, 16));

const OLD: Capabilities = {
  ...FULL_CAPABILITIES,
  modems: "v27ter",
  fine: false,
  superfine: false,
  mr: false,
  mmr: false,
  ecm: false,
  length: "a4",
  minScan: { standardUs: 20_000, fineUs: 10_000, superfineUs: 10_000 },
};
const WANTED: Wanted = {
  maxRate: 14400,
  codings: ["mmr", "mr", "mh"],
  ecm: true,
  ecmFrameSize: 256,
  width: 1728,
  resolution: "fine",
};

test("the DCS a HylaFAX sender was seen to send is read and written alike", () => {
  const dcs: Dcs = {
    modulation: "v17-14400",
    coding: "mmr",
    ecm: 256,
    resolution: "fine",
    width: 1728,
    length: "unlimited",
    minScanUs: 0,
  };
  expect(decodeDcs(bytes("00 46 1f 22"))).toEqual(dcs);
  expect(hex(encodeDcs(dcs))).toBe("00 46 1f 22");
});

test("a DIS has its bits where table 2 puts them and only the octets it needs", () => {
  expect(hex(encodeDis(FULL_CAPABILITIES))).toBe("00 77 1f 23 01 80");
  expect(hex(encodeDis({ ...FULL_CAPABILITIES, superfine: false }))).toBe("00 77 1f 22");
  expect(hex(encodeDis({ ...FULL_CAPABILITIES, superfine: false, prefers64: true }))).toBe("02 77 1f 22");
  expect(hex(encodeDis(OLD))).toBe("00 50 0c");
});

test("DIS reads back for every modem set, width, length and line time", () => {
  for (const modems of ["v27ter-2400", "v27ter", "v29", "v27ter+v29", "v27ter+v29+v17"] as const) {
    for (const width of [1728, 2048, 2432] as const) {
      for (const length of ["a4", "b4", "unlimited"] as const) {
        for (const [standardUs, fineUs] of [
          [20_000, 20_000],
          [40_000, 20_000],
          [10_000, 5_000],
          [0, 0],
        ] as const) {
          const minScan = { standardUs, fineUs, superfineUs: fineUs / 2 };
          const can = { ...FULL_CAPABILITIES, modems, width, length, minScan, sub: true };
          expect(decodeDis(encodeDis(can))).toEqual(can);
        }
      }
    }
  }
});

test("octets behind a cleared extend bit are not capabilities", () => {
  expect(decodeDis(bytes("00 77 1e 22"))).toMatchObject({ mr: true, mmr: false, ecm: false });
});

test("a short DIS or DCS and a reserved rate are named problems", () => {
  expect(decodeDis(bytes("00 77"))).toEqual({ problem: "dis-too-short", at: 2 });
  expect(decodeDcs(bytes("00"))).toEqual({ problem: "dcs-too-short", at: 1 });
  expect(decodeDcs(bytes("00 48 00"))).toEqual({ problem: "dcs-rate-reserved", at: 1 });
});

test("DCS and CTC carry every modulation", () => {
  for (const modulation of FALLBACK) {
    const dcs = { ...negotiate(FULL_CAPABILITIES, WANTED)!, modulation };
    expect(decodeDcs(encodeDcs(dcs))).toEqual(dcs);
    expect(encodeCtc(dcs).length).toBe(2);
    expect(decodeCtc(encodeCtc(dcs))).toBe(modulation);
  }
});

test("both sides' best is chosen, MMR only with error correction", () => {
  expect(negotiate(FULL_CAPABILITIES, WANTED)).toMatchObject({ modulation: "v17-14400", coding: "mmr", ecm: 256 });
  expect(negotiate(FULL_CAPABILITIES, { ...WANTED, ecm: false })).toMatchObject({ coding: "mr", ecm: 0 });
  expect(negotiate({ ...FULL_CAPABILITIES, prefers64: true }, WANTED)).toMatchObject({ ecm: 64 });
  expect(negotiate({ ...FULL_CAPABILITIES, mmr: false }, { ...WANTED, codings: ["mmr", "mh"] })).toMatchObject({
    coding: "mh",
    ecm: 256,
  });
});

test("an old receiver gets standard resolution, MH, its rate and its line time", () => {
  expect(negotiate(OLD, { ...WANTED, resolution: "superfine", width: 2432 })).toEqual({
    modulation: "v27ter-4800",
    coding: "mh",
    ecm: 0,
    resolution: "standard",
    width: 1728,
    length: "a4",
    minScanUs: 20_000,
  });
});

test("DIS and DCS carry every resolution of table 2 in both families", () => {
  const can = { ...FULL_CAPABILITIES, r300: true, r16: true, prefersInch: true, prefersMetric: true };
  expect(decodeDis(encodeDis(can))).toEqual(can);
  // Bits 41 to 45, then the extend bit.
  expect(encodeDis(can)[5]).toBe(0b1111_1000);
  for (const resolution of ["standard", "fine", "superfine", "300", "r16"] as const) {
    for (const inch of [false, true]) {
      const dcs = negotiate(can, { ...WANTED, resolution, ...(inch && { inch: true }) })!;
      expect(dcs.resolution).toBe(resolution);
      expect(decodeDcs(encodeDcs(dcs))).toEqual(dcs);
    }
  }
  expect(negotiate(can, { ...WANTED, resolution: "300" })).toMatchObject({ inch: true });
  expect(negotiate(FULL_CAPABILITIES, { ...WANTED, inch: true })).not.toHaveProperty("inch");
});

test("a resolution the receiver has not is stood in for by the next it has", () => {
  const as = (resolution: Wanted["resolution"], can: Partial<Capabilities>) =>
    negotiate({ ...FULL_CAPABILITIES, ...can }, { ...WANTED, resolution })!.resolution;
  expect(as("r16", { r16: true })).toBe("r16");
  expect(as("r16", {})).toBe("superfine");
  expect(as("r16", { superfine: false })).toBe("fine");
  expect(as("300", {})).toBe("fine");
  expect(as("superfine", { superfine: false, fine: false })).toBe("standard");
});

test("pages are told in pels as they are coded, and what of them must be reduced", () => {
  const page = { width: 2432, resolution: "r16" } as const;
  const format = (can: Partial<Capabilities>) =>
    formatOf(negotiate({ ...FULL_CAPABILITIES, ...can }, { ...WANTED, ...page })!, page);
  expect(format({ width: 2432, r16: true })).toMatchObject({ width: 4864, resolution: "r16" });
  expect(format({ width: 2432, r16: true })).not.toHaveProperty("reduced");
  expect(format({ width: 2048, r16: true })).toMatchObject({ width: 4096, reduced: "width" });
  expect(format({ width: 2432 })).toMatchObject({ width: 2432, resolution: "superfine", reduced: "resolution" });
  expect(format({ superfine: false })).toMatchObject({ width: 1728, resolution: "fine", reduced: "both" });
  expect(dpiOf({ resolution: "fine" })).toEqual({ xDpi: 204, yDpi: 196 });
  expect(dpiOf({ resolution: "fine", inch: true })).toEqual({ xDpi: 200, yDpi: 200 });
});

test("a DCS of three octets announces no fourth, and one with SUB and SID says so", () => {
  expect(hex(encodeDcs(negotiate(OLD, WANTED)!))).toBe("00 50 00");
  const dcs = { ...negotiate(FULL_CAPABILITIES, WANTED)!, sub: true, sid: true } as const;
  expect(hex(encodeDcs(dcs))).toBe("00 46 1f 23 01 01 c0");
  expect(decodeDcs(encodeDcs(dcs))).toEqual(dcs);
});

test("with error correction no line needs fill, whatever the receiver's printer needs", () => {
  const slow = { ...FULL_CAPABILITIES, minScan: OLD.minScan };
  expect(negotiate(slow, WANTED)).toMatchObject({ ecm: 256, minScanUs: 0 });
  expect(negotiate(slow, { ...WANTED, ecm: false })).toMatchObject({ ecm: 0, minScanUs: 10_000 });
});

test("a ceiling below every common rate leaves nothing", () => {
  expect(negotiate({ ...FULL_CAPABILITIES, modems: "v29" }, { ...WANTED, maxRate: 4800 })).toBeUndefined();
});

test("rates never rise on the way down, and a training check lasts 1.5 s", () => {
  expect(FALLBACK.map(tcfOctets)).toEqual([2700, 2250, 1800, 1800, 1350, 1350, 900, 450]);
});
