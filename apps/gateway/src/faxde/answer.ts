// What a call's handler gives back: the out parts, and plain words beside them for people who read headers.
import type { PartValue } from "@depesche/soap";

export interface Answer {
  /** Out parts by name; the missing ones get their zero value. */
  values: Readonly<Record<string, PartValue | undefined>> & { return: number };
  /** Sentences about what was ignored, cut or refused; sent as headers `Depesche-Notice`. */
  notices?: readonly string[];
}

/** A call that cannot be answered by a return code: its value is of the wrong type. Becomes a Client fault. */
export class CallerFault extends Error {}

/** An answer that is only a return code, with a sentence why. */
export function refuse(code: number, ...notices: string[]): Answer {
  return { values: { return: code }, notices };
}
