// The clustered-dot screen for pictures: dots that grow from their middle survive the fax machine's printing and
// compress several times better than scattered ones (T.6 codes runs, not pixels).

export type Screen = {
  width: number;
  height: number;
  /** A pixel darker than its level is black. */
  levels: Uint8Array;
};

/** Pels of one period: at 204 dpi this gives two diagonal dots of 36 lines an inch. */
const CELL = 8;
/** Fax printers thicken dots; greys are lightened by this exponent to make up for it. */
const DOT_GAIN = 0.85;

/** The screen for a resolution; at 98 lpi the cell has half the rows, so that dots stay round on paper. */
export function screenThresholds(rowsPerInch: number): Screen {
  const height = rowsPerInch < 150 ? CELL / 2 : CELL;
  const cells = Array.from({ length: CELL * height }, (_, at) => {
    const x = ((at % CELL) + 0.5) / CELL;
    const y = (Math.floor(at / CELL) + 0.5) / height;
    // Two dots a cell on a 45 degree grid: the sum of cosines is their height profile.
    return { at, profile: Math.cos(2 * Math.PI * x) + Math.cos(2 * Math.PI * y) + 1e-3 * (x - 0.37) * (y - 0.61) };
  });
  const levels = new Uint8Array(cells.length);
  cells.sort((a, b) => a.profile - b.profile);
  for (const [rank, { at }] of cells.entries()) {
    levels[at] = Math.round(255 * ((rank + 0.5) / cells.length) ** (1 / DOT_GAIN));
  }
  return { width: CELL, height, levels };
}

/** The level of a screen at a pixel of the page. */
export function levelAt({ width, height, levels }: Screen, x: number, y: number): number {
  return levels[(y % height) * width + (x % width)]!;
}
