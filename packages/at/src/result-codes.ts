/** Result codes of a modem, V.250 §5.7.1 and T.31 §8.3: names, numbers, and how they stand on the line to the terminal. */

/** Every result code that the emulator says or the driver understands, with its numeric form (ATV0). */
export const RESULT_CODES = {
  OK: "0",
  CONNECT: "1",
  RING: "2",
  "NO CARRIER": "3",
  ERROR: "4",
  "NO DIALTONE": "6",
  BUSY: "7",
  "NO ANSWER": "8",
  "+FCERROR": "+F4",
  /** T.31 §8.5.1, adaptive reception: a V.21 carrier came in the place of the one asked for. */
  "+FRH:3": "+FRH:3",
} as const;

export type ResultCode = keyof typeof RESULT_CODES;

const CR = 13;
const LF = 10;

/** A result code as the terminal gets it: CR LF text CR LF in words (ATV1), number and CR otherwise (ATV0). */
export function encodeResult(code: ResultCode, verbose: boolean): Uint8Array {
  return verbose ? ascii(`\r\n${code}\r\n`) : ascii(`${RESULT_CODES[code]}\r`);
}

/** Information text of a command: framed by CR LF in words, followed by CR LF otherwise (V.250 §5.7.1). */
export function encodeInformation(text: string, verbose: boolean): Uint8Array {
  return ascii(verbose ? `\r\n${text}\r\n` : `${text}\r\n`);
}

/**
 * The result code in one line of a modem, in words or as a number; undefined for information text. Words that go on
 * ("CONNECT 14400", "+FCERROR" as "+FCERROR:4") count as the code; "NO DIAL TONE" and "+FRH: 3" are other spellings.
 */
export function readResult(line: string): ResultCode | undefined {
  const text = line.trim().toUpperCase();
  if (/^CONNECT\b/.test(text)) return "CONNECT";
  if (/^\+FCERROR\b/.test(text)) return "+FCERROR";
  if (/^\+FRH: ?3$/.test(text)) return "+FRH:3";
  if (text === "NO DIAL TONE") return "NO DIALTONE";
  if (text in RESULT_CODES) return text as ResultCode;
  return NUMERIC.get(text);
}

const NUMERIC = new Map(Object.entries(RESULT_CODES).map(([word, number]) => [number as string, word as ResultCode]));

/** Characters as octets. */
export function ascii(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

/** The line ends of V.250. */
export const LINE_END = { CR, LF } as const;
