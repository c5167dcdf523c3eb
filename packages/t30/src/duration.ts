/** Line time of every action: the one table from which a call's clock, DURATION, price and ladder times come. */

import { MODULATIONS, type Modulation } from "./modulation.ts";
import type { Action } from "./protocol.ts";

/** Building blocks of line time, microseconds. */
export const LINE_TIME = {
  /** From going off-hook to CED (T.30 §4.1.2 asks for silence first; fast answerers use little). */
  answerDelayUs: 200_000,
  /** CED, 2100 Hz (T.30 §4.1.2: 2.6 to 4 s). */
  cedUs: 2_600_000,
  /** Silence when the line turns round or the modulation changes (T.30 §5.3.6, 75 ms +-20). */
  silenceUs: 75_000,
  /** Flags before a V.21 burst (T.30 §5.3.1: 1 s +-15 %). */
  preambleUs: 1_000_000,
  /** Training check of zeros (T.30 §5.3.6.1.3). */
  tcfUs: 1_500_000,
  /** Flags before the first and after the last frame of an ECM block (T.4 annex A.3). */
  ecmFlagsUs: 250_000,
} as const;

const V21_RATE = 300;
const FCS_OCTETS = 2;
const FLAG_BITS = 8;
/** FF C0 61 */
const RCP_OCTETS = 3;

/**
 * Line time of an action in whole microseconds; 0 for those that take none (listen, timers, reports, need-page).
 * A session's clock stands at the end of what it last heard or sent; each action moves it on by this.
 */
export function durationOf(action: Action): number {
  switch (action.type) {
    case "send-tone":
      // CNG repeats while the caller listens; it takes no time of its own.
      return action.tone === "ced" ? answerDelayUs(action) + (action.toneUs ?? LINE_TIME.cedUs) : 0;
    case "send-frames": {
      let us = LINE_TIME.silenceUs + LINE_TIME.preambleUs;
      for (const frame of action.frames) us += v21FrameUs(3 + frame.fif.length);
      return us;
    }
    case "send-training":
      return LINE_TIME.silenceUs + trainingUs(action.modulation, false) + octetsUs(action.octets, action.modulation);
    case "send-page":
      return (
        LINE_TIME.silenceUs +
        trainingUs(action.modulation, action.shortTraining) +
        octetsUs(action.octets.length, action.modulation)
      );
    case "send-ecm-block":
      return LINE_TIME.silenceUs + trainingUs(action.modulation, action.shortTraining) + ecmBlockUs(action);
    case "listen":
    case "start-timer":
    case "stop-timer":
    case "need-page":
    case "received-page":
    case "report":
    case "hang-up":
      return 0;
    default:
      return action satisfies never;
  }
}

/** Silence between going off-hook and CED, microseconds. */
export function answerDelayUs(tone: Extract<Action, { type: "send-tone" }>): number {
  return tone.delayUs ?? LINE_TIME.answerDelayUs;
}

/** Training of a modulation before data, microseconds. */
export function trainingUs(modulation: Modulation, short: boolean): number {
  const facts = MODULATIONS[modulation];
  return short ? facts.shortTrainingUs : facts.longTrainingUs;
}

/** A V.21 frame of so many octets (address to FIF) with FCS and its closing flag, microseconds. */
export function v21FrameUs(octets: number): number {
  return Math.ceil((hdlcBits(octets) * 1_000_000) / V21_RATE);
}

/** Plain octets at a modulation's rate, microseconds. */
export function octetsUs(octets: number, modulation: Modulation): number {
  return Math.ceil((octets * 8_000_000) / MODULATIONS[modulation].rate);
}

function ecmBlockUs(block: { modulation: Modulation; frames: readonly Uint8Array[]; rcp: number }): number {
  let bits = block.rcp * hdlcBits(RCP_OCTETS);
  for (const frame of block.frames) bits += hdlcBits(frame.length);
  return LINE_TIME.ecmFlagsUs + Math.ceil((bits * 1_000_000) / MODULATIONS[block.modulation].rate);
}

/** Frame and FCS, with a zero inserted after five ones (one bit in 62 of random data), and one flag. */
function hdlcBits(octets: number): number {
  return (octets + FCS_OCTETS) * 8 * (63 / 62) + FLAG_BITS;
}
