// PrintShop through a hot folder: letters go out in batches, answers come back as files (FORMAT.md).

import { randomBytes } from "node:crypto";
import { watch } from "node:fs";
import { setTimeout as timer } from "node:timers/promises";
import { type PrintOrder, type PrintReport, type PrintShop, systemClock, type WallClock } from "@depesche/ports";
import { ACKNOWLEDGED, type AnswerRow, parseAnswer, rejected } from "./answer.ts";
import { batchFiles, orderFault, sha256 } from "./batch.ts";
import { batchOfAnswer, HotFolder } from "./folder.ts";
import { Letters } from "./letters.ts";

export interface HotFolderConfig {
  /** Made when missing. */
  folder: string;
  /** Names our batches and their answers; two senders on one folder need two names. Default "depesche". */
  owner?: string;
  /** How long a letter waits for the shop's answer. Default 60,000. */
  answerTimeoutMs?: number;
  /** Longest time between two looks into the folder. Default 1,000. */
  pollMs?: number;
  /** Letters and octets of one batch at most. Default 200, and 64 MiB. */
  batchLetters?: number;
  batchBytes?: number;
  clock?: WallClock;
  /** Waits, ending early when aborted; tests pass their own. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Let the system tell of new files (beside polling). Default true. */
  watch?: boolean;
}

type Delivery = Parameters<Parameters<PrintShop["onDelivery"]>[0]>[0];

const INTERRUPTED: PrintReport = {
  outcome: "SENDFAIL",
  cause: { code: "interrupted", text: "The attempt was stopped by our own side." },
  temporary: true,
};
const SILENT: PrintReport = {
  outcome: "SENDFAIL",
  cause: { code: "print-no-answer", text: "The print shop has not answered in time; the letter waits in its folder." },
  temporary: true,
};

/** Opens the folder and reads what was answered to earlier runs. Rejects when the folder cannot be made or read. */
export async function openHotFolder(config: HotFolderConfig): Promise<PrintShop> {
  const { owner = "depesche", answerTimeoutMs = 60_000, pollMs = 1_000, clock = systemClock } = config;
  if (!/^[A-Za-z0-9-]{1,40}$/.test(owner)) throw new TypeError("the owner's name may have letters, digits and - only");
  const sleep = config.sleep ?? ((ms, signal) => timer(ms, undefined, { signal }).catch(() => {}));
  const folder = new HotFolder(config.folder, owner);
  await folder.prepare();
  const letters = new Letters(config.batchLetters ?? 200, config.batchBytes ?? 64 * 1024 * 1024);
  for (const { batch, letters: waiting } of await folder.recover()) letters.recovered(batch, waiting);

  const stop = new AbortController();
  let listener: ((d: Delivery) => Promise<void>) | undefined;
  /** Rows already told of an answer whose other rows must be told again. */
  const told = new Map<string, Set<number>>();
  let batches = 0;
  let writing: Promise<void> | undefined;

  function nextBatch(): string {
    batches++;
    const time = clock.now().toString(36).padStart(9, "0");
    return `${owner}.${time}-${batches.toString(36).padStart(6, "0")}-${randomBytes(4).toString("hex")}`;
  }

  /** Letters that come while a batch is being written make up the next one: the disk sets the size of the batches. */
  async function writeAll(): Promise<void> {
    for (;;) {
      // Everything submitted in this turn of the event loop still comes along.
      await new Promise((resolve) => setImmediate(resolve));
      const orders = letters.takeBatch();
      if (orders.length === 0) {
        writing = undefined;
        return;
      }
      const batch = nextBatch();
      letters.written(batch, orders);
      try {
        await folder.write(batch, batchFiles(orders));
      } catch (error) {
        const text = `The hot folder cannot be written: ${(error as Error).message}`;
        const report: PrintReport = {
          outcome: "SENDFAIL",
          cause: { code: "hot-folder-unwritable", text },
          temporary: true,
        };
        for (const { id } of orders) letters.settle(id, report);
      }
    }
  }

  async function readAnswers(): Promise<void> {
    for (const name of await folder.answers()) {
      if (stop.signal.aborted) return;
      const text = await folder.read(name);
      const rows = text === undefined ? undefined : parseAnswer(text);
      if (!rows) await folder.putAway(name, false);
      else if (await believe(name, rows)) await folder.putAway(name, true);
    }
  }

  /** True when everything in the answer has been told to those who wait for it. */
  async function believe(name: string, rows: AnswerRow[]): Promise<boolean> {
    const deliveries: [number, Delivery][] = [];
    for (const [i, row] of rows.entries()) {
      if (row.state === "acknowledged") letters.settle(row.id, ACKNOWLEDGED);
      else if (row.state === "rejected") reject(name, row);
      else deliveries.push([i, { id: row.id, state: row.state, ...(row.detail && { detail: row.detail }) }]);
    }
    if (deliveries.length === 0 || (await folder.wasRead(name))) return true;
    return listener !== undefined && tellAll(name, deliveries, listener);
  }

  function reject(name: string, row: { id: string; code: string; detail: string }): void {
    const ids = row.id === "*" ? letters.ofBatch(batchOfAnswer(name)) : [row.id];
    for (const id of ids) letters.settle(id, rejected(row.code, row.detail));
  }

  async function tellAll(
    name: string,
    deliveries: [number, Delivery][],
    tell: (d: Delivery) => Promise<void>,
  ): Promise<boolean> {
    const before = told.get(name) ?? new Set<number>();
    const open = deliveries.filter(([i]) => !before.has(i));
    const ends = await Promise.allSettled(open.map(([, delivery]) => tell(delivery)));
    for (const [k, end] of ends.entries())
      if (end.status === "fulfilled") before.add((open[k] as [number, Delivery])[0]);
    const all = before.size === deliveries.length;
    if (all) told.delete(name);
    else told.set(name, before);
    return all;
  }

  let hint = () => {};
  function newHint(): Promise<void> {
    return new Promise((resolve) => {
      hint = resolve;
    });
  }

  async function attend(): Promise<void> {
    while (!stop.signal.aborted) {
      const hinted = newHint();
      // A folder that cannot be read for a while (a network share) is looked at again.
      await readAnswers().catch(() => {});
      letters.expire(clock.monotonic(), SILENT);
      if (stop.signal.aborted) return;
      // A signal of this turn only: one that lives as long as the shop would gather something of every turn. A stop hints as well.
      const awake = new AbortController();
      await Promise.race([hinted, sleep(pollMs, awake.signal)]);
      awake.abort();
    }
  }

  const watcher = config.watch === false ? undefined : hints(folder.out, () => hint());
  const attending = attend();

  return {
    async submit(order: PrintOrder, signal: AbortSignal): Promise<PrintReport> {
      if (stop.signal.aborted || signal.aborted) return INTERRUPTED;
      const fault = orderFault(order);
      if (fault) return { outcome: "SENDFAIL", cause: fault };
      const answer = letters.wait({ ...order, sha256: sha256(order.pdf) }, clock.monotonic() + answerTimeoutMs);
      const abort = () => answer.give(INTERRUPTED);
      signal.addEventListener("abort", abort, { once: true });
      writing ??= writeAll();
      const report = await answer.report;
      signal.removeEventListener("abort", abort);
      return report;
    },
    onDelivery(tell) {
      listener = tell;
      hint();
    },
    async close() {
      stop.abort();
      hint();
      watcher?.close();
      letters.giveUp(INTERRUPTED);
      await writing;
      await attending;
    },
  };
}

/** Calls back when something changes in the folder; where the system cannot tell, polling has to do. */
function hints(folder: string, call: () => void) {
  try {
    return watch(folder, call).on("error", () => {});
  } catch {
    return undefined;
  }
}
