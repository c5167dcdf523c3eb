import type { JobSummary } from "@depesche/client";
import { expect, test } from "vitest";
import { runningAndDone } from "./jobs.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const job = (id: number, state: "open" | "done", left = 0, minutesAgo = 5) =>
  ({
    id,
    state,
    total: 100,
    final: 100 - left,
    acceptedAt: new Date(NOW - minutesAgo * 60_000).toISOString(),
  }) as JobSummary;
const ids = (jobs: JobSummary[]) => jobs.map(({ id }) => id);

test("the job with most left comes first, each once, in the newest state the feed told", () => {
  const told = new Map([[2, job(2, "open", 90)]]);
  const lists = runningAndDone(
    [job(1, "open", 20), job(2, "open", 10)],
    [job(2, "open", 90), job(3, "open", 50)],
    (id) => told.get(id),
    NOW,
  );
  expect(ids(lists.running)).toEqual([2, 3, 1]);
});

test("jobs of the last hour that are done stay, older ones only when they ended while one looked", () => {
  const listed = [job(4, "done", 0, 10), job(5, "done", 0, 120), job(6, "open", 1, 120)];
  const { running, done } = runningAndDone(
    listed,
    [],
    (id) => (id === 6 ? job(6, "done", 0, 120) : undefined),
    NOW - 3_600_000,
  );
  expect([ids(running), ids(done)]).toEqual([[], [6, 4]]);
});
