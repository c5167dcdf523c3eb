import { claim, endRun, type Pool, registerWorker } from "@depesche/ledger";
import type { ChunkJob, Schedule } from "@depesche/queue";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Dispatcher, startDispatcher } from "./dispatcher.ts";
import { noFigures } from "./figures.double.ts";
import { type FreshLedger, freshLedger } from "./fresh-ledger.double.ts";
import { until } from "./until.double.ts";

let ledger: FreshLedger;
let pool: Pool;
let dispatcher: Dispatcher | undefined;
let wake = () => {};
const added: ChunkJob[] = [];
/** Looks of the reconciler that are over. */
let reconciled = 0;

beforeEach(async () => {
  ledger = await freshLedger();
  pool = ledger.pool;
  // The database and its sockets keep the real clock; the dispatcher's own pauses do not.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await dispatcher?.stop();
  dispatcher = undefined;
  added.length = 0;
  reconciled = 0;
  await ledger.drop();
});

/** A dispatcher of the null channel, after its first look. */
async function started(window: number, add: Schedule["add"] = async (chunks) => void added.push(...chunks)) {
  const nothing = { close: async () => undefined };
  const schedule: Schedule = { backend: "postgres", add, work: () => nothing, close: async () => undefined };
  dispatcher = startDispatcher({
    pool,
    schedule,
    channels: [{ channel: "null", window }],
    onWake(heard) {
      wake = heard;
      return () => undefined;
    },
    figures: { ...noFigures, reconciled: () => void reconciled++ },
    log: { warn: () => undefined },
  });
  return dispatcher;
}

const idsOf = (chunks: ChunkJob[]) => chunks.map((c) => `${c.job}-${c.chunk}-${c.generation}`);
it("hands over what falls due as soon as it hears of it", async () => {
  await started(16);
  const { job } = await ledger.accepted(1, { handedOut: false });
  wake();
  await until(() => expect(idsOf(added)).toEqual([`${job}-0-1`]));
});

it("finds by itself what nobody told it of", async () => {
  await started(16);
  const { job } = await ledger.accepted(1, { handedOut: false });
  await until(() => {
    vi.advanceTimersByTime(100);
    expect(idsOf(added)).toEqual([`${job}-0-1`]);
  });
});

it("fills the window and looks again when runs end", async () => {
  const chunks = [];
  for (let i = 0; i < 6; i++) chunks.push(await ledger.accepted(1, { handedOut: false }));
  const { runEnded } = await started(4);
  await until(() => expect(added).toHaveLength(4));
  await endRun(pool, { ...(added[0] as ChunkJob), channel: "null" }, false);
  // The ended run's recipient was never claimed, so its next generation is due behind the two that have waited.
  await until(() => {
    runEnded("null");
    expect(added).toHaveLength(5);
  });
});

it("adds what the schedule's store lost or refused again, under the same name", async () => {
  let refused = 0;
  const chunk = await ledger.accepted(1, { handedOut: false });
  await started(16, async (chunks) => {
    if (refused++ === 0) throw new Error("the store is away");
    added.push(...chunks);
  });
  await until(() => expect(refused).toBe(1));
  await pool.query("UPDATE chunk SET dispatched_at = dispatched_at - 6000");
  await until(() => {
    vi.advanceTimersByTime(500);
    expect(idsOf(added)).toEqual([`${chunk.job}-0-1`]);
  });
});

it("returns the recipients of a worker that has fallen silent, and hands their chunk out anew", async () => {
  const chunk = await ledger.accepted(2);
  const silent = await registerWorker(pool);
  await claim(pool, silent, [{ ...chunk, count: 2 }], { active: false });
  await started(16);
  // One look a second, however long it takes: a reconciler whose looks come seconds late judges nobody.
  for (let look = 1; look <= 12; look++) {
    vi.advanceTimersByTime(1_000);
    await until(() => expect(reconciled).toBe(look));
  }
  await until(() => {
    vi.advanceTimersByTime(100);
    expect(idsOf(added)).toContain(`${chunk.job}-0-2`);
  });
  const { rows } = await pool.query("SELECT DISTINCT state, uncertain FROM recipient WHERE job_id = $1", [chunk.job]);
  expect(rows).toEqual([{ state: "retry", uncertain: true }]);
});

it("stops though the schedule's store hangs", async () => {
  let asked = false;
  await ledger.accepted(1, { handedOut: false });
  const { stop } = await started(16, () => {
    asked = true;
    return new Promise<undefined>(() => undefined);
  });
  await until(() => expect(asked).toBe(true));
  const stopped = stop();
  await vi.advanceTimersByTimeAsync(500);
  await stopped;
});
