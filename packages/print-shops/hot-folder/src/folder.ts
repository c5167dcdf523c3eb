// The folder itself: batches written so that they survive a power cut, answers read and put away.

import { constants } from "node:fs";
import { access, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type BatchFile, lettersOfSums, READY, SUMS } from "./batch.ts";

/** Answers kept after reading. */
const KEPT_ANSWERS = 1_000;
/** An answer has about 60 octets a letter; a file beyond this is none. */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

export class HotFolder {
  readonly in: string;
  readonly out: string;
  readonly #done: string;
  readonly #unreadable: string;
  readonly #owner: string;
  #putAway = 0;

  constructor(root: string, owner: string) {
    this.in = join(root, "in");
    this.out = join(root, "out");
    this.#done = join(this.out, "done");
    this.#unreadable = join(this.out, "unreadable");
    this.#owner = owner;
  }

  async prepare(): Promise<void> {
    for (const folder of [this.in, this.#done, this.#unreadable]) await mkdir(folder, { recursive: true });
  }

  /** Batches of an earlier run that the shop has not taken yet; what that run left half-written is removed. */
  async recover(): Promise<{ batch: string; letters: { id: string; sha256: string }[] }[]> {
    const waiting: { batch: string; letters: { id: string; sha256: string }[] }[] = [];
    const answered = new Set((await readdir(this.#done)).map(batchOfAnswer));
    for (const name of await readdir(this.in)) {
      const batch = name.replace(/^\./, "");
      if (!batch.startsWith(`${this.#owner}.`)) continue;
      // The shop answers first and takes away then: for this one no second answer comes, and its letters wait for none.
      if (answered.has(name)) continue;
      const sums = name === batch ? await readIfThere(join(this.in, name, SUMS)) : undefined;
      const ready = name === batch && (await isThere(join(this.in, name, READY)));
      if (ready && sums !== undefined) waiting.push({ batch, letters: lettersOfSums(sums) });
      // Without READY the shop never looks at it, and its letters are still ours to send.
      else if (!ready) await rm(join(this.in, name), { recursive: true, force: true });
    }
    return waiting;
  }

  /** Resolves when the batch is on the disk and visible to the shop. */
  async write(batch: string, files: readonly BatchFile[]): Promise<void> {
    const hidden = join(this.in, `.${batch}`);
    await mkdir(hidden);
    try {
      const ready = files.find((f) => f.name === READY) as BatchFile;
      await Promise.all(files.filter((f) => f !== ready).map((f) => writeSynced(join(hidden, f.name), f.bytes)));
      await writeSynced(join(hidden, READY), ready.bytes);
      await sync(hidden);
      await rename(hidden, join(this.in, batch));
      await sync(this.in);
    } catch (error) {
      // What the shop can see stays: it is whole, and its answer settles the repeat.
      await rm(hidden, { recursive: true, force: true });
      throw error;
    }
  }

  /** Names of the answers to our batches, oldest batch first. */
  async answers(): Promise<string[]> {
    const names = await readdir(this.out);
    return names.filter((n) => n.startsWith(`${this.#owner}.`) && n.endsWith(".tsv")).sort();
  }

  /** Text of an answer; undefined when it is too large to be one. */
  async read(name: string): Promise<string | undefined> {
    const path = join(this.out, name);
    if ((await stat(path)).size > MOST_ANSWER_BYTES) return undefined;
    return readFile(path, "utf8");
  }

  /** Was an answer of that name put away before? Then the shop has written it twice. */
  wasRead(name: string): Promise<boolean> {
    return isThere(join(this.#done, name));
  }

  async putAway(name: string, readable: boolean): Promise<void> {
    await rename(join(this.out, name), join(readable ? this.#done : this.#unreadable, name));
    this.#putAway++;
    if (this.#putAway % 100 === 0) await this.#forget();
  }

  async #forget(): Promise<void> {
    const names = (await readdir(this.#done)).sort();
    for (const name of names.slice(0, -KEPT_ANSWERS)) await unlink(join(this.#done, name));
  }
}

/** The batch that an answer is about: the name's first two words. */
export function batchOfAnswer(name: string): string {
  return name.split(".").slice(0, 2).join(".");
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names in a folder durable. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
