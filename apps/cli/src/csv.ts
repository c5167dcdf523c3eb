// Lists as spreadsheets write them (RFC 4180, with the semicolon and the tab beside the comma).
// Our own reader, since one that follows the RFC lets a stray quote swallow all recipients below it.

export interface Row {
  /** Line of the file on which it begins, from 1. */
  line: number;
  cells: string[];
  /** Its first line, as it stands there. */
  text: string;
}

const QUOTED = / *"((?:[^"]|"")*)" *(?=[,;\t\r\n]|$)/y;
const UNQUOTED: Record<string, RegExp> = {
  "": /[^,;\t\r\n]*/y,
  ",": /[^,\r\n]*/y,
  ";": /[^;\r\n]*/y,
  "\t": /[^\t\r\n]*/y,
};
const LINE = /[^\r\n]*/y;

/** What a sticky expression finds at this place; all of them match at least nothing, but QUOTED. */
function take(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** The rows of a list. Empty lines and lines that begin with # are none. The first separator of a row is the row's separator. */
export function readRows(text: string): Row[] {
  const rows: Row[] = [];
  const all = text.replace(/^\u{feff}/u, "");
  let line = 1;
  let at = 0;
  while (at < all.length) {
    const whole = take(LINE, all, at)?.[0] ?? "";
    if (whole.trim() === "" || whole.trimStart().startsWith("#")) at += whole.length;
    else {
      const row: Row = { line, cells: [], text: whole.trim() };
      const from = at;
      at = readRow(row, all, at);
      rows.push(row);
      line += all.slice(from, at).split(/\r\n|\r|\n/).length - 1;
    }
    at += all.startsWith("\r\n", at) ? 2 : 1;
    line += 1;
  }
  return rows;
}

/** Fills a row with its cells; answers where it ends. */
function readRow(row: Row, text: string, start: number): number {
  let at = start;
  let separator = "";
  while (at <= text.length) {
    const quoted = take(QUOTED, text, at);
    const cell = quoted ?? (take(UNQUOTED[separator] as RegExp, text, at) as RegExpExecArray);
    row.cells.push(quoted ? (quoted[1] as string).replaceAll('""', '"') : cell[0].trim());
    at += cell[0].length;
    const next = text[at] ?? "\n";
    if (next === "\n" || next === "\r") break;
    separator ||= next;
    at += 1;
  }
  return at;
}
