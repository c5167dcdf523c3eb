/** What a refused call means: SIP final answers (RFC 3261 §21) as outcomes, in one table. */

import type { Cause, Outcome } from "@depesche/core";

const ANSWERS: Readonly<Record<number, readonly [Outcome, string]>> = {
  400: ["ISDNERR", "The exchange did not understand the call."],
  401: ["NOSERVICE", "The exchange wants credentials."],
  403: ["NOSERVICE", "The exchange does not allow the call."],
  404: ["NORING", "The number is not assigned."],
  406: ["NOSERVICE", "The far end accepts no fax."],
  407: ["NOSERVICE", "The exchange wants credentials."],
  408: ["NOANSWER", "Nobody answered in time."],
  410: ["NORING", "The number is no longer assigned."],
  415: ["NOSERVICE", "The far end does not know T.38."],
  416: ["NORING", "The exchange does not know this kind of address."],
  420: ["NOSERVICE", "The far end asks for an extension we do not have."],
  480: ["NOANSWER", "Nobody answered."],
  484: ["NORING", "The number is incomplete."],
  485: ["NORING", "The number is ambiguous."],
  486: ["BUSY", "The number is busy."],
  487: ["NOANSWER", "The call ended while it rang."],
  488: ["NOSERVICE", "The number offers no fax service."],
  600: ["BUSY", "The number is busy everywhere."],
  603: ["BUSY", "The call was declined."],
  604: ["NORING", "The number does not exist anywhere."],
  606: ["NOSERVICE", "The far end offers no fax service."],
};

/** Outcome and cause of a final answer from 300 on. `local` answers were made up here because none came. */
export function outcomeOf(status: number, reason: string, local: boolean): { outcome: Outcome; cause: Cause } {
  if (local) {
    return status === 408
      ? { outcome: "ISDNERR", cause: { code: "sip-timeout", text: "The exchange gave no answer." } }
      : { outcome: "ISDNERR", cause: { code: "sip-unreachable", text: "The exchange could not be reached." } };
  }
  const [outcome, text] = ANSWERS[status] ?? [
    "ISDNERR",
    `The telephone network reported a fault (${status} ${reason.slice(0, 60)}).`,
  ];
  return { outcome, cause: { code: `sip-${status}`, text } };
}

/** Whether a final answer refuses what was offered (RFC 3261 §21.4.13, §21.4.26, §21.6.4): another offer may be taken. */
export function isRefusedOffer(status: number): boolean {
  return status === 415 || status === 488 || status === 606;
}
