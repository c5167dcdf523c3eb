// `depesche pause` and `depesche resume`: a job waits, and goes on.

import { type Command, GATEWAY_FLAGS } from "../command.ts";
import { gateway } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { json, line } from "../io.ts";
import { jobId } from "./status.ts";

function holding(name: "pause" | "resume"): Command {
  return {
    name,
    usage: ["ID"],
    summary: `${name}.summary`,
    flags: GATEWAY_FLAGS,
    notes: [`${name}.note`],
    examples: [`depesche ${name} 17`],
    async run(asked, io) {
      const id = jobId(asked, name);
      const client = await gateway(asked, io);
      const job = await (name === "pause" ? client.pauseJob(id) : client.resumeJob(id));
      if (asked.yes("json")) json(io, job);
      else if (job.state === "done") line(io, io.say("hold.over", { id }));
      else line(io, io.say(`${name}.done`, { id, left: job.total - job.final, total: job.total }));
      return EXIT.ok;
    },
  };
}

export const pause = holding("pause");
export const resume = holding("resume");
