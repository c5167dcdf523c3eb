// What the answers of a mail server mean in our outcomes (RFC 5321 §4.2, enhanced codes of RFC 3463).

import type { MailReport } from "@depesche/ports";

/** What nodemailer puts on its errors. */
export interface SmtpFault {
  message: string;
  /** nodemailer's or the system's word: "EENVELOPE", "ECONNREFUSED", ... */
  code?: string | undefined;
  /** Three digits of the reply. */
  responseCode?: number | undefined;
  /** The reply as it came, with the three digits. */
  response?: string | undefined;
  /** What was being said: "RCPT TO", "DATA", "CONN", ... */
  command?: string | undefined;
}

/** Enhanced codes (class removed) that say the address leads nowhere. */
const NO_SUCH_ADDRESS = new Set(["1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"]);
/** The same by the basic code alone, when it answers RCPT TO. */
const NO_SUCH_MAILBOX = new Set([501, 550, 551, 553]);

/**
 * The report for a mail that was not taken. A 4yz reply, and whatever ends the connection, is temporary (SENDFAIL); a
 * 5yz reply is final: NORING where it says that there is no such mailbox or domain, else SENDFAIL (full, too large,
 * refused by policy). 503 says that the session got out of step, not that the mail is refused, and is temporary.
 */
export function reportOfFault(fault: SmtpFault): MailReport {
  const { responseCode } = fault;
  if (responseCode === undefined || !(responseCode >= 400 && responseCode < 600)) return unreachable(fault);
  const words = sentence(fault.response ?? fault.message);
  const cause = { code: `smtp-${responseCode}`, text: words };
  // A login that is refused is our own setting, not the recipient's fault: the mail may go once it is mended.
  if (responseCode < 500 || responseCode === 503 || fault.code === "EAUTH") {
    return { outcome: "SENDFAIL", cause, temporary: true };
  }
  const enhanced = /^\d{3}[ -]5\.(\d{1,3}\.\d{1,3})\b/.exec(fault.response ?? "")?.[1];
  const nowhere =
    enhanced === undefined || enhanced === "0.0"
      ? fault.command === "RCPT TO" && NO_SUCH_MAILBOX.has(responseCode)
      : NO_SUCH_ADDRESS.has(enhanced);
  return { outcome: nowhere ? "NORING" : "SENDFAIL", cause };
}

/**
 * The report for a mail of which the server has everything, but whose answer never came. The next try carries the same
 * Message-ID, and the worker marks it as a possible repeat by this code.
 */
export function lostAnswer(fault: SmtpFault): MailReport {
  const text = `The mail server had the whole mail, but its answer was lost: ${sentence(fault.message)}`;
  return { outcome: "SENDFAIL", cause: { code: "carrier-answer-lost", text }, temporary: true };
}

/** Faults that lie in the mail itself: another try meets them again. */
const OUR_OWN = new Set(["EMESSAGE", "ESTREAM", "EFILEACCESS", "EURLACCESS", "ECONFIG"]);

function unreachable(fault: SmtpFault): MailReport {
  const word = (fault.code ?? "unknown").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const cause = { code: `smtp-${word}`, text: sentence(fault.message) };
  // Without a reply, an envelope fault is nodemailer refusing an address that no server would take.
  if (fault.code === "EENVELOPE" && !fault.response) return { outcome: "NORING", cause };
  if (fault.code !== undefined && OUR_OWN.has(fault.code)) return { outcome: "SENDFAIL", cause };
  return { outcome: "SENDFAIL", cause, temporary: true };
}

/** One line of bounded length: servers may say anything. */
function sentence(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\s]+/gu, " ")
      .trim()
      .slice(0, 300) || "The mail server gave no reason."
  );
}
