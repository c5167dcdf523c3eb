// The sheet a fax page is prepared on: 1728 pels wide, A4 long, in one of the two resolutions documents are sent in.
import type { Gray } from "../image/gray.ts";
import { FAX_PAPER, place } from "../image/placing.ts";
import type { Frame } from "../pdf/document.ts";
import type { Resolution } from "../results.ts";

/** T.4 table 1: pels of a line of A4, and the resolutions an inch. */
export const FAX_WIDTH = 1728;
export const X_DPI = 204;

export type Sheet = { width: number; height: number; yDpi: number };

export function sheetFor(resolution: Resolution): Sheet {
  const yDpi = resolution === "fine" ? 196 : 98;
  return { width: FAX_WIDTH, height: Math.round((FAX_PAPER.heightMm / 25.4) * yDpi), yDpi };
}

/** Where something of a certain size lies on the sheet: centred, at the top. */
export function frameOn(sheet: Sheet, widthMm: number, heightMm: number): Frame {
  const placing = place(widthMm, heightMm, FAX_PAPER);
  const width = clamp(Math.round((placing.widthMm / 25.4) * X_DPI), sheet.width);
  const height = clamp(Math.round((placing.heightMm / 25.4) * sheet.yDpi), sheet.height);
  return { left: (sheet.width - width) >> 1, top: 0, width, height, turns: placing.turns };
}

function clamp(value: number, max: number): number {
  return Math.max(1, Math.min(max, value));
}

/** A white sheet with a picture laid into the frame. */
export function layOn(sheet: Sheet, frame: Frame, picture: Gray): Gray {
  const data = new Uint8Array(sheet.width * sheet.height).fill(255);
  for (let row = 0; row < frame.height; row++) {
    const line = picture.data.subarray(row * picture.width, (row + 1) * picture.width);
    data.set(line, (frame.top + row) * sheet.width + frame.left);
  }
  return { width: sheet.width, height: sheet.height, data };
}
