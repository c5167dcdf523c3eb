/** The code words of ITU-T T.4 tables 2, 3 and 4 and T.6 table 1, written as bits, and the look-up tables made from them. */

/** Terminating codes, white: index = run length 0 to 63 (T.4 table 2). */
const WHITE_TERMINATING = `
  00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101
  101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 0011000 00000010 00000011 00011010
  00011011 00010010 00010011 00010100 00010101 00010110 00010111 00101000 00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010
  00001011 01010010 01010011 01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100`;

/** Terminating codes, black. */
const BLACK_TERMINATING = `
  0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 000011000
  0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000
  00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 000001101001
  000001101010 000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111
  000001101100 000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111
  000001100100 000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111
  000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 000001100111`;

/** Make-up codes 64, 128 .. 1728, white (T.4 table 3a). */
const WHITE_MAKE_UP = `
  11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100 011001101 011010010 011010011
  011010100 011010101 011010110 011010111 011011000 011011001 011011010 011011011 010011000 010011001 010011010 011000 010011011`;

/** Make-up codes 64, 128 .. 1728, black. */
const BLACK_MAKE_UP = `
  0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100 0000001101101
  0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 0000001110011 0000001110100 0000001110101
  0000001110110 0000001110111 0000001010010 0000001010011 0000001010100 0000001010101 0000001011010 0000001011011
  0000001100100 0000001100101`;

/** Make-up codes 1792, 1856 .. 2560, both colours (T.4 table 3b). */
const EXTENDED_MAKE_UP = `
  00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101 000000010110 000000010111
  000000011100 000000011101 000000011110 000000011111`;

/** Two-dimensional modes (T.4 table 4): pass, horizontal, and vertical by the distance of a1 from b1. */
const PASS = "0001";
const HORIZONTAL = "001";
export const HORIZONTAL_LENGTH = HORIZONTAL.length;
const VERTICAL: readonly (readonly [distance: number, code: string])[] = [
  [0, "1"],
  [1, "011"],
  [2, "000011"],
  [3, "0000011"],
  [-1, "010"],
  [-2, "000010"],
  [-3, "0000010"],
];

const words = (text: string) => text.trim().split(/\s+/);

/** Code words of one colour by run length: 0 to 63, then the multiples of 64 up to 2560. */
function runCodes(terminating: string, makeUp: string): [run: number, code: string][] {
  return [
    ...words(terminating).map((code, run): [number, string] => [run, code]),
    ...[...words(makeUp), ...words(EXTENDED_MAKE_UP)].map((code, i): [number, string] => [64 * (i + 1), code]),
  ];
}

export const WHITE_CODES: ReadonlyMap<number, string> = new Map(runCodes(WHITE_TERMINATING, WHITE_MAKE_UP));
export const BLACK_CODES: ReadonlyMap<number, string> = new Map(runCodes(BLACK_TERMINATING, BLACK_MAKE_UP));

/** Longest run that one make-up and one terminating code can say; longer ones take further make-up codes of 2560. */
export const LONGEST_CODED_RUN = 2560 + 63;

/** Index of a colour's half in the tables of runs: of black runs `BLACK_RUNS`, of white ones 0. */
export const BLACK_RUNS = LONGEST_CODED_RUN + 1;

/** For the encoder: run (+ BLACK_RUNS) -> make-up and terminating code in one, at most 25 bits, << 5 | their length. */
export const RUN_ENCODING = new Int32Array(2 * BLACK_RUNS);
for (const [codes, first] of [
  [WHITE_CODES, 0],
  [BLACK_CODES, BLACK_RUNS],
] as const) {
  for (let run = 0; run <= LONGEST_CODED_RUN; run++) {
    const code = (run < 64 ? "" : codes.get(run & ~63)!) + codes.get(run & 63)!;
    RUN_ENCODING[first + run] = (Number.parseInt(code, 2) << 5) | code.length;
  }
}

/** For the encoder: vertical mode, index = distance + 3. */
export const VERTICAL_BITS = new Int32Array(7);
export const VERTICAL_LENGTHS = new Uint8Array(7);
for (const [distance, code] of VERTICAL) {
  VERTICAL_BITS[distance + 3] = Number.parseInt(code, 2);
  VERTICAL_LENGTHS[distance + 3] = code.length;
}

/** Fills every entry of the table's part from `start` on, of `indexBits`, whose index begins with `code`. */
function fillPrefix(
  table: Uint16Array | Int32Array,
  start: number,
  indexBits: number,
  code: string,
  value: number,
): void {
  const free = indexBits - code.length;
  const first = start + (Number.parseInt(code, 2) << free);
  table.fill(value, first, first + (1 << free));
}

/** Bits a decoder of runs looks at: no code word is longer. Above them stands the colour, 1 for black. */
export const RUN_BITS = 13;

/** For the decoder: colour and next 13 bits -> run length << 4 | code length; 0 where no code word begins so. */
export const RUN_DECODING = new Uint16Array(2 << RUN_BITS);
/**
 * For the decoder: colour and next 13 bits -> first run << 12 | second run << 4 | length of both, where two terminating codes,
 * the first of this colour, follow each other in them; 0 otherwise. Most runs of a page are short.
 */
export const PAIR_DECODING = new Int32Array(2 << RUN_BITS);
for (const [codes, others, start] of [
  [WHITE_CODES, BLACK_CODES, 0],
  [BLACK_CODES, WHITE_CODES, 1 << RUN_BITS],
] as const) {
  for (const [run, code] of codes) fillPrefix(RUN_DECODING, start, RUN_BITS, code, (run << 4) | code.length);
  for (let first = 0; first < 64; first++) {
    for (let second = 0; second < 64; second++) {
      const code = codes.get(first)! + others.get(second)!;
      if (code.length > RUN_BITS) continue;
      fillPrefix(PAIR_DECODING, start, RUN_BITS, code, (first << 12) | (second << 4) | code.length);
    }
  }
}

/** For the decoder: next 7 bits -> mode << 4 | code length; 0 where no mode begins so (EOL, extensions, damage). */
export const MODE_DECODING = new Uint16Array(1 << 7);
/** Vertical modes are distance + MODE_VERTICAL (1 to 7). */
export const MODE_VERTICAL = 4;
export const MODE_PASS = 8;
const MODE_HORIZONTAL = 9;
fillPrefix(MODE_DECODING, 0, 7, PASS, (MODE_PASS << 4) | PASS.length);
fillPrefix(MODE_DECODING, 0, 7, HORIZONTAL, (MODE_HORIZONTAL << 4) | HORIZONTAL.length);
for (const [distance, code] of VERTICAL) {
  fillPrefix(MODE_DECODING, 0, 7, code, ((MODE_VERTICAL + distance) << 4) | code.length);
}
