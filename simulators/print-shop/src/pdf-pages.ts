// Is it a PDF, and of how many pages? Read from the page tree (ISO 32000-1 §7.7.3), without drawing anything.

import { inflateSync } from "node:zlib";

const MOST_INFLATED_BYTES = 32 * 1024 * 1024;
const MOST_STREAMS = 2_000;
/** Characters looked at around page-tree nodes; a tree of 384 pages needs some thousands. */
const MOST_STEPS = 4_000_000;

/** Does it begin as a PDF must (within the first 1,024 octets) and end as one? */
export function looksLikePdf(pdf: Buffer): boolean {
  return pdf.subarray(0, 1024).includes("%PDF-") && pdf.subarray(-2048).includes("%%EOF");
}

/**
 * Page counts that the file's page trees claim: one, or several when it was changed by appending. Empty when none can be
 * read without decryption.
 */
export function pageCounts(pdf: Buffer): Set<number> {
  const counts = new Set<number>();
  let budget = MOST_STEPS;
  for (const text of objectTexts(pdf)) {
    // Roots of page trees: a node of type Pages that has no parent.
    for (const m of text.matchAll(/\/Type\s{0,20}\/Pages\b/g)) {
      const start = edge(text, m.index, -1, budget);
      const end = edge(text, m.index, 1, budget);
      budget -= end - start;
      if (budget <= 0) return counts;
      const node = text.slice(start, end);
      const count = /\/Count\s{1,20}(\d{1,9})\b/.exec(node)?.[1];
      if (count !== undefined && !/\/Parent\b/.test(node)) counts.add(Number(count));
    }
  }
  return counts;
}

/** The file's own text, and what its object streams (§7.5.7) hold. */
function* objectTexts(pdf: Buffer): Generator<string> {
  yield pdf.toString("latin1");
  let budget = MOST_INFLATED_BYTES;
  let from = 0;
  for (let i = 0; i < MOST_STREAMS && budget > 0; i++) {
    const type = pdf.indexOf("/ObjStm", from);
    if (type < 0) return;
    from = type + 7;
    const keyword = pdf.indexOf("stream", from);
    const end = pdf.indexOf("endstream", keyword);
    if (keyword < 0 || end < 0) return;
    const start = keyword + 6 + (pdf[keyword + 6] === 13 ? 2 : 1);
    const inflated = inflate(pdf.subarray(start, end), budget);
    budget -= inflated.length;
    yield inflated.toString("latin1");
  }
}

function inflate(bytes: Buffer, budget: number): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: budget });
  } catch {
    // Encrypted, damaged, or of another filter: nothing can be said about it.
    return Buffer.alloc(0);
  }
}

const OPEN = 0x3c;
const CLOSE = 0x3e;

/** Where the innermost dictionary around a place begins (-1) or ends (1); gives up at the edge of the text or after `most`. */
function edge(text: string, at: number, step: 1 | -1, most: number): number {
  const [inner, outer] = step === 1 ? [OPEN, CLOSE] : [CLOSE, OPEN];
  const stop = step === 1 ? Math.min(text.length, at + most) : Math.max(0, at - most);
  let depth = 0;
  for (let i = at; i !== stop; i += step) {
    const c = text.charCodeAt(i);
    if ((c !== inner && c !== outer) || text.charCodeAt(i + step) !== c) continue;
    if (c === outer && depth === 0) return i;
    depth += c === inner ? 1 : -1;
    // Both characters of the pair are done with.
    i += step;
    if (i === stop) break;
  }
  return stop;
}
