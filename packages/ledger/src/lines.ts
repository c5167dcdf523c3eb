// Line states travel from workers to gateways by NOTIFY alone: they are no truth, only a picture, and age out by themselves.

import type { LineProgress } from "@depesche/ports";
import { type Pool, toJson } from "./database.ts";
import type { Listener } from "./listen.ts";

export interface LineState extends LineProgress {
  worker: number;
}

/** A NOTIFY payload holds less than 8,000 bytes. */
const MOST_BYTES = 7_900;

export async function tellLines(pool: Pool, lines: LineState[]): Promise<void> {
  for (const message of messagesOf(lines)) await pool.query("SELECT pg_notify('depesche_lines', $1)", [message]);
}

/** JSON arrays of lines, each short enough for one NOTIFY. A line that is too long for any is left out. */
export function messagesOf(lines: LineState[]): string[] {
  const messages: string[] = [];
  let gathered: string[] = [];
  let bytes = 2;
  for (const line of lines) {
    const one = toJson(line);
    const size = Buffer.byteLength(one) + 1;
    if (size + 2 > MOST_BYTES) continue;
    if (bytes + size > MOST_BYTES) {
      messages.push(`[${gathered.join()}]`);
      gathered = [];
      bytes = 2;
    }
    gathered.push(one);
    bytes += size;
  }
  if (gathered.length > 0) messages.push(`[${gathered.join()}]`);
  return messages;
}

/** Anybody with the database's password may NOTIFY: what is not a list of lines is not heard. */
export function hearLines(listener: Listener, heard: (lines: LineState[]) => void): () => void {
  return listener.on("depesche_lines", (payload) => {
    const lines = payload ? parsed(payload) : undefined;
    if (Array.isArray(lines)) heard(lines.filter(isLine));
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isLine(one: unknown): one is LineState {
  const { worker, line, state } = (one ?? {}) as Partial<LineState>;
  return Number.isSafeInteger(worker) && Number.isSafeInteger(line) && typeof state === "string";
}
