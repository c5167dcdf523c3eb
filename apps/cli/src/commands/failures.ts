// `depesche failures`: the dead letters, grouped by cause or one by one.

import type { FailureView } from "@depesche/client";
import { type Command, GATEWAY_FLAGS, usage } from "../command.ts";
import { gateway } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { filterOf, groupsText } from "../failure-groups.ts";
import { causeText } from "../gateway-words.ts";
import { type Io, json, line, paint, plain } from "../io.ts";
import { outcomeMark } from "../outcome-mark.ts";
import { columns } from "../table.ts";
import { clockTime } from "../times.ts";
import { countOf } from "./jobs.ts";

const MOST = 100_000;

export const failures: Command = {
  name: "failures",
  usage: ["[--where EXPRESSION] [--each [--limit N]]"],
  summary: "failures.summary",
  flags: {
    where: { value: "EXPRESSION", meaning: "flag.where" },
    each: { meaning: "failures.flag.each" },
    limit: { value: "N", meaning: "failures.flag.limit" },
    ...GATEWAY_FLAGS,
  },
  notes: ["where.note", "failures.note"],
  examples: [
    "depesche failures",
    "depesche failures --where 'channel=fax and since=2h'",
    "depesche failures --each --where 'cause=sip-486'",
  ],
  async run(asked, io) {
    if (asked.positionals.length > 0) throw usage("fail.no-words", { command: "failures" });
    const filter = filterOf(asked, io);
    const most = countOf(asked, "limit", 50, MOST);
    const client = await gateway(asked, io);
    if (!asked.yes("each")) {
      const { items } = await client.failureGroups(filter);
      if (asked.yes("json")) json(io, items);
      else for (const text of items.length === 0 ? [io.say("failures.none")] : groupsText(items, io)) line(io, text);
      return EXIT.ok;
    }
    const found: FailureView[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.failures({ ...filter, limit: Math.min(1000, most - found.length), cursor });
      found.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined && found.length < most);
    if (asked.yes("json")) json(io, found);
    else {
      for (const text of found.length === 0 ? [io.say("failures.none")] : eachText(found, io)) line(io, text);
      if (cursor !== undefined) line(io, paint(io, "dim", io.say("jobs.more")));
    }
    return EXIT.ok;
  },
};

function eachText(found: FailureView[], io: Io): string[] {
  return columns(
    found.map((f) => [
      `${f.job}.${f.n}`,
      plain(f.address),
      outcomeMark(f.outcome, io),
      io.say("failures.attempts", { n: f.attempts }),
      clockTime(f.at, io.language),
      causeText(f.cause, io.language),
    ]),
  );
}
