// `depesche trigger`: makes something happen in the simulated town. So far: a machine dials in and sends a fax.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Asked, type Command, SIMULATORS_FLAG, usage } from "../command.ts";
import { simulators } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { fileTrouble } from "../failure.ts";
import { type Io, json, line, plain } from "../io.ts";
import { outcomeText } from "../job-report.ts";
import type { CallSeen } from "../simulators.ts";
import { duration } from "../times.ts";

/** The gateway's own fax number in the simulation. */
const GATEWAY_NUMBER = "+493023125900";
const CALLER = "+493023125001";

export const trigger: Command = {
  name: "trigger",
  usage: ["fax-in [--from NUMBER] [--to NUMBER] FILE"],
  summary: "trigger.summary",
  flags: {
    from: { value: "NUMBER", meaning: "trigger.flag.from" },
    to: { value: "NUMBER", meaning: "trigger.flag.to" },
    json: { meaning: "flag.json" },
    ...SIMULATORS_FLAG,
  },
  notes: ["trigger.note"],
  examples: ["depesche trigger fax-in --from +493023125007 --to +493023125900 letter.pdf"],
  async run(asked, io) {
    const file = fileOf(asked);
    const content = await read(file);
    const order = { from: asked.text("from") ?? CALLER, to: asked.text("to") ?? GATEWAY_NUMBER };
    const sims = await simulators(asked, io.env);
    const base64 = content.toString("base64");
    const call = await sims.faxIn(
      // A TIFF goes as it is: what the machine sends is then what the file holds, pixel by pixel.
      isTiff(content) ? { ...order, tiff: base64 } : { ...order, document: base64, name: basename(file) },
    );
    if (asked.yes("json")) json(io, call);
    else line(io, callText(call, io));
    return call.result === "OK" ? EXIT.ok : EXIT.failed;
  },
};

function fileOf({ positionals }: Asked): string {
  const [event, file, more] = positionals;
  if (event === undefined) throw usage("trigger.fail.event-missing");
  if (event !== "fax-in") throw usage("trigger.fail.event", { given: event });
  if (file === undefined || more !== undefined) throw usage("trigger.fail.file");
  return file;
}

async function read(file: string): Promise<Buffer> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    throw usage("fail.file", { file, why: fileTrouble(error) });
  }
  if (content.length === 0) throw usage("fail.file-empty", { file });
  return content;
}

/** TIFF 6.0 section 2: byte order and 42. */
function isTiff(content: Buffer): boolean {
  const head = content.toString("latin1", 0, 4);
  return head === "II*\0" || head === "MM\0*";
}

function callText(call: CallSeen, io: Io): string {
  const { from, to, pages, cause } = call;
  const time = duration(call.lineUs / 1000, io.language);
  const why = call.result === "OK" ? "" : ` (${plain(cause)})`;
  return `${io.say("trigger.call", { from, to })}: ${outcomeText(call.result, io)}${why}, ${io.say("trigger.ended", { pages, time })}`;
}
