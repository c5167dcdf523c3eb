// Recipients as FAX.de's callers write them: a list with references in brackets, or a file in CSV form.
import type { RecipientInput } from "@depesche/ports";
import { decodeUndeclared } from "@depesche/soap";

/** Recipients of one job; more than this in one file is refused. */
export const MAX_RECIPIENTS = 1_000_000;

/**
 * "number[reference], number, ...": commas part recipients, except within brackets, and so does a number behind a closing
 * bracket: nobody who is named may get lost. Empty places are passed over; a reference alone is an entry without address.
 */
export function parseRecipientList(text: string): RecipientInput[] {
  const recipients: RecipientInput[] = [];
  let from = 0;
  const cut = (to: number, next: number) => {
    const recipient = parseRecipient(text.slice(from, to));
    if (recipient.address !== "" || recipient.reference !== "") recipients.push(recipient);
    from = next;
  };
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "[") {
      const close = closingBracket(text, at);
      if (close < 0) continue;
      at = close;
      if (numberFollows(text, close + 1)) cut(close + 1, close + 1);
    } else if (endsRecipient(text[at])) cut(at, at + 1);
  }
  cut(text.length, text.length);
  return recipients;
}

const endsRecipient = (character: string | undefined) => character === "," || character === ";" || character === "\n";

/** Where the bracket closes; -1 for one that never does, or only behind another opening one: it holds no commas together. */
function closingBracket(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === "]") return at;
    if (text[at] === "[") return -1;
  }
  return -1;
}

function numberFollows(text: string, from: number): boolean {
  for (let at = from; at < text.length && text[at] !== "[" && !endsRecipient(text[at]); at++) {
    if (/[0-9@]/.test(text[at]!)) return true;
  }
  return false;
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
  const text = withoutEndMark(decodeUndeclared(bytes));
  if (text.includes("\u0000")) return { ok: false, detail: "The recipient file is no text." };
  const rows = parseCsv(text, separatorOf(text));
  if (rows === undefined) return { ok: false, detail: `The recipient file has more than ${MAX_RECIPIENTS} lines.` };
  if (rows[0] && SEPARATOR_LINE.test(rows[0].address)) rows.shift();
  if (rows[0] && isHeading(rows[0].address)) rows.shift();
  if (rows.length === 0) return { ok: false, detail: "The recipient file has no line with a recipient." };
  return { ok: true, recipients: rows };
}

/** Excel's first line that names the separator; the separator itself is read as such. */
const SEPARATOR_LINE = /^sep=$/i;

/** DOS programs end a text with Ctrl-Z, C programs with NUL. */
function withoutEndMark(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "\u001a" || text[end - 1] === "\u0000")) end--;
  return text.slice(0, end);
}

/** The separator that comes first outside quotes; neither a number nor a mail address holds one. */
function separatorOf(text: string): string {
  let quoted = false;
  for (const character of text.slice(0, 64 * 1024)) {
    if (character === "\n") quoted = false;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "," || character === ";" || character === "\t")) return character;
  }
  return ",";
}

/** A first field without digit and at-sign is a column's name. */
function isHeading(field: string): boolean {
  return field !== "" && !/[0-9@]/.test(field);
}

/** First two columns of every line that has something in one of them; undefined when there are too many lines. */
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
    row.reference = reference?.value.trim() || row.reference;
    if (row.reference === "" && BLANK_LINE.test(row.address)) continue;
    if (rows.length === MAX_RECIPIENTS) return undefined;
    rows.push(row);
  }
  return rows;
}

/** Nothing but separators, as spreadsheets leave behind below their last line. */
const BLANK_LINE = /^[,;\s]*$/;

interface Field {
  value: string;
  /** Index of the separator or line end behind it. */
  end: number;
}

const QUOTE = 0x22;

/** RFC 4180 section 2, forgiving: blanks before a quote are allowed, and a quote that is never closed opens nothing. */
function readField(text: string, from: number, separator: string): Field {
  let at = from;
  while (text[at] === " ") at++;
  const opens = text.charCodeAt(at) === QUOTE;
  const quoted = opens ? quotedField(text, at, separator) : undefined;
  if (quoted) return quoted;
  const end = fieldEnd(text, from, separator);
  return { value: text.slice(opens ? at + 1 : from, end), end };
}

/**
 * A field in quotes. Text behind the closing one is dropped, but only within the line: a field of several lines must close
 * cleanly, or else a stray quote (12" pipe) would swallow the recipients of the lines below.
 */
function quotedField(text: string, open: number, separator: string): Field | undefined {
  let value = "";
  for (let at = open; ; ) {
    const close = text.indexOf('"', at + 1);
    if (close < 0) return undefined;
    value += text.slice(at + 1, close);
    if (text.charCodeAt(close + 1) !== QUOTE) {
      const end = fieldEnd(text, close + 1, separator);
      const clean = !/[\r\n]/.test(value) || text.slice(close + 1, end).trim() === "";
      return clean ? { value, end } : undefined;
    }
    value += '"';
    at = close + 1;
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
