import { expect, it } from "vitest";
import { ioDouble } from "./io.double.ts";
import { openProgress } from "./progress.ts";

it("a terminal gets one line that is written again and again, never wider than it is", async () => {
  const io = ioDouble({}, { columns: 50 });
  const progress = openProgress(io);
  progress.show({ done: 0, total: 4, text: "dialling" });
  await io.pause(200);
  progress.show({ done: 2, total: 4, text: "page 1 of 2, and much more than fits" });
  progress.end();
  const [, first, second] = io.written.err.split("\r");
  expect(first).toBe("[------------------------]   0% dialling\x1b[K");
  expect(second).toBe("[############------------]  50% page 1 of 2, and…\x1b[K\n");
});

it("anything else gets one line a second, and the last state in any case", async () => {
  const io = ioDouble();
  const progress = openProgress(io);
  for (let done = 0; done <= 25; done++) {
    progress.show({ done, total: 25, text: "going" });
    await io.pause(100);
  }
  progress.end();
  expect(io.written.err).toBe("0/25 going\n10/25 going\n20/25 going\n25/25 going\n");
});

it("the same state is not said twice", async () => {
  const io = ioDouble();
  const progress = openProgress(io);
  progress.show({ done: 0, total: 1, text: "queued" });
  await io.pause(5000);
  progress.show({ done: 0, total: 1, text: "queued" });
  progress.end();
  expect(io.written.err).toBe("0/1 queued\n");
});

it("beside JSON nothing is said", () => {
  const io = ioDouble({}, { columns: 80 });
  const progress = openProgress(io, true);
  progress.show({ done: 0, total: 1, text: "queued" });
  progress.end();
  expect(io.written.err).toBe("");
});

it("a terminal that cannot move its cursor gets lines, too", () => {
  const io = ioDouble({ TERM: "dumb" }, { columns: 80 });
  const progress = openProgress(io);
  progress.show({ done: 0, total: 1, text: "queued" });
  progress.end();
  expect(io.written.err).toBe("0/1 queued\n");
});
