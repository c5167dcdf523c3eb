// Pages of a fax as PNG, pel for pel (PNG 3rd edition): grey of one bit, or a palette of four colours for two pages at once.

import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";
import { type Bitmap, rowOctets } from "@depesche/t4";

const pack = promisify(deflate);
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const GREY = 0;
const PALETTE = 3;
/** By bits: 1 sent is black, 2 received is black. White, red (only sent), blue (only received), black. */
const COLOURS = Uint8Array.of(255, 255, 255, 200, 0, 0, 0, 70, 220, 0, 0, 0);

/** Pels an inch across and lines an inch down. */
export interface Density {
  xDpi: number;
  yDpi: number;
}

/** How often each line stands in the picture, so that a page of 98 lines an inch is not flat: whole lines, no pel invented. */
function timesOf({ xDpi, yDpi }: Density): number {
  return Math.max(1, Math.round(xDpi / yDpi));
}

/** A page, black on white. */
export function pagePng(bitmap: Bitmap, density: Density): Promise<Uint8Array> {
  const { width, height, data } = bitmap;
  const stride = rowOctets(width);
  const row = (y: number, out: Uint8Array) => {
    for (let x = 0; x < stride; x++) out[x] = ~data[y * stride + x]! & 0xff;
  };
  return png({ width, height, bits: 1, colour: GREY, times: timesOf(density), row });
}

/** Two pages over each other: black where both are black, red where only `sent` is, blue where only `received` is. */
export function differencePng(sent: Bitmap, received: Bitmap, density: Density): Promise<Uint8Array> {
  const width = Math.max(sent.width, received.width);
  const height = Math.max(sent.height, received.height);
  const row = (y: number, out: Uint8Array) => {
    for (let x = 0; x < width; x++) {
      const colour = pel(sent, x, y) | (pel(received, x, y) << 1);
      out[x >> 2]! |= colour << (6 - (x & 3) * 2);
    }
  };
  return png({ width, height, bits: 2, colour: PALETTE, times: timesOf(density), row });
}

/** 1 for black; white beyond the page. */
function pel({ width, height, data }: Bitmap, x: number, y: number): number {
  if (x >= width || y >= height) return 0;
  return (data[y * rowOctets(width) + (x >> 3)]! >> (7 - (x & 7))) & 1;
}

interface Picture {
  width: number;
  height: number;
  bits: 1 | 2;
  colour: typeof GREY | typeof PALETTE;
  times: number;
  /** Fills the octets of a row, which are 0. */
  row(y: number, out: Uint8Array): void;
}

async function png({ width, height, bits, colour, times, row }: Picture): Promise<Uint8Array> {
  const octets = Math.ceil((width * bits) / 8);
  // Each row begins with its filter type: 0, none.
  const raw = new Uint8Array((octets + 1) * height * times);
  for (let y = 0, at = 0; y < height; y++) {
    const first = at;
    row(y, raw.subarray(at + 1, at + 1 + octets));
    at += octets + 1;
    for (let more = 1; more < times; more++, at += octets + 1) raw.copyWithin(at, first, first + octets + 1);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height * times, 4);
  head.set([bits, colour], 8);
  const chunks = [chunk("IHDR", head)];
  if (colour === PALETTE) chunks.push(chunk("PLTE", COLOURS));
  chunks.push(chunk("IDAT", await pack(raw, { level: 6 })), chunk("IEND", new Uint8Array()));
  // Octets of its own: a Buffer lies in a pool, and whoever takes its `buffer` would send that.
  return Uint8Array.from(Buffer.concat([SIGNATURE, ...chunks]));
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const named = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
