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
export const A4_MM = { width: 210, height: 297 } as const;
export const A4_POINTS = { width: A4_MM.width * POINTS_PER_MM, height: A4_MM.height * POINTS_PER_MM } as const;
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
const AVAILABLE_WIDTH = A4_POINTS.width - MARGIN.left - MARGIN.right;
const TAB_COLUMNS = 8;
/**
 * Bringing the marks on one character into order takes the square of their number, so thirty are ended by a joiner that
 * keeps them apart from the next: the Stream-Safe Text Process of UAX #15. The joiners are taken out again.
 */
const MANY_MARKS = /\p{M}{30}/gu;
const LINE_FEED = 0x0a;
const VERTICAL_TAB = 0x0b;
const FORM_FEED = 0x0c;
const CARRIAGE_RETURN = 0x0d;
/** The combining marks begin here. */
const FIRST_MARK = 0x300;

/**
 * Lays text out on as many A4 pages as it takes.
 *
 * @throws DocumentError `empty-file` for text without any visible character, `too-many-pages`
 */
export function layOut(text: string, style: TextStyle, maxPages: number): TextPage[] {
  const lineHeight = style.fontSize * LINE_SPACING;
  const linesPerPage = Math.floor((A4_POINTS.height - MARGIN.top - MARGIN.bottom) / lineHeight);
  if (isSurelyLonger(text, style, linesPerPage, maxPages)) throw tooLong(maxPages);
  const clean = tidy(text);
  if (clean.trim() === "") throw new DocumentError("empty-file", "The text has no visible character.");
  const setter = lineSetter(style);
  const pages: TextPage[] = [];
  for (const sheet of clean.split("\f")) {
    const lines: LinePiece[][] = [];
    for (const line of sheet.split("\n")) {
      // Appended one by one, and given up early: a text of millions of lines is refused before it fills the memory.
      for (const pieces of setter(line)) {
        lines.push(pieces);
        if (pages.length * linesPerPage + lines.length > maxPages * linesPerPage && pieces.length > 0)
          throw tooLong(maxPages);
      }
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

/** Whether what a text surely takes is more than the pages allowed; one look at each character, up to the limit. */
function isSurelyLonger(text: string, style: TextStyle, linesPerPage: number, maxPages: number): boolean {
  const metrics = font(style.face);
  const emPerPage = (AVAILABLE_WIDTH / style.fontSize) * linesPerPage;
  let before = 0;
  let blankSheets = 0;
  let lineEnds = 0;
  let em = 0;
  let pages = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === FORM_FEED || code === VERTICAL_TAB) {
      before += pages;
      if (pages === 0) blankSheets++;
      pages = 0;
      lineEnds = 0;
      em = 0;
    } else if (code === LINE_FEED || (code === CARRIAGE_RETURN && text.charCodeAt(at + 1) !== LINE_FEED)) {
      lineEnds++;
    } else if ((code > 0x20 && code < 0x7f) || (code > 0xa0 && code < FIRST_MARK)) {
      // Blank sheets and lines count once something visible follows them.
      before += blankSheets;
      blankSheets = 0;
      // A mark may join with the character before it to a narrower one.
      if (!(text.charCodeAt(at + 1) >= FIRST_MARK)) em += metrics.width(code);
      pages = Math.max(1, Math.ceil((lineEnds + 1) / linesPerPage), Math.floor(em / emPerPage));
      if (before + pages > maxPages) return true;
    }
  }
  return false;
}

/** One spelling of line ends, no control characters, no empty pages at the end. */
function tidy(text: string): string {
  return (
    text
      .replace(MANY_MARKS, "$&\u034f")
      .normalize("NFC")
      .replaceAll("\u034f", "")
      .replace(/\r\n|[\r\u0085\u2028\u2029]/g, "\n")
      .replace(/\v/g, "\f")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u2060\ufeff\ufffe\uffff]/g, "")
      .trimEnd()
  );
}

/** `end` is where the next character would stand. */
type LinePiece = { text: string; x: number; end: number };

/** A function that breaks one line of the text into lines of the page, one at a time: whoever has enough stops asking. */
function lineSetter(style: TextStyle): (line: string) => Generator<LinePiece[]> {
  const metrics = font(style.face);
  const tab = TAB_COLUMNS * font("DejaVuSansMono").width(0x20) * style.fontSize;
  const blank = metrics.width(0x20) * style.fontSize;
  return function* (line) {
    let pieces: LinePiece[] = [];
    let x = 0;
    for (const [word] of line.trimEnd().matchAll(/\t| +|[^\t ]+/g)) {
      if (word === "\t") {
        x = (Math.floor(x / tab + 1e-6) + 1) * tab;
        continue;
      }
      // Blanks at a break are dropped; those that begin a line of the text are its indentation and stay.
      if (word.startsWith(" ")) {
        x += word.length * blank;
        continue;
      }
      const width = measure(metrics, word, AVAILABLE_WIDTH / style.fontSize) * style.fontSize;
      if (x > 0 && x + width > AVAILABLE_WIDTH) {
        yield pieces;
        pieces = [];
        x = 0;
      }
      if (x + width <= AVAILABLE_WIDTH) {
        append(pieces, { text: word, x, end: x + width }, blank);
        x += width;
        continue;
      }
      for (const { text, em } of split(metrics, word, AVAILABLE_WIDTH / style.fontSize)) {
        if (pieces.length > 0) yield pieces;
        x = em * style.fontSize;
        pieces = [{ text, x: 0, end: x }];
      }
    }
    yield pieces;
  };
}

/** Words with a single blank between them become one piece, which keeps the number of objects on a page small. */
function append(pieces: LinePiece[], word: LinePiece, blank: number): void {
  const last = pieces.at(-1);
  if (last !== undefined && Math.abs(last.end + blank - word.x) < 0.01) {
    last.text += ` ${word.text}`;
    last.end = word.end;
  } else {
    pieces.push(word);
  }
}

/** A word in parts no wider than a line, with their widths. */
function* split(metrics: Font, word: string, lineEm: number): Generator<{ text: string; em: number }> {
  let start = 0;
  let at = 0;
  let em = 0;
  for (const character of word) {
    const more = metrics.width(character.codePointAt(0)!);
    if (at > start && em + more > lineEm) {
      yield { text: word.slice(start, at), em };
      start = at;
      em = 0;
    }
    at += character.length;
    em += more;
  }
  yield { text: word.slice(start), em };
}

/** The width of a text in em; of one wider than `enough`, any width that is more than that. */
function measure(metrics: Font, text: string, enough: number): number {
  let em = 0;
  for (const character of text) {
    em += metrics.width(character.codePointAt(0)!);
    if (em > enough) break;
  }
  return em;
}
