// Dispatcher and reconciler (DESIGN section 2, points 2 and 4). Every worker process runs them; advisory-free, since each step is one
// statement that skips what another is doing.

import {
  isConnectionError,
  newWatch,
  nextDueIn,
  type Pool,
  reconcile,
  takeDueChunks,
  takeOverdueChunks,
} from "@depesche/ledger";
import type { Schedule } from "@depesche/queue";
import type { WorkerFigures } from "./figures.ts";

/** A chunk handed out this long ago without an end of its run is added again: idempotent while it is alive, the repair when it was lost. */
const REPAIR_MS = 5_000;
const RECONCILE_MS = 1_000;
const LONGEST_SLEEP_MS = 500;
/** Room that runs leave is given out together: once a quarter of the window is free, or after this. Other chunks wait in the queue meanwhile. */
const ROOM_MS = 100;

export interface DispatcherDeps {
  pool: Pool;
  schedule: Schedule;
  /** Chunks of a channel that may be out at once. */
  channels: { channel: string; window: number }[];
  /** Calls back when something fell due (accepted, resumed, clock changed). */
  onWake(wake: () => void): () => void;
  figures: Pick<WorkerFigures, "dispatched" | "repaired" | "failed" | "reconciled">;
  log: { warn(data: object, text: string): void };
}

export interface Dispatcher {
  /** A run of the channel ended, so there is room for another: looks again soon, once for all that end together. */
  runEnded(channel: string): void;
  /** Why nothing is handed out at the moment; undefined when all is well. */
  readonly trouble: string | undefined;
  stop(): Promise<void>;
}

export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const { pool, schedule, figures, log } = deps;
  let stopped = false;
  let trouble: string | undefined;
  let wake: (() => void) | undefined;
  let poked = false;
  const poke = () => {
    poked = true;
    wake?.();
  };
  const off = deps.onWake(poke);
  let room: NodeJS.Timeout | undefined;
  /** Runs ended since the channel's window was filled. */
  const ended = new Map<string, number>();

  const dispatch = async (): Promise<number> => {
    let sleep = LONGEST_SLEEP_MS;
    clearTimeout(room);
    room = undefined;
    for (const { channel, window } of deps.channels) {
      ended.set(channel, 0);
      const due = await takeDueChunks(pool, channel, window);
      if (due.length > 0) {
        await schedule.add(due);
        figures.dispatched(channel, due.length);
      }
      const wait = await nextDueIn(pool, channel);
      // Due but not taken: the window is full, and the end of a run tells. Of another worker's run nothing tells.
      if (wait !== undefined) sleep = Math.min(sleep, wait > 0 ? wait : ROOM_MS);
    }
    return sleep;
  };

  const repair = async () => {
    for (const { channel } of deps.channels) {
      const overdue = await takeOverdueChunks(pool, channel, REPAIR_MS);
      if (overdue.length > 0) {
        await schedule.add(overdue);
        figures.repaired(channel, overdue.length);
      }
    }
  };

  const rest = (ms: number) =>
    new Promise<void>((done) => {
      const timer = setTimeout(done, ms);
      wake = () => {
        clearTimeout(timer);
        done();
      };
      if (poked) wake();
    });

  const loop = (async () => {
    let repairedAt = performance.now();
    while (!stopped) {
      poked = false;
      let sleep = LONGEST_SLEEP_MS;
      try {
        sleep = await dispatch();
        trouble = undefined;
        if (performance.now() - repairedAt > REPAIR_MS / 2) {
          repairedAt = performance.now();
          await repair();
        }
      } catch (error) {
        if (!stopped) {
          figures.failed("dispatcher");
          trouble = `the schedule takes no work: ${(error as Error).message}`;
          log.warn({ err: error, away: isConnectionError(error) }, "dispatching failed, trying again");
        }
      }
      if (!stopped) await rest(sleep);
    }
  })();

  const watch = newWatch(performance.now());
  let reconciling: Promise<void> | undefined;
  const timer = setInterval(() => {
    reconciling ??= reconcile(pool, watch, performance.now())
      .then(({ dead, returned }) => {
        figures.reconciled(dead, returned);
        if (dead > 0) log.warn({ dead, returned }, "workers were declared dead, their recipients returned");
      })
      .catch((error) => {
        if (stopped) return;
        figures.failed("reconciler");
        log.warn({ err: error }, "reconciling failed, trying again");
      })
      .finally(() => {
        reconciling = undefined;
      });
  }, RECONCILE_MS);

  return {
    get trouble() {
      return trouble;
    },
    runEnded(channel) {
      const count = (ended.get(channel) ?? 0) + 1;
      ended.set(channel, count);
      const window = deps.channels.find((c) => c.channel === channel)?.window ?? 0;
      if (count >= window / 4) poke();
      else room ??= setTimeout(poke, ROOM_MS);
    },
    async stop() {
      stopped = true;
      off();
      clearTimeout(room);
      clearInterval(timer);
      poke();
      // A schedule's store that is away answers nobody; the loop then ends with the process.
      await Promise.race([Promise.allSettled([loop, reconciling]), new Promise((late) => setTimeout(late, 500))]);
    },
  };
}
