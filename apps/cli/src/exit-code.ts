// What a command's exit code says; scripts rely on it, so it only grows. `depesche --help` lists the same table.

import type { Outcome } from "@depesche/core";

export const EXIT = {
  /** Done; where there are recipients, every one is OK. */
  ok: 0,
  /** A recipient, a call or a check failed. */
  failed: 1,
  /** The command line cannot be understood, or a file it names cannot be read. */
  usage: 2,
  /** There is no such job, attempt, fax. */
  notFound: 3,
  /** The gateway or the simulators do not answer. */
  unreachable: 4,
  /** Not all outcomes stand yet. */
  running: 5,
  /** The gateway refused: wrong key, document not readable, number not dialled ... */
  refused: 6,
  /** A fault in Depesche itself. */
  fault: 70,
} as const;

/** Every recipient that failed ended with this one outcome; where they differ it is `EXIT.failed`. */
export const OUTCOME_EXIT = {
  BUSY: 11,
  NOANSWER: 12,
  VOICE: 13,
  NORING: 14,
  ISDNERR: 15,
  NOSERVICE: 16,
  SENDFAIL: 17,
  BLACKLIST: 18,
  CANCELLED: 19,
} as const satisfies Record<Exclude<Outcome, "OK">, number>;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | (typeof OUTCOME_EXIT)[keyof typeof OUTCOME_EXIT];
