// `depesche received`: the faxes that a simulated machine holds, as TIFF files.

import { join } from "node:path";
import { type Command, SIMULATORS_FLAG, usage } from "../command.ts";
import { simulators } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { Failure } from "../failure.ts";
import { makeFolder, writeWhole } from "../files.ts";
import { type Io, json, line, plain } from "../io.ts";
import type { FaxHeld } from "../simulators.ts";
import { columns } from "../table.ts";
import { clockTime } from "../times.ts";

export const received: Command = {
  name: "received",
  usage: ["NUMBER --out DIR"],
  summary: "received.summary",
  flags: {
    out: { value: "DIR", meaning: "received.flag.out" },
    last: { meaning: "received.flag.last" },
    json: { meaning: "flag.json" },
    ...SIMULATORS_FLAG,
  },
  notes: ["received.note"],
  examples: ["depesche received +493023125001 --out ./faxes", "depesche received +493023125001 --last --out ."],
  async run(asked, io) {
    const [number, second] = asked.positionals;
    if (number === undefined || second !== undefined) throw usage("received.fail.number");
    const out = asked.text("out");
    if (out === undefined) throw usage("received.fail.out", { number });
    const sims = await simulators(asked, io.env);
    const held = await sims.faxes(number);
    if (held.length === 0) throw new Failure(EXIT.notFound, "received.none", { number });
    const wanted = asked.yes("last") ? held.slice(-1) : held;
    await makeFolder(out);
    const written: (FaxHeld & { file: string })[] = [];
    const newest = io.now();
    for (const [i, fax] of wanted.entries()) {
      const file = join(out, fileName(number, fax));
      // Files of one run are told apart by their times too: the newest fax is the newest file, whatever the disk's resolution.
      const at = new Date(newest - (wanted.length - 1 - i) * 10);
      await writeWhole(file, await sims.faxTiff(number, fax.n), at);
      written.push({ ...fax, file });
    }
    if (asked.yes("json")) json(io, written);
    else tell(written, io);
    return EXIT.ok;
  },
};

/** `fax-493023125001-0007-from-493023125901.tif`: sorts in the order of arrival; only letters that any file system takes. */
export function fileName(number: string, { n, from }: Pick<FaxHeld, "n" | "from">): string {
  const caller = from.replace(/\D/g, "");
  return `fax-${number.replace(/\D/g, "")}-${String(n + 1).padStart(4, "0")}${caller === "" ? "" : `-from-${caller}`}.tif`;
}

function tell(faxes: (FaxHeld & { file: string })[], io: Io): void {
  const rows = faxes.map((f) => [
    f.file,
    io.say("received.pages", { n: f.pages }),
    plain(f.remoteId.trim() || f.from),
    clockTime(new Date(f.simAt).toISOString(), io.language),
  ]);
  for (const row of columns(rows)) line(io, row);
}
