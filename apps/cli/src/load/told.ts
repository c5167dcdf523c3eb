// The end of a run in words: figures, checks, and the first recipients of whom two records tell different things.

import { type Io, paint, plain } from "../io.ts";
import { outcomesText } from "../job-report.ts";
import { columns } from "../table.ts";
import { decimal, duration, whole } from "../times.ts";
import type { Check } from "./check.ts";
import type { LoadReport, Percentiles } from "./report.ts";
import { sign, span } from "./screen.ts";

export function tellReport(report: LoadReport, io: Io): string[] {
  const { say, language } = io;
  const rate = (value: number) => decimal(value, 1, language);
  const times = ({ p50, p95, p99, max }: Percentiles) =>
    Object.entries({ p50, p95, p99, max })
      .map(([name, ms]) => `${name} ${ms === undefined ? "-" : span(ms, language)}`)
      .join(", ");
  const { jobs, accepted, finals, handedInMs, tookMs, perSecond, latencyMs } = report;
  const facts = [
    [
      say("load.accepted"),
      say("load.accepted-in", {
        n: whole(accepted, language),
        jobs,
        time: duration(handedInMs, language),
        rate: `${rate(perSecond.accepted)}`,
      }),
    ],
    [
      say("load.outcomes"),
      `${say("load.outcomes-in", { n: whole(finals, language), time: duration(tookMs, language), rate: rate(perSecond.outcomes) })}: ${outcomesText(report.outcomes, io)}`,
    ],
    [say("load.answer"), times(latencyMs.answer)],
    [say("load.latency"), times(latencyMs.outcome)],
    [say("load.total"), times(latencyMs.total)],
  ];
  return [
    ...(report.end === "cut" ? [paint(io, "yellow", say("load.cut"))] : []),
    ...columns(facts),
    ...(report.finals < accepted ? [paint(io, "red", say("load.stalled", { n: accepted - finals }))] : []),
    ...(report.late > 0 ? [paint(io, "yellow", say("load.late", { n: report.late }))] : []),
    ...Object.entries(report.refused).map(([why, n]) => paint(io, "red", say("load.refused", { n, why: plain(why) }))),
    "",
    ...report.checks.flatMap((check) => checkText(check, io)),
  ];
}

function checkText(check: Check, io: Io): string[] {
  const { say, language } = io;
  const name = say(`load.check.${check.name}`);
  if (check.skipped)
    return [`${paint(io, "yellow", say("load.not-checked"))}  ${name}: ${say(`load.skip.${check.skipped}`)}`];
  const right = Math.max(0, check.checked - check.wrong);
  const counts = say("load.of", { n: whole(right, language), total: whole(check.checked, language) });
  return [`${sign(io, check.wrong === 0)}  ${name}: ${counts}`, ...differencesText(check, io)];
}

/** What was expected and found, recipient by recipient. */
export function differencesText({ differences }: Check, { say }: Pick<Io, "say">): string[] {
  return differences.map(({ job, n, reference, expected, found }) => {
    const words = { expected: plain(expected), found: plain(found) };
    if (job === undefined) return `    ${say("load.difference-order", words)}`;
    const values = { ...words, job };
    if (n === undefined) return `    ${say("load.difference-job", values)}`;
    return `    ${say("load.difference", { ...values, n, reference: reference ?? "" })}`;
  });
}
