// Many durations in little room: buckets a hundredth apart, good for percentiles of millions of values.

const GROWTH = Math.log(1.01);
const FIRST_BUCKETS = 512;

export class Latencies {
  /** Bucket i holds what lies between 1.01^i and 1.01^(i+1), one millisecond lower. */
  #buckets = new Uint32Array(0);
  #count = 0;
  #max = 0;

  /** Takes a duration in milliseconds; negative ones (two clocks) count as 0. */
  add(ms: number): void {
    const value = Math.max(0, ms);
    const bucket = Math.floor(Math.log(value + 1) / GROWTH);
    this.#reach(bucket + 1);
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
    this.#count += 1;
    this.#max = Math.max(this.#max, value);
  }

  /** Takes all of another one's, too. */
  merge(other: Latencies): void {
    this.#reach(other.#buckets.length);
    for (const [i, n] of other.#buckets.entries()) if (n > 0) this.#buckets[i] = (this.#buckets[i] as number) + n;
    this.#count += other.#count;
    this.#max = Math.max(this.#max, other.#max);
  }

  get count(): number {
    return this.#count;
  }

  /** The value below which the share `p` (0 to 1) of all lies, in whole milliseconds, 1 % off at most; undefined without any. */
  percentile(p: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(p * this.#count));
    let seen = 0;
    for (const [i, n] of this.#buckets.entries()) {
      seen += n;
      if (seen >= rank) return Math.min(Math.round(this.#max), Math.round(Math.exp((i + 1) * GROWTH) - 1));
    }
    return Math.round(this.#max);
  }

  summary(): { p50?: number; p95?: number; p99?: number; max?: number } {
    if (this.#count === 0) return {};
    return {
      p50: this.percentile(0.5),
      p95: this.percentile(0.95),
      p99: this.percentile(0.99),
      max: Math.round(this.#max),
    };
  }

  /** How many lie between one edge of 1, 2, 5, 10, 12.5, 16, 20 ... ms and the next, from the first bar that has any to the last. */
  histogram(): { fromMs: number; toMs: number; count: number }[] {
    const bars: { fromMs: number; toMs: number; count: number }[] = [];
    for (const [i, count] of this.#buckets.entries()) {
      if (count === 0) continue;
      const middle = Math.exp((i + 0.5) * GROWTH) - 1;
      while (bars.length === 0 || (bars.at(-1)?.toMs as number) <= middle) {
        const fromMs = bars.at(-1)?.toMs ?? edgeBelow(middle);
        bars.push({ fromMs, toMs: edgeAbove(fromMs), count: 0 });
      }
      const bar = bars.at(-1) as { count: number };
      bar.count += count;
    }
    return bars;
  }

  #reach(length: number): void {
    if (length <= this.#buckets.length) return;
    const grown = new Uint32Array(Math.max(FIRST_BUCKETS, length, this.#buckets.length * 2));
    grown.set(this.#buckets);
    this.#buckets = grown;
  }
}

/** Where bars part, within a decade: few of them where a millisecond is much, ten above. */
const COARSE = [1, 2, 5, 10] as const;
const FINE = [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.4, 8, 10] as const;
const stepsOf = (decade: number) => (decade < 10 ? COARSE : FINE);

function edgeBelow(ms: number): number {
  if (ms < 1) return 0;
  const decade = 10 ** Math.floor(Math.log10(ms));
  return (stepsOf(decade).findLast((s) => s * decade <= ms) as number) * decade;
}

function edgeAbove(edge: number): number {
  if (edge === 0) return 1;
  // The logarithm of an edge may come out a hair too small.
  const decade = 10 ** Math.floor(Math.log10(edge) + 1e-9);
  return (stepsOf(decade).find((s) => s * decade > edge * 1.001) as number) * decade;
}
