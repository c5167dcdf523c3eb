// A run over time: what arrived, was accepted and came out, in at most 120 bins of equal width.

import { OUTCOMES, type Outcome } from "@depesche/core";
import { Latencies } from "../latencies.ts";

const MOST_BINS = 120;
const FIRST_WIDTH_MS = 250;

export interface Bin {
  /** Recipients that were due to be handed in, and that were accepted. */
  arrived: number;
  accepted: number;
  /** By outcome, in the order of OUTCOMES. */
  outcomes: Float64Array;
  /** Scheduled moment to answer, one a job; acceptance to outcome, one a recipient. */
  answer: Latencies;
  outcome: Latencies;
}

export class Series {
  widthMs = FIRST_WIDTH_MS;
  #bins: Bin[] = [];

  /** The bin of a moment, ms since the run's start; bins become twice as wide when there would be too many. */
  at(ms: number): Bin {
    while (ms >= this.widthMs * MOST_BINS) this.#widen();
    const index = Math.max(0, Math.floor(ms / this.widthMs));
    while (this.#bins.length <= index) this.#bins.push(emptyBin());
    return this.#bins[index] as Bin;
  }

  get bins(): readonly Bin[] {
    return this.#bins;
  }

  countOutcome(ms: number, outcome: Outcome): Bin {
    const bin = this.at(ms);
    const i = OUTCOMES.indexOf(outcome);
    bin.outcomes[i] = (bin.outcomes[i] as number) + 1;
    return bin;
  }

  #widen(): void {
    this.widthMs *= 2;
    const wider: Bin[] = [];
    for (const [i, bin] of this.#bins.entries()) {
      const into = wider[i >> 1];
      if (into === undefined) wider.push(bin);
      else merge(into, bin);
    }
    this.#bins = wider;
  }
}

function emptyBin(): Bin {
  return {
    arrived: 0,
    accepted: 0,
    outcomes: new Float64Array(OUTCOMES.length),
    answer: new Latencies(),
    outcome: new Latencies(),
  };
}

function merge(into: Bin, bin: Bin): void {
  into.arrived += bin.arrived;
  into.accepted += bin.accepted;
  for (const [i, n] of bin.outcomes.entries()) into.outcomes[i] = (into.outcomes[i] as number) + n;
  into.answer.merge(bin.answer);
  into.outcome.merge(bin.outcome);
}
