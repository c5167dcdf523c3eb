import type { EventView } from "@depesche/client";
import { expect, it } from "vitest";
import { Tally } from "./tally.ts";

let seq = 0;
function event(ms: number, fields: Partial<EventView>): EventView {
  const at = new Date(1_000_000 + ms).toISOString();
  return { seq: ++seq, at, simAt: at, account: 1000, type: "attempt.ended", ...fields };
}

it("outcomes count once a recipient, timed from the acceptance", () => {
  const tally = new Tally();
  tally.own(7, 1_000_000);
  tally.take(event(100, { type: "job.accepted", job: 7 }));
  tally.take(event(300, { job: 7, recipient: 0, outcome: "BUSY", final: false }));
  tally.take(event(600, { job: 7, recipient: 0, outcome: "OK", final: true }));
  tally.take(event(700, { type: "recipient.final", job: 7, recipient: 1, outcome: "BLACKLIST" }));
  expect(tally.finals).toBe(2);
  expect(tally.outcomes).toEqual({ OK: 1, BLACKLIST: 1 });
  expect(tally.latencies.summary()).toMatchObject({ p50: expect.closeTo(500, -1), max: 600 });
});

it("an outcome told twice is counted as such, never as another recipient", () => {
  const tally = new Tally();
  tally.own(7, 1_000_000);
  for (let i = 0; i < 2; i++) tally.take(event(100, { job: 7, recipient: 0, outcome: "OK", final: true }));
  expect([tally.finals, tally.doubles]).toEqual([1, 1]);
});

it("events that overtake the answer to the order are kept for it, those of others are not", () => {
  const tally = new Tally();
  tally.take(event(0, { type: "job.accepted", job: 8 }));
  tally.take(event(50, { job: 8, recipient: 0, outcome: "OK", final: true }));
  tally.take(event(60, { job: 9, recipient: 0, outcome: "OK", final: true }));
  expect(tally.finals).toBe(0);
  tally.own(8, 999_000);
  expect(tally.finals).toBe(1);
  expect(tally.latencies.summary().max).toBe(50);
  tally.settle();
  tally.own(9, 999_000);
  expect(tally.finalsOf(9)).toBe(0);
});
