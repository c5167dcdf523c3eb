// Whether all that tells of a run agrees to the last recipient: what was handed in, the ledger, the feed, the wires, StatusFile.

import type { Client } from "@depesche/client";
import type { Io } from "../io.ts";
import { patiently } from "../patience.ts";
import type { Simulators } from "../simulators.ts";
import { type Check, Checked } from "./check.ts";
import { checkJob, ledgerChecks } from "./ledger-check.ts";
import type { LoadPlan, LoadResult } from "./run.ts";
import { checkStatusFile } from "./status-check.ts";
import { checkWires } from "./wire-check.ts";

export interface ChecksDeps {
  io: Pick<Io, "monotonic" | "pause">;
  client: Client;
  simulators: Pick<Simulators, "wireLog">;
  /** FAX.de's account, and the rows of StatusFile of a job of its. */
  account: string;
  statusRows(job: number): AsyncIterable<string[]>;
  /** Chaos was on for a channel of the run, at its start or its end. */
  isChaos: boolean;
  /** How many jobs have been read. */
  look(done: number): void;
}

const JOBS_AT_ONCE = 4;

export async function checkRun(plan: LoadPlan, result: LoadResult, deps: ChecksDeps): Promise<Check[]> {
  const { tally } = result;
  const { jobs, roster } = tally;
  const ledger = ledgerChecks();
  // Who did not wait for the last outcomes has not heard them told.
  if (result.end === "cut") ledger.feedMayLack = true;
  const status = new Checked("status");
  if (!(await isSameAccount(deps))) status.skip("other-account");
  // A gateway that is restarted now must not cost the figures of the whole run.
  const client: Pick<Client, "job" | "recipients"> = {
    job: (id) => patiently(deps.io, () => deps.client.job(id)),
    recipients: (id, page) => patiently(deps.io, () => deps.client.recipients(id, page)),
  };
  const slots = jobs.rows();
  let done = 0;
  const reader = async () => {
    for (const row of slots) {
      const job = await checkJob(client, plan, row, roster, ledger);
      // A job that is not over has no file yet; the ledger's check has named its recipients.
      if (status.skipped === undefined && job.state === "done")
        await checkStatusFile(deps.statusRows(row.id), row, roster, status);
      deps.look(++done);
    }
  };
  await Promise.all(Array.from({ length: JOBS_AT_ONCE }, reader));
  // Outcomes told of recipients that no job of ours has.
  ledger.feed.wrong += tally.strangers;
  if (deps.isChaos) ledger.outcomes.skip("chaos-on");
  const { wire, twice } = await checkWires(deps.simulators, jobs, roster);
  return [accepted(result), ledger.ledger, ledger.outcomes, ledger.feed, wire, twice, status, ledger.counters];
}

/** Every recipient handed in was taken, and each answer counted as many as the order had. */
function accepted({ arrived, tally, refused, miscounted }: LoadResult): Check {
  const check = new Checked("accepted");
  check.checked = arrived;
  check.wrong = arrived - tally.accepted + miscounted;
  for (const [why, n] of [...refused].slice(0, 10))
    check.differences.push({ expected: "accepted", found: `${why} x ${n}` });
  return check;
}

/** FAX.de's account sees its own jobs only; the REST key may belong to another one. */
async function isSameAccount({ io, client, account }: ChecksDeps): Promise<boolean> {
  return String((await patiently(io, () => client.account())).id) === account;
}

/** True when everything that could be checked agrees. */
export function isAgreed(checks: readonly Check[]): boolean {
  return checks.every((check) => check.skipped !== undefined || check.wrong === 0);
}
