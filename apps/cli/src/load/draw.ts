// Drawing by weights, decided by a seed and a place alone: the same seed gives the same orders, whatever comes first.

/** What may be drawn, and how often against the others. */
export type Weights<T extends string> = readonly { what: T; weight: number }[];

/** A number from 0 to 1 (not included) that follows from a seed and a place. 32-bit finalizer of MurmurHash3. */
export function unit(seed: number, place: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** Draws one; the weights must not be empty. */
export function draw<T extends string>(weights: Weights<T>, at: number): T {
  const sum = weights.reduce((n, w) => n + w.weight, 0);
  let left = at * sum;
  for (const { what, weight } of weights) {
    left -= weight;
    if (left < 0) return what;
  }
  return (weights.at(-1) as { what: T }).what;
}
