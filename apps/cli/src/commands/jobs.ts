// `depesche jobs`: the latest jobs, one a line.

import type { JobSummary } from "@depesche/client";
import { type Asked, type Command, GATEWAY_FLAGS, usage } from "../command.ts";
import { gateway } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { type Io, json, line, paint, plain } from "../io.ts";
import { outcomesText } from "../job-report.ts";
import { columns, cut } from "../table.ts";
import { clockTime, whole } from "../times.ts";

const CHANNELS = ["fax", "sms", "mail", "letter"] as const;
const STATES = ["open", "done"] as const;
const MOST = 100_000;

export const jobs: Command = {
  name: "jobs",
  usage: ["[--state open|done] [--channel NAME] [--limit N]"],
  summary: "jobs.summary",
  flags: {
    state: { value: "STATE", meaning: "jobs.flag.state" },
    channel: { value: "NAME", meaning: "jobs.flag.channel" },
    limit: { value: "N", meaning: "jobs.flag.limit" },
    ...GATEWAY_FLAGS,
  },
  examples: ["depesche jobs", "depesche jobs --state open --channel fax", "depesche jobs --json --limit 500"],
  async run(asked, io) {
    if (asked.positionals.length > 0) throw usage("fail.no-words", { command: "jobs" });
    const state = choice(asked, "state", STATES);
    const channel = choice(asked, "channel", CHANNELS);
    const most = countOf(asked, "limit", 20, MOST);
    const client = await gateway(asked, io);
    const found: JobSummary[] = [];
    let cursor: string | undefined;
    do {
      const limit = Math.min(1000, most - found.length);
      const page = await client.jobs({ limit, cursor, state, channel });
      found.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined && found.length < most);
    if (asked.yes("json")) json(io, found);
    else if (found.length === 0) line(io, io.say("jobs.none"));
    else {
      for (const text of table(found, io)) line(io, text);
      if (cursor !== undefined) line(io, paint(io, "dim", io.say("jobs.more")));
    }
    return EXIT.ok;
  },
};

function table(found: JobSummary[], io: Io): string[] {
  const { say, language } = io;
  const heading = ["id", "channel", "state", "final", "accepted", "outcomes", "title"] as const;
  const rows = found.map((job) => [
    String(job.id),
    say(`channel.${job.channel}`),
    stateText(job, io),
    `${whole(job.final, language)}/${whole(job.total, language)}`,
    clockTime(job.acceptedAt, language),
    outcomesText(job.outcomes, io),
    plain(cut(job.title, 40)),
  ]);
  return columns([heading.map((h) => paint(io, "bold", say(`jobs.column.${h}`))), ...rows], [0, 3]);
}

function stateText(job: JobSummary, io: Io): string {
  if (job.paused && job.state === "open") return paint(io, "yellow", io.say("state.paused"));
  if (job.cancelled) return paint(io, "dim", io.say("state.cancelled"));
  return io.say(`state.${job.state}`);
}

/** A flag with a closed list of values. Throws a usage Failure that names them. */
export function choice<T extends string>(asked: Asked, flag: string, known: readonly T[]): T | undefined {
  const given = asked.text(flag);
  if (given === undefined) return undefined;
  const found = known.find((k) => k === given);
  if (found === undefined) throw usage("fail.flag-choice", { flag: `--${flag}`, given, known: known.join(", ") });
  return found;
}

/** A flag that counts, from 1. Throws a usage Failure. */
export function countOf(asked: Asked, flag: string, unset: number, most: number): number {
  const given = asked.text(flag);
  if (given === undefined) return unset;
  const value = Number(given);
  if (!/^\d+$/.test(given) || value < 1 || value > most)
    throw usage("fail.flag-count", { flag: `--${flag}`, given, most });
  return value;
}
