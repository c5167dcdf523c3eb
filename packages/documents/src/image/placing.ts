// How a page of any size comes to lie on the paper it is sent on.

export type Placing = {
  /** Quarter turns to the right before it is laid down. */
  turns: 0 | 1;
  widthMm: number;
  heightMm: number;
};

export type Paper = { widthMm: number; heightMm: number };

/** What a fax machine prints on A4: 1728 pels of 204 an inch, a little wider than the paper (T.4 table 1). */
export const FAX_PAPER: Paper = { widthMm: (1728 / 204) * 25.4, heightMm: 297 };

export const A4: Paper = { widthMm: 210, heightMm: 297 };

/**
 * The largest size up to its own at which something fits on upright paper. What is wider than high and wider than the
 * paper is turned, since that keeps more of it legible than making it smaller.
 */
export function place(widthMm: number, heightMm: number, paper: Paper): Placing {
  const turns = widthMm > heightMm && widthMm > paper.widthMm ? 1 : 0;
  const width = turns === 1 ? heightMm : widthMm;
  const height = turns === 1 ? widthMm : heightMm;
  const scale = Math.min(1, paper.widthMm / width, paper.heightMm / height);
  return { turns, widthMm: width * scale, heightMm: height * scale };
}
