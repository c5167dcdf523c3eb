import { expect, it } from "vitest";
import { Agenda } from "./agenda.ts";

/** A clock whose waits are let go by hand. */
function clockAt(start: number) {
  let now = start;
  let waits: { sim: number; resolve: () => void }[] = [];
  return {
    now: () => now,
    until: (sim: number) => new Promise<void>((resolve) => waits.push({ sim, resolve })),
    async set(to: number) {
      now = to;
      for (const wait of waits.filter((w) => w.sim <= to)) wait.resolve();
      waits = waits.filter((w) => w.sim > to);
      await new Promise((resolve) => setImmediate(resolve));
    },
    waits: () => waits.map((w) => w.sim),
  };
}

it("does things in the order of their times, whatever the order they were added in", async () => {
  const clock = clockAt(0);
  const agenda = new Agenda(clock);
  const done: number[] = [];
  const times = Array.from({ length: 200 }, (_, i) => ((i * 7919) % 200) + 1);
  for (const at of times) agenda.add(at, () => done.push(at));
  await clock.set(100);
  expect(done).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  await clock.set(1_000);
  expect(done).toHaveLength(200);
});

it("an earlier entry moves the wait forward; a closed agenda does nothing more", async () => {
  const clock = clockAt(0);
  const agenda = new Agenda(clock);
  const done: string[] = [];
  agenda.add(50, () => done.push("late"));
  agenda.add(10, () => done.push("early"));
  expect(Math.min(...clock.waits())).toBe(10);
  await clock.set(20);
  expect(done).toEqual(["early"]);
  agenda.close();
  await clock.set(100);
  expect(done).toEqual(["early"]);
});
