import { expect, it } from "vitest";
import { houseHealth } from "./health.ts";

const parts = (wrong: Record<string, string>) =>
  JSON.stringify({
    ok: false,
    parts: {
      database: { ok: true, detail: "answers within 1 ms" },
      ...Object.fromEntries(Object.entries(wrong).map(([name, detail]) => [name, { ok: false, detail }])),
    },
  });
const AWAY = { faxNumbers: "no worker answers +493023125920" };

it("a house whose modem or exchange outside is away is up but for that line", () => {
  expect(houseHealth(503, parts(AWAY), true)).toEqual({ state: "line-away", why: AWAY.faxNumbers });
});

it("without lines outside, numbers that nobody answers mean that the house is not up", () => {
  expect(houseHealth(503, parts(AWAY), false).state).toBe("down");
});

it("anything else that is wrong means that it is not up, whatever the lines do", () => {
  expect(houseHealth(503, parts({ ...AWAY, workers: "none" }), true).state).toBe("down");
  expect(houseHealth(503, parts({ schedule: "worker 1: no Redis" }), true).state).toBe("down");
  expect(houseHealth(502, "<html>", true).state).toBe("down");
  expect(houseHealth(200, "", true)).toEqual({ state: "up" });
});
