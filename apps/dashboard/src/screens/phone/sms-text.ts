// What a text becomes as a short message, said in the facts a person can act on (3GPP TS 23.038, TS 23.040).

import { CAPACITY, gsmUnits, pieces, type SmsEncoding } from "@depesche/sms";

export interface SmsText {
  encoding: SmsEncoding;
  /** Septets (GSM-7) or UTF-16 units (UCS-2) of the whole text. */
  units: number;
  parts: { text: string; units: number }[];
  /** Units one part holds: less when there are several, for the header that joins them. */
  room: number;
  /** Units still free in the last part. */
  left: number;
  /** Characters the GSM alphabet lacks, each once, in order: they make it UCS-2. */
  forcing: string[];
  /** Characters of its extension table, each once: two septets each. */
  doubled: string[];
  /** Parts it would have without the forcing characters' doing (each as "?"); only where it is UCS-2. */
  partsAsGsm?: number;
  tooLong: boolean;
}

export function smsText(text: string): SmsText {
  const { encoding, units, parts, problem } = pieces(text);
  const room = parts.length > 1 ? CAPACITY[encoding]["8bit"] : CAPACITY[encoding].single;
  const characters = [...new Set(text)];
  const isUcs2 = encoding === "ucs2";
  return {
    encoding,
    units,
    parts,
    room,
    left: room - (parts.at(-1)?.units ?? 0),
    forcing: isUcs2 ? characters.filter((char) => gsmUnits(char) === 0) : [],
    doubled: isUcs2 ? [] : characters.filter((char) => gsmUnits(char) === 2),
    ...(isUcs2 && { partsAsGsm: pieces(text, { encoding: "gsm" }).parts.length }),
    tooLong: problem !== undefined,
  };
}

/** A character with its number, so that one that cannot be seen is told all the same: `„“ U+201C`. */
export function charName(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return /[\p{C}\p{Z}\p{M}]/u.test(char) ? `U+${code}` : `${char} U+${code}`;
}
