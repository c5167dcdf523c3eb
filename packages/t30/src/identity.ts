/** Station ids of CSI, CIG and TSI (T.30 §5.3.6.2.4 to .6) and the 20-character fields of SUB, SEP, PWD, SID. */

import { reverseBits } from "./octets.ts";
import { type Problem, problem } from "./problem.ts";

const LENGTH = 20;

/**
 * Writes a 20-octet FIF: last character first, each least significant bit first, spaces before the number. Characters the
 * field does not know (T.30 table 3 has digits, "+" and space; machines also send plain ASCII) become spaces; what is too
 * long loses its end.
 */
export function encodeId(id: string): Uint8Array {
  const fif = new Uint8Array(LENGTH).fill(reverseBits(0x20));
  const text = id.trim().slice(0, LENGTH);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    fif[text.length - 1 - i] = reverseBits(code >= 0x20 && code <= 0x7e ? code : 0x20);
  }
  return fif;
}

/** Reads a station id; surrounding spaces are padding, other octets than printable ASCII become "?". */
export function decodeId(fif: Uint8Array): string | Problem {
  if (fif.length > LENGTH) return problem("id-too-long", LENGTH);
  let id = "";
  for (let i = fif.length - 1; i >= 0; i--) {
    const code = reverseBits(fif[i]!);
    id += code >= 0x20 && code <= 0x7e ? String.fromCharCode(code) : code === 0 ? " " : "?";
  }
  return id.trim();
}
