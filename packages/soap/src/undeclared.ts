// Text files that nothing says the charset of, as spreadsheets and German Windows programs write them.

import { decodeSingleByte, WINDOWS_1252_UPPER } from "./single-byte.ts";

/** The text: UTF-16 by its byte order mark, else UTF-8 when it is valid, else windows-1252, in which every octet has a meaning. */
export function decodeUndeclared(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return decodeSingleByte(bytes, WINDOWS_1252_UPPER);
  }
}
