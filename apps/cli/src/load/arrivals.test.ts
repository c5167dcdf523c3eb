import { expect, it } from "vitest";
import { ioDouble } from "../io.double.ts";
import { type Arrivals, dueMs, runArrivals, scheduleOf } from "./arrivals.ts";

async function arrivals(plan: Arrivals, open = () => 0) {
  const io = ioDouble();
  const seen: { n: number; count: number; at: number }[] = [];
  const arrive = async (n: number, count: number) => {
    seen.push({ n, count, at: io.monotonic() });
    await io.pause(100);
  };
  const { late } = await runArrivals(plan, { io, stop: new AbortController().signal, arrive, openRecipients: open });
  return { seen, late };
}

it("a ramp grows evenly to the rate: half as many arrive during it", () => {
  const plan = { perJob: 1, rampMs: 10_000 };
  expect(dueMs(0, plan, 10)).toBe(0);
  expect(dueMs(50, plan, 10)).toBeCloseTo(10_000);
  expect(dueMs(60, plan, 10)).toBeCloseTo(11_000);
  expect(dueMs(12.5, plan, 10)).toBeCloseTo(5_000);
});

it("an open loop ends with its time, the last order may be smaller", async () => {
  const timed = await arrivals({ recipients: Number.POSITIVE_INFINITY, perJob: 5, rate: 10, forMs: 2_000 });
  expect(timed.seen.map((s) => s.n)).toEqual([0, 1, 2, 3]);
  const counted = await arrivals({ recipients: 12, perJob: 5, rate: 100 });
  expect(counted.seen.map((s) => s.count)).toEqual([5, 5, 2]);
});

it("an order that goes out more than a second after its moment is counted as late", async () => {
  const io = ioDouble();
  const arrive = async (n: number) => void (n === 0 && (await io.pause(0)));
  // The clock jumps while the loop waits: a machine that was away.
  const away = { monotonic: io.monotonic, pause: (ms: number) => io.pause(ms + 5_000) };
  const plan = { recipients: 3, perJob: 1, rate: 1 };
  const { late } = await runArrivals(plan, {
    io: away,
    stop: new AbortController().signal,
    arrive,
    openRecipients: () => 0,
  });
  expect(late).toBe(2);
});

it("each caller of a closed loop waits for its answer before the next order", async () => {
  const { seen } = await arrivals({ recipients: 6, perJob: 1, callers: 2 });
  expect(seen.map((s) => s.n)).toEqual([0, 1, 2, 3, 4, 5]);
  expect((seen[2]?.at as number) - (seen[0]?.at as number)).toBeGreaterThanOrEqual(100);
});

it("a closed loop hands in no more while too many recipients have no outcome", async () => {
  let open = 10;
  let waits = 0;
  const { seen } = await arrivals({ recipients: 10, perJob: 10, callers: 1, outstanding: 15 }, () => {
    waits += 1;
    if (waits === 20) open = 5;
    return open;
  });
  expect(seen[0]?.at).toBeGreaterThanOrEqual(19 * 5);
});

it.each([
  [
    { recipients: Infinity, perJob: 1, rate: 50, forMs: 10_000 },
    { recipients: 500, lastMs: 9_980 },
  ],
  [
    { recipients: Infinity, perJob: 10, rate: 50, forMs: 1_001 },
    { recipients: 60, lastMs: 1_000 },
  ],
  [
    { recipients: 55, perJob: 10, rate: 50 },
    { recipients: 55, lastMs: 1_000 },
  ],
  [{ recipients: Infinity, perJob: 1, rate: 10, rampMs: 2_000, forMs: 2_000 }, { recipients: 10 }],
  [
    { recipients: Infinity, perJob: 1, callers: 4, forMs: 2_000 },
    { recipients: Infinity, lastMs: 2_000 },
  ],
])("the schedule of %o is known before it begins", (plan, known) => {
  expect(scheduleOf(plan)).toMatchObject(known);
});
