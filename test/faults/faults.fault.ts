// The fault runs: every scenario on both backends. Settable: FAULT_SEED, FAULT_RECIPIENTS (fax and SMS recipients a scenario),
// FAULT_BACKEND (postgres or redis alone); one scenario by vitest's -t.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedOfRun } from "./dice.ts";
import { type Backend, type House, openHouse } from "./house.ts";
import { runScenario } from "./run.ts";
import { SCENARIOS } from "./scenarios.ts";

const SHOWN = 25;
const seed = seedOfRun();
const recipients = Number(process.env.FAULT_RECIPIENTS || 4000);
const backends = (["postgres", "redis"] as const).filter((b) => (process.env.FAULT_BACKEND || b) === b);
const say = (line: string) => process.stdout.write(`${line}\n`);

say(`FAULT_SEED=${seed} FAULT_RECIPIENTS=${recipients}`);

describe.each(backends)("with the schedule on %s, the promise holds while", (backend: Backend) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(backend);
  });
  afterAll(() => house?.close());

  it.each(SCENARIOS)("$name", async (scenario) => {
    const { problems, summary } = await runScenario(house, scenario, seed, recipients);
    say(`${backend}: ${scenario.name}: ${summary}`);
    if (problems.length > 0) for (const room of house.rooms) say(`--- ${room.name}\n${room.lastWords()}`);
    const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
    expect([...problems.slice(0, SHOWN), ...more], `FAULT_SEED=${seed}`).toEqual([]);
  });
});
