/** Octets from a modem: lines of text, or data shielded by DLE once a CONNECT has announced them. */

import { unstuffDle } from "./dle.ts";
import type { Dte } from "./dte-state.ts";
import { LINE_END } from "./result-codes.ts";

/** Whom the reader tells. Each may change the state, and with it how the rest is read. */
export interface DteReading {
  line(text: string): void;
  data(octets: Uint8Array): void;
  /** DLE ETX. */
  end(): void;
}

/** Longest line that is kept; the rest of a longer one is dropped. */
const LONGEST_LINE = 256;

/** Reads a piece of any size. */
export function takeOctets(dte: Dte, octets: Uint8Array, reading: DteReading): void {
  let at = 0;
  while (at < octets.length) {
    if (dte.skipLf) {
      dte.skipLf = false;
      if (octets[at] === LINE_END.LF) {
        at++;
        continue;
      }
    }
    if (dte.dle) {
      const { data, ended, used } = unstuffDle(dte.dle, octets.subarray(at));
      at += used;
      if (ended) dte.dle = null;
      if (data.length > 0) reading.data(data);
      if (ended) reading.end();
      continue;
    }
    takeCharacter(dte, octets[at]! & 0x7f, reading);
    at++;
  }
}

function takeCharacter(dte: Dte, code: number, reading: DteReading): void {
  if (code !== LINE_END.CR && code !== LINE_END.LF) {
    if (code >= 0x20 && code < 0x7f && dte.line.length < LONGEST_LINE) dte.line += String.fromCharCode(code);
    return;
  }
  const line = dte.line.trim();
  dte.line = "";
  if (line === "") return;
  reading.line(line);
  dte.skipLf = dte.dle !== null && code === LINE_END.CR;
}
