// Chance with a seed: a fault run can be played again with FAULT_SEED.

export interface Dice {
  /** 0 (included) to 1 (not included). */
  roll(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  pick<T>(of: readonly T[]): T;
}

/** The seed of this run: FAULT_SEED, else one of the moment. */
export function seedOfRun(): number {
  const given = process.env.FAULT_SEED;
  if (given === undefined || given === "") return Date.now() % 2 ** 31;
  const seed = Number(given);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`FAULT_SEED must be a whole number, not "${given}"`);
  return seed;
}

/** The seed of a part of the run, so that a scenario played alone rolls the same. FNV-1a. */
export function seedOf(seed: number, part: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${seed}/${part}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}

/** Mulberry32. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + Math.floor(roll() * (to - from + 1));
  return { roll, between, pick: (of) => of[between(0, of.length - 1)]! };
}
