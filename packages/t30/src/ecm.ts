/** Error correction mode (T.30 annex A, T.4 annex A): blocks of FCD frames, PPS, PPR. */

import type { EcmFrameSize } from "./capabilities.ts";
import { encodeFrame, FCF, FCF2_NULL, type Frame, frame, X } from "./frame.ts";
import { reverseBits } from "./octets.ts";
import { type Problem, problem } from "./problem.ts";

/** Frames in a block (partial page) at most. */
export const BLOCK_FRAMES = 256;

/** RCP frames after a block (T.4 annex A.3.7). */
export const RCP_COUNT = 3;

/** Return to control: the encoded frame that ends a block, without FCS. */
export const RCP_FRAME: Uint8Array = encodeFrame(frame(FCF.RCP, false));

const FCD_HEAD = 4;

/**
 * Cuts the block that starts at octet `from` of a page into encoded FCD frames without FCS: FF C0 60, frame number, data.
 * The last frame of a page is filled up with zeros (pad bits, T.4 annex A.3.6). All frames share one buffer.
 */
export function encodeBlock(page: Uint8Array, from: number, size: EcmFrameSize): Uint8Array[] {
  const end = Math.min(page.length, from + BLOCK_FRAMES * size);
  const count = Math.ceil((end - from) / size);
  const length = FCD_HEAD + size;
  const buffer = new Uint8Array(count * length);
  const frames: Uint8Array[] = new Array(count);
  for (let number = 0; number < count; number++) {
    const at = number * length;
    buffer[at] = 0xff;
    buffer[at + 1] = 0xc0;
    buffer[at + 2] = FCF.FCD;
    buffer[at + 3] = reverseBits(number);
    const data = from + number * size;
    buffer.set(page.subarray(data, Math.min(data + size, end)), at + FCD_HEAD);
    frames[number] = buffer.subarray(at, at + length);
  }
  return frames;
}

/** Number of an encoded FCD frame. */
export function fcdNumberOf(frame: Uint8Array): number {
  return reverseBits(frame[FCD_HEAD - 1]!);
}

/** Number and data of an FCD frame's FIF; the data is a view. */
export function decodeFcd(fif: Uint8Array): { number: number; data: Uint8Array } | Problem {
  if (fif.length < 2) return problem("fcd-too-short", fif.length);
  return { number: reverseBits(fif[0]!), data: fif.subarray(1) };
}

/** What ends a page; NULL ends a block in its midst. */
export type PageEnd = "MPS" | "EOM" | "EOP";

/** Content of PPS: which block of which page has been sent. */
export interface Pps {
  /** What follows, or "NULL" when more of this page does. */
  end: PageEnd | "NULL";
  /** The second FCF is that of PRI-*: an operator is wanted. */
  operator?: true;
  /** Page and block, each modulo 256, from 0. */
  page: number;
  block: number;
  /** Frames in the block, 1 to 256: always the whole block's, also when only some were repeated. */
  frames: number;
}

/** PPS with the X bit of its sender, in both FCFs; the caller's when nothing is said. */
export function ppsFrame(pps: Pps, x: number = X): Frame {
  const fif = new Uint8Array(4);
  fif[0] = secondFcf(pps.end, x, pps.operator);
  fif[1] = reverseBits(pps.page);
  fif[2] = reverseBits(pps.block);
  fif[3] = reverseBits(pps.frames - 1);
  return frame(FCF.PPS | x, true, fif);
}

/** EOR: the block is given up. */
export function eorFrame(end: Pps["end"], x: number = X): Frame {
  return frame(FCF.EOR | x, true, Uint8Array.of(secondFcf(end, x)));
}

/** Reads the FIF of PPS. */
export function decodePps(fif: Uint8Array): Pps | Problem {
  if (fif.length < 4) return problem("pps-too-short", fif.length);
  return {
    end: endOf(fif[0]!),
    ...(callsOperator(fif[0]!) && { operator: true }),
    page: reverseBits(fif[1]!),
    block: reverseBits(fif[2]!),
    frames: reverseBits(fif[3]!) + 1,
  };
}

/** What the second FCF of PPS or EOR says; PRI-* count as their plain forms, unknown ones as NULL. */
export function endOf(fcf2: number): Pps["end"] {
  switch (fcf2 & 0x7f) {
    case FCF.MPS:
    case FCF.PRI_MPS:
      return "MPS";
    case FCF.EOM:
    case FCF.PRI_EOM:
      return "EOM";
    case FCF.EOP:
    case FCF.PRI_EOP:
      return "EOP";
    default:
      return "NULL";
  }
}

/** True for PRI-MPS, PRI-EOM and PRI-EOP. */
export function callsOperator(fcf: number): boolean {
  const plain = fcf & 0x7f;
  return plain === FCF.PRI_MPS || plain === FCF.PRI_EOM || plain === FCF.PRI_EOP;
}

/** NULL has no X bit. */
function secondFcf(end: Pps["end"], x: number, operator?: true): number {
  if (end === "NULL") return FCF2_NULL;
  return (operator ? FCF[`PRI_${end}`] : FCF[end]) | x;
}

/** PPR with a bit for every frame of a block that is missing; bits past the block's end are set too (annex A.4.4). */
export function pprFrame(received: readonly (Uint8Array | undefined)[], frames: number, x = 0): Frame {
  const fif = new Uint8Array(BLOCK_FRAMES / 8).fill(0xff);
  for (let number = 0; number < frames; number++) {
    if (received[number] !== undefined) fif[number >> 3]! &= ~(0x80 >> (number & 7));
  }
  return frame(FCF.PPR | x, true, fif);
}

/** Numbers of the bad frames a PPR names in a block of `frames`. */
export function decodePpr(fif: Uint8Array, frames: number): number[] | Problem {
  if (fif.length < BLOCK_FRAMES / 8) return problem("ppr-too-short", fif.length);
  const bad: number[] = [];
  for (let number = 0; number < frames; number++) if (fif[number >> 3]! & (0x80 >> (number & 7))) bad.push(number);
  return bad;
}
