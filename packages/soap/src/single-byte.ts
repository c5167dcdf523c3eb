// Single-byte charsets as data. Node's own decoder is not asked: several versions read windows-1252 as Latin-1.

const LATIN_1_UPPER = Array.from({ length: 96 }, (_, i) => String.fromCharCode(0xa0 + i)).join("");

/** Characters of the octets 0x80 to 0xFF in windows-1252; the five unused octets are the C1 controls (WHATWG Encoding). */
export const WINDOWS_1252_UPPER = `€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ${LATIN_1_UPPER}`;

/** ISO-8859-15: Latin-1 with eight other characters. */
export const ISO_8859_15_UPPER =
  Array.from({ length: 32 }, (_, i) => String.fromCharCode(0x80 + i)).join("") +
  LATIN_1_UPPER.replace(/[¤¦¨´¸¼½¾]/g, (old) => "€ŠšŽžŒœŸ"["¤¦¨´¸¼½¾".indexOf(old)]!);

/** Octets as text by a table of the upper half. */
export function decodeSingleByte(bytes: Uint8Array, upper: string): string {
  let text = "";
  for (const octet of bytes) text += octet < 0x80 ? String.fromCharCode(octet) : upper[octet - 0x80];
  return text;
}
