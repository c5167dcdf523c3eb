// What can go wrong with a letter in the shop, as data.

import type { CheckedLetter, Reject } from "./batch.ts";

/** jam and damaged: not printed; late: printed and handed over later; returned: comes back after it was handed over. */
export type LetterFault = "jam" | "damaged" | "late" | "returned";

/** Code and sentence of letters that are not printed. FORMAT.md: a letter that arrived damaged is sent again. */
const REJECTED = {
  jam: { code: "paper-jam", detail: "The paper jammed and tore; the letter was not printed." },
  damaged: { code: "checksum-wrong", detail: "The PDF does not match its sum." },
} as const;

/** Letters of a batch by what becomes of them. */
export interface Sorted {
  onTime: CheckedLetter[];
  late: CheckedLetter[];
  /** Ids of those that will come back. */
  returning: Set<string>;
  rejects: Reject[];
}

/** Asks for each letter once what is to go wrong with it. */
export function sorted(letters: readonly CheckedLetter[], fault: (id: string) => LetterFault | undefined): Sorted {
  const sorts: Sorted = { onTime: [], late: [], returning: new Set(), rejects: [] };
  for (const letter of letters) {
    const met = fault(letter.id);
    if (met === "jam" || met === "damaged") sorts.rejects.push({ id: letter.id, ...REJECTED[met] });
    else if (met === "late") sorts.late.push(letter);
    else sorts.onTime.push(letter);
    if (met === "returned") sorts.returning.add(letter.id);
  }
  return sorts;
}
