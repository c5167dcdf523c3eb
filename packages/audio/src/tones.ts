/** The tones by which a fax machine makes itself known: CED (T.30 §4.3.3.2) and CNG (T.30 §4.3.3.3), as samples. */

import { SAMPLE_RATE } from "./g711.ts";

/** A stretch of one tone, or of silence (0 Hz). */
export interface ToneSpan {
  hz: number;
  samples: number;
}

/** What is played, and how far it is: plain data. */
export interface ToneState {
  readonly spans: readonly ToneSpan[];
  /** Begins again behind the last span; else silence follows. */
  readonly repeats: boolean;
  readonly amplitude: number;
  span: number;
  /** Samples of the span that are over. */
  at: number;
  /** Of the tone, radians. */
  phase: number;
}

/** G.711 §4: the load capacity of A-law is +3.14 dBm0, of a sine that just reaches the virtual decision value 4096 (of 13 bits). */
const FULL_SCALE_DBM0 = 3.14;
const FULL_SCALE = 32_768;
const DEFAULT_DBM0 = -12;

/** The peak of a sine of that level, in 16-bit samples. */
export function amplitudeOf(dbm0: number): number {
  return FULL_SCALE * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20);
}

/** T.30 §4.3.3.2: 0.2 s of silence, then 2100 Hz for 2.6 to 4 s (here 3 s), then silence. `dbm0` -12 unless told. */
export function cedTone(options: { ms?: number; dbm0?: number } = {}): ToneState {
  return tone([silence(200), { hz: 2100, samples: samplesOf(options.ms ?? 3000) }], false, options.dbm0);
}

/** T.30 §4.3.3.3: 1100 Hz for 0.5 s, silence for 3 s, again and again. */
export function cngTone(options: { dbm0?: number } = {}): ToneState {
  return tone([{ hz: 1100, samples: samplesOf(500) }, silence(3000)], true, options.dbm0);
}

/** The mean square of a sample of a sine of that level. */
export function meanSquareOf(dbm0: number): number {
  return amplitudeOf(dbm0) ** 2 / 2;
}

/** Any sequence of tones and silence. */
export function tone(spans: readonly ToneSpan[], repeats: boolean, dbm0: number = DEFAULT_DBM0): ToneState {
  return { spans, repeats, amplitude: amplitudeOf(dbm0), span: 0, at: 0, phase: 0 };
}

/** The next samples, as many as `into` holds. False when nothing but silence follows any more. */
export function playTone(state: ToneState, into: Int16Array): boolean {
  for (let i = 0; i < into.length; i++) {
    const span = current(state);
    if (span === undefined || span.hz === 0) into[i] = 0;
    else {
      into[i] = Math.round(state.amplitude * Math.sin(state.phase));
      state.phase = (state.phase + (2 * Math.PI * span.hz) / SAMPLE_RATE) % (2 * Math.PI);
    }
    state.at++;
  }
  return current(state) !== undefined;
}

function current(state: ToneState): ToneSpan | undefined {
  // Bounded also when all spans are empty.
  for (let i = 0; i <= state.spans.length; i++) {
    const span = state.spans[state.span];
    if (span === undefined) return undefined;
    if (state.at < span.samples) return span;
    state.at = 0;
    state.phase = 0;
    state.span++;
    if (state.repeats && state.span === state.spans.length) state.span = 0;
  }
  return undefined;
}

function silence(ms: number): ToneSpan {
  return { hz: 0, samples: samplesOf(ms) };
}

/** Milliseconds as samples. */
export function samplesOf(ms: number): number {
  return Math.round((ms * SAMPLE_RATE) / 1000);
}
