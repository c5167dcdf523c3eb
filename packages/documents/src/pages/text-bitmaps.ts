// Laid-out text as fax pages: the PDF engine draws each glyph once, and its bits are then copied wherever it stands. A
// page of text is some thousands of copies of some dozens of glyphs.
import { type Bitmap, blankBitmap, rowOctets } from "@depesche/t4";
import type { Gray } from "../image/gray.ts";
import { addTextPages, withDraft } from "../pdf/compose.ts";
import { drawGray, withPage } from "../pdf/document.ts";
import type { Engine } from "../pdf/pdfium.ts";
import { frameOn, type Sheet } from "./fax-sheet.ts";
import { font } from "./font.ts";
import { A4_MM, A4_POINTS, type TextPage, type TextPiece, type TextStyle } from "./text-layout.ts";

/** The black of one glyph: rows of octets, and where their corner is from the pen's place on the baseline. */
type Glyph = { left: number; top: number; stride: number; rows: Uint8Array };

/** From points of an A4 page, y upwards, to pels and rows of the sheet. */
type Scale = { left: number; x: number; y: number };

/** Em around the pen in which a glyph is looked for, its advance apart: marks stand left of it, accents high above. */
const ROOM = { beside: 1, above: 1.5, below: 1 } as const;
/** What is at least this dark is ink: the share of white that the halftone has for writing, too. */
const INK = Math.round(255 * 0.7);

/** A function that draws a page of the text; all pages are known when it is made, so that all their glyphs are. */
export async function textDrawer(
  engine: Engine,
  pages: readonly TextPage[],
  style: TextStyle,
  sheet: Sheet,
): Promise<(page: TextPage) => Bitmap> {
  const frame = frameOn(sheet, A4_MM.width, A4_MM.height);
  const scale = { left: frame.left, x: frame.width / A4_POINTS.width, y: frame.height / A4_POINTS.height };
  const { glyph, width } = font(style.face);
  const glyphs = await drawGlyphs(engine, charactersOf(pages, glyph), style, sheet, scale);
  return (page) => {
    const bitmap = blankBitmap(sheet.width, sheet.height);
    for (const { text, x, y } of page) {
      const row = Math.round((A4_POINTS.height - y) * scale.y);
      let pen = x;
      for (const character of text) {
        const codePoint = character.codePointAt(0)!;
        const drawn = glyphs.get(glyph(codePoint));
        if (drawn !== undefined) put(bitmap, drawn, Math.round(scale.left + pen * scale.x), row);
        pen += width(codePoint) * style.fontSize;
      }
    }
    return bitmap;
  };
}

/** One character for each glyph of the text. */
function charactersOf(pages: readonly TextPage[], glyph: (codePoint: number) => number): Map<number, string> {
  const characters = new Map<number, string>();
  for (const page of pages) {
    for (const { text } of page) {
      for (const character of text) {
        const index = glyph(character.codePointAt(0)!);
        if (!characters.has(index)) characters.set(index, character);
      }
    }
  }
  return characters;
}

/** Draws the glyphs side by side on sheets of their own, and cuts them out. */
async function drawGlyphs(
  engine: Engine,
  characters: Map<number, string>,
  style: TextStyle,
  sheet: Sheet,
  scale: Scale,
): Promise<Map<number, Glyph>> {
  const { width } = font(style.face);
  let widest = 0;
  for (const character of characters.values()) widest = Math.max(widest, width(character.codePointAt(0)!));
  const em = { x: style.fontSize * scale.x, y: style.fontSize * scale.y };
  const cell = {
    width: Math.ceil((2 * ROOM.beside + widest) * em.x),
    height: Math.ceil((ROOM.above + ROOM.below) * em.y),
    penX: Math.ceil(ROOM.beside * em.x),
    penY: Math.ceil(ROOM.above * em.y),
  };
  const columns = Math.floor((sheet.width - 2 * scale.left) / cell.width);
  const perPage = columns * Math.floor(sheet.height / cell.height);
  const place = (at: number) => ({
    left: scale.left + (at % columns) * cell.width,
    top: Math.floor((at % perPage) / columns) * cell.height,
  });

  const specimens: TextPiece[][] = [];
  for (const [at, text] of [...characters.values()].entries()) {
    if (at % perPage === 0) specimens.push([]);
    const { left, top } = place(at);
    const x = (left + cell.penX - scale.left) / scale.x;
    specimens.at(-1)!.push({ text, x, y: A4_POINTS.height - (top + cell.penY) / scale.y });
  }
  return withDraft(engine, (draft) => {
    addTextPages(engine, draft, specimens, style);
    const document = { ...draft, form: 0 };
    const frame = frameOn(sheet, A4_MM.width, A4_MM.height);
    const drawn = specimens.map((_, index) =>
      withPage(engine, document, index, (page) => drawGray(engine, document, page, sheet, frame)),
    );
    const glyphs = new Map<number, Glyph>();
    for (const [at, index] of [...characters.keys()].entries()) {
      const glyph = cutOut(drawn[Math.floor(at / perPage)]!, { ...place(at), ...cell });
      if (glyph !== undefined) glyphs.set(index, glyph);
    }
    return glyphs;
  });
}

type Cell = { left: number; top: number; width: number; height: number; penX: number; penY: number };

/** The ink of a cell, without the white around it; undefined for a blank. */
function cutOut({ width, data }: Gray, cell: Cell): Glyph | undefined {
  let [left, right, top, bottom] = [cell.width, 0, cell.height, 0];
  const isInk = (x: number, y: number) => data[(cell.top + y) * width + cell.left + x]! < INK;
  for (let y = 0; y < cell.height; y++) {
    for (let x = 0; x < cell.width; x++) {
      if (!isInk(x, y)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  if (right <= left) return undefined;
  const stride = rowOctets(right - left);
  const rows = new Uint8Array(stride * (bottom - top));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      if (isInk(x, y)) rows[(y - top) * stride + ((x - left) >> 3)]! |= 0x80 >> ((x - left) & 7);
    }
  }
  return { left: left - cell.penX, top: top - cell.penY, stride, rows };
}

/** Adds a glyph's black to the page. */
function put({ width, height, data }: Bitmap, glyph: Glyph, penX: number, penY: number): void {
  const { stride, rows } = glyph;
  const left = penX + glyph.left;
  const top = penY + glyph.top;
  const pageStride = rowOctets(width);
  const octet = left >> 3;
  const shift = left & 7;
  // The margins are wider than any glyph sticks out; what would still leave the page is not drawn.
  if (octet < 0 || octet + stride >= pageStride || top < 0 || top + rows.length / stride > height) return;
  for (let from = 0, to = top * pageStride + octet; from < rows.length; to += pageStride) {
    for (let at = to; at < to + stride; at++, from++) {
      const bits = rows[from]!;
      data[at]! |= bits >> shift;
      data[at + 1]! |= bits << (8 - shift);
    }
  }
}
