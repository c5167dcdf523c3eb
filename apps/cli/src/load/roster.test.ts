import { expect, it } from "vitest";
import { bump, codeOf, JobBook, outcomeOfCode, Roster } from "./roster.ts";

it("a million recipients take a dozen octets each, and what was noted stays when room is made", () => {
  const roster = new Roster(10);
  roster.expected[9] = codeOf("BUSY");
  roster.attempts[9] = 4_000;
  roster.reach(1_000_000);
  roster.wire[999_999] = 1;
  expect(outcomeOfCode(roster.expected[9] as number)).toBe("BUSY");
  expect(roster.attempts[9]).toBe(4_000);
  const columns = Object.values(roster) as Uint8Array[];
  expect(columns.every((column) => column.length === 1_000_000)).toBe(true);
  expect(columns.reduce((sum, column) => sum + column.byteLength, 0)).toBeLessThan(12_000_000);
});

it("counts do not run over", () => {
  const roster = new Roster(1);
  for (let i = 0; i < 300; i++) bump(roster.told, 0);
  expect(roster.told[0]).toBe(255);
});

it("jobs are found by their number, their recipients by their place, and none beyond", () => {
  const jobs = new JobBook();
  for (let i = 0; i < 3_000; i++)
    jobs.add({ id: 100_000 + i, channel: "sms", first: i * 10, count: 10 }, { scheduled: i, accepted: i + 1 });
  const slot = jobs.slot(102_999) as number;
  expect(jobs.row(slot)).toEqual({ id: 102_999, channel: "sms", first: 29_990, count: 10 });
  expect([jobs.place(slot, 9), jobs.place(slot, 10)]).toEqual([29_999, undefined]);
  expect([jobs.scheduledAt(slot), jobs.acceptedAt(slot)]).toEqual([2_999, 3_000]);
  expect(jobs.slot(7)).toBeUndefined();
  expect(jobs.recipients).toBe(30_000);
});
