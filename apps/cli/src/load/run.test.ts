import { expect, it } from "vitest";
import { loadedHouse } from "./house.double.ts";

it("hands everything in, in jobs of the size asked for, and waits for every outcome", async () => {
  const house = loadedHouse();
  const result = await house.run(house.plan({ recipients: 25 }));
  expect(house.orders.map((o) => o.recipients?.length)).toEqual([10, 10, 5]);
  expect(result).toMatchObject({ arrived: 25, miscounted: 0, end: "whole" });
  expect(result.tally.outcomes).toEqual({ OK: 25 });
});

it("an open loop times orders from the moment they were due, however late they are answered", async () => {
  let answering: Promise<void> = Promise.resolve();
  const house = loadedHouse({
    // The gateway stalls for ten seconds at the first order; all that arrive meanwhile wait behind it.
    answer: (order) => {
      if (order === 1) answering = house.io.pause(10_000);
      return answering;
    },
  });
  const { callers: _, ...open } = house.plan({ recipients: 5, perJob: 1, rate: 1 });
  const { tally } = await house.run(open);
  expect(tally.answers.count).toBe(5);
  expect(tally.answers.summary().max).toBeGreaterThanOrEqual(9_000);
});

it("Ctrl-C stops the arrivals, and what was accepted is still waited for and told as cut short", async () => {
  const house = loadedHouse({
    answer: (order) => {
      if (order === 2) house.io.interrupt();
    },
  });
  const result = await house.run(house.plan({ recipients: 1000 }));
  expect(house.orders).toHaveLength(2);
  expect(result).toMatchObject({ end: "cut", arrived: 20 });
  expect(result.tally.finals).toBe(20);
});

it("a second Ctrl-C does not wait for outcomes", async () => {
  let looks = 0;
  const house = loadedHouse({ events: () => [] });
  const result = await house.run(house.plan({ recipients: 10 }), () => {
    looks += 1;
    if (looks === 2 || looks === 3) house.io.interrupt();
  });
  expect(looks).toBe(3);
  expect(result).toMatchObject({ end: "cut" });
  expect(result.tally.finals).toBe(0);
});

it("is given up when outcomes stop coming", async () => {
  const house = loadedHouse({ events: (events) => events.slice(1) });
  const result = await house.run(house.plan({ recipients: 5 }));
  expect(result.end).toBe("stalled");
  expect(result.tally.finals).toBe(4);
});

it("a refused order is counted by its reason, and the run goes on", async () => {
  const house = loadedHouse({
    answer: (order) => {
      if (order === 2) throw Object.assign(new Error("later"), { problem: { code: "store-down" } });
    },
  });
  const result = await house.run(house.plan({ recipients: 30 }));
  expect([...result.refused]).toEqual([["store-down", 10]]);
  expect(result.tally.finals).toBe(20);
});

it("ends with the gateway's refusal when it takes nothing", async () => {
  const house = loadedHouse({
    answer: () => {
      throw new Error("no credit");
    },
  });
  await expect(house.run(house.plan({ recipients: 100_000 }))).rejects.toThrow("no credit");
  expect(house.orders.length).toBeLessThan(20);
});

it("an order that nobody answered is handed in again under its key", async () => {
  const house = loadedHouse();
  const keys: (string | undefined)[] = [];
  const { createJob } = house.client;
  house.client.createJob = (input, key) => {
    keys.push(key);
    // As long as it takes to start a gateway that was killed.
    if (house.io.monotonic() < 20_000) throw Object.assign(new Error("gone"), { name: "Unreachable" });
    return createJob(input, key);
  };
  const result = await house.run(house.plan({ recipients: 10 }));
  expect(keys.length).toBeGreaterThan(2);
  expect(new Set(keys).size).toBe(1);
  expect(result.tally.finals).toBe(10);
  // It is timed from its moment, so the silence shows.
  expect(result.tally.answers.summary().max).toBeGreaterThan(19_000);
});

it("an open loop knows from its schedule how many outcomes to expect, less those refused", async () => {
  const house = loadedHouse({
    answer: (order) => {
      if (order === 1) throw Object.assign(new Error("later"), { problem: { code: "store-down" } });
    },
  });
  const { callers: _, ...open } = house.plan({
    recipients: Number.POSITIVE_INFINITY,
    perJob: 1,
    rate: 10,
    forMs: 2_000,
  });
  const looks: { recipients: number; arrivalsLeftMs: number }[] = [];
  await house.run(open, ({ recipients, arrivalsLeftMs }) => looks.push({ recipients, arrivalsLeftMs }));
  expect(looks[0]?.recipients).toBe(19);
  expect(looks[0]?.arrivalsLeftMs).toBeGreaterThan(1_000);
  expect(looks.at(-1)).toEqual({ recipients: 19, arrivalsLeftMs: 0 });
});
