// Plain text laid out on A4 pages: wrapped at blanks, tabs to stops, form feeds to new pages.
import { DocumentError } from "../problem.ts";
import { type Face, type Font, font } from "./font.ts";

/** A piece of a line that is drawn in one go. Points from the page's left and bottom edge, to the baseline. */
export type TextPiece = { text: string; x: number; y: number };

export type TextPage = TextPiece[];

export type TextStyle = { face: Face; fontSize: number };

/** A message: proportional, a good size for reading off a fax. */
export const MESSAGE_STYLE: TextStyle = { face: "DejaVuSans", fontSize: 11 };
/** A text file: columns are often lined up with blanks. 82 characters a line. */
export const FILE_STYLE: TextStyle = { face: "DejaVuSansMono", fontSize: 10 };

const POINTS_PER_MM = 72 / 25.4;
export const A4_POINTS = { width: 210 * POINTS_PER_MM, height: 297 * POINTS_PER_MM } as const;
/** The top leaves room for a fax header line. */
const MARGIN = {
  left: 20 * POINTS_PER_MM,
  right: 15 * POINTS_PER_MM,
  top: 20 * POINTS_PER_MM,
  bottom: 15 * POINTS_PER_MM,
};
const LINE_SPACING = 1.35;
/** Part of the font size that stands above the baseline. */
const ASCENT = 0.93;
const TAB_COLUMNS = 8;

/**
 * Lays text out on as many A4 pages as it takes.
 *
 * @throws DocumentError `empty-file` for text without any visible character, `too-many-pages`
 */
export function layOut(text: string, style: TextStyle, maxPages: number): TextPage[] {
  const clean = tidy(text);
  if (clean.trim() === "") throw new DocumentError("empty-file", "The text has no visible character.");
  const setter = lineSetter(style);
  const lineHeight = style.fontSize * LINE_SPACING;
  const linesPerPage = Math.floor((A4_POINTS.height - MARGIN.top - MARGIN.bottom) / lineHeight);
  const pages: TextPage[] = [];
  for (const sheet of clean.split("\f")) {
    const lines: LinePiece[][] = [];
    for (const line of sheet.split("\n")) {
      // Appended one by one, and given up early: a text of millions of lines is refused before it fills the memory.
      for (const pieces of setter(line)) lines.push(pieces);
      if (pages.length * linesPerPage + lines.length > maxPages * linesPerPage && lines.at(-1)!.length > 0)
        throw tooLong(maxPages);
    }
    while (lines.length > 0 && lines.at(-1)!.length === 0) lines.pop();
    for (let first = 0; first < Math.max(1, lines.length); first += linesPerPage) {
      if (pages.length >= maxPages) throw tooLong(maxPages);
      pages.push(
        lines.slice(first, first + linesPerPage).flatMap((pieces, row) => {
          const y = A4_POINTS.height - MARGIN.top - style.fontSize * ASCENT - row * lineHeight;
          return pieces.map(({ text, x }) => ({ text, x: MARGIN.left + x, y }));
        }),
      );
    }
  }
  return pages;
}

function tooLong(maxPages: number): DocumentError {
  return new DocumentError("too-many-pages", `The text has more than ${maxPages} pages.`);
}

/** One spelling of line ends, no control characters, no empty pages at the end. */
function tidy(text: string): string {
  return (
    text
      .normalize("NFC")
      .replace(/\r\n|[\r\u0085\u2028\u2029]/g, "\n")
      .replace(/\v/g, "\f")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u2060\ufeff\ufffe\uffff]/g, "")
      .trimEnd()
  );
}

type LinePiece = { text: string; x: number };

/** A function that breaks one line of the text into lines of the page. */
function lineSetter(style: TextStyle): (line: string) => LinePiece[][] {
  const metrics = font(style.face);
  const available = A4_POINTS.width - MARGIN.left - MARGIN.right;
  const tab = TAB_COLUMNS * font("DejaVuSansMono").width(0x20) * style.fontSize;
  return (line) => {
    const lines: LinePiece[][] = [[]];
    let x = 0;
    for (const word of line.trimEnd().match(/\t| +|[^\t ]+/g) ?? []) {
      if (word === "\t") {
        x = (Math.floor(x / tab + 1e-6) + 1) * tab;
        continue;
      }
      const width = measure(metrics, word) * style.fontSize;
      const isBlank = word.startsWith(" ");
      // Blanks at a break are dropped; those that begin a line of the text are its indentation and stay.
      if (isBlank) {
        x += width;
        continue;
      }
      if (x > 0 && x + width > available) {
        lines.push([]);
        x = 0;
      }
      for (const [index, part] of split(metrics, word, (available - x) / style.fontSize).entries()) {
        if (index > 0) {
          lines.push([]);
          x = 0;
        }
        append(lines.at(-1)!, part, x, style, metrics);
        x += measure(metrics, part) * style.fontSize;
      }
    }
    return lines;
  };
}

/** Words with a single blank between them become one piece, which keeps the number of objects on a page small. */
function append(pieces: LinePiece[], word: string, x: number, style: TextStyle, metrics: Font): void {
  const last = pieces.at(-1);
  if (last !== undefined) {
    const joined = `${last.text} `;
    if (Math.abs(last.x + measure(metrics, joined) * style.fontSize - x) < 0.01) {
      last.text = joined + word;
      return;
    }
  }
  pieces.push({ text: word, x });
}

/** A word in parts no wider than a line: the first within `firstEm`, which is a whole line unless the word fits. */
function split(metrics: Font, word: string, firstEm: number): string[] {
  if (measure(metrics, word) <= firstEm) return [word];
  const parts: string[] = [];
  let part = "";
  let width = 0;
  for (const character of word) {
    const more = metrics.width(character.codePointAt(0)!);
    if (part !== "" && width + more > firstEm) {
      parts.push(part);
      part = "";
      width = 0;
    }
    part += character;
    width += more;
  }
  parts.push(part);
  return parts;
}

function measure(metrics: Font, text: string): number {
  let width = 0;
  for (const character of text) width += metrics.width(character.codePointAt(0)!);
  return width;
}
