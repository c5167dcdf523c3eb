// Where things stand on an A4 letter for a DIN lang window envelope: DIN 5008 form B and Binect's zones, in millimetres.

/** Millimetres from the top left of the page as it is displayed. */
export interface Box {
  xMm: number;
  yMm: number;
  widthMm: number;
  heightMm: number;
}

/** A run of text in one line, as the documents room reads it from a page. */
export interface TextRun extends Box {
  text: string;
  /** Points, as displayed. */
  fontSize: number;
}

export const A4 = { widthMm: 210, heightMm: 297 } as const;
/** A page may differ from A4 by this much in each direction. */
export const PAGE_TOLERANCE_MM = 2;
/** Text may reach over the edge of a zone by this much: glyph boxes are taller than the glyphs. */
export const ZONE_TOLERANCE_MM = 1;

/** DIN 5008 form B, 85 x 45 mm: all that the window shows. */
export const ADDRESS_FIELD: Readonly<Box> = { xMm: 20, yMm: 45, widthMm: 85, heightMm: 45 };
/** Return address in small print. */
export const SENDER_ZONE: Readonly<Box> = { xMm: 20, yMm: 45, widthMm: 85, heightMm: 5.5 };
/** Kept free for DV franking (Binect since 2022-09-27). */
export const DV_ZONE: Readonly<Box> = { xMm: 20, yMm: 51, widthMm: 85, heightMm: 17.5 };
/** Recipient below the DV zone (Binect since 2022-09-27). */
export const RECIPIENT_ZONE: Readonly<Box> = { xMm: 20, yMm: 69, widthMm: 85, heightMm: 21 };
/** Recipient by the older rule, still valid: anywhere below the return address. */
export const CLASSIC_RECIPIENT_ZONE: Readonly<Box> = { xMm: 20, yMm: 51, widthMm: 85, heightMm: 39 };

/**
 * Left strip for DataMatrix (16 mm wide) and Sendungs-ID (6 mm wide), its lower edge 35 mm above the bottom edge.
 * Binect's text gives 40 mm in all but 17 + 25 mm for its parts; the larger of the two is reserved.
 */
export const LEFT_STRIP: Readonly<Box> = { xMm: 0, yMm: 220, widthMm: 16, heightMm: 42 };

/** DIN 5008 form B: distance of the fold and punch marks from the top edge. */
export const FOLD_MARKS_MM = [105, 210] as const;
export const PUNCH_MARK_MM = 148.5;

/** Smallest box around all of them; undefined for none. */
export function boxAround(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined;
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const b of boxes) {
    left = Math.min(left, b.xMm);
    top = Math.min(top, b.yMm);
    right = Math.max(right, b.xMm + b.widthMm);
    bottom = Math.max(bottom, b.yMm + b.heightMm);
  }
  return { xMm: left, yMm: top, widthMm: right - left, heightMm: bottom - top };
}

/** Do the two share more than an edge? */
export function overlap(a: Box, b: Box): boolean {
  return (
    a.xMm < b.xMm + b.widthMm && b.xMm < a.xMm + a.widthMm && a.yMm < b.yMm + b.heightMm && b.yMm < a.yMm + a.heightMm
  );
}

/**
 * How far `box` must be moved to lie within `zone` (tolerance included), in mm; undefined when it lies within.
 * A box larger than the zone is brought to the zone's top left.
 */
export function cureFor(
  box: Box,
  zone: Box,
  toleranceMm = ZONE_TOLERANCE_MM,
): { offsetX: number; offsetY: number } | undefined {
  const offsetX = shift(box.xMm, box.widthMm, zone.xMm, zone.widthMm, toleranceMm);
  const offsetY = shift(box.yMm, box.heightMm, zone.yMm, zone.heightMm, toleranceMm);
  return offsetX === 0 && offsetY === 0 ? undefined : { offsetX, offsetY };
}

function shift(start: number, size: number, zoneStart: number, zoneSize: number, tolerance: number): number {
  const before = zoneStart - start;
  if (before > tolerance) return round(before);
  const beyond = start + size - (zoneStart + zoneSize);
  return beyond > tolerance ? -round(Math.min(beyond, start - zoneStart)) : 0;
}

function round(mm: number): number {
  return Math.max(0, Math.round(mm * 10) / 10);
}
