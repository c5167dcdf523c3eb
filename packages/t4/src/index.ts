export {
  type Bitmap,
  type BitOrder,
  blankBitmap,
  equalBitmaps,
  invertBitmap,
  reverseBits,
  rowOctets,
} from "./bitmap.ts";
export { differingPels } from "./compare.ts";
export { type Decoded, type DecodeOptions, decode } from "./decode.ts";
export { type Coding, type EncodeOptions, encode } from "./encode.ts";
export { fitted } from "./fitted.ts";
export { type ReadLimits, readTiff, type TiffPage, type TiffProblem, type TiffUnsupported } from "./tiff-read.ts";
export { type TiffMeta, type TiffPageInput, writeTiff } from "./tiff-write.ts";
