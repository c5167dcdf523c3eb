// Grey to black and white for a fax: writing gets a threshold that follows the paper, pictures get a clustered-dot screen.
//
// Everything is decided on a grid of small blocks. The paper under the writing is the closing (local maximum, then
// minimum) of the block maxima: it fills whatever is darker and narrower than the window, so strokes vanish and shaded
// areas stay. Where the paper itself is dark and uneven, there is a picture.
import type { Bitmap } from "@depesche/t4";
import type { Gray, Rect } from "./gray.ts";
import { type BlockGrid, findPictures } from "./picture-regions.ts";
import { levelAt, type Screen, screenThresholds } from "./screen.ts";

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
  const grid = measure(gray, options.rowsPerInch < 150 ? 2 : 4);
  if (grid.bilevel) return pack(gray, grid, new Uint8Array(grid.min.length).fill(128));
  const paper = closing(grid);
  const pictures = findPictures(gray, { ...grid, paper }, options.pictureBoxes);
  const screened = pictures && { blocks: pictures, screen: screenThresholds(options.rowsPerInch) };
  return pack(gray, grid, inkThresholds(grid, paper), screened);
}

/** The darkest and the brightest pixel of each block, and what kind of page it is. */
type Measured = BlockGrid & { min: Uint8Array; max: Uint8Array; bilevel: boolean; clean: boolean };

function measure(gray: Gray, blockHeight: number): Measured {
  const { width, height, data } = gray;
  const columns = Math.ceil(width / BLOCK_WIDTH);
  const rows = Math.ceil(height / blockHeight);
  const min = new Uint8Array(columns * rows).fill(255);
  const max = new Uint8Array(columns * rows);
  // Four pixels of empty paper are one comparison. Rows that are no multiple of four long are read byte by byte.
  const words =
    width % 4 === 0 && data.byteOffset % 4 === 0
      ? new Uint32Array(data.buffer, data.byteOffset, (width * height) >> 2)
      : undefined;
  let white = 0;
  let black = 0;
  for (let y = 0, at = 0; y < height; y++) {
    const base = ((y / blockHeight) | 0) * columns;
    for (let block = base; block < base + columns; block++) {
      if (words?.[at >> 2] === 0xffffffff) {
        max[block] = 255;
        white += 4;
        at += 4;
        continue;
      }
      const end = Math.min(at + BLOCK_WIDTH, (y + 1) * width);
      let low = min[block]!;
      let high = max[block]!;
      for (; at < end; at++) {
        const value = data[at]!;
        if (value < low) low = value;
        if (value > high) high = value;
        if (value === 255) white++;
        else if (value === 0) black++;
      }
      min[block] = low;
      max[block] = high;
    }
  }
  return {
    columns,
    rows,
    blockWidth: BLOCK_WIDTH,
    blockHeight,
    min,
    max,
    bilevel: white + black === width * height,
    clean: white > CLEAN_SHARE * width * height,
  };
}

/** Maximum, then minimum, over a window; the minimum one block wider, so that shaded areas do not get outlines. */
function closing({ max, columns, rows }: Measured): Uint8Array {
  return windowMin(windowMax(max, columns, rows, CLOSE_RADIUS), columns, rows, CLOSE_RADIUS + 1);
}

function windowMin(blocks: Uint8Array, columns: number, rows: number, radius: number): Uint8Array {
  const inverted = blocks.map((value) => 255 - value);
  return windowMax(inverted, columns, rows, radius).map((value) => 255 - value);
}

/** The largest value of the square window around each block, first along rows, then along columns. */
function windowMax(blocks: Uint8Array, columns: number, rows: number, radius: number): Uint8Array {
  const across = new Uint8Array(blocks.length);
  for (let row = 0, at = 0; row < rows; row++) {
    const first = row * columns;
    const last = first + columns - 1;
    for (; at <= last; at++) {
      const end = Math.min(last, at + radius);
      let most = 0;
      for (let near = Math.max(first, at - radius); near <= end; near++) if (blocks[near]! > most) most = blocks[near]!;
      across[at] = most;
    }
  }
  const square = new Uint8Array(blocks.length);
  for (let row = 0, at = 0; row < rows; row++) {
    const above = Math.min(row, radius) * columns;
    const below = Math.min(rows - 1 - row, radius) * columns;
    for (let column = 0; column < columns; column++, at++) {
      let most = 0;
      for (let near = at - above; near <= at + below; near += columns) if (across[near]! > most) most = across[near]!;
      square[at] = most;
    }
  }
  return square;
}

/** For each block, the grey below which a pixel is ink. */
function inkThresholds(grid: Measured, paper: Uint8Array): Uint8Array {
  // The ink is the darkest pixel nearby: the soft edge of a dark stroke must not pass for pale print.
  const ink = windowMin(grid.min, grid.columns, grid.rows, 2);
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

/** Sets the bits of the pixels darker than their block's threshold, or than the screen where the page is a picture. */
function pack(
  gray: Gray,
  grid: Measured,
  thresholds: Uint8Array,
  screened?: { blocks: Uint8Array; screen: Screen },
): Bitmap {
  const { width, height } = gray;
  const stride = (width + 7) >> 3;
  const packed = new Uint8Array(stride * height);
  for (let block = 0; block < thresholds.length; block++) {
    const isPicture = screened !== undefined && screened.blocks[block] === 1;
    // Most blocks of most pages are empty paper.
    if (!isPicture && grid.min[block]! >= thresholds[block]!) continue;
    const left = (block % grid.columns) * BLOCK_WIDTH;
    const top = ((block / grid.columns) | 0) * grid.blockHeight;
    const right = Math.min(width, left + BLOCK_WIDTH);
    const bottom = Math.min(height, top + grid.blockHeight);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const limit = isPicture ? levelAt(screened.screen, x, y) : thresholds[block]!;
        if (gray.data[y * width + x]! < limit) packed[y * stride + (x >> 3)]! |= 0x80 >> (x & 7);
      }
    }
  }
  return { width, height, data: packed };
}
