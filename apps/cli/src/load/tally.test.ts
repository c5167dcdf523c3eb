import type { EventView } from "@depesche/client";
import { expect, it } from "vitest";
import { Tally } from "./tally.ts";

const START = 1_000_000;
let seq = 0;
function event(ms: number, fields: Partial<EventView>): EventView {
  const at = new Date(START + ms).toISOString();
  return { seq: ++seq, at, simAt: at, account: 1000, type: "attempt.ended", ...fields };
}
const job = (id: number, count = 10) => ({ id, channel: "fax" as const, first: 0, count });
const at = { scheduled: START, answered: START };

it("outcomes count once a recipient, timed from the acceptance", () => {
  const tally = new Tally(START, 10);
  tally.own(tally.begin(), job(7), at);
  tally.take(event(100, { type: "job.accepted", job: 7 }));
  tally.take(event(300, { job: 7, recipient: 0, outcome: "BUSY", final: false }));
  tally.take(event(600, { job: 7, recipient: 0, outcome: "OK", final: true }));
  tally.take(event(700, { type: "recipient.final", job: 7, recipient: 1, outcome: "BLACKLIST" }));
  expect(tally.finals).toBe(2);
  expect(tally.outcomes).toEqual({ OK: 1, BLACKLIST: 1 });
  expect(tally.latencies.summary()).toMatchObject({ p50: expect.closeTo(500, -1), max: 600 });
  expect(tally.total.summary().max).toBe(700);
});

it("an outcome told twice is counted as such, never as another recipient; one of nobody, too", () => {
  const tally = new Tally(START, 10);
  tally.own(tally.begin(), job(7), at);
  for (let i = 0; i < 2; i++) tally.take(event(100, { job: 7, recipient: 0, outcome: "OK", final: true }));
  tally.take(event(100, { job: 7, recipient: 10, outcome: "OK", final: true }));
  expect([tally.finals, tally.roster.told[0], tally.strangers]).toEqual([1, 2, 1]);
});

it("events that overtake the answer to the order are kept for it, those of others are not", () => {
  const tally = new Tally(START, 10);
  const [first, second] = [tally.begin(), tally.begin()];
  for (const id of [8, 9]) {
    tally.take(event(0, { type: "job.accepted", job: id }));
    tally.take(event(50, { job: id, recipient: 0, outcome: "OK", final: true }));
  }
  expect(tally.finals).toBe(0);
  tally.own(first, job(8), at);
  expect(tally.finals).toBe(1);
  // Nobody waits for an answer that could make job 9 ours.
  tally.drop(second);
  tally.own(tally.begin(), { ...job(9), first: 10 }, at);
  expect(tally.finals).toBe(1);
});

it("what happens is told in at most 120 bins, however long it takes, and nothing is lost", () => {
  const tally = new Tally(START, 1000);
  tally.own(tally.begin(), job(7, 1000), at);
  for (let n = 0; n < 1000; n++) tally.take(event(n * 977, { job: 7, recipient: n, outcome: "OK", final: true }));
  const { bins, widthMs } = tally.series;
  expect(bins.length).toBeLessThanOrEqual(120);
  expect(bins.length * widthMs).toBeGreaterThan(999 * 977);
  expect(bins.reduce((sum, bin) => sum + (bin.outcomes[0] as number), 0)).toBe(1000);
  expect(bins.reduce((sum, bin) => sum + bin.outcome.count, 0)).toBe(1000);
});
