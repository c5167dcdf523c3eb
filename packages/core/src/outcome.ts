// What became of a recipient (DESIGN section 3): the closed list of outcomes, and the delivery states that may follow.

/** Final result of a recipient. Closed list; the outside words are tables at the faces. */
export const OUTCOMES = [
  "OK",
  "BUSY",
  "NOANSWER",
  "VOICE",
  "NORING",
  "ISDNERR",
  "NOSERVICE",
  "SENDFAIL",
  "BLACKLIST",
  "CANCELLED",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function isOutcome(word: unknown): word is Outcome {
  return typeof word === "string" && (OUTCOMES as readonly string[]).includes(word);
}

/** What is told after the outcome (a receipt, a bounce, a returned letter). Stands beside the outcome and never changes it. */
export const DELIVERY_STATES = [
  "accepted",
  "delivered",
  "read",
  "bounced",
  "undelivered",
  "printed",
  "handed-over",
  "returned",
  "re-routed",
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Why, in the closed words of the part that knows (a T.30 cause, a SIP answer, a carrier's code), with plain text beside it. */
export interface Cause {
  /** Machine-readable, kebab-case: "sip-486", "t30-no-dis", "smtp-550", "carrier-21211". */
  code: string;
  /** One plain English sentence. */
  text: string;
}
