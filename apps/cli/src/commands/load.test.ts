import { expect, it } from "vitest";
import { flagsOf, readArguments } from "../command.ts";
import type { Failure } from "../failure.ts";
import { load, planOf } from "./load.ts";

function plan(...args: string[]) {
  const asked = readArguments({ name: "load", flags: flagsOf(load, { language: "en" }) }, args);
  if (asked === "help") throw new Error("no help was asked for");
  return planOf(asked);
}

it("a thousand faxes unless told otherwise", () => {
  expect(plan()).toEqual({ recipients: 1000, channels: ["fax"], batch: 1000 });
});

it("a rate for a time is so many recipients", () => {
  expect(plan("--rate", "0.5", "--for", "1m")).toMatchObject({ recipients: 30, rate: 0.5 });
  expect(plan("--rate", "50", "--recipients", "200")).toMatchObject({ recipients: 200, rate: 50 });
});

it("channels may be given one by one or in a list", () => {
  expect(plan("--channel", "fax,sms", "--channel", "null").channels).toEqual(["fax", "sms", "null"]);
});

it.each([
  [["--recipients", "0"], "load.fail.number"],
  [["--recipients", "1.5"], "load.fail.number"],
  [["--rate", "fast"], "load.fail.number"],
  [["--batch", "100001"], "load.fail.number"],
  [["--channel", "telex"], "load.fail.channel"],
  [["--for", "60s"], "load.fail.for-without-rate"],
  [["--for", "soon", "--rate", "1"], "load.fail.for"],
  [["--for", "60s", "--rate", "1", "--recipients", "5"], "load.fail.for-and-recipients"],
])("%o is refused", (args, key) => {
  let thrown: Partial<Failure> = {};
  try {
    plan(...args);
  } catch (error) {
    thrown = error as Failure;
  }
  expect(thrown.key).toBe(key);
});
