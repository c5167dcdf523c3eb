// Append-only wire log: one line for every message taken, written before the API answers, so that it is the record
// against which a ledger can be held. A restarted simulator reads its end to know its messages again; beside it lies
// a log of the messages that have reached their end.

import * as fs from "node:fs";
import * as path from "node:path";
import { bodyHash, type Message } from "./message.ts";
import type { MoodName } from "./moods.ts";

/** How much of an old log is read at the start. */
const TAIL_BYTES = 8 * 1024 * 1024;

/** Where the ends of the messages in a wire log are kept. */
export function endsFile(wireLog: string): string {
  return `${wireLog}.ends`;
}

export interface WireLine {
  /** Wall time, ms since 1970. */
  at: number;
  simAt: number;
  sid: string;
  to: string;
  from?: string;
  service?: string;
  /** SHA-256 of the text, lower-case hex. */
  sha256: string;
  text: string;
  parts: number;
  callback?: string;
  /** Attempt key, when the callback's URL carries one. */
  attempt?: string;
  sendAt?: number;
  /** What the message met, where that is not its number's own mood: drawn once, and not again by a restarted simulator. */
  mood?: MoodName;
}

export function wireLine(message: Message, sendAt: number | undefined, mood: MoodName | undefined): WireLine {
  return {
    at: message.createdAt,
    simAt: message.simAt,
    sid: message.sid,
    to: message.to,
    from: message.from,
    service: message.messagingServiceSid,
    sha256: bodyHash(message.body),
    text: message.body,
    parts: message.segments,
    callback: message.statusCallback,
    attempt: attemptOf(message.statusCallback),
    sendAt,
    mood,
  };
}

/** The attempt key that a callback's URL carries. */
export function attemptOf(callback: string | undefined): string | undefined {
  return callback === undefined ? undefined : (new URL(callback).searchParams.get("attempt") ?? undefined);
}

/** A file of JSON lines that only grows. */
export class LineLog {
  readonly #fd: number;
  #closed = false;

  /** Opens the file for appending; its folder is made. A line that a crash left half written is ended first. */
  constructor(file: string) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.#fd = fs.openSync(file, "a+");
    const { size } = fs.fstatSync(this.#fd);
    const last = Buffer.alloc(1);
    if (size > 0 && fs.readSync(this.#fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a) fs.writeSync(this.#fd, "\n");
  }

  /** Throws when the disk refuses: what the line says must then not be said to anybody. */
  append(line: object): void {
    if (this.#closed) throw new Error("the log is closed");
    const octets = Buffer.from(`${JSON.stringify(line)}\n`);
    if (fs.writeSync(this.#fd, octets) < octets.length) throw new Error("the disk took only a part of a line");
  }

  /** The lines at the end of the file, oldest first, as far as they are JSON objects. */
  tail(): Record<string, unknown>[] {
    const { size } = fs.fstatSync(this.#fd);
    const octets = Buffer.alloc(Math.min(size, TAIL_BYTES));
    fs.readSync(this.#fd, octets, 0, octets.length, size - octets.length);
    const lines = octets.toString("utf8").split("\n");
    if (size > octets.length) lines.shift();
    return lines.flatMap(readObject);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    fs.closeSync(this.#fd);
  }
}

function readObject(line: string): Record<string, unknown>[] {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === "object" && read !== null ? [read as Record<string, unknown>] : [];
  } catch {
    return [];
  }
}

/** Whether a line of an old log can be made a message again. */
export function isWireLine(line: Record<string, unknown>): line is Record<string, unknown> & WireLine {
  const { sid, to, text, at, simAt } = line;
  const words = [sid, to, text].every((word) => typeof word === "string");
  return words && typeof at === "number" && typeof simAt === "number";
}
