/** The exchange's wire log: one JSON line a call, append-only over restarts, the record against which a ledger can be held. */

import * as fs from "node:fs";
import * as path from "node:path";

/** A call as the exchange saw it. */
export interface CallRecord {
  /** Wall time of the INVITE, ms since 1970, and the same on the simulated clock. */
  at: number;
  simAt: number;
  /** Number of the call in this run of the exchange, from 1. */
  id: number;
  /** Name that the caller gave the call (our trunk: the attempt); "" when it gave none. */
  attempt: string;
  from: string;
  to: string;
  /** Outcome word. */
  result: string;
  /** Why, in the closed words of T.30 or as "sip-486". */
  cause: string;
  /** Pages confirmed to the caller. */
  pages: number;
  /** SHA-256 of the received page's octets; of several pages, of their hashes one after the other. "" without pages. */
  sha256: string;
  lineUs: number;
  ringUs: number;
}

export class WireLog {
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

  /** One write a line. Throws when the disk refuses: what the line says must then not be said to the caller. */
  append(record: CallRecord): void {
    if (this.#closed) throw new Error("the wire log is closed");
    const octets = Buffer.from(`${JSON.stringify(record)}\n`);
    if (fs.writeSync(this.#fd, octets) < octets.length) throw new Error("the disk took only a part of a line");
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    fs.closeSync(this.#fd);
  }
}
