import type { EventView } from "@depesche/client";
import { expect, test } from "vitest";
import { isFold, OutcomeStream, ROWS } from "./stream.ts";

const T = Date.parse("2026-03-01T12:00:00Z");
let seq = 0;
const ended = (ms: number, rest: Partial<EventView> = {}): EventView => ({
  seq: ++seq,
  at: new Date(T + ms).toISOString(),
  simAt: new Date(T + ms).toISOString(),
  account: 1,
  type: "attempt.ended",
  job: 7,
  recipient: 0,
  attempt: 1,
  outcome: "OK",
  final: true,
  ...rest,
});

test("a few outcomes stand one by one, the newest first, with when it is tried again", () => {
  const stream = new OutcomeStream();
  const dueAt = "2026-03-01T12:05:00.000Z";
  expect(stream.hear([ended(0), ended(10, { outcome: "BUSY", final: false, recipient: 4, data: { dueAt } })])).toBe(
    true,
  );
  expect(stream.rows()).toMatchObject([
    { outcome: "BUSY", n: 4, again: dueAt },
    { outcome: "OK", again: undefined },
  ]);
});

test("a job that is faster than one can read is one row a second, with true counts", () => {
  const stream = new OutcomeStream();
  stream.hear(Array.from({ length: 5000 }, (_, i) => ended(i / 5, { outcome: i % 10 === 0 ? "BUSY" : "OK" })));
  const rows = stream.rows();
  expect(rows).toMatchObject([{ job: 7, total: 5000, outcomes: { OK: 4500, BUSY: 500 } }]);
});

test("however many come, thirty rows are shown and the slow job beside the fast one stays readable", () => {
  const stream = new OutcomeStream();
  for (let second = 0; second < 100; second++) {
    stream.hear(Array.from({ length: 50 }, () => ended(second * 1000)));
    stream.hear([ended(second * 1000, { job: 8, outcome: "VOICE" })]);
  }
  const rows = stream.rows();
  expect(rows).toHaveLength(ROWS);
  expect(rows.filter(isFold)).toHaveLength(ROWS / 2);
  expect(rows[0]).toMatchObject({ job: 8, outcome: "VOICE" });
  expect(stream.heard).toBe(5100);
});

test("what is no outcome changes nothing", () => {
  const stream = new OutcomeStream();
  expect(stream.hear([ended(0, { type: "attempt.started", outcome: undefined })])).toBe(false);
  expect(stream.rows()).toEqual([]);
});
