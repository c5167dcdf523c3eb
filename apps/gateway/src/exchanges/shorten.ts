// A request's body as text that people can read: long base64 is shortened where it stands, and the whole is cut. It is handed over piece
// by piece as it arrives, so that a body of any size takes little memory.

/** Text kept of a body. */
export const MOST_TEXT = 64 * 1024;
/** From here on a run of base64 characters is content, not a word. */
const LONG_RUN = 256;
/** What is kept of such a run. */
const KEPT_OF_RUN = 64;
/** MIME breaks base64 after 64 or 76 characters; a list of numbers has shorter lines. */
const LEAST_LINE = 60;

/** JSON may write a solidus with a backslash before it. */
const RUN = /[A-Za-z0-9+/=\\]*/y;
const OTHERS = /[^A-Za-z0-9+/=\\]*/y;

export class Shortener {
  #out = "";
  #bytes = 0;
  /** The run under way: its beginning, its length, and the length of its last line. */
  #run = "";
  #length = 0;
  #line = 0;
  /** Line ends that belong to the run if it goes on. */
  #breaks = "";

  /** Characters or octets that came. */
  get size(): number {
    return this.#bytes;
  }

  /** More of the body: text, or octets as Latin-1 (then `text()` gives the octets that are left as Latin-1). */
  write(piece: string): void {
    this.#bytes += piece.length;
    for (let at = 0; at < piece.length && this.#out.length <= MOST_TEXT; ) {
      RUN.lastIndex = at;
      RUN.exec(piece);
      const end = RUN.lastIndex;
      if (end > at) this.#extend(piece, at, end);
      OTHERS.lastIndex = end;
      OTHERS.exec(piece);
      at = OTHERS.lastIndex;
      if (at > end) this.#between(piece.slice(end, at));
    }
  }

  /** What is kept; nothing may be written after. The marks are ASCII, since octets may be behind the text. */
  text(): string {
    this.#endRun();
    return this.#out.length > MOST_TEXT ? `${this.#out.slice(0, MOST_TEXT)}... (cut)` : this.#out;
  }

  #extend(piece: string, from: number, to: number): void {
    if (this.#breaks !== "") {
      if (this.#run.length < LONG_RUN) this.#run += this.#breaks;
      this.#length += this.#breaks.length;
      this.#breaks = "";
      this.#line = 0;
    }
    this.#length += to - from;
    this.#line += to - from;
    const room = LONG_RUN - this.#run.length;
    if (room > 0) this.#run += piece.slice(from, Math.min(to, from + room));
  }

  #between(text: string): void {
    if (
      this.#length > 0 &&
      this.#line >= LEAST_LINE &&
      /^[\t ]*[\r\n][\r\n\t ]*$/.test(text) &&
      this.#breaks.length < 8
    ) {
      this.#breaks += text;
      return;
    }
    this.#endRun();
    this.#out += text.slice(0, MOST_TEXT + 1);
  }

  #endRun(): void {
    const long = this.#length >= LONG_RUN;
    this.#out += long ? `${this.#run.slice(0, KEPT_OF_RUN)}... (${this.#length} characters)` : this.#run;
    this.#out += this.#breaks;
    this.#run = "";
    this.#breaks = "";
    this.#length = 0;
    this.#line = 0;
  }
}
