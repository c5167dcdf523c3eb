/** Hears in audio that a fax machine is there: CED, CNG, or the V.21 preamble of its first frame (T.30 §4.3.3, T.38 §D.2). */

import { BLOCK_MS, type Block, createToneEar, hearTone, type ToneEar } from "./tone-ear.ts";
import { samplesOf } from "./tones.ts";
import { createV21Ear, hearV21, type V21Ear } from "./v21-ear.ts";

/** `at`: samples from the beginning of the audio until the signal was certain. */
export interface Heard {
  signal: "ced" | "cng" | "v21-preamble";
  at: number;
}

/** Plain data. */
export interface FaxEar {
  samples: number;
  readonly ced: ToneEar;
  readonly cng: ToneEar;
  readonly v21: V21Ear;
  cedRun: Run;
  cngRun: Run;
}

/** A tone under way, in blocks. */
interface Run {
  tone: number;
  /** Blocks in a row that were not the tone, behind it. */
  broken: number;
  /** Blocks of the run that were something else than the tone or silence. */
  other: number;
  told: boolean;
}

/** Answering tones turn their phase round every 450 ms (V.25, V.8): that spoils a block or two, not the tone. */
const MAX_BROKEN = 3;
const CED_MS = 500;
/** T.30 §4.3.3.3: 0.5 s on, +-15 %. */
const CNG_MS = { from: 425, to: 575 };
/** So much silence behind a burst makes it one. */
const CNG_PAUSE_BLOCKS = 5;

const NO_RUN: Readonly<Run> = { tone: 0, broken: 0, other: 0, told: false };

export function createFaxEar(): FaxEar {
  return {
    samples: 0,
    ced: createToneEar({ hz: 2100, toleranceHz: 15 }),
    cng: createToneEar({ hz: 1100, toleranceHz: 38 }),
    v21: createV21Ear(),
    cedRun: { ...NO_RUN },
    cngRun: { ...NO_RUN },
  };
}

/** Takes the next samples and appends what became certain in them. Each CED and preamble is told once, each burst of CNG. */
export function hearFax(ear: FaxEar, samples: Int16Array, out: Heard[]): void {
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    const ced = hearTone(ear.ced, sample);
    const cng = hearTone(ear.cng, sample);
    if (ced !== undefined && takeCed(ear, ced)) out.push({ signal: "ced", at: ear.samples + i + 1 });
    if (cng !== undefined && takeCng(ear, cng)) out.push({ signal: "cng", at: ear.samples + i + 1 });
  }
  const preambleAt = hearV21(ear.v21, samples);
  if (preambleAt !== undefined) out.push({ signal: "v21-preamble", at: ear.samples + preambleAt + 1 });
  ear.samples += samples.length;
}

function takeCed(ear: FaxEar, block: Block): boolean {
  const run = ear.cedRun;
  if (block !== "tone") {
    run.broken++;
    if (run.broken > MAX_BROKEN) ear.cedRun = { ...NO_RUN };
    return false;
  }
  run.tone += 1 + run.broken;
  run.broken = 0;
  if (run.told || run.tone * BLOCK_MS < CED_MS) return false;
  run.told = true;
  return true;
}

/** A burst is known by its end: what goes on sounding, or turns into something else, is none. */
function takeCng(ear: FaxEar, block: Block): boolean {
  const run = ear.cngRun;
  if (block === "tone") {
    run.tone += 1 + run.broken;
    run.broken = 0;
    return false;
  }
  if (run.tone === 0) return false;
  run.broken++;
  if (block === "other") run.other++;
  // Begin and end of the burst fall into the midst of blocks.
  if (run.other > 3) ear.cngRun = { ...NO_RUN };
  else if (run.broken >= CNG_PAUSE_BLOCKS) {
    ear.cngRun = { ...NO_RUN };
    const ms = run.tone * BLOCK_MS;
    return ms >= CNG_MS.from - BLOCK_MS && ms <= CNG_MS.to + BLOCK_MS;
  }
  return false;
}

/** How far into the audio something was heard. */
export function heardAtMs({ at }: Heard): number {
  return at / samplesOf(1);
}
