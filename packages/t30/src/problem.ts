/** What is wrong with octets a peer sent: values, never exceptions. */

/** A closed list of what can be wrong with received octets of T.30. */
export type ProblemName =
  | "frame-too-short"
  | "frame-address"
  | "frame-control"
  | "frame-fcs"
  | "dis-too-short"
  | "dcs-too-short"
  | "dcs-rate-reserved"
  | "id-too-long"
  | "pps-too-short"
  | "ppr-too-short"
  | "fcd-too-short"
  | "ctc-too-short";

/** A peer's fault: its name and the octet at which it shows. */
export interface Problem {
  problem: ProblemName;
  at: number;
}

/** Makes a problem. */
export function problem(name: ProblemName, at: number): Problem {
  return { problem: name, at };
}

/** True when a decoder answered with a problem instead of a value. */
export function isProblem(value: object): value is Problem {
  return "problem" in value;
}
