// Pages for the codec's benchmark, A4 at 204 x 196, the same each time: letter, dense text, drawing, dithered photo, blank.

import { readFileSync } from "node:fs";
import { type Bitmap, blankBitmap, readTiff, rowOctets } from "@depesche/t4";

const LETTER = new URL("../fixtures/two-pages.tif", import.meta.url);
const [WIDTH, HEIGHT] = [1728, 2292];

export function samplePages(): { name: string; bitmap: Bitmap }[] {
  const read = readTiff(new Uint8Array(readFileSync(LETTER)), { decode: 0 });
  const letter = read.ok ? read.pages[0]?.bitmap : undefined;
  if (!letter) throw new Error("the sample page cannot be read");
  return [
    { name: "letter", bitmap: letter },
    { name: "dense text", bitmap: denseText(letter) },
    { name: "drawing", bitmap: drawing() },
    { name: "dithered photo", bitmap: photo() },
    { name: "blank", bitmap: blankBitmap(WIDTH, HEIGHT) },
  ];
}

/** The letter's full lines of text again and again, down the whole page. */
function denseText(letter: Bitmap): Bitmap {
  const page = blankBitmap(WIDTH, HEIGHT);
  const stride = rowOctets(WIDTH);
  const [first, rows] = [1008, 84];
  for (let y = 0; y < HEIGHT; y++) {
    const from = (first + (y % rows)) * stride;
    page.data.set(letter.data.subarray(from, from + stride), y * stride);
  }
  return page;
}

/** Frames, slanting lines and circles, as a plan has them. */
function drawing(): Bitmap {
  const page = blankBitmap(WIDTH, HEIGHT);
  const dot = (x: number, y: number) => {
    for (let dx = 0; dx < 3; dx++) {
      const at = Math.round(x) + dx;
      const row = Math.round(y);
      if (at < 0 || at >= WIDTH || row < 0 || row >= HEIGHT) continue;
      page.data[row * rowOctets(WIDTH) + (at >> 3)]! |= 0x80 >> (at & 7);
    }
  };
  const line = (x0: number, y0: number, x1: number, y1: number) => {
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
    for (let i = 0; i <= steps; i++) dot(x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps);
  };
  for (let i = 0; i < 24; i++) {
    line(60 + i * 68, 80, 60 + i * 68, 2200);
    line(60, 80 + i * 92, 1660, 80 + i * 92);
    line(60, 80 + i * 92, 1660, 2200 - i * 92);
  }
  for (let radius = 40; radius < 800; radius += 40) {
    for (let angle = 0; angle < 2 * Math.PI; angle += 0.5 / radius) {
      dot(864 + radius * Math.cos(angle), 1140 + radius * Math.sin(angle));
    }
  }
  return page;
}

/** Soft shades by error diffusion (Floyd and Steinberg): the worst page for codes that count runs. */
function photo(): Bitmap {
  const page = blankBitmap(WIDTH, HEIGHT);
  let below = new Float64Array(WIDTH + 2);
  for (let y = 0; y < HEIGHT; y++) {
    const errors = below;
    below = new Float64Array(WIDTH + 2);
    for (let x = 0; x < WIDTH; x++) {
      const shade = 0.5 + 0.3 * Math.sin(x / 190) * Math.cos(y / 230) + 0.2 * Math.sin((x + 2 * y) / 700);
      const wanted = shade + errors[x + 1]!;
      const white = wanted >= 0.5;
      if (!white) page.data[y * rowOctets(WIDTH) + (x >> 3)]! |= 0x80 >> (x & 7);
      const error = (wanted - (white ? 1 : 0)) / 16;
      errors[x + 2]! += error * 7;
      below[x]! += error * 3;
      below[x + 1]! += error * 5;
      below[x + 2]! += error;
    }
  }
  return page;
}
