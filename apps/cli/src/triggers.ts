// What `depesche trigger` can make happen, as data: who is called, and what is to be seen then.

import type { DeliveryState, Outcome } from "@depesche/core";

/** A job that we send, to somebody of whom we know what will happen. */
export interface SendingTrigger {
  kind: "send";
  channel: "fax" | "sms" | "mail";
  to: string;
  /** What is to come of it. */
  outcome: Outcome;
  /** What is told after that. */
  delivery?: DeliveryState;
}

export type Trigger = SendingTrigger | { kind: "fax-in" } | { kind: "sms-reply" } | { kind: "letter-bounce" };

const fax = (to: string, outcome: Outcome): SendingTrigger => ({ kind: "send", channel: "fax", to, outcome });

/** Numbers and addresses of DESIGN section 8. */
export const TRIGGERS = {
  busy: fax("+493023125101", "BUSY"),
  noanswer: fax("+493023125201", "NOANSWER"),
  voice: fax("+493023125301", "VOICE"),
  noring: fax("+493023125401", "NORING"),
  isdnerr: fax("+493023125501", "ISDNERR"),
  noservice: fax("+493023125601", "NOSERVICE"),
  sendfail: fax("+493023125701", "SENDFAIL"),
  "fax-in": { kind: "fax-in" },
  "sms-reply": { kind: "sms-reply" },
  "sms-undelivered": { kind: "send", channel: "sms", to: "+491713920050", outcome: "OK", delivery: "undelivered" },
  "mail-bounce": { kind: "send", channel: "mail", to: "bounce@kunde.example", outcome: "NORING" },
  "letter-bounce": { kind: "letter-bounce" },
} as const satisfies Record<string, Trigger>;
export type TriggerName = keyof typeof TRIGGERS;

export function isTriggerName(word: string): word is TriggerName {
  return Object.hasOwn(TRIGGERS, word);
}
