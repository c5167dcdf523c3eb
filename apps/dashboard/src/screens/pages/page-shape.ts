// How large a fax page is drawn: its pels are not square when it has 98 or 391 lines to the inch.

import type { CallPageFacts } from "@depesche/client";

export interface PageShape {
  /** Width by height on paper. */
  aspect: number;
  /** Size on the screen at 100 %: one column of pels is one pixel wide. */
  width: number;
  height: number;
  /** On paper, rounded. */
  widthMm: number;
  heightMm: number;
}

const INCH_MM = 25.4;

/** The true shape of a page. A resolution of 0 (unknown) counts as square pels. */
export function shapeOf({ width, height, xDpi, yDpi }: CallPageFacts): PageShape {
  const stretch = xDpi > 0 && yDpi > 0 ? xDpi / yDpi : 1;
  const tall = height * stretch;
  const mm = (pels: number, dpi: number) => (dpi > 0 ? Math.round((pels / dpi) * INCH_MM) : 0);
  return {
    aspect: tall > 0 ? width / tall : 1,
    width,
    height: Math.round(tall),
    widthMm: mm(width, xDpi),
    heightMm: mm(height, yDpi),
  };
}
