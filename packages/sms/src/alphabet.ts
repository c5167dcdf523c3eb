// GSM 7 bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1).

/** Septet that announces a character of the extension table. */
export const ESCAPE = 0x1b;

/** Main table, sixteen characters a row; place 0x1B holds the escape itself. */
const ROWS = [
  "@£$¥èéùìòÇ\nØø\rÅå",
  "Δ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ",
  " !\"#¤%&'()*+,-./",
  "0123456789:;<=>?",
  "¡ABCDEFGHIJKLMNO",
  "PQRSTUVWXYZÄÖÑÜ§",
  "¿abcdefghijklmno",
  "pqrstuvwxyzäöñüà",
].join("");

/** Extension table: septet after the escape. */
const EXTENSION: readonly (readonly [number, string])[] = [
  [0x0a, "\f"],
  [0x14, "^"],
  [0x28, "{"],
  [0x29, "}"],
  [0x2f, "\\"],
  [0x3c, "["],
  [0x3d, "~"],
  [0x3e, "]"],
  [0x40, "|"],
  [0x65, "€"],
];

const BASIC_SEPTET: ReadonlyMap<string, number> = new Map(
  [...ROWS].map((char, septet) => [char, septet] as const).filter(([, septet]) => septet !== ESCAPE),
);
const EXTENSION_SEPTET: ReadonlyMap<string, number> = new Map(EXTENSION.map(([septet, char]) => [char, septet]));
const EXTENSION_CHAR: ReadonlyMap<number, string> = new Map(EXTENSION);

/** Septets of one character: 1, or 2 with its escape; 0 when the default alphabet does not have it. */
export function gsmUnits(char: string): 0 | 1 | 2 {
  if (BASIC_SEPTET.has(char)) return 1;
  return EXTENSION_SEPTET.has(char) ? 2 : 0;
}

/** Text as septets, one in each octet; a character the alphabet lacks becomes "?". */
export function encodeGsm(text: string): Uint8Array {
  const septets: number[] = [];
  for (const char of text) {
    const basic = BASIC_SEPTET.get(char);
    const extended = EXTENSION_SEPTET.get(char);
    if (basic !== undefined) septets.push(basic);
    else if (extended !== undefined) septets.push(ESCAPE, extended);
    else septets.push(0x3f);
  }
  return Uint8Array.from(septets);
}

/**
 * Septets (one in each octet, bit 7 ignored) as text. An unknown extension reads as the character of the main table,
 * a second escape and an escape at the end as a space (23.038, 6.2.1.1 notes).
 */
export function decodeGsm(septets: Uint8Array): string {
  let text = "";
  for (let i = 0; i < septets.length; i++) {
    const septet = septets[i]! & 0x7f;
    if (septet !== ESCAPE) {
      text += ROWS[septet]!;
      continue;
    }
    i++;
    const next = i < septets.length ? septets[i]! & 0x7f : ESCAPE;
    text += next === ESCAPE ? " " : (EXTENSION_CHAR.get(next) ?? ROWS[next]!);
  }
  return text;
}
