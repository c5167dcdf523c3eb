import type { JobReport } from "@depesche/client";
import type { Job } from "@depesche/core";
import type { JobFacts } from "@depesche/ports";
import { describe, expect, test } from "vitest";
import { NOON } from "../memory-ledger.double.ts";
import { house } from "./house.double.ts";

const FACTS: JobFacts = {
  attempts: 0,
  waiting: 0,
  sending: 0,
  recent: [0, 0, 0, 0, 0, 0],
  bucketMs: 1000,
  timeline: [],
  untried: [],
  durationStepMs: 10,
  durations: [],
  prefixes: [],
  causes: [],
  delivered: [],
};

async function report(facts: Partial<JobFacts>, job: Partial<Job> = {}, total = 100, speed = 1) {
  const { ask, ledger } = house();
  ledger.addJob({ id: 1, accountId: 1, acceptedAt: NOON - 100_000, ...job }, total);
  ledger.facts = { ...FACTS, ...facts };
  ledger.setting.speed = speed;
  return (await (await ask("GET", "/v1/jobs/1/report")).json()) as JobReport;
}

const seconds = (time: string | undefined) => (Date.parse(time ?? "") - NOON) / 1000;

/** Sixty outcomes in the last minute, up to now. */
const STEADY = { firstAt: NOON - 90_000, lastAt: NOON, recent: [10, 10, 10, 10, 10, 10] };

describe("a job's report", () => {
  test("puts outcomes in their time, those without an attempt at acceptance or at the cancellation", async () => {
    const { timeline } = await report({
      timeline: [
        { at: NOON - 5000, outcome: "OK", count: 2 },
        { at: NOON - 5000, outcome: "BUSY", count: 1 },
      ],
      untried: [
        { outcome: "BLACKLIST", count: 3, simAt: 0 },
        { outcome: "CANCELLED", count: 4, simAt: NOON - 4_500 },
      ],
    });
    expect(timeline).toEqual(
      [
        { at: "2026-03-02T10:58:20.000Z", outcomes: { BLACKLIST: 3 } },
        { at: "2026-03-02T10:59:55.000Z", outcomes: { OK: 2, BUSY: 1, CANCELLED: 4 } },
      ].sort((a, b) => (a.at < b.at ? -1 : 1)),
    );
  });

  test("shows durations without gaps", async () => {
    const { durations } = await report({
      durations: [
        { fromMs: 20, count: 5 },
        { fromMs: 40, count: 1 },
      ],
    });
    expect(durations).toEqual([
      { fromMs: 20, toMs: 30, count: 5 },
      { fromMs: 30, toMs: 40, count: 0 },
      { fromMs: 40, toMs: 50, count: 1 },
    ]);
  });

  test("expects the end from the rate of the last minute, the range from its spread", async () => {
    const steady = await report(STEADY, { final: 40 });
    expect(steady.perSecond).toBe(1);
    expect(seconds(steady.eta?.likely)).toBe(60);
    expect(steady.eta?.earliest).toBe(steady.eta?.latest);
    const rough = await report({ ...STEADY, recent: [0, 20, 0, 20, 0, 20] }, { final: 40 });
    expect(seconds(rough.eta?.likely)).toBe(60);
    expect(seconds(rough.eta?.earliest)).toBe(30);
    expect(seconds(rough.eta?.latest)).toBe(240);
  });

  test("expects no end before the redials that wait are due, by the speed of the simulated clock", async () => {
    const waiting = { ...STEADY, waiting: 5, lastDue: NOON + 600_000 };
    expect(seconds((await report(waiting, { final: 95 })).eta?.likely)).toBe(601);
    const fast = await report(waiting, { final: 95 }, 100, 10);
    expect(seconds(fast.eta?.earliest)).toBe(60);
    expect(seconds(fast.eta?.likely)).toBe(61);
    expect(seconds(fast.eta?.latest)).toBe(122);
  });

  test("expects nothing of a job that is done, paused, has not begun or does not move", async () => {
    expect((await report(STEADY, { final: 100 })).eta).toBeUndefined();
    expect((await report(STEADY, { final: 40, paused: true })).eta).toBeUndefined();
    expect((await report({})).eta).toBeUndefined();
    const stuck = { ...STEADY, firstAt: NOON - 200_000, lastAt: NOON - 61_000 };
    expect((await report(stuck, { final: 40 })).eta).toBeUndefined();
    expect((await report({ ...stuck, sending: 1 }, { final: 40 })).eta).toBeDefined();
  });

  test("costs what was delivered, by the tariff of the day it was accepted, letters by their class", async () => {
    const delivered = [{ international: false, messages: 2, minutes: 3, pages: 7 }];
    expect((await report({ delivered })).price).toEqual({ millicents: 11_700, tariff: "Demo 2026" });
    const before = { simAcceptedAt: Date.UTC(2025, 5, 1) };
    expect((await report({ delivered }, before)).price).toEqual({ millicents: 34_300, tariff: "Demo 2025" });
    const content = { documents: [], letter: { address: [], international: false, sheets: 4 } };
    const letters = await report({ delivered }, { channel: "letter", content });
    expect(letters.price.millicents).toBe(2 * (29_000 + 110_000));
  });

  test("is asked of the ledger once a second, by its owner only", async () => {
    const { ask, ledger, wall } = house();
    ledger.addJob({ id: 1, accountId: 1 });
    ledger.facts = FACTS;
    const path = "/v1/jobs/1/report";
    await Promise.all(Array.from({ length: 50 }, () => ask("GET", path)));
    expect(ledger.factsAsked).toBe(1);
    wall.time += 1_001;
    await ask("GET", path);
    expect(ledger.factsAsked).toBe(2);
    // The third takes two seconds, so it is good for eight.
    wall.time += 1_001;
    const count = ledger.jobFacts.bind(ledger);
    ledger.jobFacts = () => {
      wall.time += 2_000;
      return count();
    };
    await ask("GET", path);
    wall.time += 7_000;
    await ask("GET", path);
    expect(ledger.factsAsked).toBe(3);
    wall.time += 1_001;
    await ask("GET", path);
    expect(ledger.factsAsked).toBe(4);
    expect((await ask("GET", path, undefined, { authorization: "Bearer other-key" })).status).toBe(404);
    expect((await ask("GET", "/v1/jobs/2/report")).status).toBe(404);
  });
});
