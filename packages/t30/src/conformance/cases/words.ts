/** Frames and runs of steps that many cases share. Octets as they stand on the line. */

import type { Modulation } from "../../modulation.ts";
import { reverseBits } from "../../octets.ts";
import type { Cause } from "../../outcome.ts";
import type { FrameText, Sheet, Step, Window } from "../case.ts";
import { textOf } from "../frame-text.ts";

/** Frames of the called station, X bit 0. */
export const CFR = "ff c8 21";
export const FTT = "ff c8 22";
export const CTR = "ff c8 23";
export const MCF = "ff c8 31";
export const RTN = "ff c8 32";
export const RTP = "ff c8 33";
export const PIN = "ff c8 34";
export const PIP = "ff c8 35";
export const RNR = "ff c8 37";
export const ERR = "ff c8 38";
export const CRP = "ff c8 58";
export const DCN = "ff c8 5f";

/** Frames of the calling station, X bit 1. */
export const EOM = "ff c8 f1";
export const MPS = "ff c8 f2";
export const EOP = "ff c8 f4";
export const RR = "ff c8 f6";
export const CALLER_CRP = "ff c8 d8";
export const CALLER_DCN = "ff c8 df";

/** DIS of a modern machine: V.17, fine, MR, MMR, ECM, any length, 0 ms. */
export const DIS_ECM = "ff c8 01 00 77 1f 22";
/** The same without ECM and so without MMR. */
export const DIS_PLAIN = "ff c8 01 00 77 1e";
/** Any DIS. */
export const ANY_DIS = "ff c8 01 *";

/** What a caller says to DIS_PLAIN at 14400: fine, MR. */
export const DCS_MR = "ff c8 c1 00 47 1e";
/** What a caller says to DIS_ECM at 14400: fine, MMR, 256 octets. */
export const DCS_ECM = "ff c8 c1 00 46 1f 22";
/** DCS of a tester without ECM: 14400, fine, MH. */
export const SET_MH = "ff c8 c1 00 46 1e";

/** T4: 3 s +-15 % (T.30 §5.4.3.1) and the silence before the next carrier. */
export const T4: Window = [2_550_000, 3_545_000];
/** T2: 6 s +-1 s. */
export const T2: Window = [5_000_000, 7_095_000];
/** T3: 10 s +-5 s. */
export const T3: Window = [5_000_000, 15_095_000];
/** T1: 35 s +-5 s. */
export const T1: Window = [30_000_000, 40_095_000];

/** Two short pages of pixels, and one of octets that fills three frames of 256. */
export const FIRST: Sheet = { drawn: 1, rows: 60 };
export const SECOND: Sheet = { drawn: 2, rows: 60 };
export const THREE_FRAMES: Sheet = { octets: 700 };

const ID_LENGTH = 20;

/** A frame with 20 characters (CSI, TSI, CIG, SUB, SEP, PWD, SID): last one first, each least significant bit first. */
export function named(fcf: string, text: string): FrameText {
  const octets = new Uint8Array(ID_LENGTH).fill(reverseBits(0x20));
  for (let i = 0; i < text.length; i++) octets[text.length - 1 - i] = reverseBits(text.charCodeAt(i));
  return `ff c0 ${fcf} ${textOf(octets)}`;
}

/** PPS as a caller sends it: second FCF, page, block, frames in the block. */
export function pps(end: "00" | "f1" | "f2" | "f4" | "fc", page: number, block: number, frames: number): FrameText {
  return `ff c8 fd ${end} ${textOf(Uint8Array.of(reverseBits(page), reverseBits(block), reverseBits(frames - 1)))}`;
}

/** PPR that asks for these frames; the bits behind the end of the block are set (T.30 annex A.4.4). */
export function ppr(bad: readonly number[], frames: number): FrameText {
  const map = new Uint8Array(32);
  for (let n = 0; n < 256; n++) if (n >= frames || bad.includes(n)) map[n >> 3]! |= 0x80 >> (n & 7);
  return `ff c8 3d ${textOf(map)}`;
}

/** PPR as it is expected: only the bits of the block's own frames are looked at. */
export function pprAbout(bad: readonly number[], frames: number): FrameText {
  const octets = Array.from({ length: 32 }, (_, octet) => {
    let value = 0;
    let mask = 0;
    for (let n = octet * 8; n < Math.min(frames, octet * 8 + 8); n++) {
      mask |= 0x80 >> (n & 7);
      if (bad.includes(n)) value |= 0x80 >> (n & 7);
    }
    return `${textOf(Uint8Array.of(value))}&${textOf(Uint8Array.of(mask))}`;
  });
  return `ff c8 3d ${octets.join(" ")}`;
}

/** 0 to count - 1. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** The tester sends one burst. */
export function say(...frames: FrameText[]): Step {
  return { send: "frames", frames };
}

/** The machine sends exactly this burst. */
export function hear(...frames: FrameText[]): Step {
  return { expect: "frames", frames };
}

/** The machine sends this burst within a window. */
export function hearWithin(withinUs: Window, ...frames: FrameText[]): Step {
  return { expect: "frames", frames, withinUs };
}

/** The machine under test answers: CED and DIS. */
export const ANSWERED: readonly Step[] = [{ expect: "tone", tone: "ced" }, hear(ANY_DIS)];

/** The machine under test calls: CNG; the tester answers with CED and this burst. */
export function called(...frames: FrameText[]): Step[] {
  return [{ expect: "tone", tone: "cng" }, { send: "tone", tone: "ced" }, say(...frames)];
}

/** The tester sets up: DCS, TCF, CFR comes. */
export function setUp(dcs: FrameText, modulation: Modulation = "v17-14400"): Step[] {
  return [say(dcs), { send: "training", modulation }, hear(CFR)];
}

/** The machine sets up: DCS, TCF, and the tester confirms. */
export function setUpBy(dcs: FrameText, octets = 2700, modulation: Modulation = "v17-14400"): Step[] {
  return [hear(dcs), { expect: "training", modulation, octets }, say(CFR)];
}

/** The tester sends a page in MH at 14400. */
export function mhPage(sheet: Sheet): Step {
  return { send: "page", modulation: "v17-14400", short: true, sheet, coding: "mh" };
}

/** The tester sends a block at 14400 with short training. */
export function ecmBlock(sheet: Sheet, more: { block?: number; only?: number[]; damaged?: number[] } = {}): Step {
  return { send: "block", modulation: "v17-14400", short: true, sheet, coding: "mmr", size: 256, ...more };
}

/** The machine sends a page at 14400 and ends it with this command. */
export function pageWith(command: FrameText): Step[] {
  return [{ expect: "page", modulation: "v17-14400", short: true }, hear(command)];
}

/** The machine sends these frames at 14400 and ends them with this PPS. */
export function blockWith(numbers: readonly number[], command: FrameText, block = 0): Step[] {
  const modulation = "v17-14400";
  return [{ expect: "block", modulation, short: true, size: 256, numbers, block }, hear(command)];
}

/** The machine says DCN and hangs up. */
export function givesUp(dcn: FrameText, cause: Cause, pages: number): Step[] {
  return [hearWithin([0, 4_000_000], dcn), { expect: "hang-up", cause, pages }];
}

/** The caller under test ends a good call. */
export function good(pages: number): Step[] {
  return [hear(CALLER_DCN), { expect: "hang-up", cause: "completed", pages }];
}

/** The tester ends the call to an answerer. */
export function ended(cause: Cause, pages: number): Step[] {
  return [say(CALLER_DCN), { expect: "hang-up", cause, pages }];
}
