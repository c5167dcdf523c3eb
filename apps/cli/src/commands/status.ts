// `depesche status`: how far a job is.

import { type Asked, type Command, GATEWAY_FLAGS, usage } from "../command.ts";
import { gateway } from "../connection.ts";
import { json, line, paint } from "../io.ts";
import { exitCodeOf, jobText, readRecipients, recipientsText } from "../job-report.ts";

const ROWS = 50;

export const status: Command = {
  name: "status",
  usage: ["ID"],
  summary: "status.summary",
  flags: { all: { meaning: "status.flag.all" }, ...GATEWAY_FLAGS },
  notes: ["status.note.exit"],
  examples: [
    "depesche status 17",
    "depesche status 17 --json",
    "until depesche status 17 >/dev/null; [ $? != 5 ]; do sleep 1; done",
  ],
  async run(asked, io) {
    const id = jobId(asked, "status");
    const client = await gateway(asked, io);
    const job = await client.job(id);
    const isJson = asked.yes("json");
    const most = isJson || asked.yes("all") ? Number.POSITIVE_INFINITY : ROWS;
    const recipients = await readRecipients(client, id, most);
    if (isJson) json(io, { ...job, recipients });
    else {
      for (const text of [...jobText(job, io), ...recipientsText(recipients, io)]) line(io, text);
      const left = job.total - recipients.length;
      if (left > 0) line(io, paint(io, "dim", `  ${io.say("status.more", { n: left })}`));
    }
    return exitCodeOf(job);
  },
};

/** The one positional as a job's number. Throws a usage Failure. */
export function jobId(asked: Asked, command: string): number {
  const [given, second] = asked.positionals;
  if (given === undefined || second !== undefined) throw usage("fail.one-job", { command });
  if (!/^[1-9]\d{0,14}$/.test(given)) throw usage("fail.job-number", { given });
  return Number(given);
}
