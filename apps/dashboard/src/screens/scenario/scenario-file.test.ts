import { expect, test } from "vitest";
import { readScenarioFile, scenarioFile, withNumber, withoutNumber } from "./scenario-file.ts";

const BUSY = { call: { kind: "busy" } };
const VOICE = { call: { kind: "voice" } };

test("a number moved to another one leaves its old place, and is kept without spaces", () => {
  const scenario = { numbers: { "+493023199001": BUSY, "+493023199002": BUSY } };
  expect(withNumber(scenario, "0049 30 23199-003", VOICE, "+493023199001")).toEqual({
    numbers: { "+493023199002": BUSY, "+493023199003": VOICE },
  });
});

test("a number told anew says only the new thing", () => {
  const scenario = { numbers: { "+493023199001": { ...BUSY, sms: "silent" } } };
  expect(withNumber(scenario, "+493023199001", VOICE)).toEqual({ numbers: { "+493023199001": VOICE } });
  expect(withoutNumber(scenario, "+493023199001")).toEqual({ numbers: {} });
});

test("what is kept as a file is read back, numbers in order", () => {
  const text = scenarioFile({ numbers: { "+49302": VOICE, "+49301": BUSY } });
  expect(text.indexOf("+49301")).toBeLessThan(text.indexOf("+49302"));
  expect(readScenarioFile(text)).toEqual({ ok: true, scenario: { numbers: { "+49301": BUSY, "+49302": VOICE } } });
});

test.each(["[]", "null", "3", '{"numbers":[]}', "{}"])("%s is no scenario", (text) => {
  expect(readScenarioFile(text)).toMatchObject({ ok: false, problem: "no-scenario" });
});

test("a file that is no JSON says where it breaks", () => {
  const read = readScenarioFile('{"numbers":');
  expect(read).toMatchObject({ ok: false, problem: "no-json" });
  expect(!read.ok && read.why).not.toBe("");
});
