// How simulated numbers take a message: faults as data. The numbers are reserved for fiction or are Twilio's own test numbers.

import type { RefusalCode } from "./answers.ts";

/** States a message passes on its way out; times count from its acceptance, in simulated milliseconds. */
export interface Step {
  afterMs: number;
  status: "sending" | "sent" | "delivered" | "undelivered" | "failed";
  errorCode?: number;
}

export type Mood =
  | { kind: "takes"; steps: readonly Step[] }
  /** Takes the message, but the connection breaks before the answer. */
  | { kind: "loses-answer"; steps: readonly Step[] }
  /** Neither takes the message nor answers. */
  | { kind: "silent" }
  /** The API refuses the message. */
  | { kind: "refuses"; code: RefusalCode }
  /** The first try of every message is throttled (429), the next one taken. */
  | { kind: "throttles-first"; steps: readonly Step[] };

const ON_THE_WAY: readonly Step[] = [
  { afterMs: 100, status: "sending" },
  { afterMs: 600, status: "sent" },
];

/** What a scenario may call a number's mood. */
export const MOODS = {
  delivered: { kind: "takes", steps: [...ON_THE_WAY, { afterMs: 2_500, status: "delivered" }] },
  "delivered-late": { kind: "takes", steps: [...ON_THE_WAY, { afterMs: 600_000, status: "delivered" }] },
  undelivered: undelivered(30003),
  failed: { kind: "takes", steps: [{ afterMs: 300, status: "failed", errorCode: 30008 }] },
  "never-told": { kind: "takes", steps: ON_THE_WAY },
  rejected: { kind: "refuses", code: 21612 },
  unsubscribed: { kind: "refuses", code: 21610 },
  "throttled-first": { kind: "throttles-first", steps: [...ON_THE_WAY, { afterMs: 2_500, status: "delivered" }] },
  "unknown-subscriber": { kind: "refuses", code: 21614 },
  "answer-lost": { kind: "loses-answer", steps: [...ON_THE_WAY, { afterMs: 2_500, status: "delivered" }] },
  silent: { kind: "silent" },
  throttled: { kind: "refuses", code: 20429 },
  "carrier-fault": { kind: "refuses", code: 20500 },
} as const satisfies Record<string, Mood>;
export type MoodName = keyof typeof MOODS;

export function isMoodName(word: unknown): word is MoodName {
  return typeof word === "string" && Object.hasOwn(MOODS, word);
}

function undelivered(errorCode: number): Mood & { kind: "takes" } {
  return { kind: "takes", steps: [...ON_THE_WAY, { afterMs: 2_500, status: "undelivered", errorCode }] };
}

/** Recipients of Twilio's test credentials that are refused. */
const TEST_TO: ReadonlyMap<string, RefusalCode> = new Map([
  ["+15005550001", 21211],
  ["+15005550002", 21612],
  ["+15005550003", 21408],
  ["+15005550004", 21610],
  ["+15005550009", 21614],
]);

/** Senders of Twilio's test credentials that are refused. */
const TEST_FROM: ReadonlyMap<string, RefusalCode> = new Map([
  ["+15005550001", 21212],
  ["+15005550007", 21606],
  ["+15005550008", 21611],
]);

/** The refusal a sender provokes, if it is one of the test senders. */
export function refusalOfSender(from: string): RefusalCode | undefined {
  return TEST_FROM.get(from);
}

/**
 * Mood of a number: on +49 171 39200 xy the digit x decides, and y varies it (x = 5: delivery code 3000y; x = 6, y = 1:
 * unsubscribed; x = 9, y = 1: found out only on delivery). Undefined: the number is neither fiction nor a test number.
 */
export function moodOfNumber(to: string): Mood | undefined {
  if (TEST_TO.has(to)) return { kind: "refuses", code: TEST_TO.get(to)! };
  if (/^\+1500555\d{4}$/.test(to)) return MOODS.delivered;
  const digits = /^\+4917139200(\d)(\d)$/.exec(to);
  if (digits === null) return undefined;
  const [x, y] = [Number(digits[1]), Number(digits[2])];
  switch (x) {
    case 5:
      return y === 0 ? MOODS.undelivered : undelivered(30000 + y);
    case 6:
      return y === 1 ? MOODS.unsubscribed : MOODS.rejected;
    case 7:
      return MOODS["throttled-first"];
    case 8:
      return MOODS["delivered-late"];
    case 9:
      return y === 1 ? undelivered(30005) : MOODS["unknown-subscriber"];
    default:
      return MOODS.delivered;
  }
}
