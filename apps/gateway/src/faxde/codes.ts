// FAX.de's return codes and words: one table for each outside list.
import type { Channel, Outcome, Recipient } from "@depesche/core";
import type { IntakeProblem } from "@depesche/ports";

/** SendJob: the code for what the intake found wrong. Codes that depend on more than the problem are settled in `sendJobCode`. */
const SEND_JOB: Readonly<Record<IntakeProblem, number>> = {
  "account-locked": 1,
  "trial-over": 3,
  "channel-not-released": -8,
  "mass-not-released": -8,
  "foreign-not-released": -8,
  "no-recipient": 8,
  "bad-recipient": 8,
  "recipient-blocked": -5,
  "recipient-blacklisted": 9,
  "premium-0900": 45,
  "premium-0137": 46,
  "premium-service": 47,
  "nothing-to-send": 75,
  "file-missing": 15,
  "file-empty": -3,
  "format-not-supported": -6,
  "not-what-its-name-says": -7,
  "document-broken": -7,
  "document-encrypted": -14,
  "document-too-large": -14,
  "conversion-failed": 58,
  "letter-faulty": -7,
  "text-too-long": -14,
  "trial-too-many-pages": -1309,
  "no-credit": 2,
  duplicate: -77,
  "idempotency-conflict": -4,
  "store-down": -4,
  busy: -4,
};

/** The return code of SendJob for a problem. A list without one good recipient is -65 when it came as a file; letters have 7. */
export function sendJobCode(problem: IntakeProblem, request: { channel: Channel; fromFile: boolean }): number {
  if (request.fromFile && (problem === "bad-recipient" || problem === "no-recipient")) return -65;
  if (problem === "no-credit" && request.channel === "letter") return 7;
  return SEND_JOB[problem];
}

/** Words of a fax. "Canceled" is the one word FAX.de does not have. */
const RESULT_WORDS: Readonly<Record<Outcome, string>> = {
  OK: "OK",
  BUSY: "Busy",
  NOANSWER: "No Answer",
  VOICE: "Voice",
  NORING: "Call failed",
  ISDNERR: "Call failed",
  NOSERVICE: "No Service",
  SENDFAIL: "Send-Fail",
  BLACKLIST: "Black-List",
  CANCELLED: "Canceled",
};

/** Outcomes whose words speak of a telephone call; of other channels they say no more than that it failed. */
const OF_A_CALL: ReadonlySet<Outcome> = new Set(["BUSY", "NOANSWER", "VOICE", "NORING", "ISDNERR", "NOSERVICE"]);

/** SendResult and the CSV's RESULT; empty before the outcome. An address nobody could try is "Call failed" on every channel. */
export function resultWord(channel: Channel, recipient: Pick<Recipient, "outcome" | "attempts">): string {
  const { outcome, attempts } = recipient;
  if (outcome === undefined) return "";
  const failed = channel !== "fax" && attempts > 0 && OF_A_CALL.has(outcome);
  return RESULT_WORDS[failed ? "SENDFAIL" : outcome];
}

/** The CSV's JOBTYPE. */
export const JOB_TYPE_WORDS: Readonly<Record<Channel, string>> = {
  fax: "FAX",
  sms: "SMS",
  mail: "Mail",
  letter: "Brief",
  null: "Null",
};

/** What a JobType number asks for; 8 (QSign) is known but not built. */
export const JOB_TYPES: Readonly<Record<number, { channel: Channel; colour?: boolean } | "not-built">> = {
  0: { channel: "fax" },
  1: { channel: "sms" },
  2: { channel: "mail" },
  3: { channel: "letter" },
  4: { channel: "letter", colour: true },
  8: "not-built",
};
