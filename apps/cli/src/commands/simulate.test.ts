import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../exit-code.ts";
import { type HouseDouble, houseDouble, job } from "../house.double.ts";
import { ioDouble } from "../io.double.ts";
import { runProgram } from "../program.ts";
import { readScenarioFile } from "../simulate/format.ts";
import { drawer } from "../simulate/play.ts";

const EXAMPLE = new URL("../../examples/busy-then-fax-in.json", import.meta.url).pathname;

let house: HouseDouble | undefined;
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-cli-"));
});
afterEach(async () => {
  await house?.close();
  house = undefined;
  fs.rmSync(folder, { recursive: true });
});

async function run(args: string[], answers: Parameters<typeof houseDouble>[0]) {
  house = await houseDouble(answers);
  const io = ioDouble(house.env);
  return { exitCode: await runProgram(["simulate", ...args], io), ...io.written };
}

/** Five minutes of simulated time at each look. */
const clock = Array.from({ length: 100 }, (_, i) => ({
  body: { now: new Date(Date.UTC(2026, 10, 22, 12) + i * 300_000).toISOString(), speed: 20 },
}));
const accepted = (id: number) => ({ status: 201, body: { id, recipients: 1, pages: 1, notices: [] } });
const INBOX = "GET /v1/inbound?limit=1000";
const answer = { id: 4, originator: "+493023125007", pages: 1, complete: true };

/** A house in which all comes as the example expects. */
const GOOD = {
  "GET /scenario": { body: { numbers: { "+493023125999": { sms: "failed" } } } },
  "PUT /scenario": { body: { numbers: {} } },
  "GET /v1/clock": clock,
  "PUT /v1/clock": { body: { now: "2026-11-22T12:00:00.000Z", speed: 100 } },
  "POST /v1/jobs": [accepted(1), accepted(2), accepted(3)],
  "GET /v1/jobs/1": { body: job({ id: 1 }) },
  "GET /v1/jobs/2": { body: job({ id: 2, total: 2, outcomes: { OK: 1, VOICE: 1 } }) },
  "GET /v1/jobs/3": { body: job({ id: 3 }) },
  "POST /exchange/calls": { status: 201, body: { result: "OK", pages: 1, lineUs: 0, cause: "" } },
  [INBOX]: [{ body: { items: [] } }, { body: { items: [answer] } }],
};

describe("simulate", () => {
  it("plays the example step by step, and puts numbers and speed back as they were", async () => {
    const said = await run([EXAMPLE], GOOD);
    expect(said).toMatchObject({ exitCode: EXIT.ok, err: "" });
    expect(said.out.match(/✓/g)).toHaveLength(9);
    const scenarios = house?.asked.filter((r) => r.what === "PUT /scenario").map((r) => JSON.parse(String(r.body)));
    expect(Object.keys(scenarios?.[0].numbers)).toEqual(["+493023125999", "+493023125777", "+493023125778"]);
    expect(scenarios?.[1]).toEqual(GOOD["GET /scenario"].body);
    expect(house?.json("PUT /v1/clock")).toEqual({ speed: 20 });
  });

  it("an expectation that fails is an exit code, and the rest is played nevertheless", async () => {
    const said = await run([EXAMPLE, "--json"], {
      ...GOOD,
      "GET /v1/jobs/1": { body: job({ outcomes: { BUSY: 1 } }) },
    });
    expect(said.exitCode).toBe(EXIT.failed);
    const { failed, steps } = JSON.parse(said.out);
    expect(failed).toBe(1);
    expect(steps).toHaveLength(9);
    expect(steps[4]).toMatchObject({ ok: false, what: "redialled (1): done 1 BUSY, expected 1 OK" });
  });

  it("a job that does not end within its time fails when the simulated clock says so", async () => {
    const said = await run([EXAMPLE, "--json"], {
      ...GOOD,
      "GET /v1/jobs/1": { body: job({ state: "open", outcomes: {} }) },
    });
    expect(JSON.parse(said.out).steps[4]).toMatchObject({ ok: false });
  });

  it("puts numbers back also when a step cannot be done", async () => {
    const said = await run([EXAMPLE], { ...GOOD, "POST /exchange/calls": { status: 400, body: { error: "No." } } });
    expect(said.exitCode).toBe(EXIT.refused);
    expect(house?.asked.filter((r) => r.what === "PUT /scenario")).toHaveLength(2);
  });

  it("tells all mistakes of a file with their places", async () => {
    const file = path.join(folder, "x.json");
    const steps = [
      { do: "send", channel: "telex", to: [], text: "x" },
      { do: "expect", job: "nobody", outcomes: { FINE: 1 }, within: "soon" },
      { do: "dance" },
      { do: "clock", speed: 0 },
    ];
    fs.writeFileSync(file, JSON.stringify({ steps, colour: 1 }));
    const said = await run([file, "--check"], {});
    expect(said.exitCode).toBe(EXIT.usage);
    for (const place of [
      "colour: is not known here",
      "steps[0].channel: must be one of fax",
      "steps[0].to: must be a list",
      'steps[1].job: no send step before this one has "as": "nobody"',
      "steps[1].outcomes.FINE: is not known here",
      'steps[1].within: "soon" is no time',
      "steps[2].do: must be one of send",
      "steps[3].speed: must be a number from 1 to 1000",
    ])
      expect(said.err).toContain(place);
    expect(house?.asked).toEqual([]);
  });

  it("what is no JSON, and what cannot be done, is said in a sentence", async () => {
    const file = path.join(folder, "x.json");
    fs.writeFileSync(file, "{");
    expect(await run([file], {})).toMatchObject({ exitCode: EXIT.usage, err: expect.stringContaining("is not JSON") });
    await house?.close();
    expect(await run([EXAMPLE, "--virtual"], {})).toMatchObject({
      exitCode: EXIT.usage,
      err: expect.stringContaining("not possible"),
    });
  });
});

it("the same seed draws the same, another one something else", () => {
  const draws = (seed: number) => Array.from({ length: 4 }, drawer(seed));
  expect(draws(7)).toEqual(draws(7));
  expect(draws(8)).not.toEqual(draws(7));
});

it("a scenario of anything else than an object is told, not thrown", () => {
  for (const document of [null, 7, [], { steps: [null] }, { steps: [{ do: "send", channel: "fax", to: null }] }])
    expect(readScenarioFile(document).ok).toBe(false);
});
