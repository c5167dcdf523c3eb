import { type Pool, retireWorker } from "@depesche/ledger";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type FreshLedger, freshLedger } from "./fresh-ledger.double.ts";
import { beginLife, type Life } from "./life.ts";
import { until } from "./until.double.ts";

let ledger: FreshLedger;
let pool: Pool;
let life: Life;
const warned: string[] = [];
const log = { warn: (_: object, text: string) => void warned.push(text) };

beforeAll(async () => {
  ledger = await freshLedger();
  pool = ledger.pool;
});
beforeEach(() => {
  // Sockets and the pool keep the real clock; our own pulse and what we think of it do not.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  life.end();
  vi.useRealTimers();
  warned.length = 0;
});
afterAll(() => ledger.drop());

const beats = async (id: number) =>
  (await pool.query<{ beat: number }>("SELECT beat FROM heartbeat WHERE worker_id = $1", [id])).rows[0]?.beat;

it("beats once a second until it fades", async () => {
  life = await beginLife(pool, log);
  const { id } = life.holder();
  vi.advanceTimersByTime(1_000);
  await until(async () => expect(await beats(id)).toBe(1));
  life.fade();
  vi.advanceTimersByTime(3_000);
  expect(await beats(id)).toBe(1);
});

it("lets nothing begin once it has not beaten for most of a lease, and again after the next beat", async () => {
  let away = false;
  const ask = pool.query.bind(pool) as (...asked: unknown[]) => Promise<unknown>;
  const query = (...asked: unknown[]) => (away ? Promise.reject(new Error("away")) : ask(...asked));
  const sometimes = new Proxy(pool, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (name === "query") return query;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  life = await beginLife(sometimes, log);
  const holder = life.holder();
  away = true;
  await vi.advanceTimersByTimeAsync(7_000);
  expect(life.mayBegin(holder)).toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(life.mayBegin(holder)).toBe(false);
  // The database was away, not we: what is in flight is not to blame.
  expect(life.sleptSince(0)).toBe(false);
  away = false;
  await vi.advanceTimersByTimeAsync(1_000);
  await until(() => expect(life.mayBegin(holder)).toBe(true));
});

it("knows that it was halted, before and after its pulse has noticed", async () => {
  life = await beginLife(pool, log);
  const begun = performance.now();
  const now = performance.now.bind(performance);
  const later = vi.spyOn(performance, "now").mockImplementation(() => now() + 8_000);
  expect(life.sleptSince(begun)).toBe(true);
  expect(life.mayBegin(life.holder())).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(life.sleptSince(begun)).toBe(true);
  expect(life.sleptSince(performance.now() + 1)).toBe(false);
  later.mockRestore();
});

it("goes on under a new name once it was declared dead, and what was begun under the old one is cut", async () => {
  life = await beginLife(pool, log);
  const old = life.holder();
  await retireWorker(pool, old.id);
  vi.advanceTimersByTime(1_000);
  await until(() => expect(life.holder().id).not.toBe(old.id));
  expect(old.alive.aborted).toBe(true);
  expect(life.mayBegin(old)).toBe(false);
  expect(life.mayBegin(life.holder())).toBe(true);
  expect(warned).toEqual(["this worker was declared dead; starting a new incarnation"]);
});
