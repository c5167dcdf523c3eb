// `depesche cancel`: what has not gone out of a job does not go out any more.

import { type Command, GATEWAY_FLAGS } from "../command.ts";
import { gateway } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { json, line } from "../io.ts";
import { jobId } from "./status.ts";

export const cancel: Command = {
  name: "cancel",
  usage: ["ID"],
  summary: "cancel.summary",
  flags: GATEWAY_FLAGS,
  notes: ["cancel.note"],
  examples: ["depesche cancel 17"],
  async run(asked, io) {
    const id = jobId(asked, "cancel");
    const client = await gateway(asked, io);
    const { cancelled, inFlight } = await client.cancelJob(id);
    if (asked.yes("json")) json(io, { id, cancelled, inFlight });
    else {
      line(io, io.say("cancel.done", { id, cancelled }));
      if (inFlight > 0) line(io, `  ${io.say("cancel.in-flight", { n: inFlight })}`);
    }
    return EXIT.ok;
  },
};
