// The engine of a worker: runs chunks, claims recipients for free lines, hands them to their channel, writes what became of them
// (DESIGN section 2, points 2 to 4).

import { setMaxListeners } from "node:events";
import {
  type Account,
  type AttemptKey,
  type AttemptReport,
  attemptKey,
  isOutcome,
  type Job,
  nextStep,
} from "@depesche/core";
import {
  beat,
  CHUNK_SIZE,
  type Claimed,
  type ClaimRequest,
  claim,
  endRun,
  finish,
  type GateTable,
  heldBy,
  keepLadder,
  LEASE_MS,
  type Pool,
  type Result,
  readAccount,
  readJob,
  refreshGates,
  registerWorker,
  retireWorker,
  trimLadders,
} from "@depesche/ledger";
import type { ChannelWork, LineProgress } from "@depesche/ports";
import type { ChunkJob, Schedule, ScheduleWorker } from "@depesche/queue";
import { createGroup } from "./group.ts";
import { createLines, type Lines } from "./lines.ts";

/** A run yields after this, so that an urgent job overtakes. */
const RUN_MS = 5_000;
const BEAT_MS = 1_000;
/** After so long without a beat our lease may be over, or about to be. */
const HALTED_MS = LEASE_MS * 0.7;
/** Calls in flight may end by themselves for so long after a stop. */
const GRACE_MS = 1_200;
/** A stop takes no longer than this, whatever hangs. */
const STOP_MS = 2_300;
/** A claim whose connection broke may still be committed by the server for a while. */
const DOUBT_MS = 10_000;
const RESULTS_AT_ONCE = 500;
const JOBS_REMEMBERED = 500;
/** Causes that leave open whether the other end has it. The carrier's driver asks it, but only the worker that sent knows what to ask. */
const ANSWER_LOST = new Set(["carrier-answer-lost"]);
/** Channels whose lines the board shows one by one. */
const SHOWN_LINES = new Set(["fax"]);

export interface EngineDeps {
  pool: Pool;
  schedule: Schedule;
  channels: ChannelWork[];
  log: { info(data: object, text: string): void; warn(data: object, text: string): void };
  /** Line states for the board. */
  onLine(progress: LineProgress): void;
  /** A run ended: there may be room for the next chunk. */
  onRunEnded(channel: string): void;
}

export interface Engine {
  /** Stops claiming, gives lines 2 s, interrupts the rest, writes the results, retires the incarnation. */
  stop(): Promise<void>;
  /** Aborts attempts in flight of a cancelled job where the channel can. */
  readonly incarnation: () => number;
}

/** What a claim gave, and under which incarnation. */
interface Grant {
  id: number;
  alive: AbortSignal;
  claimed: Claimed[];
}

interface JobContext {
  job: Job;
  account: Account;
}

export async function startEngine(deps: EngineDeps): Promise<Engine> {
  const { pool, log } = deps;
  const gates: GateTable = { active: false };
  await refreshGates(pool, gates);
  let incarnation = await registerWorker(pool);
  let lastBeat = performance.now();
  let stopping = false;
  /** Our own pulse, whatever the database does: a gap in it means that this process was halted, and `wokeAt` when it went on. */
  let lastPulse = performance.now();
  let wokeAt = Number.NEGATIVE_INFINITY;
  /** Ended when we stop, or when this incarnation was declared dead: nothing new may go out under it. */
  let life = newLife();
  const halt = new AbortController();
  const contexts = new Map<number, Promise<JobContext | undefined>>();

  /** Attempts handed to a channel and not yet written. */
  const sending = new Set<AttemptKey>();
  /** When a claim failed last: it may have been committed, or be about to be, without our knowing. */
  let doubtful: number | undefined;

  const claims = createGroup<ClaimRequest, Grant>(64, async (requests) => {
    // Read once: a new incarnation may begin while the claim is on its way.
    const holder = { id: incarnation, alive: life.signal };
    if (doubtful !== undefined) {
      const since = doubtful;
      await giveBackStrays(holder.id);
      if (performance.now() - since > DOUBT_MS && doubtful === since) doubtful = undefined;
    }
    try {
      const claimed = await claim(pool, holder.id, merge(requests), gates);
      return deal(requests, claimed).map((mine) => ({ ...holder, claimed: mine }));
    } catch (error) {
      doubtful = performance.now();
      throw error;
    }
  });

  /** Recipients the ledger gave us without our hearing of it. Claims run one after the other, so none is on its way now. */
  const giveBackStrays = async (id: number) => {
    const strays = (await heldBy(pool, id)).filter((c) => !sending.has(attemptKey(c.job, c.n, c.k)));
    if (strays.length === 0) return;
    log.warn({ recipients: strays.length }, "claims whose answer was lost are given back");
    const cause = { code: "claim-lost", text: "the database went away while this recipient was being claimed" };
    await finish(
      pool,
      id,
      strays.map((c) => ({
        job: c.job,
        n: c.n,
        k: c.k,
        report: { outcome: "SENDFAIL", cause, interrupted: true },
        next: { step: "final" },
        mayHaveArrived: false,
      })),
    );
  };

  const results = createGroup<Result & { incarnation: number }, void>(RESULTS_AT_ONCE, async (batch) => {
    for (const id of new Set(batch.map((r) => r.incarnation))) {
      const mine = batch.filter((r) => r.incarnation === id);
      // The database may be away or in trouble for a while: results wait for it, they are never dropped.
      for (let pauseMs = 50; ; pauseMs = Math.min(2000, pauseMs * 2)) {
        try {
          await finish(pool, id, mine);
          break;
        } catch (error) {
          log.warn({ err: error, results: mine.length }, "results wait for the database");
          await new Promise((next) => setTimeout(next, pauseMs));
        }
      }
    }
    return batch.map(() => undefined);
  });

  const contextOf = (jobId: number): Promise<JobContext | undefined> => {
    const known = contexts.get(jobId);
    if (known) return known;
    const loading = loadContext(pool, jobId);
    contexts.set(jobId, loading);
    loading.catch(() => contexts.delete(jobId));
    if (contexts.size > JOBS_REMEMBERED) contexts.delete(contexts.keys().next().value as number);
    return loading;
  };

  const work = async (
    channel: ChannelWork,
    lines: Lines,
    line: number,
    context: JobContext,
    c: Claimed,
    id: number,
    alive: AbortSignal,
  ) => {
    const { job, account } = context;
    const key = attemptKey(c.job, c.n, c.k);
    const show = SHOWN_LINES.has(channel.channel);
    const begunAt = performance.now();
    let report: AttemptReport;
    let began = true;
    try {
      if (stopping || performance.now() - lastBeat > HALTED_MS || alive.aborted) {
        // We are stopping, or were stopped past our lease: then somebody else may hold this recipient now.
        began = false;
        report = {
          outcome: "SENDFAIL",
          cause: { code: "worker-stopped", text: "the worker was stopped before anything went out" },
          interrupted: true,
        };
      } else {
        report = await channel.send(
          {
            key,
            accountId: account.id,
            sender: { name: account.name, ...(account.faxNumber ? { faxNumber: account.faxNumber } : {}) },
            address: c.address,
            reference: c.reference,
            content: job.content,
            options: job.options,
            pageCount: job.pageCount,
            repeat: c.repeat,
          },
          {
            line,
            signal: alive,
            progress: (p) => {
              if (show) deps.onLine({ ...p, line, attempt: key });
            },
          },
        );
        if (!isOutcome(report?.outcome)) throw new Error(`no outcome in the report: ${JSON.stringify(report)}`);
      }
    } catch (error) {
      log.warn({ err: error, attempt: key }, "a channel threw");
      report = {
        outcome: "SENDFAIL",
        cause: { code: "channel-error", text: String((error as Error).message).slice(0, 300) },
      };
    }
    // A call that failed while we were halted failed by our fault: the other end has not said no.
    const slept = begunAt < wokeAt || performance.now() - lastPulse > HALTED_MS;
    if (slept && report.outcome !== "OK") report = { ...report, interrupted: true };
    const next = nextStep(channel.channel, job.options, c, report);
    const result = {
      job: c.job,
      n: c.n,
      k: c.k,
      report,
      next,
      mayHaveArrived: began && (report.interrupted || ANSWER_LOST.has(report.cause.code)),
      incarnation: id,
    };
    // The line is free as soon as the call is over; the result is on its way to the ledger.
    const written = results.push(result);
    if (show) deps.onLine({ line, state: "idle" });
    lines.release(line);
    await written;
    if (report.ladder && report.ladder.length > 0)
      await keepLadder(pool, { job: c.job, n: c.n, k: c.k }, report.outcome === "OK", report.ladder).catch((error) =>
        log.warn({ err: error, attempt: key }, "ladder not kept"),
      );
  };

  const inFlight = new Set<Promise<void>>();
  const runChunk = async (channel: ChannelWork, lines: Lines, ref: ChunkJob) => {
    const started = performance.now();
    let blocked = false;
    let from = 0;
    let given = 0;
    for (let left = RUN_MS; !stopping && left > 0 && given < ref.open; left = RUN_MS - (performance.now() - started)) {
      const patience = AbortSignal.any([halt.signal, AbortSignal.timeout(Math.ceil(left))]);
      const taken = await lines.take(Math.min(channel.slots, ref.open - given), ref.priority, patience);
      if (!taken) break;
      let granted: Grant | undefined;
      let context: JobContext | undefined;
      try {
        context = await contextOf(ref.job);
        if (context)
          granted = await claims.push({
            job: ref.job,
            chunk: ref.chunk,
            accountId: ref.accountId,
            channel: ref.channel,
            from,
            count: taken.length,
          });
      } catch (error) {
        for (const line of taken) lines.release(line);
        throw error;
      }
      const claimed = granted?.claimed ?? [];
      for (const line of taken.slice(claimed.length)) lines.release(line);
      for (const c of claimed) from = Math.max(from, c.n + 1);
      given += claimed.length;
      for (const [i, c] of claimed.entries()) {
        const key = attemptKey(c.job, c.n, c.k);
        const { id, alive } = granted as Grant;
        const task: Promise<void> = work(channel, lines, taken[i] as number, context as JobContext, c, id, alive)
          .catch((error) => log.warn({ err: error, job: c.job, n: c.n }, "a result could not be written"))
          .finally(() => {
            inFlight.delete(task);
            sending.delete(key);
          });
        inFlight.add(task);
        sending.add(key);
      }
      if (claimed.length < taken.length) {
        blocked = gates.active && claimed.length === 0;
        break;
      }
    }
    await endRun(pool, ref, blocked);
    deps.onRunEnded(ref.channel);
  };

  const workers: ScheduleWorker[] = [];
  for (const channel of deps.channels) {
    const lines = createLines(channel.slots);
    if (SHOWN_LINES.has(channel.channel))
      for (let line = 0; line < channel.slots; line++) deps.onLine({ line, state: "idle" });
    workers.push(
      deps.schedule.work(channel.channel, Math.max(2, Math.min(channel.slots, 24)), (ref) =>
        runChunk(channel, lines, ref),
      ),
    );
  }

  const pulse = setInterval(() => {
    const now = performance.now();
    if (now - lastPulse > HALTED_MS) wokeAt = now;
    lastPulse = now;
    void heartbeat();
  }, BEAT_MS);
  const tidy = setInterval(() => {
    void refreshGates(pool, gates).catch(() => undefined);
    void trimLadders(pool).catch(() => undefined);
  }, 2000);
  let beating = false;
  const heartbeat = async () => {
    if (beating || stopping) return;
    beating = true;
    const at = performance.now();
    try {
      if (await beat(pool, incarnation)) lastBeat = at;
      else await rebirth();
    } catch {
      // the database is away; the lease runs on
    } finally {
      beating = false;
    }
  };
  /** Declared dead: what is in flight is cut (its results are fenced), and we go on under a new name. */
  const rebirth = async () => {
    log.warn({ incarnation }, "this worker was declared dead; starting a new incarnation");
    const id = await registerWorker(pool);
    life.abort();
    life = newLife();
    incarnation = id;
    lastBeat = performance.now();
  };

  return {
    incarnation: () => incarnation,
    async stop() {
      stopping = true;
      halt.abort();
      clearInterval(tidy);
      const grace = setTimeout(() => life.abort(), GRACE_MS);
      const runs = Promise.allSettled(workers.map((w) => w.close(STOP_MS - 400)));
      const drained = (async () => {
        while (inFlight.size > 0) await Promise.allSettled([...inFlight]);
      })();
      await within(STOP_MS - 300, Promise.all([runs, drained]));
      clearTimeout(grace);
      clearInterval(pulse);
      life.abort();
      // What the database does not take now, the reconciler returns after the lease.
      await within(
        300,
        results
          .idle()
          .then(() => retireWorker(pool, incarnation))
          .catch((error) => log.warn({ err: error }, "could not retire the worker; the reconciler will")),
      );
    },
  };
}

/** Waits for the work, but no longer than this. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((late) => (timer = setTimeout(late, ms)))]);
  clearTimeout(timer);
}

async function loadContext(pool: Pool, jobId: number): Promise<JobContext | undefined> {
  const job = await readJob(pool, jobId);
  const account = job && (await readAccount(pool, job.accountId));
  return job && account ? { job, account } : undefined;
}

/** Every attempt in flight listens to it. */
function newLife(): AbortController {
  const life = new AbortController();
  setMaxListeners(0, life.signal);
  return life;
}

/** Requests for one chunk in one batch become one. */
function merge(requests: ClaimRequest[]): ClaimRequest[] {
  const byChunk = new Map<string, ClaimRequest>();
  for (const r of requests) {
    const key = `${r.job}-${r.chunk}`;
    const known = byChunk.get(key);
    byChunk.set(
      key,
      known ? { ...known, from: Math.min(known.from ?? 0, r.from ?? 0), count: known.count + r.count } : r,
    );
  }
  return [...byChunk.values()];
}

/** Deals what was claimed out to the requests again. */
function deal(requests: ClaimRequest[], claimed: Claimed[]): Claimed[][] {
  const left = new Set(claimed);
  return requests.map((r) => {
    const mine: Claimed[] = [];
    for (const c of left) {
      if (mine.length === r.count) break;
      if (c.job !== r.job || Math.floor(c.n / CHUNK_SIZE) !== r.chunk) continue;
      mine.push(c);
      left.delete(c);
    }
    return mine;
  });
}
