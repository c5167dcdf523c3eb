// Line states travel from workers to gateways by NOTIFY alone: they are no truth, only a picture, and age out by themselves.

import type { LineProgress } from "@depesche/ports";
import type { Pool } from "./database.ts";
import type { Listener } from "./listen.ts";

export interface LineState extends LineProgress {
  worker: number;
}

/** A NOTIFY payload holds at most 8,000 bytes. */
const LINES_A_MESSAGE = 20;

export async function tellLines(pool: Pool, lines: LineState[]): Promise<void> {
  for (let i = 0; i < lines.length; i += LINES_A_MESSAGE)
    await pool.query("SELECT pg_notify('depesche_lines', $1)", [JSON.stringify(lines.slice(i, i + LINES_A_MESSAGE))]);
}

export function hearLines(listener: Listener, heard: (lines: LineState[]) => void): () => void {
  return listener.on("depesche_lines", (payload) => {
    if (payload) heard(JSON.parse(payload) as LineState[]);
  });
}
