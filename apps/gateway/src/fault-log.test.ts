import { expect, it } from "vitest";
import { openFaultLog } from "./fault-log.ts";

function log() {
  const told: string[] = [];
  const clock = { ms: 0 };
  const fault = openFaultLog({ error: (_, text) => void told.push(text), now: () => clock.ms });
  return { told, clock, fault };
}

it("names the request", () => {
  const { told, fault } = log();
  fault(new Error("away"), "GET /v1/jobs");
  expect(told).toEqual(["GET /v1/jobs: a fault on our side"]);
});

it("tells a fault that repeats once in ten seconds, and how often it came", () => {
  const { told, clock, fault } = log();
  for (clock.ms = 0; clock.ms <= 10_000; clock.ms += 1_000) fault(new Error("away"), `GET /${clock.ms}`);
  expect(told).toEqual([
    "GET /0: a fault on our side",
    "GET /10000: a fault on our side (and 9 more times since it was told last)",
  ]);
});

it("tells another fault at once", () => {
  const { told, fault } = log();
  fault(new Error("away"), "GET /a");
  fault("no error at all", "GET /b");
  fault(undefined, "GET /c");
  expect(told).toHaveLength(3);
});
