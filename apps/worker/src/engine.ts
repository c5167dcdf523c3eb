// The engine of a worker: runs chunks, claims recipients for free lines, hands them to their channel, writes what became of them
// (DESIGN section 2, points 2 to 4).

import { type AttemptKey, attemptKey } from "@depesche/core";
import {
  type Claimed,
  endRun,
  finish,
  type GateTable,
  keepLadder,
  type Pool,
  type Result,
  readAccount,
  readJob,
  refreshGates,
  retireWorker,
  trimLadders,
} from "@depesche/ledger";
import type { ChannelWork, LineProgress } from "@depesche/ports";
import type { ChunkJob, Schedule, ScheduleWorker } from "@depesche/queue";
import { inSpan, type SpanOrder } from "@depesche/telemetry";
import { type AttemptDeps, type JobContext, makeAttempt } from "./attempt.ts";
import { createClaims, type Grant } from "./claims.ts";
import type { WorkerFigures } from "./figures.ts";
import { createGroup } from "./group.ts";
import { beginLife, type Holder } from "./life.ts";
import { createLines, type Lines } from "./lines.ts";
import { createLiveRecords } from "./live-records.ts";

/** A run yields after this, so that an urgent job overtakes. */
const RUN_MS = 5_000;
/** Calls in flight may end by themselves for so long after a stop. */
const GRACE_MS = 1_200;
/** A stop takes no longer than this, whatever hangs. */
const STOP_MS = 2_300;
const TIDY_MS = 2_000;
/** Chunks of a channel that run at once: enough to keep its lines busy, whatever their sizes. */
const RUNS_AT_ONCE = 24;
const RESULTS_AT_ONCE = 500;
const JOBS_REMEMBERED = 500;
/** Channels whose lines the board shows one by one. */
const SHOWN_LINES = new Set(["fax"]);

export interface EngineDeps {
  pool: Pool;
  schedule: Schedule;
  channels: ChannelWork[];
  figures: WorkerFigures;
  log: AttemptDeps["log"];
  /** Line states for the board. */
  onLine(progress: LineProgress): void;
  /** A run ended: there may be room for the next chunk. */
  onRunEnded(channel: string): void;
}

export interface Engine {
  /** Stops claiming, gives lines 2 s, interrupts the rest, writes the results, retires the incarnation. */
  stop(): Promise<void>;
  /** Under which this worker claims now. */
  incarnation(): number;
}

/** A channel with its lines. */
interface Desk {
  channel: ChannelWork;
  lines: Lines;
  attempts: AttemptDeps;
}

export async function startEngine(deps: EngineDeps): Promise<Engine> {
  const { pool, figures, log } = deps;
  const gates: GateTable = { active: false };
  await refreshGates(pool, gates);
  const life = await beginLife(pool, log);
  let stopping = false;
  /** Runs under way. */
  const running = new Set<AbortController>();
  const jobs = rememberJobs(pool);
  /** Attempts handed to a channel and not yet written. */
  const sending = new Set<AttemptKey>();
  const inFlight = new Set<Promise<void>>();

  const records = createLiveRecords(pool, log);
  const claims = createClaims({ pool, gates, holder: life.holder, isSending: (key) => sending.has(key), figures, log });

  const results = createGroup<{ result: Result; id: number }, void>(RESULTS_AT_ONCE, async (batch) => {
    for (const id of new Set(batch.map((r) => r.id))) {
      const mine = batch.filter((r) => r.id === id).map((r) => r.result);
      // The database may be away or in trouble for a while: results wait for it, they are never dropped.
      for (let pauseMs = 50; ; pauseMs = Math.min(2000, pauseMs * 2)) {
        try {
          const begunAt = performance.now();
          await finish(pool, id, mine);
          figures.written(mine.length, (performance.now() - begunAt) / 1000);
          break;
        } catch (error) {
          log.warn({ err: error, results: mine.length }, "results wait for the database");
          await new Promise((next) => setTimeout(next, pauseMs));
        }
      }
    }
    return batch.map(() => undefined);
  });

  const work = async (
    { channel, lines, attempts }: Desk,
    line: number,
    job: JobContext,
    c: Claimed,
    holder: Holder,
  ) => {
    const { result, ladder } = await inSpan(attemptSpan(channel.channel, job, c), async (span) => {
      const made = await makeAttempt(attempts, job, c, line, holder);
      const { outcome, cause } = made.result.report;
      span.setAttributes({ "depesche.outcome": outcome, "depesche.cause": cause?.code });
      return made;
    });
    // The line is free as soon as the call is over; the result is on its way to the ledger.
    const written = results.push({ result, id: holder.id });
    // It keeps the name and outcome of its last call: a number that is busy is done with before a board has heard that it was dialled.
    if (SHOWN_LINES.has(channel.channel)) {
      const last = result.report.outcome;
      deps.onLine({ line, state: "idle", attempt: attemptKey(c.job, c.n, c.k), address: c.address, last });
    }
    lines.release(line);
    const keep = async () => {
      if (!ladder) return;
      await keepLadder(pool, c, result.report.outcome === "OK", ladder).catch((error) =>
        log.warn({ err: error, job: c.job, n: c.n, k: c.k }, "ladder not kept"),
      );
    };
    // Whoever has been watching the call finds its record as soon as it ends.
    const watched = records.has(c);
    await Promise.all([written, watched && keep()]);
    if (watched) await records.end(c);
    else await keep();
  };

  const begin = (desk: Desk, line: number, job: JobContext, c: Claimed, holder: Holder) => {
    const key = attemptKey(c.job, c.n, c.k);
    const task: Promise<void> = work(desk, line, job, c, holder)
      .catch((error) => log.warn({ err: error, job: c.job, n: c.n }, "a result could not be written"))
      .finally(() => {
        inFlight.delete(task);
        sending.delete(key);
      });
    inFlight.add(task);
    sending.add(key);
  };

  const runChunk = async (desk: Desk, ref: ChunkJob) => {
    // Of its own, and ended by hand: signals derived from one that lives as long as the worker leave a trace in it, each of them.
    const patience = new AbortController();
    const begunAt = performance.now();
    const over = setTimeout(() => patience.abort(), RUN_MS);
    running.add(patience);
    try {
      await endRun(pool, ref, await handOut(desk, ref, patience.signal));
    } finally {
      clearTimeout(over);
      running.delete(patience);
    }
    figures.ranChunk(ref.channel, (performance.now() - begunAt) / 1000);
    deps.onRunEnded(ref.channel);
  };

  /** Gives the chunk's due recipients to free lines, until none is left or `patience` falls. True: a gate kept what was left. */
  const handOut = async (desk: Desk, ref: ChunkJob, patience: AbortSignal): Promise<boolean> => {
    const { lines, channel } = desk;
    const { job, chunk, accountId } = ref;
    let from = 0;
    for (let given = 0; !stopping && !patience.aborted && given < ref.open; ) {
      const taken = await lines.take(Math.min(channel.slots, ref.open - given), ref.priority, patience);
      if (!taken) break;
      let granted: Grant | undefined;
      let context: JobContext | undefined;
      try {
        context = await jobs(job);
        const request = { job, chunk, accountId, channel: ref.channel, from, count: taken.length };
        if (context) granted = await claims.claim(request);
      } catch (error) {
        for (const line of taken) lines.release(line);
        throw error;
      }
      const claimed = granted?.claimed ?? [];
      for (const line of taken.slice(claimed.length)) lines.release(line);
      for (const [i, c] of claimed.entries()) {
        from = Math.max(from, c.n + 1);
        begin(desk, taken[i] as number, context as JobContext, c, (granted as Grant).holder);
      }
      given += claimed.length;
      if (claimed.length < taken.length) return gates.active && claimed.length === 0;
    }
    return false;
  };

  const open = (channel: ChannelWork): ScheduleWorker => {
    const shown = SHOWN_LINES.has(channel.channel);
    const lines = createLines(channel.slots);
    figures.watchLines(channel.channel, lines);
    const onProgress = shown ? deps.onLine : () => undefined;
    const desk = {
      channel,
      lines,
      attempts: { channel, life, isStopping: () => stopping, onProgress, onRecord: records.keep, figures, log },
    };
    for (let line = 0; shown && line < channel.slots; line++) deps.onLine({ line, state: "idle" });
    const runs = Math.max(2, Math.min(channel.slots, RUNS_AT_ONCE));
    return deps.schedule.work(channel.channel, runs, (ref) => runChunk(desk, ref));
  };
  const workers = deps.channels.map(open);

  const tidy = setInterval(() => {
    void refreshGates(pool, gates).catch(() => undefined);
    void trimLadders(pool).catch(() => undefined);
  }, TIDY_MS);

  return {
    incarnation: () => life.holder().id,
    async stop() {
      stopping = true;
      for (const run of running) run.abort();
      clearInterval(tidy);
      claims.close();
      life.fade();
      const grace = setTimeout(life.end, GRACE_MS);
      const runs = Promise.allSettled(workers.map((w) => w.close(STOP_MS - 400)));
      const drained = (async () => {
        while (inFlight.size > 0) await Promise.allSettled([...inFlight]);
      })();
      await within(STOP_MS - 300, Promise.all([runs, drained]));
      clearTimeout(grace);
      life.end();
      // What the database does not take now, the reconciler returns after the lease.
      await within(
        300,
        results
          .idle()
          .then(() => retireWorker(pool, life.holder().id))
          .catch((error) => log.warn({ err: error }, "could not retire the worker; the reconciler will")),
      );
    },
  };
}

/** The span of an attempt hangs below the request that brought its job. */
function attemptSpan(channel: string, { job }: JobContext, c: Claimed): SpanOrder {
  return {
    name: `${channel} attempt`,
    kind: "consumer",
    traceparent: job.content.trace,
    attributes: { "depesche.job": c.job, "depesche.recipient": c.n, "depesche.attempt": c.k },
  };
}

/** Waits for the work, but no longer than this. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((late) => (timer = setTimeout(late, ms)))]);
  clearTimeout(timer);
}

/** Jobs with their accounts, read once; of a job that is not there, nothing. */
function rememberJobs(pool: Pool): (id: number) => Promise<JobContext | undefined> {
  const known = new Map<number, Promise<JobContext | undefined>>();
  return (id) => {
    const remembered = known.get(id);
    if (remembered) return remembered;
    const loading = loadJob(pool, id);
    known.set(id, loading);
    loading.catch(() => known.delete(id));
    if (known.size > JOBS_REMEMBERED) known.delete(known.keys().next().value as number);
    return loading;
  };
}

async function loadJob(pool: Pool, id: number): Promise<JobContext | undefined> {
  const job = await readJob(pool, id);
  const account = job && (await readAccount(pool, job.accountId));
  return job && account ? { job, account } : undefined;
}
