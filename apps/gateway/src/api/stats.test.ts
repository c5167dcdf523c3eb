import { expect, test } from "vitest";
import { house } from "./house.double.ts";

test("figures are told by the minute, the last hour unless more are asked for, never another account's", async () => {
  const { ask, ledger } = house();
  ledger.addJob({ id: 1, accountId: 2 }, 9);
  ledger.addEvent({ account: 1, type: "job.accepted", job: 2 });
  ledger.addEvent({ account: 2, type: "job.accepted", job: 1 });
  const hour = (await (await ask("GET", "/v1/stats")).json()) as { minutes: unknown[]; queue: unknown };
  expect(hour.minutes).toHaveLength(60);
  expect(hour.minutes.at(-1)).toEqual({ at: "2026-03-02T11:00:00.000Z", jobs: 1, attempts: 0, pages: 0, outcomes: {} });
  expect(hour.queue).toEqual({});
  const day = (await (await ask("GET", "/v1/stats?minutes=1440")).json()) as { minutes: unknown[] };
  expect(day.minutes).toHaveLength(1440);
  expect((await ask("GET", "/v1/stats?minutes=1441")).status).toBe(400);
});
