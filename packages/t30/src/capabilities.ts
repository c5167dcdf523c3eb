/** DIS, DTC and DCS (T.30 §5.3.6.2.1 and table 2): what a station can do, and what was chosen. */

import { FALLBACK, MODULATIONS, type Modulation } from "./modulation.ts";
import { type Problem, problem } from "./problem.ts";

/** Image coding: T.4 one-dimensional, T.4 two-dimensional, T.6. */
export type Coding = "mh" | "mr" | "mmr";
/**
 * Resolutions of T.4 and T.30 table 2: 8 pels/mm with 3.85, 7.7 and 15.4 lines/mm (or 200 x 100, 200 x 200, 200 x 400 pels
 * an inch), 300 x 300 pels an inch, and 16 pels/mm with 15.4 lines/mm (or 400 x 400).
 */
export type Resolution = "standard" | "fine" | "superfine" | "300" | "r16";
/** Width of the paper, 215, 255 or 303 mm, as pels per line at 8 pels/mm. */
export type Width = 1728 | 2048 | 2432;
/** Pels per line as they are coded. */
export type Pels = Width | 2592 | 3072 | 3648 | 3456 | 4096 | 4864;
/** Longest page. */
export type Length = "a4" | "b4" | "unlimited";
/** Octets of page data in an FCD frame. */
export type EcmFrameSize = 64 | 256;

/** Modems a DIS offers: bits 11 to 14. */
export type ModemSet = "v27ter-2400" | "v27ter" | "v29" | "v27ter+v29" | "v27ter+v29+v17";

/** One resolution: pels per line against those at 8 pels/mm, and pels and lines an inch in the metric and the inch family. */
export interface ResolutionFacts {
  pels: 1 | 1.5 | 2;
  metric: { xDpi: number; yDpi: number };
  inch: { xDpi: number; yDpi: number };
}

/** The resolutions; 300 x 300 has no metric form. */
export const RESOLUTIONS: Readonly<Record<Resolution, ResolutionFacts>> = {
  standard: { pels: 1, metric: { xDpi: 204, yDpi: 98 }, inch: { xDpi: 200, yDpi: 100 } },
  fine: { pels: 1, metric: { xDpi: 204, yDpi: 196 }, inch: { xDpi: 200, yDpi: 200 } },
  superfine: { pels: 1, metric: { xDpi: 204, yDpi: 391 }, inch: { xDpi: 200, yDpi: 400 } },
  "300": { pels: 1.5, metric: { xDpi: 300, yDpi: 300 }, inch: { xDpi: 300, yDpi: 300 } },
  r16: { pels: 2, metric: { xDpi: 408, yDpi: 391 }, inch: { xDpi: 400, yDpi: 400 } },
};

/** Shortest time of one image line the receiver can print, microseconds, per resolution. */
export interface MinScan {
  standardUs: number;
  fineUs: number;
  /** Every resolution above fine. */
  superfineUs: number;
}

/** What a station says of itself in DIS or DTC. */
export interface Capabilities {
  /** Bit 10: it can receive a fax. */
  receives: boolean;
  /** Bit 9: it has a document to be polled. */
  hasDocument: boolean;
  modems: ModemSet;
  fine: boolean;
  superfine: boolean;
  /** Bit 42: 300 x 300 pels an inch. */
  r300: boolean;
  /** Bit 43: 16 pels/mm, 400 x 400 pels an inch. */
  r16: boolean;
  /** Bits 44 and 45: which family of resolutions it would rather have; both when it does not matter. */
  prefersInch: boolean;
  prefersMetric: boolean;
  mr: boolean;
  mmr: boolean;
  ecm: boolean;
  /** Bit 7: it prefers ECM frames of 64 octets. */
  prefers64: boolean;
  /** Widest page. Wider ones include the narrower. */
  width: Width;
  length: Length;
  minScan: MinScan;
  /** Bits 47, 49, 50: selective polling, sub-address, password (PWD) and sender identification (SID). */
  sep: boolean;
  sub: boolean;
  pwd: boolean;
}

/** What the sender chose: the content of DCS. */
export interface Dcs {
  modulation: Modulation;
  coding: Coding;
  /** Octets per FCD frame, 0 without error correction. */
  ecm: 0 | EcmFrameSize;
  resolution: Resolution;
  /** Bit 44: the resolution is that of the inch family. */
  inch?: true;
  width: Width;
  length: Length;
  /** Bits 49 and 50: SUB and SID go before this DCS. */
  sub?: true;
  sid?: true;
  /** Fill each coded line to at least this long at the modulation's rate, microseconds; 0 = no fill. */
  minScanUs: number;
}

/** A modern machine: V.17, MMR, ECM, superfine, no limits. */
export const FULL_CAPABILITIES: Capabilities = {
  receives: true,
  hasDocument: false,
  modems: "v27ter+v29+v17",
  fine: true,
  superfine: true,
  r300: false,
  r16: false,
  prefersInch: false,
  prefersMetric: false,
  mr: true,
  mmr: true,
  ecm: true,
  prefers64: false,
  width: 1728,
  length: "unlimited",
  minScan: { standardUs: 0, fineUs: 0, superfineUs: 0 },
  sep: false,
  sub: false,
  pwd: false,
};

const MODEM_CODES: Readonly<Record<ModemSet, number>> = {
  "v27ter-2400": 0b0000,
  v27ter: 0b0100,
  v29: 0b1000,
  "v27ter+v29": 0b1100,
  "v27ter+v29+v17": 0b1101,
};

/** Bits 21 to 23 of DIS: standard and fine line time in milliseconds. */
export const MIN_SCAN_CODES: readonly { code: number; standardMs: number; fineMs: number }[] = [
  { code: 0b000, standardMs: 20, fineMs: 20 },
  { code: 0b001, standardMs: 40, fineMs: 40 },
  { code: 0b010, standardMs: 10, fineMs: 10 },
  { code: 0b100, standardMs: 5, fineMs: 5 },
  { code: 0b011, standardMs: 10, fineMs: 5 },
  { code: 0b110, standardMs: 20, fineMs: 10 },
  { code: 0b101, standardMs: 40, fineMs: 20 },
  { code: 0b111, standardMs: 0, fineMs: 0 },
];

/** Bit `bit` (1-based, first bit on the line = 1) of a FIF; a bit past its end is 0. */
export function bitOf(fif: Uint8Array, bit: number): boolean {
  const octet = fif[(bit - 1) >> 3];
  return octet !== undefined && (octet & (0x80 >> ((bit - 1) & 7))) !== 0;
}

/** Bits `from` to `to` as a number, `from` the most significant. */
export function bitsOf(fif: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let bit = from; bit <= to; bit++) value = (value << 1) | (bitOf(fif, bit) ? 1 : 0);
  return value;
}

function setBits(fif: Uint8Array, from: number, to: number, value: number): void {
  for (let bit = to; bit >= from; bit--, value >>= 1) if (value & 1) fif[(bit - 1) >> 3]! |= 0x80 >> ((bit - 1) & 7);
}

function setBit(fif: Uint8Array, bit: number, on: boolean): void {
  if (on) setBits(fif, bit, bit, 1);
}

/** Cuts unused octets off the end and sets the extend bit (24, 32, 40 ...) of every octet that is followed by one. */
function extended(fif: Uint8Array): Uint8Array {
  let length = fif.length;
  while (length > 3 && fif[length - 1] === 0) length--;
  for (let octet = 2; octet < length - 1; octet++) fif[octet]! |= 0x01;
  return fif.slice(0, length);
}

/** The octets that belong to a FIF by its extend bits; what follows a cleared one is not for us. */
function ofExtent(fif: Uint8Array): Uint8Array {
  let length = 3;
  while (length < fif.length && fif[length - 1]! & 0x01) length++;
  return fif.subarray(0, length);
}

/** Writes the FIF of DIS or DTC. */
export function encodeDis(can: Capabilities): Uint8Array {
  const fif = new Uint8Array(7);
  setBit(fif, 7, can.prefers64);
  setBit(fif, 9, can.hasDocument);
  setBit(fif, 10, can.receives);
  setBits(fif, 11, 14, MODEM_CODES[can.modems]);
  setBit(fif, 15, can.fine);
  setBit(fif, 16, can.mr);
  setBits(fif, 17, 18, can.width === 2432 ? 0b01 : can.width === 2048 ? 0b10 : 0b00);
  setBits(fif, 19, 20, can.length === "unlimited" ? 0b01 : can.length === "b4" ? 0b10 : 0b00);
  setBits(fif, 21, 23, minScanCode(can.minScan));
  setBit(fif, 27, can.ecm);
  setBit(fif, 31, can.mmr);
  setBit(fif, 41, can.superfine);
  setBit(fif, 42, can.r300);
  setBit(fif, 43, can.r16);
  setBit(fif, 44, can.prefersInch);
  setBit(fif, 45, can.prefersMetric);
  setBit(fif, 46, (can.superfine || can.r300 || can.r16) && can.minScan.superfineUs < can.minScan.fineUs);
  setBit(fif, 47, can.sep);
  setBit(fif, 49, can.sub);
  setBit(fif, 50, can.pwd);
  return extended(fif);
}

/** Reads the FIF of DIS or DTC. Unknown bits are ignored, reserved codes read as the nearest lesser capability. */
export function decodeDis(octets: Uint8Array): Capabilities | Problem {
  if (octets.length < 3) return problem("dis-too-short", octets.length);
  const fif = ofExtent(octets);
  const scan = MIN_SCAN_CODES.find((row) => row.code === bitsOf(fif, 21, 23))!;
  const fineUs = scan.fineMs * 1000;
  return {
    receives: bitOf(fif, 10),
    hasDocument: bitOf(fif, 9),
    modems: modemsOf(bitsOf(fif, 11, 14)),
    fine: bitOf(fif, 15),
    superfine: bitOf(fif, 41),
    r300: bitOf(fif, 42),
    r16: bitOf(fif, 43),
    prefersInch: bitOf(fif, 44),
    prefersMetric: bitOf(fif, 45),
    mr: bitOf(fif, 16),
    mmr: bitOf(fif, 31),
    ecm: bitOf(fif, 27),
    prefers64: bitOf(fif, 7),
    width: WIDTHS[bitsOf(fif, 17, 18)]!,
    length: LENGTHS[bitsOf(fif, 19, 20)]!,
    minScan: { standardUs: scan.standardMs * 1000, fineUs, superfineUs: bitOf(fif, 46) ? fineUs / 2 : fineUs },
    sep: bitOf(fif, 47),
    sub: bitOf(fif, 49),
    pwd: bitOf(fif, 50),
  };
}

// T.30 table 2: width 11 is invalid in DIS and read as 01; length 11 is invalid and read as unlimited.
const WIDTHS: readonly Width[] = [1728, 2432, 2048, 2432];
const LENGTHS: readonly Length[] = ["a4", "unlimited", "b4", "unlimited"];

function modemsOf(code: number): ModemSet {
  for (const [set, value] of Object.entries(MODEM_CODES)) if (value === code) return set as ModemSet;
  // Codes of later editions and reserved ones: bits 11 and 12 still say V.29 and V.27ter.
  return code >> 2 === 0b11 ? "v27ter+v29" : code >> 2 === 0b10 ? "v29" : code >> 2 === 0b01 ? "v27ter" : "v27ter-2400";
}

function minScanCode(scan: MinScan): number {
  const standardMs = scan.standardUs / 1000;
  const fineMs = scan.fineUs / 1000;
  // A time that has no code is rounded up to one that has: slower is safe.
  const rows = MIN_SCAN_CODES.filter((row) => row.standardMs >= standardMs && row.fineMs >= fineMs);
  return rows.sort((a, b) => a.standardMs + a.fineMs - b.standardMs - b.fineMs)[0]?.code ?? 0b001;
}

/** Writes the FIF of DCS. */
export function encodeDcs(dcs: Dcs): Uint8Array {
  const fif = new Uint8Array(7);
  setBit(fif, 10, true);
  setBits(fif, 11, 14, MODULATIONS[dcs.modulation].dcsCode);
  setBit(fif, 15, dcs.resolution === "fine");
  setBit(fif, 16, dcs.coding === "mr");
  setBits(fif, 17, 18, dcs.width === 2432 ? 0b01 : dcs.width === 2048 ? 0b10 : 0b00);
  setBits(fif, 19, 20, dcs.length === "unlimited" ? 0b01 : dcs.length === "b4" ? 0b10 : 0b00);
  setBits(fif, 21, 23, dcsScanCode(dcs.minScanUs));
  setBit(fif, 27, dcs.ecm !== 0);
  setBit(fif, 28, dcs.ecm === 64);
  setBit(fif, 31, dcs.coding === "mmr");
  setBit(fif, 41, dcs.resolution === "superfine");
  setBit(fif, 42, dcs.resolution === "300");
  setBit(fif, 43, dcs.resolution === "r16");
  setBit(fif, 44, dcs.inch === true);
  setBit(fif, 49, dcs.sub === true);
  setBit(fif, 50, dcs.sid === true);
  return extended(fif);
}

/** Reads the FIF of DCS. */
export function decodeDcs(octets: Uint8Array): Dcs | Problem {
  if (octets.length < 3) return problem("dcs-too-short", octets.length);
  const fif = ofExtent(octets);
  const modulation = modulationOf(bitsOf(fif, 11, 14));
  if (modulation === undefined) return problem("dcs-rate-reserved", 1);
  const scan = MIN_SCAN_CODES.find((row) => row.code === bitsOf(fif, 21, 23))!;
  return {
    modulation,
    coding: bitOf(fif, 31) ? "mmr" : bitOf(fif, 16) ? "mr" : "mh",
    ecm: bitOf(fif, 27) ? (bitOf(fif, 28) ? 64 : 256) : 0,
    resolution: resolutionOf(fif),
    ...(bitOf(fif, 44) && { inch: true }),
    width: WIDTHS[bitsOf(fif, 17, 18)]!,
    length: LENGTHS[bitsOf(fif, 19, 20)]!,
    ...(bitOf(fif, 49) && { sub: true }),
    ...(bitOf(fif, 50) && { sid: true }),
    minScanUs: scan.fineMs * 1000,
  };
}

/** The finest resolution a DCS names. */
function resolutionOf(fif: Uint8Array): Resolution {
  if (bitOf(fif, 43)) return "r16";
  if (bitOf(fif, 42)) return "300";
  return bitOf(fif, 41) ? "superfine" : bitOf(fif, 15) ? "fine" : "standard";
}

function dcsScanCode(us: number): number {
  if (us <= 0) return 0b111;
  return us <= 5_000 ? 0b100 : us <= 10_000 ? 0b010 : us <= 20_000 ? 0b000 : 0b001;
}

/** FIF of CTC: the first 16 bits of the DCS for the new rate (T.30 annex A.4.1). */
export function encodeCtc(dcs: Dcs): Uint8Array {
  return encodeDcs(dcs).slice(0, 2);
}

/** Modulation a CTC asks for. */
export function decodeCtc(fif: Uint8Array): Modulation | Problem {
  if (fif.length < 2) return problem("ctc-too-short", fif.length);
  return modulationOf(bitsOf(fif, 11, 14)) ?? problem("dcs-rate-reserved", 1);
}

function modulationOf(code: number): Modulation | undefined {
  return FALLBACK.find((modulation) => MODULATIONS[modulation].dcsCode === code);
}

const FAMILIES: Readonly<Record<ModemSet, readonly Modulation[]>> = {
  "v27ter-2400": ["v27ter-2400"],
  v27ter: ["v27ter-4800", "v27ter-2400"],
  v29: ["v29-9600", "v29-7200"],
  "v27ter+v29": ["v29-9600", "v29-7200", "v27ter-4800", "v27ter-2400"],
  "v27ter+v29+v17": FALLBACK,
};

/** Modulations a modem set can receive, in order of fallback. */
export function modulationsOf(modems: ModemSet): readonly Modulation[] {
  return FAMILIES[modems];
}
