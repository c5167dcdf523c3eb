// The letters the shop has printed: all ids ever (from the wire log), and the latest letters with their PDFs.

import { createReadStream } from "node:fs";
import { copyFile, type FileHandle, link, mkdir, open, readFile, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { CheckedLetter } from "./batch.ts";

export interface PrintedLetter {
  id: string;
  batch: string;
  /** Lines of the recipient, from the manifest. */
  address: string[];
  pages: number;
  sheets: number;
  duplex: boolean;
  colour: boolean;
  envelope: "DINLANG" | "C4";
  sha256: string;
  bytes: number;
  state: "acknowledged" | "printed" | "handed-over" | "returned";
  /** Simulated time, ms since 1970. */
  acceptedAt: number;
}

type LogLine = Omit<PrintedLetter, "state">;

/** Ids remembered; an id older than that many letters would be printed again. */
const MOST_IDS = 500_000;

export class Tray {
  readonly #known = new Map<string, { sha256: string; batch: string }>();
  readonly #latest = new Map<string, PrintedLetter>();
  readonly #folder: string;
  readonly #keep: number;
  readonly #log: FileHandle;

  private constructor(folder: string, keep: number, log: FileHandle) {
    this.#folder = folder;
    this.#keep = keep;
    this.#log = log;
  }

  /** Reads the wire log of earlier runs; a line torn by a kill is closed and ignored (its letter was never confirmed). */
  static async open(folder: string, wireLog: string, keep: number): Promise<Tray> {
    await mkdir(folder, { recursive: true });
    await mkdir(dirname(wireLog), { recursive: true });
    const log = await open(wireLog, "a+");
    const tray = new Tray(folder, keep, log);
    const { size } = await log.stat();
    if (size > 0) {
      const last = Buffer.alloc(1);
      await log.read(last, 0, 1, size - 1);
      if (last[0] !== 0x0a) await log.appendFile("\n");
    }
    for await (const line of createInterface({
      input: createReadStream(wireLog),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      const letter = parseLine(line);
      if (letter) tray.#remember({ ...letter, state: "handed-over" });
    }
    return tray;
  }

  /** Hash of the PDF printed under the id. */
  known(id: string): string | undefined {
    return this.#known.get(id)?.sha256;
  }

  /** The batch with which the letter first came. */
  batchOf(id: string): string | undefined {
    return this.#known.get(id)?.batch;
  }

  /** Takes new letters: PDFs first, then one line each in the wire log. Letters dropped from the latest lose their PDF. */
  async take(batch: string, batchFolder: string, letters: readonly CheckedLetter[], acceptedAt: number): Promise<void> {
    if (letters.length === 0) return;
    const lines: LogLine[] = [];
    for (const { file, ...letter } of letters) {
      await place(join(batchFolder, file), this.#path(letter.id));
      lines.push({ ...letter, batch, acceptedAt });
    }
    await this.#log.appendFile(lines.map((l) => `${JSON.stringify(l)}\n`).join(""));
    for (const line of lines) {
      for (const gone of this.#remember({ ...line, state: "acknowledged" }))
        await rm(this.#path(gone), { force: true });
    }
  }

  #remember(letter: PrintedLetter): string[] {
    this.#known.set(letter.id, { sha256: letter.sha256, batch: letter.batch });
    if (this.#known.size > MOST_IDS) this.#known.delete(this.#known.keys().next().value as string);
    this.#latest.set(letter.id, letter);
    const gone: string[] = [];
    for (const id of this.#latest.keys()) {
      if (this.#latest.size <= this.#keep) break;
      this.#latest.delete(id);
      gone.push(id);
    }
    return gone;
  }

  mark(ids: readonly string[], state: PrintedLetter["state"]): void {
    for (const id of ids) {
      const letter = this.#latest.get(id);
      if (letter) letter.state = state;
    }
  }

  /** Oldest first. */
  letters(): PrintedLetter[] {
    return [...this.#latest.values()].map((l) => ({ ...l }));
  }

  async pdf(id: string): Promise<Uint8Array | undefined> {
    return this.#latest.has(id) ? readFile(this.#path(id)).catch(() => undefined) : undefined;
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.pdf`);
  }
}

async function place(from: string, to: string): Promise<void> {
  await unlink(to).catch(() => {});
  // A second name for the same bytes where the file system can; the hot folder may lie on another one.
  await link(from, to).catch(() => copyFile(from, to));
}

function parseLine(line: string): LogLine | undefined {
  try {
    const letter = JSON.parse(line) as LogLine;
    return typeof letter.id === "string" && typeof letter.sha256 === "string" ? letter : undefined;
  } catch {
    return undefined;
  }
}
