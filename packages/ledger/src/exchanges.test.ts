import type { Exchange } from "@depesche/ports";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Pool } from "./database.ts";
import { keepExchanges, readExchange } from "./exchanges.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
});
afterAll(() => drop());

const exchange = (job: number, request = "Grüße \u{1f4e0}"): Exchange => ({
  job,
  at: 1_800_000_000_000,
  method: "POST",
  path: "/v1/jobs",
  requestHeaders: { "content-type": "application/json" },
  request,
  requestBytes: 5_000_000_000,
  status: 201,
  responseHeaders: {},
  response: "{}",
  tookMs: 3,
});

it("keeps of each job the first request, and of all the newest", async () => {
  await keepExchanges(pool, [exchange(1), exchange(2)], 3);
  expect(await readExchange(pool, 1)).toEqual(exchange(1));
  await keepExchanges(pool, [exchange(2, "again"), exchange(3, "a\0b\ud800"), exchange(4)], 3);
  expect(await readExchange(pool, 1)).toBeUndefined();
  expect((await readExchange(pool, 2))?.request).toBe(exchange(2).request);
  expect((await readExchange(pool, 3))?.request).toBe("a\u{fffd}b\u{fffd}");
});
