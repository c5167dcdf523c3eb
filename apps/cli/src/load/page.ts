// A run's report as one page of HTML: no script, no request, plots as inline SVG with a table each, light and dark.

import { OUTCOMES } from "@depesche/core";
import type { Io } from "../io.ts";
import type { Say, WordKey } from "../language.ts";
import { clockTime, decimal, duration, whole } from "../times.ts";
import type { Check } from "./check.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { barPlot, escapeHtml, type Line, linePlot, stackPlot } from "./plots.ts";
import type { Bar, LoadReport, Percentiles, ReportBin } from "./report.ts";
import { span } from "./screen.ts";
import { differencesText } from "./told.ts";

type Words = Pick<Io, "say" | "language">;

/** The page in the language of `io`. */
export function pageOf(report: LoadReport, io: Words): string {
  const { say, language } = io;
  const when = clockTime(report.startedAt, language);
  const title = `${say("load.page.title")}, ${when}`;
  const body = [
    `<h1>${text(say("load.page.title"))}</h1><p class="quiet">${text(`${when} · ${duration(report.tookMs, language)} · ${report.parameters.face.toUpperCase()}`)}</p>`,
    verdict(report, say),
    figures(report, io),
    rates(report, io),
    stacked(report, io),
    percentilePlot(report, io, "outcome", "load.page.latencies"),
    percentilePlot(report, io, "answer", "load.page.answers"),
    histogram(report, io),
    latencies(report, io),
    checks(report, io),
    `<div class="pair">${facts(say("load.page.parameters"), report.parameters)}${facts(say("load.page.machine"), report.machine)}</div>`,
    `<p class="quiet">${text(say("load.page.method"))}</p>`,
  ];
  return (
    `<!doctype html>\n<html lang="${language}">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n` +
    `<title>${text(title)}</title>\n<link rel="icon" href="data:,">\n<style>${PAGE_STYLE}</style>\n</head>\n<body>\n<main>\n${body.join("\n")}\n</main>\n</body>\n</html>\n`
  );
}

const text = escapeHtml;

function verdict({ agreed, end, accepted, finals }: LoadReport, say: Say): string {
  const notes = [
    ...(end === "cut" ? [say("load.page.cut")] : []),
    ...(finals < accepted ? [say("load.page.stalled")] : []),
  ].map((note) => ` · ${note}`);
  const [look, mark, word] = agreed
    ? (["good", "✓", say("load.page.agreed")] as const)
    : (["bad", "✗", say("load.page.disagreed")] as const);
  return `<p class="verdict ${agreed && notes.length > 0 ? "warn" : look}">${mark} ${text(word + notes.join(""))}</p>`;
}

function figures(report: LoadReport, { say, language }: Words): string {
  const { latencyMs } = report;
  const items: [string, string][] = [
    [say("load.page.recipients"), whole(report.accepted, language)],
    [say("load.page.jobs"), whole(report.jobs, language)],
    [say("load.page.perSecond"), decimal(report.perSecond.outcomes, 0, language)],
    [`p50 ${say("load.latency")}`, spanOf(latencyMs.outcome.p50, language)],
    [`p99 ${say("load.latency")}`, spanOf(latencyMs.outcome.p99, language)],
    [`p99 ${say("load.answer")}`, spanOf(latencyMs.answer.p99, language)],
  ];
  return `<dl class="figures">${items.map(([name, value]) => `<div><dt>${text(name)}</dt><dd>${text(value)}</dd></div>`).join("")}</dl>`;
}

function rates({ series }: LoadReport, io: Words): string {
  const { say, language } = io;
  const { widthMs, bins } = series;
  const perSecond = (count: number) => (count * 1000) / widthMs;
  const lines: Line[] = [
    { name: say("load.page.arrived"), look: "c", values: bins.map((b) => perSecond(b.arrived)) },
    { name: say("load.accepted"), look: "b", values: bins.map((b) => perSecond(b.accepted)) },
    { name: say("load.outcomes"), look: "a", values: bins.map((b) => perSecond(sum(b))) },
  ];
  const plot = linePlot(lines, widthMs, {
    title: say("load.page.rates"),
    x: (ms) => duration(ms, language),
    y: (v) => whole(v, language),
  });
  return section(
    say("load.page.rates"),
    say("load.page.rates-unit"),
    lines,
    plot,
    overTime(lines, bins, io, (v) => decimal(v, 0, language)),
  );
}

function stacked({ series }: LoadReport, io: Words): string {
  const { say, language } = io;
  const { widthMs, bins } = series;
  const seen = OUTCOMES.filter((o) => bins.some((b) => (b.outcomes[o] ?? 0) > 0));
  const layers: Line[] = seen.map((o) => ({ name: o, look: `o-${o}`, values: bins.map((b) => b.outcomes[o] ?? 0) }));
  const plot = stackPlot(layers, widthMs, {
    title: say("load.page.stacked"),
    x: (ms) => duration(ms, language),
    y: (v) => whole(v, language),
  });
  return section(
    say("load.page.stacked"),
    "",
    layers,
    plot,
    overTime(layers, bins, io, (v) => whole(v, language)),
  );
}

function percentilePlot({ series }: LoadReport, io: Words, of: "outcome" | "answer", title: WordKey): string {
  const { say, language } = io;
  const { widthMs, bins } = series;
  const lines: Line[] = (["p99", "p95", "p50"] as const).map((p) => ({
    name: p,
    look: p,
    values: bins.map((b) => b[of][p]),
  }));
  const ms = (value: number) => span(value, language);
  const plot = linePlot(lines, widthMs, { title: say(title), x: (at) => duration(at, language), y: ms }, true);
  return section(say(title), say("load.page.latencies-unit"), lines, plot, overTime(lines, bins, io, ms));
}

function histogram({ histogram, accepted }: LoadReport, { say, language }: Words): string {
  const bars = histogram.outcome;
  const edges = bars.length === 0 ? [] : [...bars.map((b) => b.fromMs), (bars.at(-1) as Bar).toMs];
  const ms = (value: number) => span(value, language);
  const title = say("load.page.histogram");
  const plot = barPlot(
    bars.map((b) => b.count),
    edges,
    "bar",
    { title, x: ms, y: (v) => whole(v, language) },
  );
  const rows = bars.map((b) => [
    ms(b.fromMs),
    ms(b.toMs),
    whole(b.count, language),
    `${decimal((b.count / Math.max(1, accepted)) * 100, 1, language)} %`,
  ]);
  const heads = [say("load.page.from"), say("load.page.to"), say("load.page.histogram-unit"), say("load.page.share")];
  return section(title, say("load.page.histogram-unit"), [], plot, details(say("load.page.table"), heads, rows));
}

function latencies({ latencyMs }: LoadReport, { say, language }: Words): string {
  const row = (name: string, { p50, p95, p99, max }: Percentiles) => [
    name,
    ...[p50, p95, p99, max].map((ms) => spanOf(ms, language)),
  ];
  const rows = [
    row(say("load.answer"), latencyMs.answer),
    row(say("load.latency"), latencyMs.outcome),
    row(say("load.total"), latencyMs.total),
  ];
  const title = say("load.page.latency");
  return `<section><h2>${text(title)}</h2><div class="scroll words" tabindex="0">${table([title, "p50", "p95", "p99", "max"], rows)}</div></section>`;
}

function checks({ checks }: LoadReport, io: Words): string {
  const { say, language } = io;
  const rows = checks.map((check) => {
    const [look, mark] = check.skipped ? ["warn", "–"] : check.wrong === 0 ? ["good", "✓"] : ["bad", "✗"];
    const counts = check.skipped
      ? `<td colspan="2">${text(`${say("load.not-checked")}: ${say(`load.skip.${check.skipped}`)}`)}</td>`
      : `<td>${whole(check.checked, language)}</td><td>${whole(check.wrong, language)}</td>`;
    const name = `${text(say(`load.check.${check.name}`))}${named(check, io)}`;
    return `<tr><td><span class="${look}">${mark}</span> ${name}</td>${counts}</tr>`;
  });
  const heads = [say("load.page.checks"), say("load.page.checked"), say("load.page.wrong")];
  return `<section><h2>${text(say("load.page.checks"))}</h2><table class="words"><thead>${headRow(heads)}</thead><tbody>${rows.join("")}</tbody></table></section>`;
}

function named(check: Check, io: Words): string {
  const lines = differencesText(check, io).map((line) => `<li>${text(line.trim())}</li>`);
  return lines.length === 0 ? "" : `<ul class="differences">${lines.join("")}</ul>`;
}

function facts(title: string, values: object): string {
  const rows = Object.entries(values).map(([name, value]) => [name, String(value)]);
  return `<section><h2>${text(title)}</h2>${table([], rows, "facts")}</section>`;
}

function section(title: string, unit: string, lines: readonly Line[], plot: string, below: string): string {
  const legend = lines.map(({ name, look }) => {
    const mark = look.startsWith("o-")
      ? `<rect class="${look}" width="22" height="14"/>`
      : `<path class="line ${look}" d="M1 7H21"/>`;
    return `<li><svg viewBox="0 0 22 14" aria-hidden="true">${mark}</svg>${text(name)}</li>`;
  });
  const list = legend.length === 0 ? "" : `<ul class="legend">${legend.join("")}</ul>`;
  return `<section><h2>${text(title)}</h2><p class="quiet">${text(unit)}</p>${list}<div class="plot" tabindex="0">${plot}</div>${below}</section>`;
}

function overTime(
  lines: readonly Line[],
  bins: readonly ReportBin[],
  { say, language }: Words,
  word: (v: number) => string,
): string {
  const rows = bins.map((bin, i) => [
    duration(bin.atMs, language),
    ...lines.map(({ values }) => (values[i] === undefined ? "" : word(values[i]))),
  ]);
  return details(say("load.page.table"), [say("load.page.time"), ...lines.map((l) => l.name)], rows);
}

function details(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return `<details><summary>${text(title)}</summary><div class="scroll" tabindex="0">${table(heads, rows)}</div></details>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[], look = ""): string {
  const head = heads.length === 0 ? "" : `<thead>${headRow(heads)}</thead>`;
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${text(cell)}</td>`).join("")}</tr>`);
  return `<table${look === "" ? "" : ` class="${look}"`}>${head}<tbody>${body.join("")}</tbody></table>`;
}

function headRow(heads: readonly string[]): string {
  return `<tr>${heads.map((h) => `<th scope="col">${text(h)}</th>`).join("")}</tr>`;
}

function sum(bin: ReportBin): number {
  return Object.values(bin.outcomes).reduce((a, b) => a + b, 0);
}

function spanOf(ms: number | undefined, language: Words["language"]): string {
  return ms === undefined ? "–" : span(ms, language);
}
