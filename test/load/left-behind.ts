// What fax calls leave behind in the process that made them: `left-behind.ts OWN PACED` places OWN calls over line time and as many
// again, PACED calls at once in real time over UDPTL and as many again, over real sockets, and prints as JSON what is open before and after. Needs --expose-gc.

import { createHook } from "node:async_hooks";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { openExchange } from "@depesche/exchange";
import { openT38Trunk } from "@depesche/fax-lines-t38";
import type { FaxAnswerHandler, FaxCallReport, FaxPageSource, FaxTrunk } from "@depesche/ports";
import { blankBitmap, encode, writeTiff } from "@depesche/t4";

/** What a process holds. */
export interface Held {
  /** Sockets, servers, requests, timers that keep the process, each with its number. */
  resources: Record<string, number>;
  /** Timers, also those that would not keep the process. */
  timers: number;
  files: number;
  /** Octets in use after the garbage is gone: of the heap, and of buffers outside it. */
  octets: number;
}

export interface LeftBehind {
  /** Before anything was opened, and after everything was closed. */
  before: Held;
  closed: Held;
  /** With exchange and trunks open: after the first calls, when whatever is kept of a number of them is full; after as many again. */
  own: [first: Held, again: Held];
  paced: [first: Held, again: Held];
  /** Calls that did not end OK, with their causes. */
  failed: string[];
  /** Calls a second over line time, both ends and the exchange in one process; wall time of the calls in real time, seconds. */
  callsPerSecond: number;
  pacedSeconds: number;
}

const HOST = "127.0.0.1";
const OWN = "+493023125900";
const AT_ONCE = 24;
/** What is being closed gets so long. */
const SETTLE_MS = 30_000;
const NEVER = new AbortController().signal;
/** A short page with something on it. */
const PAGE = blankBitmap(1728, 60);
for (let i = 0; i < PAGE.data.length; i += 17) PAGE.data[i] = i & 0xff;
const PAGES: FaxPageSource = {
  count: 1,
  page: async ({ coding, k, minBitsPerLine }) =>
    encode(PAGE, coding === "MMR" ? { coding } : { coding, k, minBitsPerLine }),
};
const INBOX: FaxAnswerHandler = {
  accept: async () => ({ stationId: OWN }),
  page: async () => true,
  complete: async () => true,
  ended: () => {},
};

const timers = new Set<number>();
createHook({
  init: (id, type) => type === "Timeout" && timers.add(id),
  destroy: (id) => timers.delete(id),
}).enable();

async function held(): Promise<Held> {
  for (let i = 0; i < 4; i++) {
    await turn();
    globalThis.gc!();
  }
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const { heapUsed, external } = process.memoryUsage();
  // One is the folder that is being read.
  const files = readdirSync("/proc/self/fd").length - 1;
  return { resources, timers: timers.size, files, octets: heapUsed + external };
}

/** What is held as soon as it is no more than `than`; after a while what is held then. */
async function settled(than: Held): Promise<Held> {
  for (const until = performance.now() + SETTLE_MS; ; ) {
    const now = await held();
    const isMore = Object.entries(now.resources).some(([name, count]) => count > (than.resources[name] ?? 0));
    if ((!isMore && now.files <= than.files && now.timers <= than.timers) || performance.now() > until) return now;
    await pause(200);
  }
}

async function leftBehind(own: number, paced: number): Promise<LeftBehind> {
  const folder = mkdtempSync(join(tmpdir(), "depesche-left-"));
  const failed: string[] = [];
  // What is loaded or made once is there from here on.
  await callsOf(folder, async ({ send }) => void (await send(0)));
  const before = await settled(await held());
  const open = await callsOf(folder, async ({ send, dialIn, sendPaced }) => {
    const ended = (report: FaxCallReport) => report.outcome === "OK" || failed.push(report.cause.code);
    const one = async (i: number) => {
      // Every tenth comes in.
      if (i % 10 !== 9) ended(await send(i));
      else if ((await dialIn()) !== "OK") failed.push("dialled in");
    };
    await inTurns(own, one);
    const ownFirst = await held();
    const began = performance.now();
    await inTurns(own, one);
    const callsPerSecond = own / ((performance.now() - began) / 1000);
    const ownAgain = await settled(ownFirst);
    const atOnce = () => Promise.all(Array.from({ length: paced }, async (_, i) => ended(await sendPaced(i))));
    await atOnce();
    const pacedFirst = await settled(ownFirst);
    const beganPaced = performance.now();
    await atOnce();
    const pacedSeconds = (performance.now() - beganPaced) / 1000;
    const pacedAgain = await settled(pacedFirst);
    return {
      own: [ownFirst, ownAgain] as [Held, Held],
      paced: [pacedFirst, pacedAgain] as [Held, Held],
      callsPerSecond,
      pacedSeconds,
    };
  });
  const closed = await settled(before);
  rmSync(folder, { recursive: true });
  return { before, closed, ...open, failed };
}

interface Calls {
  send(i: number): Promise<FaxCallReport>;
  sendPaced(i: number): Promise<FaxCallReport>;
  /** Result of a machine's call to us. */
  dialIn(): Promise<string>;
}

/** Opens an exchange and two trunks, one for each kind of call, for as long as `work` takes. */
async function callsOf<T>(folder: string, work: (calls: Calls) => Promise<T>): Promise<T> {
  const exchange = await openExchange({ port: 0, wireLog: join(folder, "fax.log"), tray: { faxes: 1 } });
  const target = { transport: "tcp", host: HOST, port: exchange.port } as const;
  const trunk = await openT38Trunk({ exchange: target, bind: HOST });
  const foreign = await openT38Trunk({ exchange: target, bind: HOST, offers: ["udptl"], register: false });
  await trunk.answer([OWN], INBOX);
  const tiff = writeTiff([{ bitmap: PAGE, xDpi: 204, yDpi: 196 }]);
  const sendBy = (by: FaxTrunk, number?: string) => (i: number) => {
    const to = number ?? `+4930231250${String(i % 100).padStart(2, "0")}`;
    const ids = { id: `1.0.${i + 1}`, to, from: OWN, stationId: OWN };
    return by.call({ ...ids, pages: PAGES }, NEVER);
  };
  // Its connection to the exchange is there from here on, as the other one's.
  await sendBy(foreign, "+493023125100")(0);
  try {
    return await work({
      send: sendBy(trunk),
      sendPaced: sendBy(foreign),
      dialIn: async () => {
        const placed = await exchange.placeCall({ from: "+493023125001", to: OWN, tiff });
        return placed.ok ? placed.record.result : placed.refused;
      },
    });
  } finally {
    await Promise.all([trunk.close(), foreign.close()]);
    await exchange.close();
  }
}

async function inTurns(count: number, one: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) await one(next++);
    }),
  );
}

const [own = 1000, paced = 0] = process.argv.slice(2).map(Number);
process.stdout.write(`${JSON.stringify(await leftBehind(own, paced))}\n`);
