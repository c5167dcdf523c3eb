// Sheets, envelope, weight and postage class of a letter (Deutsche Post, tariff valid from 2025-01-01).

export const MAX_PAGES = 384;
export const MAX_SHEETS = 192;
/** From here on a letter is not folded any more. */
export const C4_FROM_SHEETS = 10;

/** A4, 80 g/m2. */
export const SHEET_GRAM = 4.99;
export const ENVELOPE_GRAM = { DINLANG: 4.5, C4: 18 } as const;
export type Envelope = keyof typeof ENVELOPE_GRAM;

export interface PostageClass {
  name: "Standardbrief" | "Kompaktbrief" | "Grossbrief" | "Maxibrief";
  maxGram: number;
  /** Eurocent, no VAT on postage itself. */
  inlandCent: number;
  abroadCent: number;
}

/** Lightest first. */
export const POSTAGE_CLASSES: readonly PostageClass[] = [
  { name: "Standardbrief", maxGram: 20, inlandCent: 95, abroadCent: 125 },
  { name: "Kompaktbrief", maxGram: 50, inlandCent: 110, abroadCent: 180 },
  { name: "Grossbrief", maxGram: 500, inlandCent: 180, abroadCent: 330 },
  { name: "Maxibrief", maxGram: 1000, inlandCent: 290, abroadCent: 650 },
];

export interface Posting {
  envelope: Envelope;
  gram: number;
  class: PostageClass;
}

/** Sheets of paper that `pages` take. */
export function sheetsOf(pages: number, duplex: boolean): number {
  return duplex ? Math.ceil(pages / 2) : pages;
}

/** C4 from 10 sheets, or when it is asked for. */
export function envelopeOf(sheets: number, wanted?: Envelope): Envelope {
  return wanted === "C4" || sheets >= C4_FROM_SHEETS ? "C4" : "DINLANG";
}

/** Envelope, weight and class of a letter of `sheets`; undefined when it is heavier than any class or has no sheet. */
export function postingOf(sheets: number, wanted?: Envelope): Posting | undefined {
  if (!(sheets >= 1)) return undefined;
  const envelope = envelopeOf(sheets, wanted);
  const gram = Math.round((sheets * SHEET_GRAM + ENVELOPE_GRAM[envelope]) * 100) / 100;
  // A C4 envelope is larger than Standard and Kompakt allow, however light it is.
  const fits = POSTAGE_CLASSES.filter((c) => envelope === "DINLANG" || c.maxGram > 50);
  const lightest = fits.find((c) => gram <= c.maxGram);
  return lightest && { envelope, gram, class: lightest };
}
