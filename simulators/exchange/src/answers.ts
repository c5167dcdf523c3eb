/** How the network answers for subscribers that take no call: SIP status, ring time, and the word for the log. */

import type { Subscriber } from "@depesche/scenario";

export interface Refusal {
  status: number;
  /** Modelled ringing before the answer, seconds; it is reported, not waited for. */
  ringSeconds: number;
  /** Release cause of the telephone network (Q.850), for the Reason header (RFC 3326). */
  q850: number;
  result: string;
}

type Refusing = Exclude<Subscriber["kind"], "machine" | "voice">;

export const REFUSALS: Readonly<Record<Refusing, Refusal>> = {
  busy: { status: 486, ringSeconds: 0, q850: 17, result: "BUSY" },
  "no-answer": { status: 480, ringSeconds: 60, q850: 19, result: "NOANSWER" },
  unassigned: { status: 404, ringSeconds: 0, q850: 1, result: "NORING" },
  "network-fault": { status: 503, ringSeconds: 0, q850: 38, result: "ISDNERR" },
  "no-service": { status: 488, ringSeconds: 0, q850: 88, result: "NOSERVICE" },
};
