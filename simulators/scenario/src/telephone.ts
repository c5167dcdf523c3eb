/** What lives behind the simulated telephone numbers: the table of the fictional numbers +49 30 23125 xyz, as data. */

import type { MachineScript } from "./script.ts";

/** Fax machines by what is special about them; simulators/fax-machine knows what each name means. */
export const MACHINE_MOODS = [
  "modern",
  "cuts-page-1",
  "no-ecm-mr",
  "mh-9600",
  "mh-4800",
  "ecm-64",
  "standard-only",
  "refuses-once",
  "damages-frames",
  "ceiling-4800",
  "out-of-paper",
  "hangs-up",
  "no-paper",
] as const;
export type MachineMood = (typeof MACHINE_MOODS)[number];

/** What a call to a number meets. */
export type Subscriber =
  /** `busyCalls`: so many calls meet a busy line first. `script`: what it can do and does over its mood. */
  | { kind: "machine"; mood: MachineMood; busyCalls: number; script?: MachineScript }
  | { kind: "busy" }
  | { kind: "no-answer" }
  | { kind: "voice" }
  | { kind: "unassigned" }
  | { kind: "network-fault" }
  | { kind: "no-service" };

const PREFIX = "+493023125";

/** x = 9, y = 1: old machines by z. */
const OLD_MACHINES: readonly MachineMood[] = [
  "no-ecm-mr",
  "mh-9600",
  "mh-4800",
  "ecm-64",
  "standard-only",
  "refuses-once",
  "damages-frames",
  "ceiling-4800",
  "out-of-paper",
  "hangs-up",
];

/** The rows by x; y and z are the last two digits. */
const ROWS: readonly ((y: number, z: number) => Subscriber)[] = [
  () => machine("modern"),
  () => ({ kind: "busy" }),
  () => ({ kind: "no-answer" }),
  () => ({ kind: "voice" }),
  () => ({ kind: "unassigned" }),
  () => ({ kind: "network-fault" }),
  () => ({ kind: "no-service" }),
  () => machine("cuts-page-1"),
  (_, z) => machine("modern", z),
  (y, z) => (y === 1 ? machine(OLD_MACHINES[z]!) : { kind: "unassigned" }),
];

/** A number as dialled in E.164 with "+": separators removed, leading 00 understood; undefined when it is no number. */
export function dialled(number: string): string | undefined {
  const plain = number.replace(/[\s()./-]/g, "").replace(/^00/, "+");
  return /^\+\d{3,15}$/.test(plain) ? plain : undefined;
}

/** Who is behind a number in E.164. Numbers outside of the table are unassigned. */
export function subscriberAt(number: string): Subscriber {
  if (!number.startsWith(PREFIX) || number.length !== PREFIX.length + 3) return { kind: "unassigned" };
  const [x, y, z] = [...number.slice(PREFIX.length)].map(Number);
  return ROWS[x!]!(y!, z!);
}

/** The seed of a number's nth call (from 0): the same numbers, called in the same order, behave the same. FNV-1a. */
export function callSeed(number: string, call: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${number}#${call}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  }
  return hash;
}

/** A whole number from `from` to `to` that follows from a seed and a purpose, so that two uses of one seed differ. */
export function drawn(seed: number, purpose: string, from: number, to: number): number {
  return from + (callSeed(purpose, seed) % (to - from + 1));
}

function machine(mood: MachineMood, busyCalls = 0): Subscriber {
  return { kind: "machine", mood, busyCalls };
}
