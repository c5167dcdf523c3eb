import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Scenario } from "./scenario.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-scenario-"));
  file = path.join(folder, "scenario.json");
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

it("says what calls and messages to its numbers meet, and nothing about others", () => {
  const scenario = new Scenario(file);
  scenario.replace({
    numbers: { "+49 30 23199-001": { call: { kind: "machine", mood: "mh-9600" } }, "+491713929900": { sms: "silent" } },
  });
  expect(scenario.call("+493023199001")).toEqual({ kind: "machine", mood: "mh-9600", busyCalls: 0 });
  expect(scenario.sms("+493023199001")).toBeUndefined();
  expect(scenario.sms("+491713929900")).toBe("silent");
  expect(scenario.call("constructor")).toBeUndefined();
});

it("gives a machine its script, and keeps it over the next process", () => {
  const script = { calls: "1", answers: [{ page: 1, with: "RTN" }] };
  const call = { kind: "machine", mood: "no-ecm-mr", script };
  new Scenario(file).replace({ numbers: { "+493023199001": { call } } });
  expect(new Scenario(file).call("+493023199001")).toEqual({ ...call, busyCalls: 0 });
});

it("is known again by the next process", () => {
  new Scenario(file).replace({ numbers: { "+493023199001": { call: { kind: "busy" } } } });
  expect(new Scenario(file).call("+493023199001")).toEqual({ kind: "busy" });
});

it("a damaged file is an error that names it", () => {
  fs.writeFileSync(file, "{");
  expect(() => new Scenario(file)).toThrow(file);
});

it.each([
  [undefined, "the scenario"],
  [[], "the scenario"],
  [{}, "numbers"],
  [{ numbers: { Berlin: {} } }, "Berlin"],
  [{ numbers: { "+493023199001": 5 } }, "+493023199001"],
  [{ numbers: { "+493023199001": { sms: "merry" } } }, "sms must be one of delivered"],
  [{ numbers: { "+493023199001": { call: { kind: "party" } } } }, "call.kind"],
  [{ numbers: { "+493023199001": { call: { kind: "machine", mood: "merry" } } } }, "call.mood"],
  [{ numbers: { "+493023199001": { call: { kind: "machine", busyCalls: -1 } } } }, "call.busyCalls"],
  [{ numbers: { "+493023199001": { call: { kind: "machine", busycalls: 2 } } } }, 'call has no field "busycalls"'],
  [{ numbers: { "+493023199001": { call: { kind: "busy", mood: "modern" } } } }, 'call has no field "mood"'],
  [
    { numbers: { "+493023199001": { call: { kind: "machine", mood: "mh-960" } } } },
    'hangs-up, no-paper (did you mean "mh-9600"?)',
  ],
  [
    { numbers: { "+493023199001": { call: { kind: "machine", script: { answers: [{ page: 0, with: "RTN" }] } } } } },
    'numbers["+493023199001"].call.script.answers[0].page must be a whole number from 1 to 1000.',
  ],
  [{ numbers: { "+493023199001": { call: { kind: "busy", script: {} } } } }, 'call has no field "script"'],
  [{ numbers: { "+493023199001": { fax: { kind: "busy" } } } }, 'no field "fax" here, only "call", "sms"'],
  [{ numbers: {}, seed: 5 }, 'no field "seed"'],
  [{ numbers: { "+493023199001": {}, "0049 30 23199 001": {} } }, "both mean +493023199001"],
])("%j is refused with its place, and the old scenario stays", (document, place) => {
  const scenario = new Scenario(file);
  scenario.replace({ numbers: { "+493023199001": { call: { kind: "voice" } } } });
  expect(() => scenario.replace(document)).toThrow(place);
  expect(scenario.call("+493023199001")).toEqual({ kind: "voice" });
});
