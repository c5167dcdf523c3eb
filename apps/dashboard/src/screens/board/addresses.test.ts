import type { Client } from "@depesche/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Addresses } from "./addresses.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function house() {
  const asked: string[] = [];
  const client = {
    recipients: async (job: number, query: { from: number; limit: number }) => {
      asked.push(`${job}:${query.from}`);
      if (job === 9) throw new Error("gone");
      return { items: Array.from({ length: query.limit }, (_, i) => ({ address: `a${job}.${query.from + i}` })) };
    },
  } as unknown as Client;
  let changes = 0;
  return { addresses: new Addresses(client, () => changes++), asked, changes: () => changes };
}

test("an address comes soon after it is asked for, and its neighbours with it", async () => {
  const { addresses, asked, changes } = house();
  expect(addresses.of(7, 205)).toBeUndefined();
  await vi.runAllTimersAsync();
  expect(addresses.of(7, 205)).toBe("a7.205");
  expect(addresses.of(7, 399)).toBe("a7.399");
  expect([asked, changes()]).toEqual([["7:200"], 1]);
});

test("a stream of strangers asks twice a second at most, and a job that cannot be read is not asked again", async () => {
  const { addresses, asked } = house();
  for (let i = 0; i < 100; i++) {
    addresses.of(100 + i, 0);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(asked.length).toBeLessThanOrEqual(2);
  await vi.runAllTimersAsync();
  addresses.of(9, 0);
  await vi.runAllTimersAsync();
  addresses.of(9, 0);
  await vi.runAllTimersAsync();
  expect(asked.filter((one) => one === "9:0")).toHaveLength(1);
});

test("after its end it asks nothing", async () => {
  const { addresses, asked } = house();
  addresses.of(7, 0);
  addresses.close();
  addresses.of(7, 1);
  await vi.runAllTimersAsync();
  expect(asked).toEqual([]);
});
