import { readSettings } from "@depesche/core";
import { expect, it } from "vitest";
import { banner, houseSheet } from "./house-sheet.ts";
import { sayIn } from "./language.ts";

function sheet(env: Record<string, string>) {
  const read = readSettings(env);
  if (!read.ok) throw new Error(read.problems.join());
  return houseSheet(read.settings, "/data", `http://127.0.0.1:${read.settings.port}`);
}

it("a running house tells where all is, and the credentials, as data", () => {
  expect(sheet({ DEPESCHE_PORT: "9000", DEPESCHE_SIM_PORT: "9001", DEPESCHE_SPEED: "max" })).toMatchObject({
    dashboard: "http://127.0.0.1:9000/",
    feed: "ws://127.0.0.1:9000/v1/feed",
    rest: { apiKey: "demo-key" },
    simulators: { control: "http://127.0.0.1:9001", twilio: { accountSid: `AC${"0".repeat(32)}` } },
    database: "embedded",
    clock: { speed: 1000, unpaced: true },
  });
});

it("the banner ends with two commands that find this house, also on another port", () => {
  const tries = (text: string) => text.split("\n").filter((l) => l.includes("npx depesche"));
  expect(tries(banner(sheet({}), sayIn("en")))).toEqual([
    "Send a fax, and see the call:  npx depesche send fax +493023125001 --text 'Guten Tag' --watch",
    "See all events, elsewhere:     npx depesche listen",
  ]);
  for (const one of tries(banner(sheet({ DEPESCHE_PORT: "9000" }), sayIn("de"))))
    expect(one).toContain(" --url http://127.0.0.1:9000");
});
