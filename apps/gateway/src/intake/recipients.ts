// Which recipients may be sent to: numbers and addresses made canonical, doubles removed, the barred ones named.

import { type Account, type Channel, isMailAddress, type Outcome, type RecipientOrder } from "@depesche/core";
import { barredReason, parseNumber } from "@depesche/phone";
import type { IntakeProblem, RecipientInput } from "@depesche/ports";

const HOME_COUNTRY = "49";

export type RecipientsResult =
  | { ok: true; recipients: RecipientOrder[]; notices: string[] }
  | { ok: false; problem: IntakeProblem; detail: string; at?: number };

interface Judged {
  address: string;
  refusal?: { problem: IntakeProblem; outcome: Outcome; code: string; text: string };
}

/**
 * Judges all recipients of a job. One that may not be tried ends a job of one recipient with its problem; among several it stays as a
 * row that is final from the start, since the others must not suffer.
 */
export function judgeRecipients(account: Account, channel: Channel, input: RecipientInput[]): RecipientsResult {
  if (input.length === 0) return { ok: false, problem: "no-recipient", detail: "No recipient is given." };
  if (input.length > 1 && !account.mass)
    return {
      ok: false,
      problem: "mass-not-released",
      detail: "This account may send to one recipient at a time; ask for mass sending.",
    };

  const blacklist = new Set(account.blacklist);
  const seen = new Set<string>();
  const recipients: RecipientOrder[] = [];
  const notices: string[] = [];
  let doubles = 0;
  let firstRefusal: { refusal: NonNullable<Judged["refusal"]>; at: number } | undefined;
  for (const [at, one] of input.entries()) {
    const judged = judge(account, channel, one.address, blacklist);
    // The same number twice is one recipient, unless the customer tells them apart.
    const key = `${judged.address}\0${one.reference}`;
    if (seen.has(key)) {
      doubles++;
      continue;
    }
    seen.add(key);
    const order: RecipientOrder = { address: judged.address, reference: one.reference };
    if (judged.refusal) {
      firstRefusal ??= { refusal: judged.refusal, at };
      const { outcome, code, text, problem } = judged.refusal;
      order.refused = { outcome, cause: { code, text }, counted: problem !== "bad-recipient" };
    }
    recipients.push(order);
  }
  if (doubles > 0) notices.push(`${doubles} recipients stood twice in the list and get the job once.`);
  if (firstRefusal && (recipients.length === 1 || recipients.every((r) => r.refused && !r.refused.counted))) {
    const { refusal, at } = firstRefusal;
    return { ok: false, problem: refusal.problem, detail: refusal.text, at };
  }
  return { ok: true, recipients, notices };
}

/** Whether an address that was accepted before may (still) be sent to. */
export function maySend(account: Account, channel: Channel, address: string): boolean {
  if (!account.channels.includes(channel)) return false;
  return channel === "letter" || judge(account, channel, address, new Set(account.blacklist)).refusal === undefined;
}

function judge(account: Account, channel: Channel, written: string, blacklist: Set<string>): Judged {
  if (channel === "mail") {
    const address = written.trim();
    if (!isMailAddress(address)) return bad(address, `"${address.slice(0, 80)}" is not a mail address.`);
    return blacklist.has(address.toLowerCase()) ? blocked(address) : { address };
  }
  if (channel === "null") return { address: written.trim() };
  const parsed = parseNumber(written, { country: HOME_COUNTRY });
  if (!parsed.ok)
    return bad(
      written.trim(),
      `"${written.trim().slice(0, 80)}" is not a telephone number that can be dialled (${parsed.problem}).`,
    );
  const address = parsed.e164;
  const reason = barredReason(parsed.kind);
  if (reason === "blocked")
    return refused(address, "recipient-blocked", "number-blocked", `${address} is blocked for everybody.`);
  if (reason) return refused(address, reason, reason, `${address} is a premium or special number and is not dialled.`);
  if (parsed.foreign && !account.foreign)
    return refused(
      address,
      "foreign-not-released",
      "foreign-not-released",
      `${address} is abroad; this account is not released for numbers abroad.`,
    );
  return blacklist.has(address) ? blocked(address) : { address };
}

function bad(address: string, text: string): Judged {
  return {
    address: address.slice(0, 200),
    refusal: { problem: "bad-recipient", outcome: "NORING", code: "number-invalid", text },
  };
}

function blocked(address: string): Judged {
  return refused(address, "recipient-blacklisted", "blacklist", `${address} is on this account's blacklist.`);
}

function refused(address: string, problem: IntakeProblem, code: string, text: string): Judged {
  return { address, refusal: { problem, outcome: "BLACKLIST", code, text } };
}
