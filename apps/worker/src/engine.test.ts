import type { AttemptReport, Channel } from "@depesche/core";
import { type ChunkRef, changeClock, type Pool, readClock, readJob } from "@depesche/ledger";
import type { AttemptOrder, ChannelWork, LineProgress, LiveRecord } from "@depesche/ports";
import type { ChunkJob, Schedule } from "@depesche/queue";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Engine, startEngine } from "./engine.ts";
import { noFigures } from "./figures.double.ts";
import { type FreshLedger, freshLedger } from "./fresh-ledger.double.ts";

const OK = { outcome: "OK", cause: { code: "null", text: "" } } as const;
let fresh: FreshLedger;
let pool: Pool;
let engine: Engine | undefined;

beforeAll(async () => {
  fresh = await freshLedger();
  ({ pool } = fresh);
});
afterEach(async () => {
  vi.useRealTimers();
  await engine?.stop();
  engine = undefined;
});
afterAll(() => fresh.drop());

const accepted = (count: number, channel: Channel = "null") => fresh.accepted(count, { channel });

/** An engine on a ledger seen through `ledger`; chunks are run by hand. */
async function engineOn(
  ledger: Pool,
  more: {
    channel?: Channel;
    answer?(k: number): AttemptReport;
    sends?(record?: (live: LiveRecord) => void): Promise<void>;
  } = {},
) {
  const sent: AttemptOrder[] = [];
  const told: LineProgress[] = [];
  let run: (chunk: ChunkJob) => Promise<void> = async () => undefined;
  const schedule = {
    backend: "postgres",
    add: async () => undefined,
    work(_channel: string, _concurrency: number, given: typeof run) {
      run = given;
      return { close: async () => undefined };
    },
    close: async () => undefined,
  } satisfies Schedule;
  const channel: ChannelWork = {
    channel: more.channel ?? "null",
    slots: 5,
    async send(order, { record }) {
      sent.push(order);
      await more.sends?.(record);
      return more.answer?.(sent.length) ?? OK;
    },
    close: async () => undefined,
  };
  const log = { isLevelEnabled: () => false, debug: () => undefined, warn: () => undefined };
  const made = await startEngine({
    pool: ledger,
    schedule,
    channels: [channel],
    figures: noFigures,
    log,
    onLine: (progress) => told.push(progress),
    onRunEnded: () => undefined,
  });
  engine = made;
  return { engine: made, sent, told, run: (chunk: ChunkRef) => run(chunk) };
}

/** The pool, with one kind of query in other hands. */
function watched(is: (query: unknown) => boolean, instead: (ask: () => Promise<unknown>) => Promise<unknown>): Pool {
  return new Proxy(pool, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "query") return typeof value === "function" ? value.bind(target) : value;
      const query = (...asked: unknown[]) => (target.query as (...a: unknown[]) => Promise<unknown>)(...asked);
      return (...asked: unknown[]) => (is(asked[0]) ? instead(() => query(...asked)) : query(...asked));
    },
  });
}

/** Waits for what comes, on however busy a machine. */
const until = (check: () => unknown) => vi.waitFor(check, 15_000);
const done = (chunk: ChunkRef) => until(async () => expect((await readJob(pool, chunk.job))?.state).toBe("done"));

describe("an engine", () => {
  it("gives back what was claimed without an answer, and sends it once", async () => {
    let first = true;
    const isClaim = (query: unknown) => (query as { name?: string }).name === "claim";
    const ledger = watched(isClaim, async (ask) => {
      const answer = await ask();
      if (!first) return answer;
      first = false;
      throw new Error("Connection terminated unexpectedly");
    });
    const { sent, run } = await engineOn(ledger);
    const chunk = await accepted(3);
    await expect(run(chunk)).rejects.toThrow("Connection terminated");
    await run(chunk);
    await done(chunk);
    expect(sent.map((s) => [s.key, s.repeat]).sort()).toEqual([0, 1, 2].map((n) => [`${chunk.job}.${n}.2`, false]));
  });

  it("shows the record of a call while it is on the line, and its ladder when it is over", async () => {
    let hangUp = () => {};
    const over = new Promise<void>((resolve) => {
      hangUp = resolve;
    });
    const { run } = await engineOn(pool, {
      channel: "fax",
      answer: () => ({ ...OK, ladder: Uint8Array.of(1, 2, 3) }),
      async sends(record) {
        record?.({ ladder: Uint8Array.of(1, 2), connectedAt: 1000 });
        await over;
      },
    });
    const chunk = await accepted(1, "fax");
    const inTable = async (table: string) =>
      (await pool.query<{ bytes: Uint8Array }>(`SELECT bytes FROM ${table} WHERE job_id = $1`, [chunk.job])).rows.map(
        ({ bytes }) => bytes.length,
      );
    const running = run(chunk);
    await until(async () => expect(await inTable("live_ladder")).toEqual([2]));
    expect(await inTable("ladder")).toEqual([]);
    hangUp();
    await running;
    await until(async () => expect([await inTable("live_ladder"), await inTable("ladder")]).toEqual([[], [3]]));
  });

  it("tells with a line that is idle again whom it called last and what became of it", async () => {
    const busy = { outcome: "BUSY", cause: { code: "sip-486", text: "" } } as const;
    const { told, run } = await engineOn(pool, { channel: "fax", answer: () => busy });
    const chunk = await accepted(1, "fax");
    await run(chunk);
    await until(() => expect(told.at(-1)).toMatchObject({ state: "idle", attempt: `${chunk.job}.0.1`, last: "BUSY" }));
  });

  it("marks what it sends after a lost answer as a repeat, since another worker may not know of the question", async () => {
    const lost = { outcome: "SENDFAIL", cause: { code: "carrier-answer-lost", text: "" }, temporary: true } as const;
    const { sent, run } = await engineOn(pool, { channel: "sms", answer: (k) => (k === 1 ? lost : OK) });
    const chunk = await accepted(1, "sms");
    await run(chunk);
    await until(async () =>
      expect((await pool.query("SELECT state FROM recipient WHERE job_id = $1", [chunk.job])).rows).toEqual([
        { state: "retry" },
      ]),
    );
    const { anchorSim } = await readClock(pool);
    await changeClock(pool, { setTo: anchorSim + 3_600_000 });
    await run(chunk);
    await done(chunk);
    expect(sent.map((s) => [s.key, s.repeat])).toEqual([
      [`${chunk.job}.0.1`, false],
      [`${chunk.job}.0.2`, true],
    ]);
  });

  it("tries again what failed while the process was halted, since the other end has not said no", async () => {
    const failed = { outcome: "ISDNERR", cause: { code: "media-lost", text: "" } } as const;
    const now = performance.now.bind(performance);
    const { sent, run } = await engineOn(pool, {
      answer(k) {
        // The first attempt comes back after eight seconds in which nothing of this process ran.
        if (k === 1) vi.spyOn(performance, "now").mockImplementation(() => now() + 8_000);
        return k === 1 ? failed : OK;
      },
    });
    const chunk = await accepted(1);
    await run(chunk);
    await until(async () => {
      await run(chunk);
      expect((await readJob(pool, chunk.job))?.outcomes).toEqual({ OK: 1 });
    });
    vi.restoreAllMocks();
    expect(sent.map((s) => s.repeat)).toEqual([false, true]);
  });

  it("writes a result under the incarnation that claimed, also when the worker was reborn in between", async () => {
    let letGo = () => {};
    const held = new Promise<void>((go) => {
      letGo = go;
    });
    // The job is read between the wish for a line and the claim.
    const isJob = (query: unknown) => typeof query === "string" && query.startsWith("SELECT * FROM job");
    const made = await engineOn(
      watched(isJob, async (ask) => {
        await held;
        return ask();
      }),
    );
    const chunk = await accepted(2);
    const running = made.run(chunk);
    const before = made.engine.incarnation();
    await pool.query("UPDATE worker SET state = 'dead' WHERE id = $1", [before]);
    await until(() => expect(made.engine.incarnation()).not.toBe(before));
    letGo();
    await running;
    await done(chunk);
    expect(made.sent).toHaveLength(2);
  });

  it("derives no signal from one that lives as long as the worker: each would leave a trace in it", async () => {
    const derived = vi.spyOn(AbortSignal, "any");
    const { sent, run } = await engineOn(pool);
    const chunk = await accepted(20);
    await until(async () => {
      // A run that was halted for so long that it yields to others leaves the rest to the next.
      await run(chunk);
      expect((await readJob(pool, chunk.job))?.state).toBe("done");
    });
    expect(sent).toHaveLength(20);
    expect(derived).not.toHaveBeenCalled();
    derived.mockRestore();
  });

  it("stops although a run waits for a line, and what was never sent is due for others at once", async () => {
    let letGo = () => {};
    const held = new Promise<void>((go) => {
      letGo = go;
    });
    const { engine: made, run } = await engineOn(pool, { sends: () => held });
    const chunk = await accepted(7);
    const running = run(chunk);
    await until(async () =>
      expect(
        (await pool.query("SELECT 1 FROM recipient WHERE job_id = $1 AND state = 'sending'", [chunk.job])).rowCount,
      ).toBe(5),
    );
    // How long a stop waits for calls is not asked here, and a halted test must not seem to be a call that hangs.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const stopped = made.stop();
    await running;
    letGo();
    await stopped;
    vi.useRealTimers();
    const { rows } = await pool.query(
      "SELECT open, dispatched_at, next_due IS NULL AS waits FROM chunk WHERE job_id = $1",
      [chunk.job],
    );
    expect(rows).toEqual([{ open: 2, dispatched_at: null, waits: false }]);
  });
});
