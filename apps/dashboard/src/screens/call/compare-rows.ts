// What a receiver offered against what was chosen, row by row of T.30's table 2.

import type { LadderField } from "@depesche/client";
import type { Word } from "../../language.ts";

/** used: in force. refused: offered, and we chose otherwise. absent: not offered. frame: says something of the frame itself. */
export type Verdict = "used" | "refused" | "absent" | "frame";

export interface CompareRow {
  bit: number;
  bits: number;
  name: string;
  can: string;
  used: string;
  /** Absent when nothing was chosen, or the row has a meaning in DIS only. */
  verdict?: Verdict;
  /** Why it was refused. */
  reason?: Word;
}

/** Bits that say how long the frame is. */
const EXTENSIONS = new Set([24, 32, 40, 48, 56, 64, 72, 80]);
const NONE = "–";

/** Rows of both frames in order of bits. A bit that a frame does not reach is not offered, and not used. */
export function compareRows(dis: readonly LadderField[], dcs: readonly LadderField[] | undefined): CompareRow[] {
  const byBit = new Map<number, { can?: LadderField; used?: LadderField }>();
  for (const field of dis) if (field.bit !== undefined) byBit.set(field.bit, { can: field });
  for (const field of dcs ?? [])
    if (field.bit !== undefined) byBit.set(field.bit, { ...byBit.get(field.bit), used: field });
  const isUsed = (bit: number) => byBit.get(bit)?.used?.value === "yes";
  return [...byBit]
    .sort(([a], [b]) => a - b)
    .map(([bit, { can, used }]) => {
      const { name, bits = 1 } = (can ?? used) as LadderField;
      const row: CompareRow = { bit, bits, name, can: can?.value ?? NONE, used: used?.value ?? NONE };
      if (!dcs) return row;
      const verdict = verdictOf(bit, can?.value, used?.value);
      if (verdict) row.verdict = verdict;
      if (verdict === "refused") row.reason = reasonOf(bit, isUsed);
      return row;
    });
}

function verdictOf(bit: number, can: string | undefined, used: string | undefined): Verdict | undefined {
  if (EXTENSIONS.has(bit)) return "frame";
  const isFlag = [can, used].some((value) => value === "yes" || value === "no" || value === "set");
  // A row that is a value, not yes or no: what was chosen of it is in force.
  if (!isFlag) return used === undefined || used === "-" ? undefined : "used";
  if (used === "yes" || used === "set") return "used";
  return can === "yes" || can === "set" ? "refused" : "absent";
}

const FINE = 15;
const MR = 16;
const ECM = 27;
const MMR = 31;
const SUPERFINE = 41;

function reasonOf(bit: number, isUsed: (bit: number) => boolean): Word {
  if (bit === MR && isUsed(MMR)) return "callWhyMmr";
  if (bit === MMR && !isUsed(ECM)) return "callWhyNoEcm";
  if (bit === SUPERFINE && isUsed(FINE)) return "callWhyFiner";
  return "callWhyNeeded";
}
