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
/** A picture whose box it fills to this share is taken to be the whole box. */
const BOX_SHARE = 0.45;

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
  if (boxes !== undefined) keepInside(area, grid, boxes);
  const pictures = new Uint8Array(area.length);
  let found = false;
  for (let at = 0; at < area.length; at++) {
    if (area[at] !== 1) continue;
    const component = takeComponent(area, grid, at);
    if (component.blocks.length < MIN_BLOCKS || isFlat(gray, grid, component.blocks)) continue;
    found = true;
    fill(pictures, grid, component);
  }
  return found ? pictures : undefined;
}

/** 1 for every block that the paper does not reach. Paper flows in from the bright blocks over gentle steps. */
function darkAreas(grid: BlockGrid & { paper: Uint8Array }): Uint8Array {
  const { paper, columns, rows } = grid;
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
    for (const next of neighbours(at, columns, rows)) {
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

function* neighbours(at: number, columns: number, rows: number): Generator<number> {
  const column = at % columns;
  if (column > 0) yield at - 1;
  if (column < columns - 1) yield at + 1;
  if (at >= columns) yield at - columns;
  if (at < columns * (rows - 1)) yield at + columns;
}

function keepInside(area: Uint8Array, grid: BlockGrid, boxes: readonly Rect[]): void {
  const inside = new Uint8Array(area.length);
  for (const box of boxes) {
    const first = Math.max(0, Math.floor(box.left / grid.blockWidth));
    const last = Math.min(grid.columns, Math.ceil(box.right / grid.blockWidth));
    const end = Math.min(grid.rows, Math.ceil(box.bottom / grid.blockHeight));
    for (let row = Math.max(0, Math.floor(box.top / grid.blockHeight)); row < end; row++) {
      if (last > first) inside.fill(1, row * grid.columns + first, row * grid.columns + last);
    }
  }
  for (let at = 0; at < area.length; at++) area[at]! &= inside[at]!;
}

type Component = { blocks: number[]; left: number; right: number; top: number; bottom: number };

/** Takes the connected blocks out of `area`. */
function takeComponent(area: Uint8Array, grid: BlockGrid, start: number): Component {
  const component: Component = { blocks: [start], left: grid.columns, right: 0, top: grid.rows, bottom: 0 };
  area[start] = 0;
  for (let head = 0; head < component.blocks.length; head++) {
    const at = component.blocks[head]!;
    const column = at % grid.columns;
    const row = (at / grid.columns) | 0;
    component.left = Math.min(component.left, column);
    component.right = Math.max(component.right, column);
    component.top = Math.min(component.top, row);
    component.bottom = Math.max(component.bottom, row);
    for (const next of neighbours(at, grid.columns, grid.rows)) {
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

function fill(pictures: Uint8Array, grid: BlockGrid, component: Component): void {
  const { left, right, top, bottom, blocks } = component;
  if (blocks.length >= BOX_SHARE * (right - left + 1) * (bottom - top + 1)) {
    for (let row = top; row <= bottom; row++) {
      pictures.fill(1, row * grid.columns + left, row * grid.columns + right + 1);
    }
  } else {
    for (const at of blocks) pictures[at] = 1;
  }
}
