/** HDLC frames of T.30 (§5.3): address, control, facsimile control field (FCF), information field (FIF), FCS. */

import { fcsOf } from "./fcs.ts";
import { type Problem, problem } from "./problem.ts";

/**
 * Facsimile control fields (T.30 §5.3.6.1, T.4 annex A) in written order, X bit 0. Frames of the group in `FIXED_FCF` have
 * no X bit: DIS and DTC, CSI and CIG, NSF and NSC differ in exactly that bit.
 */
export const FCF = {
  DIS: 0x01,
  CSI: 0x02,
  NSF: 0x04,
  DTC: 0x81,
  CIG: 0x82,
  NSC: 0x84,
  PWD: 0x83,
  SEP: 0x85,
  PSA: 0x86,
  CIA: 0x87,
  ISP: 0x88,
  DCS: 0x41,
  TSI: 0x42,
  SUB: 0x43,
  NSS: 0x44,
  SID: 0x45,
  TSA: 0x46,
  IRA: 0x47,
  CTC: 0x48,
  CFR: 0x21,
  FTT: 0x22,
  CTR: 0x23,
  MCF: 0x31,
  RTN: 0x32,
  RTP: 0x33,
  PIN: 0x34,
  PIP: 0x35,
  RNR: 0x37,
  ERR: 0x38,
  PPR: 0x3d,
  FDM: 0x3f,
  FNV: 0x53,
  TR: 0x56,
  TNR: 0x57,
  CRP: 0x58,
  DCN: 0x5f,
  FCD: 0x60,
  RCP: 0x61,
  EOM: 0x71,
  MPS: 0x72,
  EOR: 0x73,
  EOP: 0x74,
  RR: 0x76,
  EOS: 0x78,
  PRI_EOM: 0x79,
  PRI_MPS: 0x7a,
  PRI_EOP: 0x7c,
  PPS: 0x7d,
} as const;

/** Name of a facsimile control field. */
export type FcfName = keyof typeof FCF;

/** Second FCF of PPS and EOR when a partial page ends but the page does not (T.30 annex A.4.3). */
export const FCF2_NULL = 0x00;

/** X bit: set by the station that has received a valid DIS (T.30 §5.3.6.1), so by the caller of an ordinary call. */
export const X = 0x80;

const FIXED_FCF: ReadonlySet<number> = new Set([
  FCF.DIS,
  FCF.CSI,
  FCF.NSF,
  FCF.DTC,
  FCF.CIG,
  FCF.NSC,
  FCF.PWD,
  FCF.SEP,
  FCF.PSA,
  FCF.CIA,
  FCF.ISP,
  FCF.FCD,
  FCF.RCP,
]);

const NAMES: ReadonlyMap<number, FcfName> = new Map(
  (Object.entries(FCF) as [FcfName, number][]).map(([name, value]) => [value, name]),
);

/** One frame. `fcf` is the octet as sent, X bit included; `fif` is empty when the frame has none. */
export interface Frame {
  /** Last frame of its burst (control C8); otherwise another one follows (C0). */
  final: boolean;
  fcf: number;
  fif: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const ADDRESS = 0xff;
const CONTROL_MORE = 0xc0;
const CONTROL_FINAL = 0xc8;

/** Makes a frame. */
export function frame(fcf: number, final: boolean, fif: Uint8Array = EMPTY): Frame {
  return { final, fcf, fif };
}

/** FCF without the X bit, so that it compares with `FCF.*`. Fields that have no X bit stay as they are. */
export function fcfOf(fcf: number): number {
  return FIXED_FCF.has(fcf) ? fcf : fcf & 0x7f;
}

/** Name of an FCF octet ("MCF", "PRI_EOP"), or undefined when the standard has none. */
export function fcfName(fcf: number): FcfName | undefined {
  return NAMES.get(fcfOf(fcf));
}

/** Octets of a frame without FCS, as T.38 carries them in hdlc-data: FF, C0 or C8, FCF, FIF. */
export function encodeFrame(frame: Frame): Uint8Array {
  return writeFrame(frame, new Uint8Array(3 + frame.fif.length));
}

/** Octets of a frame with its FCS: what stands between two flags on the line. */
export function encodeFrameWithFcs(frame: Frame): Uint8Array {
  const bytes = writeFrame(frame, new Uint8Array(5 + frame.fif.length));
  const end = bytes.length - 2;
  const fcs = fcsOf(bytes, 0, end);
  bytes[end] = fcs >> 8;
  bytes[end + 1] = fcs & 0xff;
  return bytes;
}

/** Reads a frame without FCS. The FIF is a view of `bytes`, not a copy. */
export function decodeFrame(bytes: Uint8Array): Frame | Problem {
  if (bytes.length < 3) return problem("frame-too-short", bytes.length);
  if (bytes[0] !== ADDRESS) return problem("frame-address", 0);
  const control = bytes[1];
  if (control !== CONTROL_MORE && control !== CONTROL_FINAL) return problem("frame-control", 1);
  return { final: control === CONTROL_FINAL, fcf: bytes[2]!, fif: bytes.subarray(3) };
}

/** Reads a frame that ends with its FCS, and checks it. */
export function decodeFrameWithFcs(bytes: Uint8Array): Frame | Problem {
  if (bytes.length < 5) return problem("frame-too-short", bytes.length);
  const end = bytes.length - 2;
  if (fcsOf(bytes, 0, end) !== ((bytes[end]! << 8) | bytes[end + 1]!)) return problem("frame-fcs", end);
  return decodeFrame(bytes.subarray(0, end));
}

function writeFrame(frame: Frame, bytes: Uint8Array): Uint8Array {
  bytes[0] = ADDRESS;
  bytes[1] = frame.final ? CONTROL_FINAL : CONTROL_MORE;
  bytes[2] = frame.fcf;
  bytes.set(frame.fif, 3);
  return bytes;
}
