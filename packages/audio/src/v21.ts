/**
 * V.21 channel 2, the modem of T.30's control frames: 300 bit/s, 1650 Hz for a one and 1850 Hz for a nought (V.21 §2, the
 * nominal 1750 Hz -+ 100 Hz), octets with the least significant bit first.
 */

import { SAMPLE_RATE } from "./g711.ts";
import { amplitudeOf } from "./tones.ts";

export const V21_ONE_HZ = 1650;
export const V21_NOUGHT_HZ = 1850;
export const V21_BIT_RATE = 300;
/** The octet between HDLC frames; a preamble is a second of them (T.30 §5.3.1). */
export const FLAG = 0x7e;

/** A modulator: where its carrier and its bit clock stand. Plain data. */
export interface V21State {
  readonly amplitude: number;
  /** Radians. */
  phase: number;
  /** What is left of the bit under way, in samples; bits do not end on one. */
  left: number;
}

export function createV21(dbm0 = -12): V21State {
  return { amplitude: amplitudeOf(dbm0), phase: 0, left: 0 };
}

/** The octets as samples; the carrier goes on where the last call left it. */
export function modulateV21(state: V21State, octets: Uint8Array): Int16Array {
  const samples = new Int16Array(Math.ceil((octets.length * 8 * SAMPLE_RATE) / V21_BIT_RATE) + 1);
  let count = 0;
  for (const octet of octets) {
    for (let bit = 0; bit < 8; bit++) {
      const hz = ((octet >> bit) & 1) === 1 ? V21_ONE_HZ : V21_NOUGHT_HZ;
      state.left += SAMPLE_RATE / V21_BIT_RATE;
      for (; state.left >= 0.5; state.left--) {
        samples[count++] = Math.round(state.amplitude * Math.sin(state.phase));
        state.phase = (state.phase + (2 * Math.PI * hz) / SAMPLE_RATE) % (2 * Math.PI);
      }
    }
  }
  return samples.subarray(0, count);
}
