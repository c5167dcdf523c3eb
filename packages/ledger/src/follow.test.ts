// What processes hear of each other through the database: the clock, the lines, and the one LISTEN connection that comes back.

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type ClockSetting, simulatedAt } from "@depesche/core";
import { systemClock } from "@depesche/ports";
import { simulatedClockContract } from "@depesche/ports/contract/clock";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { changeClock, checkpointClock, followClock, readClock, startClock } from "./clock.ts";
import type { Pool } from "./database.ts";
import { createFaceLedger } from "./face-ledger.ts";
import { appendEvents } from "./feed.ts";
import { hearLines, type LineState, messagesOf, tellLines } from "./lines.ts";
import { type Listener, openListener } from "./listen.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let url: string;
let drop: () => Promise<void>;
let listener: Listener;

beforeAll(async () => {
  ({ pool, url, drop } = await freshDatabase());
  listener = openListener(url);
  await listening();
});
afterAll(async () => {
  await listener.close();
  await drop();
});

const listeners = () =>
  pool.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'depesche listen' AND datname = current_database() AND state = 'idle' AND query LIKE 'LISTEN%'",
  );
const listening = () => vi.waitFor(async () => expect((await listeners()).rowCount).toBeGreaterThan(0), 15_000);

/** An ErrorResponse: the server does not take connections yet. */
const STARTING = Buffer.from("E\0\0\0\x23SFATAL\0C57P03\0Mit is starting\0\0", "latin1");

/** A listener in the test's hand: nothing is heard but what is said. */
function deaf(): Listener & { say(): void } {
  const heard = new Set<(payload: string) => void>();
  return {
    on: (_, one) => {
      heard.add(one);
      return () => heard.delete(one);
    },
    close: async () => undefined,
    say: () => {
      for (const one of heard) one("");
    },
  };
}

const write = (s: ClockSetting) =>
  pool.query("UPDATE clock SET anchor_wall = $1, anchor_sim = $2, speed = $3, unpaced = $4", [
    s.anchorWall,
    s.anchorSim,
    s.speed,
    s.unpaced,
  ]);

simulatedClockContract("the ledger's clock as a process follows it", async () => {
  const now = Date.now();
  await write({ anchorWall: now, anchorSim: now, speed: 1, unpaced: false });
  const clock = await followClock(pool, listener, systemClock);
  return {
    clock,
    wall: systemClock.now,
    async change(setting) {
      await write(setting);
      await pool.query("SELECT pg_notify('depesche_clock', '')");
      await vi.waitFor(() => expect(clock.setting()).toEqual(setting), 15_000);
    },
    dispose: async () => clock.close(),
  };
});

describe("a clock that is followed", () => {
  it("misses no change between its first reading and its listening", async () => {
    const unheard = deaf();
    let first = true;
    const late = {
      async query(text: string) {
        const answer = await pool.query(text);
        if (first) await changeClock(pool, { speed: 7 });
        first = false;
        return answer;
      },
    } as unknown as Pool;
    const clock = await followClock(late, unheard, systemClock);
    expect(clock.setting().speed).toBe(7);
    clock.close();
  });

  it("shows nothing twice when it hears late that time goes slower", async () => {
    let wall = Date.now();
    await write({ anchorWall: wall, anchorSim: wall, speed: 1000, unpaced: false });
    const said = deaf();
    const clock = await followClock(pool, said, { now: () => wall, monotonic: () => 0 });
    wall += 1000;
    const shown = clock.now();
    // half a second ago it was slowed down
    await write({ anchorWall: wall - 500, anchorSim: shown - 500_000, speed: 1, unpaced: false });
    said.say();
    await vi.waitFor(() => expect(clock.setting().speed).toBe(1), 15_000);
    expect(clock.now()).toBe(shown);
    clock.close();
  });

  it("takes the latest of many changes, also while an earlier look is on its way", async () => {
    const said = deaf();
    const clock = await followClock(pool, said, systemClock);
    for (let speed = 2; speed <= 20; speed++) {
      await changeClock(pool, { speed });
      said.say();
    }
    await vi.waitFor(() => expect(clock.setting().speed).toBe(20), 15_000);
    clock.close();
  });

  it("tells its watchers of changes, not of looks", async () => {
    const said = deaf();
    const clock = await followClock(pool, said, systemClock);
    const told: number[] = [];
    clock.onChange((s) => told.push(s.speed));
    said.say();
    await changeClock(pool, { speed: 33 });
    said.say();
    await vi.waitFor(() => expect(told).toEqual([33]), 15_000);
    clock.close();
  });
});

describe("a house that was killed", () => {
  it("never shows a time again that it may have shown, and does not count the night it was down", async () => {
    await changeClock(pool, { speed: 100 });
    await checkpointClock(pool);
    const hour = 3600_000;
    const before = await readClock(pool);
    // killed a second and a half after its last checkpoint, found again an hour later
    await pool.query("UPDATE clock SET anchor_wall = anchor_wall - $1, checkpoint_sim = checkpoint_sim", [hour]);
    const { rows } = await pool.query<{ kept: number }>("SELECT checkpoint_sim AS kept FROM clock");
    const kept = rows[0]?.kept as number;
    const started = await startClock(pool, { simulated: true, speed: 1, unpaced: false });
    expect(started.anchorSim).toBeGreaterThanOrEqual(kept + 1_500 * 100);
    expect(started.anchorSim).toBeLessThanOrEqual(kept + 2_000 * 100 + 1000);
    expect(started.anchorSim).toBeLessThan(simulatedAt(before, before.anchorWall + hour));
  });

  it("goes on as the wall clock where nothing is simulated", async () => {
    const started = await startClock(pool, { simulated: false, speed: 500, unpaced: true });
    expect(started).toMatchObject({ speed: 1, unpaced: false });
    expect(Math.abs(started.anchorSim - Date.now())).toBeLessThan(60_000);
  });
});

describe("the LISTEN connection", () => {
  it("comes back when it is cut, hears again, and has everybody look for themselves", async () => {
    const heard: string[] = [];
    const off = listener.on("depesche_wake", (payload) => heard.push(payload));
    const { rows } = await listeners();
    for (const { pid } of rows) await pool.query("SELECT pg_terminate_backend($1)", [pid]);
    await vi.waitFor(() => expect(heard).toEqual([""]), 15_000);
    await listening();
    await pool.query("SELECT pg_notify('depesche_wake', 'again')");
    await vi.waitFor(() => expect(heard).toEqual(["", "again"]), 15_000);
    off();
    await pool.query("SELECT pg_notify('depesche_wake', 'unheard')");
    await pool.query("SELECT pg_notify('depesche_lines', '')");
    expect(heard).toEqual(["", "again"]);
  });

  it("begins one new connection for one that was refused, though that one's end comes late", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const met: Socket[] = [];
    const target = new URL(url);
    // The first is told that the database is starting, and its end is held back until the second is there.
    const server = createServer({ allowHalfOpen: true }, (near) => {
      near.on("error", () => undefined);
      if (met.push(near) === 1) return void near.once("data", () => near.write(STARTING));
      met[0]?.once("close", () => {
        const far = connect(`${target.searchParams.get("host")}/.s.PGSQL.${target.port}`);
        far.on("error", () => undefined).pipe(near);
        near.pipe(far);
      });
      met[0]?.end();
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;
    const refused = openListener(Object.assign(new URL(url), { hostname: "127.0.0.1", port, search: "" }).href);
    try {
      const heard: string[] = [];
      refused.on("depesche_wake", (payload) => heard.push(payload));
      await vi.waitFor(() => expect(heard).toEqual([""]), 15_000);
      expect([met.length, vi.getTimerCount()]).toEqual([2, 0]);
    } finally {
      vi.useRealTimers();
      await refused.close();
      server.close();
    }
  });

  it("tries for ever where there is no server, and ends when it is closed", async () => {
    const nowhere = openListener("postgresql://nobody@127.0.0.1:1/none");
    await nowhere.close();
  });
});

describe("the feed's hint", () => {
  it("comes on new events, once for many, and not after it was ended", async () => {
    const ledger = createFaceLedger(pool, listener);
    const told: number[] = [];
    const off = ledger.onEvents((seq) => told.push(seq));
    await vi.waitFor(() => expect(told).toHaveLength(1), 15_000);
    const client = await pool.connect();
    await client.query("BEGIN");
    await appendEvents(client, [
      { account: 0, type: "worker.up" },
      { account: 0, type: "worker.up" },
    ]);
    await client.query("COMMIT");
    client.release();
    const head = await ledger.lastSeq();
    await vi.waitFor(() => expect(told.at(-1)).toBe(head), 15_000);
    expect(told).toEqual([...new Set(told)]);
    off();
  });
});

describe("line states", () => {
  const line = (n: number, address = "+493023125010"): LineState => ({
    worker: 1234,
    line: n,
    state: "sending",
    attempt: "999999999999.999999.99",
    address,
    page: 99,
    pages: 99,
    rateBps: 33600,
  });

  it("fit into NOTIFY however many there are and whatever they hold, in their order", async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => line(i, i % 7 === 0 ? "ü".repeat(i) : undefined));
    const messages = messagesOf(lines);
    for (const m of messages) expect(Buffer.byteLength(m)).toBeLessThan(8000);
    expect(messages.flatMap((m) => JSON.parse(m))).toEqual(lines);
    expect(messagesOf([])).toEqual([]);
    expect(messagesOf([line(1), line(2, "x".repeat(9000)), line(3)]).flatMap((m) => JSON.parse(m))).toEqual([
      line(1),
      line(3),
    ]);
  });

  it("arrive from one process at another; what is none is not heard", async () => {
    const heard: LineState[] = [];
    const off = hearLines(listener, (lines) => heard.push(...lines));
    for (const stranger of ["{", "null", "7", '"x"', '[null, 1, {"line": 1}]', '{"line": 1}'])
      await pool.query("SELECT pg_notify('depesche_lines', $1)", [stranger]);
    const lines = Array.from({ length: 100 }, (_, i) => line(i));
    await tellLines(pool, lines);
    await vi.waitFor(() => expect(heard).toEqual(lines), 15_000);
    off();
  });
});
