// Many durations in little room: buckets a hundredth apart, good for percentiles of millions of values.

const GROWTH = Math.log(1.01);

export class Latencies {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #max = 0;

  /** Takes a duration in milliseconds; negative ones (two clocks) count as 0. */
  add(ms: number): void {
    const value = Math.max(0, ms);
    const bucket = Math.floor(Math.log(value + 1) / GROWTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#max = Math.max(this.#max, value);
  }

  get count(): number {
    return this.#count;
  }

  /** The value below which the share `p` (0 to 1) of all lies, in whole milliseconds, 1 % off at most; undefined without any. */
  percentile(p: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(p * this.#count));
    let seen = 0;
    for (const bucket of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      seen += this.#buckets.get(bucket) as number;
      if (seen >= rank) return Math.min(Math.round(this.#max), Math.round(Math.exp((bucket + 1) * GROWTH) - 1));
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
}
