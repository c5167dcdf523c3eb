// What the shop writes back, one line a letter (FORMAT.md).

import type { PrintReport } from "@depesche/ports";

const DELIVERIES = ["printed", "handed-over", "returned", "re-routed"] as const;
type PrintDelivery = (typeof DELIVERIES)[number];

export type AnswerRow =
  | { id: string; state: "acknowledged" }
  /** Id "*": every letter of the batch. */
  | { id: string; state: "rejected"; code: string; detail: string }
  | { id: string; state: PrintDelivery; detail: string };

/** Rejects of a batch that was damaged on its way: the same letter may pass the next time. */
const DAMAGED = new Set(["checksum-wrong", "file-missing", "manifest-broken"]);

/** The rows of an answer; undefined when any line is not one (then nothing of it may be believed). */
export function parseAnswer(text: string): AnswerRow[] | undefined {
  if (!text.endsWith("\n")) return undefined;
  const rows: AnswerRow[] = [];
  for (const line of text.slice(0, -1).split("\n")) {
    const row = parseRow(line);
    if (!row) return undefined;
    rows.push(row);
  }
  return rows;
}

function parseRow(line: string): AnswerRow | undefined {
  const [id = "", state = "", code = "", detail = "", ...more] = line.replace(/\r$/, "").split("\t");
  if (more.length > 0 || !/^(?:[A-Za-z0-9-]{1,64}|\*)$/.test(id)) return undefined;
  if (state === "rejected") return { id, state, code: word(code), detail: detail.slice(0, 300) };
  if (id === "*") return undefined;
  if (state === "acknowledged") return { id, state };
  const delivery = DELIVERIES.find((d) => d === state);
  return delivery && { id, state: delivery, detail: detail.slice(0, 300) };
}

function word(code: string): string {
  return /^[a-z0-9-]{1,40}$/.test(code) ? code : "unspecified";
}

export const ACKNOWLEDGED: PrintReport = {
  outcome: "OK",
  cause: { code: "print-acknowledged", text: "The print shop has acknowledged the letter." },
};

export function rejected(code: string, detail: string): PrintReport {
  return {
    outcome: "SENDFAIL",
    cause: { code: `print-${code}`, text: detail || "The print shop has rejected the letter." },
    ...(DAMAGED.has(code) && { temporary: true }),
  };
}
