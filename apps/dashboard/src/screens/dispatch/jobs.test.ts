import type { ClockView, JobSummary } from "@depesche/client";
import { expect, test } from "vitest";
import { doneAtWall, runningAndDone } from "./jobs.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const job = (id: number, state: "open" | "done", left = 0) =>
  ({
    id,
    state,
    total: 100,
    final: 100 - left,
  }) as JobSummary;
const ids = (jobs: JobSummary[]) => jobs.map(({ id }) => id);

test("the job with most left comes first, each once, in the newest state the feed told", () => {
  const told = new Map([[2, job(2, "open", 90)]]);
  const lists = runningAndDone(
    [job(1, "open", 20), job(2, "open", 10)],
    [job(2, "open", 90), job(3, "open", 50)],
    (id) => told.get(id),
    () => false,
  );
  expect(ids(lists.running)).toEqual([2, 3, 1]);
});

test("jobs of the last hour that are done stay, older ones only when they ended while one looked", () => {
  const listed = [job(4, "done"), job(5, "done"), job(6, "open", 1)];
  const { running, done } = runningAndDone(
    listed,
    [],
    (id) => (id === 6 ? job(6, "done") : undefined),
    ({ id }) => id === 4,
  );
  expect([ids(running), ids(done)]).toEqual([[], [6, 4]]);
});

test("when a job was done follows from the simulated clock and its speed", () => {
  const clock = {
    now: new Date(NOW + 600_000).toISOString(),
    wall: new Date(NOW).toISOString(),
    speed: 20,
  } as ClockView;
  expect(doneAtWall({ doneAt: new Date(NOW).toISOString() }, clock)).toBe(NOW - 30_000);
  expect(doneAtWall({}, clock)).toBeUndefined();
});
