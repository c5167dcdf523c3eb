// Zones and lines drawn over a page for people: translucent boxes with an edge, lines across.
import sharp from "sharp";

/** Places in parts of the picture's width and height, 0 to 1, so that it may have any size. */
export interface Marks {
  boxes: readonly { x: number; y: number; width: number; height: number; colour: string }[];
  /** Lines from edge to edge at this height. */
  lines: readonly { y: number; colour: string }[];
}

/**
 * The PNG with the marks drawn in.
 *
 * @param marks.boxes colours as CSS writes them; a box is filled with a tenth of its colour
 * @throws when the PNG cannot be read
 */
export async function markedPng(png: Uint8Array, { boxes, lines }: Marks): Promise<Uint8Array> {
  const page = sharp(png);
  const { width = 0, height = 0 } = await page.metadata();
  const stroke = Math.max(1, Math.round(width / 500));
  const drawn = [
    ...boxes.map(
      (box) =>
        `<rect x="${box.x * width}" y="${box.y * height}" width="${box.width * width}" height="${box.height * height}" ` +
        `fill="${box.colour}" fill-opacity="0.1" stroke="${box.colour}" stroke-width="${stroke}"/>`,
    ),
    ...lines.map(
      ({ y, colour }) =>
        `<line x1="0" x2="${width}" y1="${y * height}" y2="${y * height}" stroke="${colour}" ` +
        `stroke-width="${stroke}" stroke-dasharray="${stroke * 6} ${stroke * 4}"/>`,
    ),
  ];
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn.join("")}</svg>`;
  return new Uint8Array(
    await page
      .composite([{ input: Buffer.from(overlay) }])
      .png()
      .toBuffer(),
  );
}
