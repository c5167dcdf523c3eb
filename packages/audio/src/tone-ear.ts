/**
 * Hears one steady tone: in blocks of 10 ms, how much of the sound is the tone, and by how much its frequency is off, which the
 * turn of its phase from block to block tells to less than a hertz (T.30 §4.3.3: CED 2100 Hz +-15, CNG 1100 Hz +-38).
 */

import { SAMPLE_RATE } from "./g711.ts";
import { meanSquareOf } from "./tones.ts";

export interface ToneWanted {
  /** A multiple of 100, so that a block holds whole periods. */
  hz: number;
  toleranceHz: number;
}

/** One block of the tone's ear; plain data. */
export interface ToneEar {
  readonly wanted: ToneWanted;
  /** Samples of the block that are in. */
  count: number;
  re: number;
  im: number;
  energy: number;
  /** Phase of the block before, radians; undefined when that was not the tone. */
  phase: number | undefined;
}

/** What a block held. */
export type Block = "tone" | "quiet" | "other";

export const BLOCK_MS = 10;
export const BLOCK = (SAMPLE_RATE * BLOCK_MS) / 1000;
/** So much of the energy at the very least, after allowing for the tone being off. */
const PURITY = 0.7;
/** A receiver must hear -43 dBm0; what is 3 dB below that is silence. */
const QUIET = meanSquareOf(-46);

/** A sine of 100 Hz, one period; every frequency wanted is a multiple of it. */
const WAVE = Float64Array.from({ length: BLOCK }, (_, i) => Math.sin((2 * Math.PI * i) / BLOCK));

export function createToneEar(wanted: ToneWanted): ToneEar {
  return { wanted, count: 0, re: 0, im: 0, energy: 0, phase: undefined };
}

/** Takes a sample; every 80th completes a block. */
export function hearTone(ear: ToneEar, sample: number): Block | undefined {
  const angle = (ear.wanted.hz / 100) * ear.count;
  ear.re += sample * WAVE[(angle + BLOCK / 4) % BLOCK]!;
  ear.im -= sample * WAVE[angle % BLOCK]!;
  ear.energy += sample * sample;
  ear.count++;
  return ear.count < BLOCK ? undefined : judge(ear);
}

function judge(ear: ToneEar): Block {
  const { re, im, energy, phase: before, wanted } = ear;
  const phase = Math.atan2(im, re);
  ear.count = 0;
  ear.re = 0;
  ear.im = 0;
  ear.energy = 0;
  ear.phase = undefined;
  if (energy < QUIET * BLOCK) return "quiet";
  const purity = (2 * (re * re + im * im)) / (BLOCK * energy);
  // A tone that is off by the tolerance already loses a part of its correlation.
  if (purity < PURITY * spread(wanted.toleranceHz)) return "other";
  ear.phase = phase;
  // The first block of a tone has nothing to be compared with.
  if (before === undefined) return "tone";
  const turn = Math.atan2(Math.sin(phase - before), Math.cos(phase - before));
  const offHz = Math.abs(turn) / (2 * Math.PI * (BLOCK_MS / 1000));
  return offHz <= wanted.toleranceHz && purity >= PURITY * spread(offHz) ? "tone" : "other";
}

/** How much of a tone's energy a block still finds when the tone is off by so many hertz. */
function spread(offHz: number): number {
  const x = Math.PI * offHz * (BLOCK_MS / 1000);
  return x === 0 ? 1 : (Math.sin(x) / x) ** 2;
}
