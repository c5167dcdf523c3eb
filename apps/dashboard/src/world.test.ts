import type { EventView, JobSummary, LineView } from "@depesche/client";
import { expect, test } from "vitest";
import { dropGone, endedCalls, markOutcomes, mergeJobs, mergeLines } from "./world.ts";

const line = (n: number, rest: Partial<LineView> = {}): LineView => ({ line: n, state: "idle", ...rest });
const ended = (job: number, outcome: "OK" | "BUSY"): EventView => ({
  seq: 1,
  at: "",
  simAt: "",
  account: 1,
  type: "attempt.ended",
  job,
  recipient: 0,
  attempt: 1,
  outcome,
});

test("a line shows what became of its call until the next one begins, whichever news comes first", () => {
  let lines = mergeLines(new Map(), [line(0, { state: "sending", attempt: "7.0.1" }), line(1)]);
  lines = markOutcomes(lines, endedCalls([ended(7, "BUSY")]));
  expect(lines.get(":0")?.last).toBe("BUSY");
  lines = mergeLines(lines, [line(0)]);
  expect(lines.get(":0")?.last).toBe("BUSY");
  lines = mergeLines(lines, [line(0, { state: "dialling", attempt: "8.0.1" })]);
  expect(lines.get(":0")?.last).toBeUndefined();
  lines = markOutcomes(mergeLines(lines, [line(0)]), endedCalls([ended(8, "OK")]));
  expect(lines.get(":0")?.last).toBe("OK");
  expect(lines.get(":1")?.last).toBeUndefined();
});

test("a call that ended before its line was told of is not taken for one without outcome", () => {
  const over = endedCalls([ended(9, "BUSY")]);
  const lines = mergeLines(mergeLines(new Map(), [line(0, { attempt: "9.0.1" })], over), [line(0)], over);
  expect(lines.get(":0")).toMatchObject({ attempt: "9.0.1", last: "BUSY" });
});

test("an idle line tells what became of its last call to a board that was not there, and the next call takes it away", () => {
  let lines = mergeLines(new Map(), [line(0, { attempt: "9.0.1", last: "BUSY" })]);
  expect(lines.get(":0")).toMatchObject({ attempt: "9.0.1", last: "BUSY" });
  lines = mergeLines(lines, [line(0, { state: "dialling", attempt: "10.0.1" })]);
  expect(lines.get(":0")?.last).toBeUndefined();
});

test("the lines of a worker that is gone go with it", () => {
  const lines = mergeLines(new Map(), [line(0, { worker: 1 }), line(0, { worker: 2 })]);
  const gone: EventView = { seq: 1, at: "", simAt: "", account: 0, type: "worker.gone", data: { worker: 1 } };
  expect([...dropGone(lines, [gone]).keys()]).toEqual(["2:0"]);
  expect(dropGone(lines, [{ ...gone, type: "worker.up" }])).toBe(lines);
});

test("jobs stay newest first, each once, at most fifty", () => {
  const job = (id: number, final = 0) => ({ id, final }) as JobSummary;
  const known = Array.from({ length: 50 }, (_, i) => job(50 - i));
  const jobs = mergeJobs(known, [job(51), job(50, 3)]);
  expect(jobs.map((j) => j.id).slice(0, 3)).toEqual([51, 50, 49]);
  expect(jobs[1]?.final).toBe(3);
  expect(jobs).toHaveLength(50);
});
