/** What a guard is: the proof that a case looks at a line of code. */

/** A line of the machine: changed from `from` to `to` in this file of `src`, the cases that name it must fail. */
export interface Guard {
  file: string;
  /** A whole line without its indentation, found once in the file. */
  from: string;
  to: string;
}
