// `depesche load`: many recipients, how fast and with what outcomes, and whether all counts agree at the end.

import { type Asked, type Command, GATEWAY_FLAGS, SIMULATORS_FLAG, usage } from "../command.ts";
import { gatewayWithFeed, simulators } from "../connection.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { type Io, json, line, paint } from "../io.ts";
import { outcomesText } from "../job-report.ts";
import { type Check, checkCounts } from "../load/checks.ts";
import { LOAD_CHANNELS, type LoadChannel } from "../load/orders.ts";
import { type LoadPlan, type LoadResult, type Look, runLoad } from "../load/run.ts";
import { openProgress } from "../progress.ts";
import { columns } from "../table.ts";
import { decimal, duration, whole } from "../times.ts";

const MOST_IN_A_JOB = 100_000;
const MOST_RECIPIENTS = 10_000_000;

export const load: Command = {
  name: "load",
  usage: ["[--recipients N] [--channel fax|sms|mail|null]...", "--rate N --for 60s [--channel ...]"],
  summary: "load.summary",
  flags: {
    recipients: { value: "N", meaning: "load.flag.recipients" },
    channel: { value: "NAME", many: true, meaning: "load.flag.channel" },
    rate: { value: "N", meaning: "load.flag.rate" },
    for: { value: "TIME", meaning: "load.flag.for" },
    batch: { value: "N", meaning: "load.flag.batch" },
    ...GATEWAY_FLAGS,
    ...SIMULATORS_FLAG,
  },
  notes: ["load.note"],
  examples: ["depesche load --recipients 1000", "depesche load --rate 50 --for 60s --channel fax --channel sms"],
  async run(asked, io) {
    const plan = planOf(asked);
    const sims = await simulators(asked, io.env);
    const client = await gatewayWithFeed(asked, io);
    const isJson = asked.yes("json");
    const progress = openProgress(io, isJson);
    let result: LoadResult;
    try {
      result = await runLoad(client, plan, io, (at) =>
        progress.show({ done: at.finals, total: plan.recipients, text: lookText(at, io) }),
      );
    } finally {
      progress.end();
    }
    const checks = result.stalled ? [] : await checkCounts(client, sims, result, plan.recipients);
    if (isJson) json(io, reportOf(plan, result, checks));
    else tell(result, checks, io);
    return exitCode(result, checks);
  },
};

/** Throws a usage Failure that names the flag. */
export function planOf(asked: Asked): LoadPlan {
  const channels = asked.texts("channel").flatMap((given) => given.split(","));
  const known = channels.map((given) => {
    const channel = LOAD_CHANNELS.find((c) => c === given);
    if (channel === undefined) throw usage("load.fail.channel", { given, known: LOAD_CHANNELS.join(", ") });
    return channel;
  });
  const rate = numberOf(asked, "rate", 100_000);
  const seconds = asked.text("for") === undefined ? undefined : secondsOf(asked.text("for") as string);
  if (seconds !== undefined && rate === undefined) throw usage("load.fail.for-without-rate");
  if (seconds !== undefined && asked.text("recipients") !== undefined) throw usage("load.fail.for-and-recipients");
  const recipients =
    seconds !== undefined && rate !== undefined
      ? Math.max(1, Math.round(seconds * rate))
      : (numberOf(asked, "recipients", MOST_RECIPIENTS) ?? 1000);
  const batch = numberOf(asked, "batch", MOST_IN_A_JOB) ?? 1000;
  const chosen: LoadChannel[] = known.length === 0 ? ["fax"] : known;
  return { recipients, channels: chosen, batch, ...(rate === undefined ? {} : { rate }) };
}

function numberOf(asked: Asked, flag: string, most: number): number | undefined {
  const given = asked.text(flag);
  if (given === undefined) return undefined;
  const value = Number(given);
  const isRate = flag === "rate";
  if (!(value > 0) || value > most || !(isRate || Number.isInteger(value)))
    throw usage("load.fail.number", { flag: `--${flag}`, given, most });
  return value;
}

function secondsOf(given: string): number {
  const m = /^(\d{1,6})(s|m|h)?$/.exec(given);
  const seconds = Number(m?.[1]) * { s: 1, m: 60, h: 3600 }[(m?.[2] ?? "s") as "s" | "m" | "h"];
  if (!m || seconds === 0) throw usage("load.fail.for", { given });
  return seconds;
}

function lookText({ perSecond, tally }: Look, io: Io): string {
  const { p50, p95, p99 } = tally.latencies.summary();
  const rate = `${decimal(perSecond, perSecond < 10 ? 1 : 0, io.language)}/s`;
  if (p50 === undefined || p95 === undefined || p99 === undefined) return rate;
  const ms = (value: number) => duration(value, io.language);
  return `${rate}  p50 ${ms(p50)}  p95 ${ms(p95)}  p99 ${ms(p99)}  ${outcomesText(tally.outcomes, { colour: false })}`;
}

/** Stalled: not all outcomes stand. Else all counts must agree, which includes that every recipient is OK. */
function exitCode(result: LoadResult, checks: Check[]): ExitCode {
  if (result.stalled) return EXIT.running;
  return checks.every((c) => c.ok) ? EXIT.ok : EXIT.failed;
}

function perSecond(count: number, ms: number): number {
  return Math.round((count / Math.max(ms, 1)) * 10_000) / 10;
}

function reportOf(plan: LoadPlan, result: LoadResult, checks: Check[]) {
  const { tally, accepted, handedInMs, tookMs, stalled } = result;
  return {
    ...plan,
    jobs: tally.jobs.length,
    accepted,
    finals: tally.finals,
    outcomes: tally.outcomes,
    handedInMs: Math.round(handedInMs),
    tookMs: Math.round(tookMs),
    perSecond: perSecond(tally.finals, tookMs),
    latencyMs: tally.latencies.summary(),
    stalled,
    checks: checks.map((c) => ({ ...c, name: c.name.slice("load.check.".length) })),
  };
}

function tell(result: LoadResult, checks: Check[], io: Io): void {
  const { say, language } = io;
  const { tally, accepted, handedInMs, tookMs } = result;
  const { p50, p95, p99, max } = tally.latencies.summary();
  const ms = (value: number | undefined) => (value === undefined ? "-" : duration(value, language));
  const facts = [
    [say("load.accepted"), say("load.accepted-in", { n: whole(accepted, language), time: ms(handedInMs) })],
    [say("load.outcomes"), outcomesText(tally.outcomes, io)],
    [say("load.rate"), `${decimal(perSecond(tally.finals, tookMs), 1, language)}/s`],
    [say("load.latency"), `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, max ${ms(max)}`],
  ];
  for (const text of columns(facts)) line(io, text);
  if (result.stalled) line(io, paint(io, "red", say("load.stalled", { n: accepted - tally.finals })));
  for (const c of checks) {
    const sign = c.ok ? paint(io, "green", "ok   ") : paint(io, "red", say("load.wrong"));
    line(io, `${sign} ${say(c.name, { expected: c.expected, found: c.found })}`);
  }
}
