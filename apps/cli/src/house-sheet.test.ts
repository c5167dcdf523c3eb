import { type OutsideConfig, readSettings } from "@depesche/core";
import { expect, it } from "vitest";
import { banner, houseSheet } from "./house-sheet.ts";
import { sayIn } from "./language.ts";

function sheet(env: Record<string, string>, outside: OutsideConfig = {}) {
  const read = readSettings(env);
  if (!read.ok) throw new Error(read.problems.join());
  return houseSheet(read.settings, "/data", `http://127.0.0.1:${read.settings.port}`, outside);
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

it("a house with lines outside names them, and shows no credentials that it does not have", () => {
  const outside: OutsideConfig = {
    fax: {
      lines: [
        { kind: "class1", device: "/dev/ttyUSB0", number: "+493023125920" },
        { kind: "t38", host: "pbx.example", numbers: ["+493023125900"] },
      ],
    },
  };
  const house = sheet({ DEPESCHE_SPEED: "max" }, outside);
  expect(house).toMatchObject({
    soap: { accounts: [] },
    outside: [
      { kind: "class1", at: "/dev/ttyUSB0", numbers: ["+493023125920"] },
      { kind: "t38", at: "pbx.example:5060", numbers: ["+493023125900"] },
    ],
    clock: { speed: 1, unpaced: false },
  });
  expect(house.rest.apiKey).toBeUndefined();
  const text = banner(house, sayIn("en"));
  expect(text).toContain("/dev/ttyUSB0");
  expect(text).not.toMatch(/geheim|demo-key|nothing leaves/);
});
