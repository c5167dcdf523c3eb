// A print shop behind a hot folder (packages/print-shops/hot-folder/FORMAT.md): reads batches, verifies, prints, hands over.

import { watch } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import { readBatch } from "./batch.ts";
import { Conveyor, type ShopClock } from "./conveyor.ts";
import { type LetterFault, sorted } from "./faults.ts";
import { type PrintedLetter, Tray } from "./tray.ts";

export interface PrintShopConfig {
  /** The hot folder; made when missing. */
  hotFolder: string;
  /** The shop's own folder: PDFs of the latest letters, batches on the floor. */
  workFolder: string;
  /** Append-only file, one JSON line for each letter printed; also how a restarted shop knows what it has printed. */
  wireLog: string;
  /** Simulated clock: printing and handing over take their time on it. */
  clock: ShopClock;
  /** Simulated time from acknowledgement to printed, and to handed over. Default 30 minutes and 3 hours. */
  printAfterMs?: number;
  handOverAfterMs?: number;
  /** Simulated time that a late letter lies in the shop before anybody sees to it. Default two days. */
  lateMs?: number;
  /** What is to go wrong with a letter; asked when a batch has it for the first time. */
  fault?: (id: string) => LetterFault | undefined;
  /** Latest letters kept with their PDFs. Default 200. */
  keep?: number;
  /** Longest wall time between two looks into the folder. Default 500. */
  pollMs?: number;
  /** Waits, ending early when aborted; tests pass their own. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Let the system tell of new files (beside polling). Default true. */
  watch?: boolean;
}

export interface PrintShopSimulator {
  /** Latest letters, oldest first. */
  letters(): PrintedLetter[];
  /** The PDF as it came; undefined when the letter is not kept any more. */
  letterPdf(id: string): Promise<Uint8Array | undefined>;
  /** One of the latest letters comes back as undeliverable; the sentence says why it cannot. */
  giveBack(id: string): Promise<{ ok: true; letter: PrintedLetter } | { ok: false; refused: string }>;
  close(): Promise<void>;
}

/** A batch between acknowledgement and hand-over; a file in the work folder, so that a restart goes on with it. */
interface FloorBatch {
  batch: string;
  ids: string[];
  acceptedAt: number;
  printed: boolean;
  /** Of those ids the ones that come back. */
  returning?: string[];
  /** The late part of its batch, with files of its own; its time begins with `acceptedAt` all the same. */
  late?: boolean;
}

const MINUTE = 60_000;
const TWO_DAYS = 2 * 24 * 60 * MINUTE;

/** Opens the shop, going on where an earlier run ended. Rejects when its folders cannot be used. */
export async function openPrintShop(config: PrintShopConfig): Promise<PrintShopSimulator> {
  const { clock, printAfterMs = 30 * MINUTE, handOverAfterMs = 180 * MINUTE, pollMs = 500 } = config;
  const { lateMs = TWO_DAYS, fault = () => undefined } = config;
  const sleep = config.sleep ?? ((ms, signal) => timer(ms, undefined, { signal }).catch(() => {}));
  const inFolder = join(config.hotFolder, "in");
  const outFolder = join(config.hotFolder, "out");
  const floorFolder = join(config.workFolder, "floor");
  for (const folder of [inFolder, outFolder, floorFolder]) await mkdir(folder, { recursive: true });
  const tray = await Tray.open(join(config.workFolder, "letters"), config.wireLog, config.keep ?? 200);
  const stop = new AbortController();

  const rest = () => sleep(pollMs, stop.signal);

  /** Things on a conveyor go on first in, first out: late letters have conveyors of their own. */
  const floor = (waitMs: number) => {
    const handOver = new Conveyor<FloorBatch>(
      clock,
      async (work) => {
        await answer(
          `${nameOf(work)}.3-handed-over`,
          work.ids.map((id) => row(id, "handed-over")),
        );
        if (work.returning?.length) await comeBack(work.batch, work.returning);
        await rm(join(floorFolder, `${nameOf(work)}.json`), { force: true });
        tray.mark(work.ids, "handed-over");
        tray.mark(work.returning ?? [], "returned");
      },
      rest,
      stop.signal,
    );
    const printing = new Conveyor<FloorBatch>(
      clock,
      async (work) => {
        await answer(
          `${nameOf(work)}.2-printed`,
          work.ids.map((id) => row(id, "printed")),
        );
        work.printed = true;
        await keepOnFloor(work);
        tray.mark(work.ids, "printed");
        handOver.add(work, work.acceptedAt + waitMs + handOverAfterMs);
      },
      rest,
      stop.signal,
    );
    return {
      proceed(work: FloorBatch): void {
        tray.mark(work.ids, work.printed ? "printed" : "acknowledged");
        if (work.printed) handOver.add(work, work.acceptedAt + waitMs + handOverAfterMs);
        else printing.add(work, work.acceptedAt + waitMs + printAfterMs);
      },
      async ended(): Promise<void> {
        await printing.ended();
        await handOver.ended();
      },
    };
  };
  const onTime = floor(0);
  const late = floor(lateMs);
  const proceed = (work: FloorBatch) => (work.late ? late : onTime).proceed(work);

  function comeBack(batch: string, ids: readonly string[]): Promise<void> {
    return answer(
      `${batch}.4-returned-${ids[0]}`,
      ids.map((id) => row(id, "returned", "undeliverable", "The addressee could not be found.")),
    );
  }

  /** Writes an answer under a hidden name and shows it whole. */
  async function answer(name: string, rows: string[]): Promise<void> {
    const hidden = join(outFolder, `.${name}`);
    await writeFile(hidden, rows.join(""));
    await rename(hidden, join(outFolder, `${name}.tsv`));
  }

  async function keepOnFloor(work: FloorBatch): Promise<void> {
    const path = join(floorFolder, `${nameOf(work)}.json`);
    await writeFile(`${path}.new`, JSON.stringify(work));
    await rename(`${path}.new`, path);
  }

  /**
   * Every step may be the last before a kill, and doing it again must change nothing: log (the letters are printed),
   * floor, acknowledgement, and only then does the batch leave the folder.
   */
  async function process(batch: string): Promise<void> {
    const folder = join(inFolder, batch);
    const { good, rejects } = await readBatch(folder, (id) => tray.known(id));
    const sorts = sorted(
      good.filter((l) => tray.known(l.id) === undefined),
      fault,
    );
    const acceptedAt = clock.now();
    await tray.take(batch, folder, [...sorts.onTime, ...sorts.late], acceptedAt);
    const spoilt = new Set(sorts.rejects.map(({ id }) => id));
    const tardy = new Set(sorts.late.map(({ id }) => id));
    const own = good.filter((l) => tray.batchOf(l.id) === batch && !spoilt.has(l.id)).map((l) => l.id);
    const works = [false, true].flatMap((isLate): FloorBatch[] => {
      const ids = own.filter((id) => tardy.has(id) === isLate);
      const returning = ids.filter((id) => sorts.returning.has(id));
      const more = { ...(isLate && { late: true }), ...(returning.length > 0 && { returning }) };
      return ids.length === 0 ? [] : [{ batch, ids, acceptedAt, printed: false, ...more }];
    });
    // Of a run that was killed here, which had drawn them late; now they are among the others.
    if (tardy.size === 0) await rm(join(floorFolder, `${batch}.late.json`), { force: true });
    for (const work of works) await keepOnFloor(work);
    await answer(`${batch}.1-received`, [
      ...good.filter((l) => !spoilt.has(l.id)).map((l) => row(l.id, "acknowledged")),
      ...[...rejects, ...sorts.rejects].map((r) => row(r.id, "rejected", r.code, r.detail)),
    ]);
    await leave(batch);
    for (const work of works) proceed(work);
  }

  /** Takes the batch away in one step: half of one, read again after a kill, would be a batch to reject. */
  async function leave(batch: string): Promise<void> {
    const hidden = join(inFolder, `.${batch}`);
    await rm(hidden, { recursive: true, force: true });
    await rename(join(inFolder, batch), hidden);
    // What is left of it nobody reads, and whoever wrote it clears it away at the next start.
    await rm(hidden, { recursive: true, force: true }).catch(() => {});
  }

  async function look(): Promise<void> {
    const names = (await readdir(inFolder)).filter((n) => /^[A-Za-z0-9-]+\.[A-Za-z0-9-]+$/.test(n));
    for (const name of names.sort()) {
      if (stop.signal.aborted) return;
      // One batch that cannot be processed now (a full disk) is tried again and does not hold up the others.
      if (await isThere(join(inFolder, name, "READY"))) await process(name).catch(() => {});
    }
  }

  let hint = () => {};
  async function attend(): Promise<void> {
    while (!stop.signal.aborted) {
      const hinted = new Promise<void>((resolve) => {
        hint = resolve;
      });
      // A folder that cannot be read for a while is looked at again.
      await look().catch(() => {});
      if (stop.signal.aborted) return;
      // A signal of this turn only: one that lives as long as the shop would gather something of every turn. A stop hints as well.
      const awake = new AbortController();
      await Promise.race([hinted, sleep(pollMs, awake.signal)]);
      awake.abort();
    }
  }

  for (const work of await readFloor(floorFolder, inFolder)) proceed(work);
  const watcher = config.watch === false ? undefined : hints(inFolder, () => hint());
  const attending = attend();

  return {
    letters: () => tray.letters(),
    letterPdf: (id) => tray.pdf(id),
    async giveBack(id) {
      const letter = tray.letters().find((kept) => kept.id === id);
      if (!letter) return { ok: false, refused: `The shop knows no letter ${id.slice(0, 64)} (any more).` };
      if (letter.state !== "handed-over") {
        const refused = `Letter ${id} is ${letter.state}: only one that has been handed over can come back.`;
        return { ok: false, refused };
      }
      await comeBack(letter.batch, [id]);
      tray.mark([id], "returned");
      return { ok: true, letter: { ...letter, state: "returned" } };
    },
    async close() {
      stop.abort();
      hint();
      watcher?.close();
      await attending;
      await onTime.ended();
      await late.ended();
      await tray.close();
    },
  };
}

/** What the answers and the floor file of a batch, or of its late part, are called. */
function nameOf({ batch, late }: FloorBatch): string {
  return late ? `${batch}.late` : batch;
}

function row(id: string, state: string, code = "", detail = ""): string {
  return `${[id, state, code, detail].map((f) => f.replace(/[\t\r\n]+/g, " ")).join("\t")}\n`;
}

/** Batches of an earlier run, oldest first. One that still lies in the hot folder is not acknowledged: it is read again. */
async function readFloor(floorFolder: string, inFolder: string): Promise<FloorBatch[]> {
  const found: FloorBatch[] = [];
  for (const name of await readdir(floorFolder)) {
    if (!name.endsWith(".json")) continue;
    const work = JSON.parse(await readFile(join(floorFolder, name), "utf8")) as FloorBatch;
    if (!(await isThere(join(inFolder, work.batch, "READY")))) found.push(work);
  }
  return found.sort((a, b) => a.acceptedAt - b.acceptedAt);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function hints(folder: string, call: () => void) {
  try {
    return watch(folder, call).on("error", () => {});
  } catch {
    return undefined;
  }
}
