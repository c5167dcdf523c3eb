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

it("says how messages to its numbers are taken, and nothing about others", () => {
  const scenario = new Scenario(file);
  scenario.replace({ numbers: { "+49 171 3929-9900": { sms: "silent" }, "+491713929901": {} } });
  expect(scenario.sms("+4917139299900")).toBe("silent");
  expect(scenario.sms("+491713929901")).toBeUndefined();
  expect(scenario.sms("constructor")).toBeUndefined();
});

it("is known again by the next process", () => {
  new Scenario(file).replace({ numbers: { "+491713929900": { sms: "failed" } } });
  expect(new Scenario(file).sms("+491713929900")).toBe("failed");
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
  [{ numbers: { "+493023199001": { call: { kind: "busy" } } } }, 'no "call"'],
])("%j is refused with its place, and the old scenario stays", (document, place) => {
  const scenario = new Scenario(file);
  scenario.replace({ numbers: { "+493023199001": { sms: "failed" } } });
  expect(() => scenario.replace(document)).toThrow(place);
  expect(scenario.sms("+493023199001")).toBe("failed");
});
