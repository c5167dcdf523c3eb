// Outcomes as word, sign and colour: never by colour alone.

import { type Io, paint } from "./io.ts";

const SIGNS: Readonly<Record<string, string>> = { OK: "✓", BUSY: "◐", NOANSWER: "◔", CANCELLED: "–", BLACKLIST: "–" };
const STYLES = { OK: "green", BUSY: "yellow", NOANSWER: "yellow", CANCELLED: "dim", BLACKLIST: "dim" } as const;

/** `✓ OK`, `✗ SENDFAIL`. */
export function outcomeMark(outcome: string, io: Pick<Io, "colour">): string {
  const style = Object.hasOwn(STYLES, outcome) ? STYLES[outcome as keyof typeof STYLES] : "red";
  return paint(io, style, `${SIGNS[outcome] ?? "✗"} ${outcome}`);
}
