import { expect, it } from "vitest";
import { flagsOf, readArguments } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import type { Failure } from "../failure.ts";
import { ioDouble } from "../io.double.ts";
import { planOf } from "../load/plan.ts";
import { runProgram } from "../program.ts";
import { load } from "./load.ts";

function plan(...args: string[]) {
  const asked = readArguments({ name: "load", flags: flagsOf(load, { language: "en" }) }, args);
  if (asked === "help") throw new Error("no help was asked for");
  return planOf(asked);
}

it("a thousand faxes in one job by a few callers unless told otherwise", () => {
  expect(plan()).toEqual({
    recipients: 1000,
    perJob: 1000,
    callers: 4,
    face: "rest",
    mix: [{ what: "fax", weight: 1 }],
    outcomes: [{ what: "ok", weight: 1 }],
    pages: 1,
    seed: 1,
  });
});

it("a rate is an open loop of orders for one recipient each, for as long as asked", () => {
  expect(plan("--rate", "50/s", "--for", "1m", "--ramp", "10s")).toMatchObject({
    rate: 50,
    forMs: 60_000,
    rampMs: 10_000,
    perJob: 1,
    recipients: Number.POSITIVE_INFINITY,
  });
  expect(plan("--rate", "0.5", "--recipients", "200")).toMatchObject({ recipients: 200, rate: 0.5 });
});

it("jobs times recipients in each are the recipients", () => {
  expect(plan("--jobs", "10000", "--per-job", "10")).toMatchObject({ recipients: 100_000, perJob: 10 });
});

it("mix and outcomes take weights, a name alone weighs 1, weight 0 is left out", () => {
  const { mix, outcomes } = plan("--mix", "fax:6,sms,letter:0", "--outcomes", "OK:8,busy:1.5");
  expect(mix).toEqual([
    { what: "fax", weight: 6 },
    { what: "sms", weight: 1 },
  ]);
  expect(outcomes).toEqual([
    { what: "ok", weight: 8 },
    { what: "busy", weight: 1.5 },
  ]);
});

it("an order may be as large as what may be open", () => {
  expect(plan("--outstanding", "5", "--per-job", "10").outstanding).toBe(10);
});

it.each([
  [["--recipients", "0"], "load.fail.number"],
  [["--recipients", "1.5"], "load.fail.number"],
  [["--rate", "fast"], "load.fail.number"],
  [["--per-job", "100001"], "load.fail.number"],
  [["--jobs", "1000000", "--per-job", "100"], "load.fail.endless"],
  [["--mix", "telex"], "load.fail.weights"],
  [["--mix", "fax:1,fax:2"], "load.fail.weights"],
  [["--outcomes", "ok:0"], "load.fail.weights"],
  [["--mix", "fax,letter", "--outcomes", "busy"], "load.fail.outcome-of-channel"],
  [["--face", "soap", "--mix", "null"], "load.fail.null-soap"],
  [["--face", "telex"], "load.fail.face"],
  [["--ramp", "5s"], "load.fail.ramp"],
  [["--for", "soon", "--rate", "1"], "load.fail.for"],
  [["--rate", "1", "--callers", "5"], "load.fail.both"],
  [["--jobs", "1", "--recipients", "5"], "load.fail.both"],
  [["--file", "/no/such/file.pdf"], "fail.file"],
])("%o is refused", (args, key) => {
  let thrown: Partial<Failure> = {};
  try {
    plan(...args);
  } catch (error) {
    thrown = error as Failure;
  }
  expect(thrown.key).toBe(key);
});

it("a report in a folder that is not there is refused before anything is handed in", async () => {
  const io = ioDouble({ DEPESCHE_PORT: "1" });
  const exitCode = await runProgram(["load", "--report", "/no/such/folder/load.json"], io);
  expect(exitCode).toBe(EXIT.usage);
  expect(io.written.err).toContain("/no/such/folder/load.json cannot be written: no such file or folder.");
});
