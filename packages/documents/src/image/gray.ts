// An 8-bit grey picture in memory: 0 is black, 255 white, rows without padding.

export type Gray = { width: number; height: number; data: Uint8Array };

/** A part of a picture in its pixels; `right` and `bottom` are the first that do not belong to it. */
export type Rect = { left: number; top: number; right: number; bottom: number };
