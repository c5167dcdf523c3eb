// What a PNG or JPEG says of its pixels' size across and down. libvips passes on the first of the two only, and fax
// pages have pixels twice as high as wide.

/** Pixels an inch, across and down. */
export type Density = { x: number; y: number };

/** Where a file tells the shape of its pixels but not their size. */
export const ASSUMED_DPI = 96;
const MAX_DPI = 10_000;
const METRES_PER_INCH = 0.0254;
/** Segments of a JPEG, or chunks of a PNG, looked at before the pixels. */
const MAX_PARTS = 100;

/** The density of pixels that are not square; undefined when they are, or when the file tells none that can be true. */
export function unequalDensity(bytes: Uint8Array): Density | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const told = bytes[0] === 0x89 ? physOf(view) : bytes[0] === 0xff ? jfifOf(view) : undefined;
  if (told === undefined || told.x === told.y || told.x === 0 || told.y === 0) return undefined;
  const { x, y, perInch } = told;
  const density =
    perInch === undefined ? { x: ASSUMED_DPI, y: (ASSUMED_DPI * y) / x } : { x: x * perInch, y: y * perInch };
  return Math.min(density.x, density.y) >= 1 && Math.max(density.x, density.y) < MAX_DPI ? density : undefined;
}

/** `perInch` turns the numbers into pixels an inch; without it only their ratio counts. */
type Told = { x: number; y: number; perInch: number | undefined };

/** PNG (ISO/IEC 15948) 11.3.5.3: pixels a metre, in a chunk that stands before the pixels. */
function physOf(view: DataView): Told | undefined {
  let at = 8;
  for (let part = 0; part < MAX_PARTS && at + 17 <= view.byteLength; part++) {
    const type = view.getUint32(at + 4);
    if (type === 0x49444154) return undefined;
    if (type === 0x70485973) {
      const isMetre = view.getUint8(at + 16) === 1;
      const perInch = isMetre ? METRES_PER_INCH : undefined;
      return { x: view.getUint32(at + 8), y: view.getUint32(at + 12), perInch };
    }
    at += 12 + view.getUint32(at);
  }
  return undefined;
}

/** JFIF 1.02: the APP0 segment, in inches, in centimetres or as a mere ratio. */
function jfifOf(view: DataView): Told | undefined {
  let at = 2;
  for (let part = 0; part < MAX_PARTS && at + 16 <= view.byteLength && view.getUint8(at) === 0xff; part++) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda) return undefined;
    if (marker === 0xe0 && view.getUint32(at + 4) === 0x4a464946) {
      const perInch = [undefined, 1, 2.54][view.getUint8(at + 11)];
      return { x: view.getUint16(at + 12), y: view.getUint16(at + 14), perInch };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
