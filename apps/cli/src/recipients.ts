// Telling recipients from files on a command line, and reading lists of recipients.

import type { Channel } from "@depesche/core";

export interface Addressee {
  address: string;
  reference?: string;
}

/** A number as people write it, with the caller's own reference in brackets behind it (as FAX.de takes it). */
const NUMBER = /^(\+?[\d\s()/.-]*\d[\d\s()/.-]*)(?:\[([^\]]*)\])?$/;
const MAIL = /^([^\s@[\]]+@[^\s@[\]]+)(?:\[([^\]]*)\])?$/;

/** The word as a recipient of this channel, or undefined when it is none (and so names a file). */
export function asRecipient(channel: Channel, word: string): Addressee | undefined {
  const m = (channel === "mail" ? MAIL : NUMBER).exec(word.trim());
  if (!m || channel === "letter") return undefined;
  // "./12345" and "12.tif" are files; a number has at least three digits.
  if (channel !== "mail" && (/^[./]/.test(word) || word.replace(/\D/g, "").length < 3)) return undefined;
  const address = (m[1] as string).trim();
  return m[2] === undefined ? { address } : { address, reference: m[2] };
}

/**
 * A list: a recipient a line, behind it after a comma, semicolon or tab the caller's reference. Empty lines and lines that begin
 * with # do not count, nor does a first line without a recipient (a heading).
 *
 * @returns the recipients, or the number (from 1) and text of the first line that holds none
 */
export function readList(channel: Channel, text: string): Addressee[] | { line: number; text: string } {
  const found: Addressee[] = [];
  let isFirst = true;
  for (const [i, raw] of text
    .replace(/^\u{feff}/u, "")
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const [first = "", second = ""] = line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
    const recipient = asRecipient(channel, first);
    if (recipient) found.push(second === "" ? recipient : { ...recipient, reference: second });
    else if (!isFirst) return { line: i + 1, text: line };
    isFirst = false;
  }
  return found;
}
