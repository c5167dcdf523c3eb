// Grey to black and white for a fax: writing gets a threshold that follows the paper, pictures get a clustered-dot screen.
//
// Everything is decided on a grid of small blocks. The paper under the writing is the closing (local maximum, then
// minimum) of the block maxima: it fills whatever is darker and narrower than the window, so strokes vanish and shaded
// areas stay. Where the paper itself is dark and uneven, there is a picture.
import type { Bitmap } from "@depesche/t4";
import type { Gray, Rect } from "./gray.ts";
import { type BlockGrid, findPictures } from "./picture-regions.ts";
import { screenThresholds } from "./screen.ts";

/** A block is about half a millimetre square: 4 pels wide at 204 dpi, and 4 rows at 196 or 2 at 98 lpi. */
const BLOCK_WIDTH = 4;
/** Blocks on each side of the closing's window: strokes up to 2.5 mm thick count as writing. */
const CLOSE_RADIUS = 2;
/** Share of the paper's brightness below which a pixel is ink. */
const INK_SHARE = 0.7;
/** Darker than this is ink on whatever paper, so that large black areas stay black. */
const ALWAYS_INK = 110;
/**
 * Contrast to the paper, as a share of it, that counts as writing, for pale print: on clean (drawn) pages and on scanned
 * ones, where folds and shadows have more contrast than yellow ink on a drawn page.
 */
const PALE_CLEAN = 0.07;
const PALE_NOISY = 0.25;
/** Share of pure white pixels that tells a drawn page from a scanned one. */
const CLEAN_SHARE = 0.5;

/**
 * A grey page as bitmap.
 *
 * @param rowsPerInch decides the shape of blocks and screen cells (pels are taken as 204 an inch)
 * @param pictureBoxes when given, pictures are looked for only inside; when not, on the whole page
 */
export function toBitmap(gray: Gray, options: { rowsPerInch: number; pictureBoxes?: readonly Rect[] }): Bitmap {
  const blockHeight = options.rowsPerInch < 150 ? 2 : 4;
  const grid = measure(gray, blockHeight);
  if (grid.bilevel) return pack(gray, () => 128);
  const paper = closing(grid.max, grid.columns, grid.rows);
  const thresholds = inkThresholds(grid, paper);
  const pictures = findPictures(gray, { ...grid, paper }, options.pictureBoxes);
  if (pictures === undefined) return pack(gray, (row, column) => thresholds[blockAt(grid, row, column)]!);
  return packScreened(gray, grid, thresholds, pictures, options.rowsPerInch);
}

type Measured = BlockGrid & { min: Uint8Array; max: Uint8Array; bilevel: boolean; clean: boolean };

function blockAt(grid: BlockGrid, row: number, column: number): number {
  return ((row / grid.blockHeight) | 0) * grid.columns + ((column / grid.blockWidth) | 0);
}

function measure(gray: Gray, blockHeight: number): Measured {
  const { width, height, data } = gray;
  const columns = Math.ceil(width / BLOCK_WIDTH);
  const rows = Math.ceil(height / blockHeight);
  const min = new Uint8Array(columns * rows).fill(255);
  const max = new Uint8Array(columns * rows);
  let white = 0;
  let black = 0;
  for (let y = 0, at = 0; y < height; y++) {
    const base = ((y / blockHeight) | 0) * columns;
    for (let x = 0; x < width; x++, at++) {
      const value = data[at]!;
      const block = base + (x >> 2);
      if (value > max[block]!) max[block] = value;
      if (value < min[block]!) min[block] = value;
      if (value === 255) white++;
      else if (value === 0) black++;
    }
  }
  const pixels = width * height;
  return {
    columns,
    rows,
    blockWidth: BLOCK_WIDTH,
    blockHeight,
    min,
    max,
    bilevel: white + black === pixels,
    clean: white > CLEAN_SHARE * pixels,
  };
}

/** Maximum, then minimum, over a window; the minimum one block wider, so that shaded areas do not get outlines. */
function closing(blocks: Uint8Array, columns: number, rows: number): Uint8Array {
  const wide = spread(blocks, columns, rows, CLOSE_RADIUS, Math.max);
  return spread(wide, columns, rows, CLOSE_RADIUS + 1, Math.min);
}

/** The extreme of a square window around each block, first along rows, then along columns. */
function spread(
  blocks: Uint8Array,
  columns: number,
  rows: number,
  radius: number,
  extreme: (a: number, b: number) => number,
): Uint8Array {
  const across = new Uint8Array(blocks.length);
  for (let row = 0; row < rows; row++) {
    const base = row * columns;
    for (let column = 0; column < columns; column++) {
      const end = Math.min(columns - 1, column + radius);
      let value = blocks[base + column]!;
      for (let at = Math.max(0, column - radius); at <= end; at++) value = extreme(value, blocks[base + at]!);
      across[base + column] = value;
    }
  }
  const down = new Uint8Array(blocks.length);
  for (let row = 0; row < rows; row++) {
    const first = Math.max(0, row - radius);
    const last = Math.min(rows - 1, row + radius);
    for (let column = 0; column < columns; column++) {
      let value = across[row * columns + column]!;
      for (let at = first; at <= last; at++) value = extreme(value, across[at * columns + column]!);
      down[row * columns + column] = value;
    }
  }
  return down;
}

/** For each block, the grey below which a pixel is ink. */
function inkThresholds(grid: Measured, paper: Uint8Array): Uint8Array {
  // The ink is the darkest pixel nearby: the soft edge of a dark stroke must not pass for pale print.
  const ink = spread(grid.min, grid.columns, grid.rows, 2, Math.min);
  const pale = grid.clean ? PALE_CLEAN : PALE_NOISY;
  const thresholds = new Uint8Array(paper.length);
  for (let at = 0; at < paper.length; at++) {
    const background = paper[at]!;
    const darkest = ink[at]!;
    const written = background - darkest >= pale * background;
    const level = written ? Math.max(background * INK_SHARE, (background + darkest) / 2) : 0;
    thresholds[at] = Math.max(ALWAYS_INK, level);
  }
  return thresholds;
}

function pack(gray: Gray, threshold: (row: number, column: number) => number): Bitmap {
  const { width, height, data } = gray;
  const stride = (width + 7) >> 3;
  const packed = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += BLOCK_WIDTH) {
      const limit = threshold(y, x);
      const from = y * width + x;
      const to = y * width + Math.min(width, x + BLOCK_WIDTH);
      for (let at = from, column = x; at < to; at++, column++) {
        if (data[at]! < limit) packed[y * stride + (column >> 3)]! |= 0x80 >> (column & 7);
      }
    }
  }
  return { width, height, data: packed };
}

function packScreened(
  gray: Gray,
  grid: Measured,
  thresholds: Uint8Array,
  pictures: Uint8Array,
  rowsPerInch: number,
): Bitmap {
  const screen = screenThresholds(rowsPerInch);
  const { width, height, data } = gray;
  const stride = (width + 7) >> 3;
  const packed = new Uint8Array(stride * height);
  for (let y = 0, at = 0; y < height; y++) {
    const base = ((y / grid.blockHeight) | 0) * grid.columns;
    const cell = (y % screen.height) * screen.width;
    for (let x = 0; x < width; x++, at++) {
      const block = base + (x >> 2);
      const limit = pictures[block] === 0 ? thresholds[block]! : screen.levels[cell + (x % screen.width)]!;
      if (data[at]! < limit) packed[y * stride + (x >> 3)]! |= 0x80 >> (x & 7);
    }
  }
  return { width, height, data: packed };
}
