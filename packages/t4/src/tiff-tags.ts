/** Tag and type numbers of TIFF 6.0 and TIFF-F (RFC 2306, RFC 3949) that fax pages use; one table for reader and writer. */

export const TAG = {
  NewSubfileType: 254,
  ImageWidth: 256,
  ImageLength: 257,
  BitsPerSample: 258,
  Compression: 259,
  PhotometricInterpretation: 262,
  FillOrder: 266,
  StripOffsets: 273,
  Orientation: 274,
  SamplesPerPixel: 277,
  RowsPerStrip: 278,
  StripByteCounts: 279,
  XResolution: 282,
  YResolution: 283,
  T4Options: 292,
  T6Options: 293,
  ResolutionUnit: 296,
  PageNumber: 297,
  Software: 305,
  DateTime: 306,
  TileWidth: 322,
  BadFaxLines: 326,
  CleanFaxData: 327,
  ConsecutiveBadFaxLines: 328,
  GlobalParametersIFD: 400,
  ProfileType: 401,
  FaxProfile: 402,
  CodingMethods: 403,
  VersionYear: 404,
} as const;

/** LONG8 and IFD8 are BigTIFF's. */
export const TYPE = { BYTE: 1, ASCII: 2, SHORT: 3, LONG: 4, RATIONAL: 5, LONG8: 16, IFD8: 18 } as const;

/** Octets of one value of each type; 0 = no such type. */
export const TYPE_OCTETS = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8] as const;

export const COMPRESSION = { none: 1, ccittRle: 2, group3: 3, group4: 4 } as const;

export const T4_TWO_DIMENSIONAL = 1;
export const T4_ALIGNED_EOLS = 4;
