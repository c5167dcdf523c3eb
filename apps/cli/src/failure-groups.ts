// Dead letters as a table of groups, and the filter that chooses them.

import type { FailureFilter, FailureGroup } from "@depesche/client";
import { type Asked, usage } from "./command.ts";
import { causeText } from "./gateway-words.ts";
import { type Io, paint, plain } from "./io.ts";
import { outcomeMark } from "./outcome-mark.ts";
import { columns } from "./table.ts";
import { clockTime, whole } from "./times.ts";
import { readWhere } from "./where.ts";

/** `--where` as the API's filter; undefined without it. Throws a usage Failure that shows the place. */
export function filterOf(asked: Asked, io: Pick<Io, "now" | "say">): FailureFilter | undefined {
  const text = asked.text("where");
  if (text === undefined) return undefined;
  const read = readWhere(text, io.now());
  if (read.ok) return read.filter;
  const { at, key, values } = read;
  throw usage("fail.where", { why: io.say(key, values), at, text: plain(text), mark: `${" ".repeat(at - 1)}^` });
}

/** One row a group: how many, of which channel, with which outcome and cause. */
export function groupsText(groups: readonly FailureGroup[], io: Io): string[] {
  const { say, language } = io;
  const heading = ["count", "channel", "outcome", "cause", "jobs", "latest", "why"] as const;
  const rows = groups.map((g) => [
    whole(g.count, language),
    say(`channel.${g.channel}`),
    outcomeMark(g.outcome, io),
    plain(g.cause.code),
    whole(g.jobs, language),
    clockTime(g.latestAt, language),
    causeText(g.cause, language),
  ]);
  return columns([heading.map((h) => paint(io, "bold", say(`failures.column.${h}`))), ...rows], [0, 4]);
}
