// PNG, JPG, GIF, BMP and TIFF pages as grey or colour pixels with their true size, by sharp (libvips) or our own reader.
import type { Bitmap } from "@depesche/t4";
import sharp, { type Metadata, type Sharp } from "sharp";
import type { Limits } from "../limits.ts";
import { DocumentError } from "../problem.ts";
import { readBmp } from "./bmp.ts";
import { ASSUMED_DPI, type Density, unequalDensity } from "./density.ts";
import { type Gray, grayOf } from "./gray.ts";

/** A picture that has been looked at, not yet decoded: its displayed size and how to get its pixels. */
export type Picture = {
  widthMm: number;
  heightMm: number;
  /** Grey pixels of the size asked for, turned right by `turns` quarters first (the size is that after turning). */
  gray(size: { width: number; height: number; turns: 0 | 1 }): Promise<Gray>;
  /** RGB pixels in the picture's own size or smaller, at most `maxDpi` on paper of `widthMm`. */
  rgb(size: {
    widthMm: number;
    turns: 0 | 1;
    maxDpi: number;
  }): Promise<{ width: number; height: number; data: Uint8Array }>;
};

const EXIF_TURNED = 5;

/** Looks at a PNG, JPG or GIF (its first frame), or at one page of a TIFF. */
export async function openPicture(
  bytes: Uint8Array,
  limits: Limits,
  { page = 0, dpi }: { page?: number; dpi?: Density } = {},
): Promise<Picture> {
  const source = () =>
    sharp(bytes, { page, limitInputPixels: limits.maxPixels, failOn: "error", sequentialRead: true }).timeout({
      seconds: Math.ceil(limits.wallMs / 1000),
    });
  const metadata = await reading(source().metadata());
  const { width = 0, height = 0 } = metadata;
  if (width < 1 || height < 1) throw new DocumentError("broken", "The picture has no size.");
  if (width * height > limits.maxPixels) throw tooLarge(width, height);
  const isTurned = (metadata.orientation ?? 1) >= EXIF_TURNED;
  const { x, y } = dpi ?? unequalDensity(bytes) ?? densityOf(metadata);
  // Sizes and densities are told as they are before the camera's orientation is applied.
  const size = isTurned ? { width: height, height: width } : { width, height };
  const density = isTurned ? { x: y, y: x } : { x, y };
  return pictureFrom(size, density, () => source().autoOrient());
}

/** Looks at a bitmap file; it is decoded at once, since that is what its reader bounds. */
export function openBmp(bytes: Uint8Array, limits: Limits): Picture {
  const { width, height, data, dpi } = readBmp(bytes, limits.maxPixels);
  return fromGray({ width, height, data }, dpi, limits);
}

/** A black-and-white page as a picture to be scaled. */
export function openBitmap(bitmap: Bitmap, dpi: Density | undefined, limits: Limits): Picture {
  return fromGray(grayOf(bitmap), dpi, limits);
}

function fromGray({ width, height, data }: Gray, dpi: Density | undefined, limits: Limits): Picture {
  return pictureFrom({ width, height }, dpi ?? { x: ASSUMED_DPI, y: ASSUMED_DPI }, () =>
    sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: limits.maxPixels }),
  );
}

function pictureFrom(size: { width: number; height: number }, density: Density, pixels: () => Sharp): Picture {
  const widthMm = (size.width / density.x) * 25.4;
  const heightMm = (size.height / density.y) * 25.4;
  const upright = () => pixels().flatten({ background: "white" });
  return {
    widthMm,
    heightMm,
    async gray({ width, height, turns }) {
      const turned = upright()
        .rotate(turns * 90)
        .resize(width, height, { fit: "fill" })
        .toColourspace("b-w");
      const { data, info } = await reading(turned.raw().toBuffer({ resolveWithObject: true }));
      return { width, height, data: firstChannel(data, info.channels) };
    },
    async rgb({ widthMm: printedMm, turns, maxDpi }) {
      const width = Math.max(
        1,
        Math.min(turns === 1 ? size.height : size.width, Math.round((printedMm / 25.4) * maxDpi)),
      );
      const turned = upright()
        .rotate(turns * 90)
        .resize({ width })
        .toColourspace("srgb")
        .removeAlpha();
      const { data, info } = await reading(turned.raw().toBuffer({ resolveWithObject: true }));
      return { width: info.width, height: info.height, data };
    },
  };
}

function firstChannel(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return data;
  return Uint8Array.from({ length: data.length / channels }, (_, at) => data[at * channels]!);
}

/** Pictures that do not tell their density, or tell the 72 that cameras write into everything, get the assumed one. */
function densityOf(metadata: Metadata): Density {
  const told = metadata.density ?? 0;
  const dpi = told > 0 && told !== 72 && told < 10_000 ? told : ASSUMED_DPI;
  return { x: dpi, y: dpi };
}

function tooLarge(width: number, height: number): DocumentError {
  return new DocumentError("too-large", `The picture claims ${width} x ${height} pixels.`);
}

/** Everything libvips refuses is a damaged picture, except its two limits. */
async function reading<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("exceeds pixel limit"))
      throw new DocumentError("too-large", "The picture has too many pixels.");
    if (message.includes("timeout")) throw new DocumentError("timeout", "The picture took too long to decode.");
    throw new DocumentError("broken", `The picture cannot be decoded: ${message.split("\n")[0]}`);
  }
}
