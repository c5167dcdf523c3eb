// What Twilio's answers to a message mean in our outcomes, and the plain words for its delivery codes.

import type { Outcome } from "@depesche/core";
import type { SmsReport } from "@depesche/ports";

/** Refusals that say something about the recipient; any other code is SENDFAIL. */
const OUTCOME_OF_CODE: Readonly<Record<number, Outcome>> = {
  // "To" is not a telephone number, or not a mobile one: nothing rings there.
  21211: "NORING",
  21614: "NORING",
  // The recipient has unsubscribed from this sender.
  21610: "BLACKLIST",
};

/** Too many requests (also as HTTP 429): passes by itself. */
const THROTTLED = 20429;

/** What an HTTP error answer means. `code` is Twilio's own, when the body carried one. */
export function reportOfRefusal(status: number, code: number | undefined, message: string | undefined): SmsReport {
  const text = message?.slice(0, 300) || `Twilio answered with HTTP status ${status}.`;
  const cause = { code: code === undefined ? `carrier-http-${status}` : `carrier-${code}`, text };
  if (status === 429 || status >= 500 || code === THROTTLED) return { outcome: "SENDFAIL", cause, temporary: true };
  return { outcome: (code !== undefined && OUTCOME_OF_CODE[code]) || "SENDFAIL", cause };
}

const WORDS: Readonly<Record<string, string>> = {
  "30001": "the carrier's queue overflowed",
  "30002": "the carrier has suspended the account",
  "30003": "the handset cannot be reached",
  "30004": "the message is blocked",
  "30005": "the handset is unknown",
  "30006": "a landline, or a network that cannot be reached",
  "30007": "the carrier filtered the message",
  "30008": "the carrier does not say why",
  "30009": "a segment is missing",
  "30010": "the price is above the limit",
};

/** One line for a delivery code: the code and, where known, what it says. */
export function wordsOfCode(code: string): string {
  return WORDS[code] === undefined ? code : `${code}: ${WORDS[code]}`;
}
