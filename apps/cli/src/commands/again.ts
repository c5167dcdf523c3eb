// `depesche again`: sends what failed once more, of one job or of all that an expression chooses.

import type { Client, FailureFilter } from "@depesche/client";
import { type Asked, type Command, GATEWAY_FLAGS, usage } from "../command.ts";
import { gateway } from "../connection.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { filterOf, groupsText } from "../failure-groups.ts";
import { type Io, json, line, paint } from "../io.ts";
import { jobId } from "./status.ts";

export const again: Command = {
  name: "again",
  usage: ["ID [--dry]", "--where EXPRESSION [--dry]"],
  summary: "again.summary",
  flags: {
    where: { value: "EXPRESSION", meaning: "flag.where" },
    dry: { meaning: "again.flag.dry" },
    ...GATEWAY_FLAGS,
  },
  notes: ["where.note", "again.note"],
  examples: [
    "depesche again 17",
    "depesche again --where 'outcome=BUSY' --dry",
    "depesche again --where 'channel=fax and to=+4930 and cause=sip-486 and since=2h'",
  ],
  async run(asked, io) {
    const filter = filterOf(asked, io);
    if (filter === undefined && asked.positionals.length === 0) throw usage("again.fail.what");
    if (filter !== undefined && asked.positionals.length > 0) throw usage("again.fail.both");
    const id = filter === undefined ? jobId(asked, "again") : undefined;
    const client = await gateway(asked, io);
    return id === undefined ? all(client, filter as FailureFilter, asked, io) : one(client, id, asked, io);
  },
};

async function one(client: Client, id: number, asked: Asked, io: Io): Promise<ExitCode> {
  const dryRun = asked.yes("dry");
  const result = await client.resendJob(id, { dryRun });
  if (asked.yes("json")) json(io, { dry: dryRun, sources: [id], ...result });
  else if (dryRun) line(io, io.say("again.dry-one", { n: result.recipients, id }));
  else if (result.id === undefined) line(io, io.say("again.nothing"));
  else tellJobs([result.id], result.recipients, io);
  return EXIT.ok;
}

/** Groups and count first, so that the output tells what was chosen also when nobody looked before. */
async function all(client: Client, where: FailureFilter, asked: Asked, io: Io): Promise<ExitCode> {
  const isJson = asked.yes("json");
  const { items: groups } = await client.failureGroups(where);
  const counted = await client.again({ where, dryRun: true });
  if (!isJson) {
    for (const text of groups.length === 0 ? [] : groupsText(groups, io)) line(io, text);
    const { recipients: n, sources: jobs } = counted;
    line(io, n === 0 ? io.say("again.nothing") : paint(io, "bold", io.say("again.counted", { n, jobs })));
  }
  const isDry = asked.yes("dry") || counted.recipients === 0;
  const result = isDry ? counted : await client.again({ where });
  if (isJson) json(io, { dry: asked.yes("dry"), where, groups, ...result });
  else if (!isDry) tellJobs(result.jobs, result.recipients, io);
  else if (asked.yes("dry") && counted.recipients > 0) line(io, paint(io, "dim", io.say("again.dry")));
  return EXIT.ok;
}

const SHOWN = 20;

function tellJobs(jobs: readonly number[], recipients: number, io: Io): void {
  const shown = jobs.slice(0, SHOWN).join(", ") + (jobs.length > SHOWN ? ", …" : "");
  line(io, io.say("again.done", { n: recipients, jobs: jobs.length, shown }));
  if (jobs.length === 1) line(io, io.say("again.see", { id: jobs[0] as number }));
}
