// A page of a letter as the print shop sees it: with the window, the zones that must stay free, and the folds.

import { type Documents, type Marks, markedPng } from "@depesche/documents";
import { A4, ADDRESS_FIELD, type Box, DV_ZONE, FOLD_MARKS_MM, LEFT_STRIP, RECIPIENT_ZONE } from "@depesche/letter";

const DPI = 110;
const WINDOW = "#0060c0";
const KEEP_FREE = "#d02020";
const RECIPIENT = "#108030";
const FOLD = "#707070";

/** The address stands on page 1 alone; a C4 envelope is not folded for. */
export function marksOf(page: number, envelope: "DINLANG" | "C4"): Marks {
  const box = ({ xMm, yMm, widthMm, heightMm }: Box, colour: string) => ({
    x: xMm / A4.widthMm,
    y: yMm / A4.heightMm,
    width: widthMm / A4.widthMm,
    height: heightMm / A4.heightMm,
    colour,
  });
  const first = [box(ADDRESS_FIELD, WINDOW), box(DV_ZONE, KEEP_FREE), box(RECIPIENT_ZONE, RECIPIENT)];
  return {
    boxes: [...(page === 1 ? first : []), box(LEFT_STRIP, KEEP_FREE)],
    lines: envelope === "C4" ? [] : FOLD_MARKS_MM.map((mm) => ({ y: mm / A4.heightMm, colour: FOLD })),
  };
}

/** PNG of page `page` (from 1); undefined when the PDF has none. */
export async function letterPage(
  rooms: Documents,
  pdf: Uint8Array,
  page: number,
  envelope: "DINLANG" | "C4",
): Promise<Uint8Array | undefined> {
  const drawn = await rooms.pdfPagePng(pdf, page - 1, DPI);
  return drawn.ok ? markedPng(drawn.png, marksOf(page, envelope)) : undefined;
}
