import { expect, it } from "vitest";
import { ioDouble } from "../io.double.ts";
import { loadedHouse } from "./house.double.ts";
import type { Look } from "./run.ts";
import { openScreen, pictureOf } from "./screen.ts";

async function look(): Promise<Look> {
  const house = loadedHouse();
  const { tally } = await house.run(house.plan());
  return {
    ms: 2_000,
    tally,
    recipients: 40,
    arrivalsLeftMs: 0,
    acceptedPerSecond: 100,
    finalsPerSecond: 5,
    isStopping: false,
  };
}

it("a terminal shows four lines and redraws them in place, none wider than it is", async () => {
  const io = ioDouble({}, { columns: 80 });
  const screen = openScreen(io, false);
  screen.show(await look());
  const first = io.written.err;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is looked for
  const lines = first.replace(/\x1b\[\w+|\r/g, "").split("\n");
  expect(lines).toHaveLength(5);
  expect(Math.max(...lines.map((l) => l.length))).toBeLessThan(80);
  expect(first).toContain("50%");
  expect(first).toContain("4.0 s left");
  expect(first).toMatch(/histogram.*█/);
  screen.show(await look());
  expect(io.written.err.slice(first.length)).satisfy((text: string) => text.startsWith("\x1b[4A"));
});

it("elsewhere one line a second tells the same without commands to a terminal", async () => {
  const io = ioDouble();
  const screen = openScreen(io, false);
  for (let i = 0; i < 10; i++) screen.show({ ...(await look()), finalsPerSecond: i });
  const lines = io.written.err.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^20\/40 2\.0 s {2}accepted 20 100\/s {2}outcomes 0\.0\/s {2}p50/);
  expect(io.written.err).not.toContain("\x1b");
});

it("beside JSON nothing is shown", async () => {
  const io = ioDouble({}, { columns: 60 });
  openScreen(io, true).show(await look());
  expect(io.written.err).toBe("");
});

it("while orders still arrive the time left is at least theirs, and a total nobody knows is not told as 0", async () => {
  const io = ioDouble();
  const known = { ...(await look()), arrivalsLeftMs: 9_000 };
  openScreen(io, false).show(known);
  expect(io.written.err).toContain("9.0 s left");
  openScreen(io, false).show({ ...known, recipients: Number.POSITIVE_INFINITY });
  expect(io.written.err.split("\n")[1]).toMatch(/^20 2\.0 s/);
  const [head] = pictureOf({ ...known, recipients: Number.POSITIVE_INFINITY }, io);
  // Two of eleven seconds are over.
  expect(head).toContain("18%");
});

it("a narrow terminal shows every percentile and outcome, on lines of their own", async () => {
  const io = ioDouble({}, { columns: 40 });
  openScreen(io, false).show(await look());
  expect(io.written.err).toMatch(/\n\r {2}p50 .* p95 .* p99 \d+ ms/);
  expect(io.written.err).toMatch(/\n\r {2}20 OK/);
  expect(io.written.err).not.toContain("…");
});
