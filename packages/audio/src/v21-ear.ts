/**
 * Hears the preamble of V.21 channel 2 (T.30 §5.3.1): demodulates the carrier and counts flags. Seven in a row with a clean
 * carrier are no accident: a voice or music makes not even two.
 */

import { SAMPLE_RATE } from "./g711.ts";
import { meanSquareOf } from "./tones.ts";
import { FLAG, V21_BIT_RATE, V21_NOUGHT_HZ, V21_ONE_HZ } from "./v21.ts";

/** One bit, rounded to samples: so much is correlated with either frequency. */
const WINDOW = Math.round(SAMPLE_RATE / V21_BIT_RATE);
const FLAGS_WANTED = 7;
/** At the middle of a bit so much of the sound's energy is one of the two frequencies. */
const PURITY = 0.6;
/** How strongly a change of frequency pulls the bit clock. */
const PULL = 0.2;
/** A receiver must hear -43 dBm0; what is 3 dB below that is silence. */
const QUIET = meanSquareOf(-46);

/** Plain data, 4 numbers a sample of the window. */
export interface V21Ear {
  /** The last WINDOW samples mixed with both frequencies (cosine and sine of either), and their squares. */
  readonly mixed: Float64Array;
  at: number;
  /** Sums over the window, in the order of `mixed`. */
  readonly sums: Float64Array;
  /** Samples heard, modulo what both frequencies have in common (160 samples: whole periods of both). */
  clock: number;
  wasOne: boolean;
  /** Of the bit, 0 to 1; a bit is read at 1. */
  bitPhase: number;
  shift: number;
  bitsSinceFlag: number;
  flags: number;
  told: boolean;
}

const LANES = 5;
const PERIOD = 160;
/** cos and sin of both frequencies over their common period. */
const WAVES = Float64Array.from({ length: PERIOD * 4 }, (_, i) => {
  const angle = (2 * Math.PI * ((i & 2) === 0 ? V21_ONE_HZ : V21_NOUGHT_HZ) * (i >> 2)) / SAMPLE_RATE;
  return (i & 1) === 0 ? Math.cos(angle) : Math.sin(angle);
});

export function createV21Ear(): V21Ear {
  return {
    mixed: new Float64Array(WINDOW * LANES),
    at: 0,
    sums: new Float64Array(LANES),
    clock: 0,
    wasOne: false,
    bitPhase: 0,
    shift: 0,
    bitsSinceFlag: 0,
    flags: 0,
    told: false,
  };
}

/** Takes samples. The index of the sample in them at which a preamble was recognised, once for each, else undefined. */
export function hearV21(ear: V21Ear, samples: Int16Array): number | undefined {
  let heardAt: number | undefined;
  for (let i = 0; i < samples.length; i++) {
    take(ear, samples[i]!);
    const { sums } = ear;
    const one = sums[0]! ** 2 + sums[1]! ** 2;
    const nought = sums[2]! ** 2 + sums[3]! ** 2;
    const isOne = one > nought;
    ear.bitPhase += V21_BIT_RATE / SAMPLE_RATE;
    if (isOne !== ear.wasOne) {
      // The window holds half of either bit: half a bit later it will hold the whole new one.
      ear.wasOne = isOne;
      ear.bitPhase += PULL * (0.5 - ear.bitPhase);
    }
    if (ear.bitPhase < 1) continue;
    ear.bitPhase -= 1;
    const energy = sums[4]!;
    const clean = energy > QUIET * WINDOW && (2 * Math.max(one, nought)) / (WINDOW * energy) > PURITY;
    if (takeBit(ear, isOne, clean)) heardAt = i;
  }
  return heardAt;
}

function take(ear: V21Ear, sample: number): void {
  const { mixed, sums } = ear;
  const wave = ear.clock * 4;
  const slot = ear.at * LANES;
  for (let lane = 0; lane < LANES; lane++) {
    const value = lane === 4 ? sample * sample : sample * WAVES[wave + lane]!;
    sums[lane] = sums[lane]! + value - mixed[slot + lane]!;
    mixed[slot + lane] = value;
  }
  ear.at = (ear.at + 1) % WINDOW;
  ear.clock = (ear.clock + 1) % PERIOD;
}

/** True when this bit ends the flag that makes the preamble certain. */
function takeBit(ear: V21Ear, isOne: boolean, clean: boolean): boolean {
  ear.shift = (ear.shift >> 1) | (isOne ? 0x80 : 0);
  ear.bitsSinceFlag++;
  if (!clean || ear.bitsSinceFlag > 8) {
    ear.flags = 0;
    ear.told = clean && ear.told;
    // The next flag may begin anywhere.
    ear.bitsSinceFlag = Math.min(ear.bitsSinceFlag, 8);
  }
  if (!clean || ear.shift !== FLAG) return false;
  // Two flags may share the nought between them.
  ear.flags = ear.bitsSinceFlag >= 7 ? ear.flags + 1 : 1;
  ear.bitsSinceFlag = 0;
  if (ear.told || ear.flags < FLAGS_WANTED) return false;
  ear.told = true;
  return true;
}
