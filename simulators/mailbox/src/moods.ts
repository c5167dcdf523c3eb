// How the mailboxes of the simulation behave, by their name: faults as data (RFC 5321 replies, RFC 3463 codes in the text).

export interface Mood {
  /** Refuses the recipient (RCPT TO). */
  refuse?: { code: number; text: string };
  /** Refuses a mail after DATA the first time it comes, takes it the second time. */
  defer?: { code: number; text: string };
  /** Answers a mail only after the configured while. */
  slow?: boolean;
}

/** What may meet a mail in the place of its mailbox's own behaviour. */
export type MailFault = "unavailable" | "greylisted" | "unknown" | "full" | "dropped";

/** Answers to RCPT TO by fault; smtp-server closes the connection behind a 421 (RFC 5321 §3.8). */
export const REFUSALS: Readonly<Record<Exclude<MailFault, "dropped">, { code: number; text: string }>> = {
  unavailable: { code: 421, text: "4.3.2 The service is not available, closing the connection" },
  greylisted: { code: 451, text: "4.7.1 Greylisted, please try again later" },
  unknown: { code: 550, text: "5.1.1 There is no mailbox of this name" },
  full: { code: 552, text: "5.2.2 The mailbox is full" },
};

/** Local parts with a behaviour of their own, in any domain below .example. */
export const MOODS: Readonly<Record<string, Mood>> = {
  bounce: { refuse: { code: 550, text: "5.1.1 There is no mailbox of this name" } },
  full: { refuse: { code: 552, text: "5.2.2 The mailbox is full" } },
  later: { defer: { code: 451, text: "4.7.1 Greylisted, please try again later" } },
  slow: { slow: true },
};

const TAKES_ALL = "ok.example";
const UNKNOWN: Mood = { refuse: { code: 550, text: "5.1.1 There is no mailbox of this name" } };
const NO_SUCH_DOMAIN: Mood = { refuse: { code: 550, text: "5.1.2 This domain does not exist in the simulation" } };

/** What happens to a mail for `address`: named behaviour, taken at ok.example, unknown elsewhere. */
export function moodOf(address: string): Mood {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(0, at)).toLowerCase();
  const domain = address.slice(at + 1).toLowerCase();
  if (domain !== "example" && !domain.endsWith(".example")) return NO_SUCH_DOMAIN;
  return (Object.hasOwn(MOODS, local) && MOODS[local]) || (domain === TAKES_ALL ? {} : UNKNOWN);
}
