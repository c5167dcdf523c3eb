// Recipients as FAX.de's callers write them: a list with references in brackets, or a file in CSV form.
import type { RecipientInput } from "@depesche/ports";
import { decodeSingleByte, WINDOWS_1252_UPPER } from "@depesche/soap";

/** Recipients of one job; more than this in one file is refused. */
export const MAX_RECIPIENTS = 1_000_000;

/** "number[reference], number, ...": commas part recipients, except within brackets. Empty places are passed over; a reference alone is an entry without address. */
export function parseRecipientList(text: string): RecipientInput[] {
  const recipients: RecipientInput[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (character === "[") depth = 1;
    else if (character === "]") depth = 0;
    const ends =
      character === undefined || (depth === 0 && (character === "," || character === ";" || character === "\n"));
    if (!ends) continue;
    const recipient = parseRecipient(text.slice(from, at));
    if (recipient.address !== "" || recipient.reference !== "") recipients.push(recipient);
    from = at + 1;
  }
  return recipients;
}

/** Longest mail address (RFC 5321) with room to spare; what is longer stays invalid when it is cut. */
const MAX_ADDRESS = 400;

/** One recipient with its reference: what stands in the first brackets. */
function parseRecipient(text: string): RecipientInput {
  const open = text.indexOf("[");
  if (open < 0) return { address: text.trim().slice(0, MAX_ADDRESS), reference: "" };
  const close = text.indexOf("]", open);
  const address = text.slice(0, open).trim().slice(0, MAX_ADDRESS);
  return { address, reference: text.slice(open + 1, close < 0 ? undefined : close).trim() };
}

export type RecipientFile = { ok: true; recipients: RecipientInput[] } | { ok: false; detail: string };

/**
 * A recipient file: recipient and optional reference a line, comma, semicolon or tab between them, CRLF or LF, fields in
 * quotes or not, a heading line or none; UTF-8 or UTF-16 by its mark, UTF-8 or else windows-1252 without.
 */
export function parseRecipientFile(bytes: Uint8Array): RecipientFile {
  const text = decode(bytes);
  if (text.includes("\u0000")) return { ok: false, detail: "The recipient file is no text." };
  const rows = parseCsv(text, separatorOf(text));
  if (rows === undefined) return { ok: false, detail: `The recipient file has more than ${MAX_RECIPIENTS} lines.` };
  if (rows[0] && isHeading(rows[0].address)) rows.shift();
  if (rows.length === 0) return { ok: false, detail: "The recipient file has no line with a recipient." };
  return { ok: true, recipients: rows };
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return decodeSingleByte(bytes, WINDOWS_1252_UPPER);
  }
}

/** The separator that comes first outside quotes; neither a number nor a mail address holds one. */
function separatorOf(text: string): string {
  let quoted = false;
  for (const character of text.slice(0, 64 * 1024)) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "," || character === ";" || character === "\t")) return character;
  }
  return ",";
}

/** A first field without digit and at-sign is a column's name. */
function isHeading(field: string): boolean {
  return !/[0-9@]/.test(field);
}

/** First two columns of every line that has something in the first; undefined when there are too many lines. */
function parseCsv(text: string, separator: string): RecipientInput[] | undefined {
  const rows: RecipientInput[] = [];
  let at = 0;
  while (at < text.length) {
    const address = readField(text, at, separator);
    let reference: Field | undefined;
    let last = address;
    while (text[last.end] === separator) {
      last = readField(text, last.end + 1, separator);
      reference ??= last;
    }
    at = afterLineEnd(text, last.end);
    const row = parseRecipient(address.value);
    if (reference) row.reference = reference.value.trim();
    if (row.address === "") continue;
    if (rows.length === MAX_RECIPIENTS) return undefined;
    rows.push(row);
  }
  return rows;
}

interface Field {
  value: string;
  /** Index of the separator or line end behind it. */
  end: number;
}

const QUOTE = 0x22;

/** RFC 4180 section 2, forgiving: blanks before a quote, and text behind the closing one, are allowed. */
function readField(text: string, from: number, separator: string): Field {
  let at = from;
  while (text[at] === " ") at++;
  if (text.charCodeAt(at) !== QUOTE) {
    const end = fieldEnd(text, from, separator);
    return { value: text.slice(from, end), end };
  }
  let value = "";
  for (;;) {
    const close = text.indexOf('"', at + 1);
    value += text.slice(at + 1, close < 0 ? text.length : close);
    if (close < 0) return { value, end: text.length };
    at = close + 1;
    if (text.charCodeAt(at) !== QUOTE) return { value, end: fieldEnd(text, at, separator) };
    value += '"';
  }
}

function fieldEnd(text: string, from: number, separator: string): number {
  const code = separator.charCodeAt(0);
  let at = from;
  while (at < text.length) {
    const here = text.charCodeAt(at);
    if (here === code || here === 0x0a || here === 0x0d) break;
    at++;
  }
  return at;
}

function afterLineEnd(text: string, end: number): number {
  return text.charCodeAt(end) === 0x0d && text.charCodeAt(end + 1) === 0x0a ? end + 2 : end + 1;
}
