// One thing that must agree at the end of a run, and where it does not.

import type { WordKey } from "../language.ts";

/** Recipients named where a check fails. */
const MOST_NAMED = 10;

export type CheckName = WordKey extends infer K ? (K extends `load.check.${infer N}` ? N : never) : never;

/** A recipient, or a whole job, of which two records tell different things. */
export interface Difference {
  /** Absent where an order was refused and so became no job. */
  job?: number;
  /** Place in the job, from 0. */
  n?: number;
  reference?: string;
  expected: string;
  found: string;
}

export interface Check {
  name: CheckName;
  /** What was held against each other: recipients, or jobs. */
  checked: number;
  wrong: number;
  /** The first ten. */
  differences: Difference[];
  /** Why it could not be done. */
  skipped?: "no-simulators" | "other-account" | "nothing-of-it" | "chaos-on";
}

export class Checked implements Check {
  readonly name: CheckName;
  checked = 0;
  wrong = 0;
  readonly differences: Difference[] = [];
  skipped?: Check["skipped"];

  constructor(name: CheckName) {
    this.name = name;
  }

  /** One more that was looked at. */
  hold(isRight: boolean, difference: () => Difference): void {
    this.checked += 1;
    if (isRight) return;
    this.wrong += 1;
    if (this.differences.length < MOST_NAMED) this.differences.push(difference());
  }

  skip(why: NonNullable<Check["skipped"]>): this {
    this.skipped = why;
    // What was looked at already counts for nothing.
    this.checked = 0;
    this.wrong = 0;
    this.differences.length = 0;
    return this;
  }
}
