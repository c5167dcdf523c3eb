// What a call agreed on for its pages, and how many of them went out, read from its ladder.

import type { LadderLine } from "@depesche/client";

export interface Agreed {
  /** Pels of a line. */
  width: number;
  /** Lines an inch: 98 standard, 196 fine, 391 superfine. */
  yDpi: number;
}

/** Bits of T.30 table 2. */
const FINE = 15;
const WIDTH = 17;
const SUPERFINE = 41;

/** The last DCS of the caller (T.30 §5.3.6.2.3); undefined when the call never came so far. */
export function agreedIn(lines: readonly LadderLine[]): Agreed | undefined {
  const dcs = lines.findLast((line) => line.kind === "frame" && line.from === "caller" && line.name === "DCS");
  if (!dcs) return undefined;
  const value = (bit: number) => dcs.fields.find((field) => field.bit === bit)?.value;
  const width = Number(value(WIDTH));
  const yDpi = value(SUPERFINE) === "yes" ? 391 : value(FINE) === "yes" ? 196 : 98;
  return { width: Number.isInteger(width) && width > 0 ? width : 1728, yDpi };
}

/** Pages of which something was put on the line: the confirmed ones, and the one the call ended in. */
export function pagesBegun(lines: readonly LadderLine[], confirmed: number): number {
  const isPage = (line: LadderLine) => line.kind === "page" && line.from === "caller";
  const isConfirmation = (line: LadderLine) => line.from === "answerer" && (line.name === "MCF" || line.name === "RTP");
  const lastPage = lines.findLastIndex(isPage);
  if (lastPage === -1) return confirmed;
  return lastPage > lines.findLastIndex(isConfirmation) ? confirmed + 1 : Math.max(confirmed, 1);
}
