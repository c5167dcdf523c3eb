// Where on a page the pictures are: connected areas of dark, uneven "paper", filled out to rectangles.
import type { Gray, Rect } from "./gray.ts";

export type BlockGrid = { columns: number; rows: number; blockWidth: number; blockHeight: number };

/** Paper darker than this share of the page's white is an area, not paper. */
const AREA_SHARE = 0.87;
/** Paper may grow darker by this much from block to block (shadow of a scan) and still be paper. */
const PAPER_STEP = 5;
/** Smallest picture: 160 blocks are about 6 x 6 mm. */
const MIN_BLOCKS = 160;
/** An area with this share of its blocks at one level is shading, not a picture. */
const FLAT_SHARE = 0.5;
const FLAT_RANGE = 14;
/** A box filled to this share by dark areas is a picture in all of it, its bright parts too. */
const BOX_SHARE = 0.4;
/** Dark areas this many blocks apart (3 mm) are parts of one picture. */
const JOIN_BLOCKS = 6;
/** A box of an image as large as this share of the page is a scan, whose text is not to be screened. */
const SCAN_SHARE = 0.6;

/**
 * One byte a block, 1 where the page is a picture; undefined when there is none.
 *
 * @param grid.paper the brightness of the paper under each block
 * @param boxes when given, pictures lie only inside these
 */
export function findPictures(
  gray: Gray,
  grid: BlockGrid & { paper: Uint8Array },
  boxes?: readonly Rect[],
): Uint8Array | undefined {
  if (boxes !== undefined && boxes.length === 0) return undefined;
  const area = darkAreas(grid);
  const known = boxes?.map((box) => toBlocks(box, grid));
  if (known !== undefined) keepInside(area, grid, known);
  const found: Component[] = [];
  const remaining = area.slice();
  for (let at = 0; at < area.length; at++) {
    if (remaining[at] !== 1) continue;
    const component = takeComponent(remaining, grid, at);
    if (component.blocks.length >= MIN_BLOCKS && !isFlat(gray, grid, component.blocks)) found.push(component);
  }
  if (found.length === 0) return undefined;
  const pictures = new Uint8Array(area.length);
  for (const { blocks } of found) for (const at of blocks) pictures[at] = 1;
  const small = known?.filter((box) => sizeOf(box) < SCAN_SHARE * area.length) ?? [];
  for (const box of [...joined(found), ...small]) fillWhenDark(pictures, grid, box);
  return pictures;
}

/** 1 for every block that the paper does not reach. Paper flows in from the bright blocks over gentle steps. */
function darkAreas(grid: BlockGrid & { paper: Uint8Array }): Uint8Array {
  const { paper } = grid;
  const near = new Int32Array(4);
  const limit = whiteLevel(paper) * AREA_SHARE;
  const area = new Uint8Array(paper.length).fill(1);
  const queue = new Int32Array(paper.length);
  let tail = 0;
  for (let at = 0; at < paper.length; at++) {
    if (paper[at]! >= limit) {
      area[at] = 0;
      queue[tail++] = at;
    }
  }
  for (let head = 0; head < tail; head++) {
    const at = queue[head]!;
    neighbours(at, grid, near);
    for (let side = 0; side < 4; side++) {
      const next = near[side]!;
      if (area[next] === 1 && paper[next]! > limit * 0.7 && Math.abs(paper[at]! - paper[next]!) <= PAPER_STEP) {
        area[next] = 0;
        queue[tail++] = next;
      }
    }
  }
  return area;
}

/** The brightness that nine tenths of the blocks do not exceed, at least a light grey. */
function whiteLevel(paper: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const value of paper) counts[value]!++;
  let left = paper.length * 0.1;
  let level = 255;
  while (level > 180 && left >= counts[level]!) left -= counts[level--]!;
  return level;
}

/** Writes the blocks left, right, above and below into `into`; where there is none, the block itself. */
function neighbours(at: number, { columns, rows }: BlockGrid, into: Int32Array): Int32Array {
  const column = at % columns;
  into[0] = column > 0 ? at - 1 : at;
  into[1] = column < columns - 1 ? at + 1 : at;
  into[2] = at >= columns ? at - columns : at;
  into[3] = at < columns * (rows - 1) ? at + columns : at;
  return into;
}

/** A rectangle of pixels as one of blocks, inside the page. */
function toBlocks(box: Rect, grid: BlockGrid): Rect {
  return {
    left: Math.max(0, Math.floor(box.left / grid.blockWidth)),
    right: Math.min(grid.columns, Math.ceil(box.right / grid.blockWidth)),
    top: Math.max(0, Math.floor(box.top / grid.blockHeight)),
    bottom: Math.min(grid.rows, Math.ceil(box.bottom / grid.blockHeight)),
  };
}

function sizeOf({ left, top, right, bottom }: Rect): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

function keepInside(area: Uint8Array, grid: BlockGrid, boxes: readonly Rect[]): void {
  const inside = new Uint8Array(area.length);
  for (const { left, right, top, bottom } of boxes) {
    if (right <= left) continue;
    for (let row = top; row < bottom; row++) inside.fill(1, row * grid.columns + left, row * grid.columns + right);
  }
  for (let at = 0; at < area.length; at++) area[at]! &= inside[at]!;
}

type Component = Rect & { blocks: number[] };

/** Takes the connected blocks out of `area`. */
function takeComponent(area: Uint8Array, grid: BlockGrid, start: number): Component {
  const component: Component = { blocks: [start], left: grid.columns, right: 0, top: grid.rows, bottom: 0 };
  const near = new Int32Array(4);
  area[start] = 0;
  for (let head = 0; head < component.blocks.length; head++) {
    const at = component.blocks[head]!;
    const column = at % grid.columns;
    const row = (at / grid.columns) | 0;
    component.left = Math.min(component.left, column);
    component.right = Math.max(component.right, column + 1);
    component.top = Math.min(component.top, row);
    component.bottom = Math.max(component.bottom, row + 1);
    neighbours(at, grid, near);
    for (let side = 0; side < 4; side++) {
      const next = near[side]!;
      if (area[next] === 1) {
        area[next] = 0;
        component.blocks.push(next);
      }
    }
  }
  return component;
}

/** Shading, solid black and line art have most of their pixels at one level; a picture has not. */
function isFlat(gray: Gray, grid: BlockGrid, blocks: readonly number[]): boolean {
  const counts = new Uint32Array(256);
  for (const at of blocks) {
    const row = Math.min(gray.height - 1, ((at / grid.columns) | 0) * grid.blockHeight);
    const base = row * gray.width;
    const from = (at % grid.columns) * grid.blockWidth;
    for (let x = from; x < Math.min(gray.width, from + grid.blockWidth); x++) counts[gray.data[base + x]!]!++;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  let window = 0;
  let most = 0;
  for (let level = 0; level < 256; level++) {
    window += counts[level]!;
    if (level > 2 * FLAT_RANGE) window -= counts[level - 2 * FLAT_RANGE - 1]!;
    most = Math.max(most, window);
  }
  return most >= FLAT_SHARE * total;
}

/** The boxes of areas that touch or nearly touch, put together until none do. */
function joined(areas: readonly Rect[]): Rect[] {
  let boxes: Rect[] = areas.map(({ left, top, right, bottom }) => ({ left, top, right, bottom }));
  for (let merged = true; merged; ) {
    merged = false;
    const apart: Rect[] = [];
    for (const box of boxes) {
      const near = apart.find((other) => isNear(box, other));
      if (near === undefined) {
        apart.push(box);
        continue;
      }
      merged = true;
      near.left = Math.min(near.left, box.left);
      near.top = Math.min(near.top, box.top);
      near.right = Math.max(near.right, box.right);
      near.bottom = Math.max(near.bottom, box.bottom);
    }
    boxes = apart;
  }
  return boxes;
}

function isNear(a: Rect, b: Rect): boolean {
  return (
    a.left - b.right <= JOIN_BLOCKS &&
    b.left - a.right <= JOIN_BLOCKS &&
    a.top - b.bottom <= JOIN_BLOCKS &&
    b.top - a.bottom <= JOIN_BLOCKS
  );
}

/** Makes all of a box picture when enough of it is. */
function fillWhenDark(pictures: Uint8Array, grid: BlockGrid, box: Rect): void {
  let dark = 0;
  for (let row = box.top; row < box.bottom; row++) {
    for (let at = row * grid.columns + box.left; at < row * grid.columns + box.right; at++) dark += pictures[at]!;
  }
  if (dark < BOX_SHARE * sizeOf(box)) return;
  for (let row = box.top; row < box.bottom; row++) {
    pictures.fill(1, row * grid.columns + box.left, row * grid.columns + box.right);
  }
}
