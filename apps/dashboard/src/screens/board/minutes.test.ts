import type { StatsMinute } from "@depesche/client";
import { expect, test } from "vitest";
import { lastHour, sparkline } from "./minutes.ts";

const minute = (at: string, pages: number): StatsMinute => ({ at, jobs: 0, attempts: 0, pages, outcomes: {} });

test("the last hour has sixty minutes, quiet ones with zeros", () => {
  const hour = lastHour([minute("2026-03-01T12:00:00.000Z", 5)], Date.parse("2026-03-01T12:02:30Z"));
  expect(hour).toHaveLength(60);
  expect(hour.slice(-3).map((m) => m.pages)).toEqual([5, 0, 0]);
  expect(hour[0]?.at).toBe("2026-03-01T11:03:00.000Z");
});

test("a gateway whose clock is ahead is believed", () => {
  const hour = lastHour([minute("2026-03-01T12:05:00.000Z", 9)], Date.parse("2026-03-01T12:00:00Z"));
  expect(hour.at(-1)?.pages).toBe(9);
});

test("the line reaches its top at the greatest value and lies on the ground without any", () => {
  expect(sparkline([0, 5, 10], 100, 20)).toBe("0.0,20.0 50.0,10.0 100.0,0.0");
  expect(sparkline([0, 0], 100, 20)).toBe("0.0,20.0 100.0,20.0");
});
