// Whether the counts of a load run agree: what was handed in, what the gateway says, what the feed told, what went over the wires.

import type { Client } from "@depesche/client";
import { EXIT } from "../exit-code.ts";
import { Failure } from "../failure.ts";
import type { WordKey } from "../language.ts";
import type { Simulators } from "../simulators.ts";
import type { LoadResult } from "./run.ts";

export interface Check {
  name: Extract<WordKey, `load.check.${string}`>;
  expected: number;
  found: number;
  ok: boolean;
}

export async function checkCounts(
  client: Client,
  simulators: Simulators,
  result: LoadResult,
  wanted: number,
): Promise<Check[]> {
  const { tally, accepted } = result;
  const jobs = await Promise.all(tally.jobs.map((id) => client.job(id)));
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const ok = sum(jobs.map((job) => job.outcomes.OK ?? 0));
  const final = sum(jobs.map((job) => job.final));
  const checks = [
    check("load.check.accepted", wanted, accepted),
    check("load.check.final", accepted, final),
    check("load.check.outcomes", final, sum(jobs.flatMap((job) => Object.values(job.outcomes)))),
    check("load.check.feed", final, tally.finals),
    check("load.check.doubles", 0, tally.doubles),
    check("load.check.ok", wanted, ok),
  ];
  const fax = jobs.filter((job) => job.channel === "fax");
  if (fax.length > 0) checks.push(...(await checkCalls(client, simulators, fax)));
  return checks;
}

/** The exchange's own record: a call that ended OK for each recipient that is OK, and none twice unless it is marked. */
async function checkCalls(
  client: Client,
  simulators: Simulators,
  jobs: { id: number; outcomes: { OK?: number } }[],
): Promise<Check[]> {
  const own = new Set(jobs.map((job) => job.id));
  const calls = new Map<string, number>();
  try {
    for await (const { attempt, result } of simulators.wireLog("fax")) {
      const [job, n] = String(attempt).split(".");
      if (result === "OK" && own.has(Number(job))) calls.set(`${job}.${n}`, (calls.get(`${job}.${n}`) ?? 0) + 1);
    }
  } catch (error) {
    // Without simulators (a production house) there is no such record to hold against.
    if (error instanceof Failure && error.exitCode === EXIT.unreachable) return [];
    throw error;
  }
  let unmarked = 0;
  for (const [key, count] of calls) {
    if (count === 1) continue;
    const [job, n] = key.split(".").map(Number) as [number, number];
    const [recipient] = (await client.recipients(job, { from: n, limit: 1 })).items;
    if (!recipient?.repeated) unmarked += 1;
  }
  const ok = jobs.reduce((n, job) => n + (job.outcomes.OK ?? 0), 0);
  return [check("load.check.wire", ok, calls.size), check("load.check.twice", 0, unmarked)];
}

function check(name: Check["name"], expected: number, found: number): Check {
  return { name, expected, found, ok: expected === found };
}
