import { describe, expect, test } from "vitest";
import { ManualClock, MemoryLedger, NOON } from "../memory-ledger.double.ts";
import { createAccountStats } from "./index.ts";

const MINUTE = 60_000;

function house() {
  const wall = new ManualClock();
  const ledger = new MemoryLedger(wall);
  const queries: [number, number][] = [];
  const count = ledger.countEvents.bind(ledger);
  ledger.countEvents = (after, upTo) => {
    queries.push([after, upTo]);
    return count(after, upTo);
  };
  const ended = (account: number, pages: number) =>
    ledger.addEvent({ account, type: "attempt.ended", outcome: "OK", final: true, data: { pages } });
  return { wall, ledger, queries, ended, stats: createAccountStats(ledger) };
}

describe("the figures of an account", () => {
  test("are minutes without gaps, up to the one under way, of this account alone", async () => {
    const { wall, ledger, ended, stats } = house();
    wall.time = NOON - 3 * MINUTE;
    ended(1, 2);
    ended(2, 50);
    wall.time = NOON - MINUTE + 5;
    ledger.addEvent({ account: 1, type: "job.accepted", job: 1 });
    wall.time = NOON + 10;
    const { minutes } = await stats.view(1, wall.now(), 4);
    expect(minutes.map((m) => [m.at.slice(11, 16), m.jobs, m.attempts, m.pages, m.outcomes])).toEqual([
      ["10:57", 0, 1, 2, { OK: 1 }],
      ["10:58", 0, 0, 0, {}],
      ["10:59", 1, 0, 0, {}],
      ["11:00", 0, 0, 0, {}],
    ]);
  });

  test("take in what the feed reads, and count each event once, however it comes", async () => {
    const { wall, queries, ended, stats } = house();
    ended(1, 1);
    await stats.view(1, wall.now());
    const second = ended(1, 10);
    stats.fold([second]);
    stats.fold([second]);
    expect((await stats.view(1, wall.now(), 1)).minutes[0]?.pages).toBe(11);
    expect(queries).toEqual([[0, 1]]);
    ended(1, 100);
    const fourth = ended(1, 1000);
    // The third was not read by the feed: the gap is counted by the ledger.
    stats.fold([fourth]);
    expect((await stats.view(1, wall.now(), 1)).minutes[0]?.pages).toBe(1111);
    expect(queries.at(-1)).toEqual([2, 4]);
  });

  test("of many events come newest first: the first view has a part, the messages bring the rest", async () => {
    const { wall, ledger, stats, queries } = house();
    // One event stands so many times in the log: to make each anew is most of this test's time on a slow machine.
    const many = (count: number) => {
      const one = ledger.addEvent({ account: 1, type: "attempt.ended" });
      for (let i = 1; i < count; i++) ledger.log.push(one);
    };
    wall.time = NOON - 50 * MINUTE;
    many(150_000);
    wall.time = NOON;
    many(100_000);
    const first = (await stats.view(1, NOON)).minutes;
    expect(first.reduce((sum, m) => sum + m.attempts, 0)).toBe(200_000);
    const changed = (await stats.changes(new Set([1]), NOON)).get(1)?.minutes ?? [];
    expect(changed.reduce((sum, m) => sum + m.attempts, 0)).toBe(250_000);
    expect(queries).toEqual([
      [50_000, 250_000],
      [0, 50_000],
    ]);
  });

  test("are told again only where they changed: the minute, the queue, a minute that began", async () => {
    const { wall, ledger, ended, stats } = house();
    const told = async () => (await stats.changes(new Set([1]), wall.now())).get(1);
    expect((await told())?.minutes).toHaveLength(60);
    expect(await told()).toBeUndefined();
    ended(1, 3);
    expect((await told())?.minutes).toMatchObject([{ at: "2026-03-02T11:00:00.000Z", pages: 3 }]);
    ledger.addJob({ id: 1, accountId: 1, channel: "sms" }, 7);
    expect(await told()).toEqual({ minutes: [], queue: { sms: { open: 7, dispatched: 0 } } });
    wall.time += MINUTE;
    expect((await told())?.minutes).toMatchObject([{ at: "2026-03-02T11:01:00.000Z", attempts: 0 }]);
    expect(await told()).toBeUndefined();
  });

  test("reach back a day when asked, and forget what is older", async () => {
    const { wall, ended, stats } = house();
    wall.time = NOON - 23 * 60 * MINUTE;
    ended(1, 5);
    wall.time = NOON;
    const sum = async () =>
      (await stats.view(1, wall.now(), 1440, true)).minutes.reduce((total, m) => total + m.pages, 0);
    expect((await stats.view(1, NOON, 60, true)).minutes).toHaveLength(60);
    expect(await sum()).toBe(5);
    wall.time += 2 * 60 * MINUTE;
    await stats.changes(new Set([1]), wall.now());
    expect(await sum()).toBe(0);
  });
});
