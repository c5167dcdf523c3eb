// Telling recipients from files on a command line, and reading lists of recipients.

import type { Channel } from "@depesche/core";
import { type Row, readRows } from "./csv.ts";

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

/** A first line that has nothing a recipient of this channel has is a heading; a mistyped recipient is not. */
function isHeading(channel: Channel, { cells, line }: Row): boolean {
  const first = cells[0] as string;
  return line === 1 && (channel === "mail" ? !first.includes("@") : !/\d/.test(first));
}

/**
 * A list: a recipient a row, in the next cell the caller's reference. A first row without anything like a recipient is a heading.
 *
 * @returns the recipients, or the number (from 1) and text of the first line that holds none
 */
export function readList(channel: Channel, text: string): Addressee[] | { line: number; text: string } {
  const found: Addressee[] = [];
  for (const row of readRows(text)) {
    const [first = "", second = ""] = row.cells;
    const recipient = asRecipient(channel, first);
    if (recipient) found.push(second === "" ? recipient : { ...recipient, reference: second });
    else if (!isHeading(channel, row)) return { line: row.line, text: row.text };
  }
  return found;
}
