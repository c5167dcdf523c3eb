// A run while it runs: four lines that are redrawn on a terminal, one line a second elsewhere, nothing beside JSON.

import { canRedraw, type Io, paint } from "../io.ts";
import { outcomesText } from "../job-report.ts";
import type { Latencies } from "../latencies.ts";
import { openProgress } from "../progress.ts";
import { cut } from "../table.ts";
import { decimal, duration, whole } from "../times.ts";
import type { Look } from "./run.ts";

export interface Screen {
  show(look: Look): void;
  /** The checks at the end: so many jobs of so many have been read. */
  showChecks(done: number, total: number): void;
  end(): void;
}

const BAR = 24;
/** On a terminal with fewer columns the bar is short, and what would be cut off stands on lines of its own. */
const NARROW = 72;
const BLOCKS = "▁▂▃▄▅▆▇█";

export function openScreen(io: Io, quiet: boolean): Screen {
  if (quiet) return { show: () => {}, showChecks: () => {}, end: () => {} };
  return canRedraw(io.err, io.env) ? terminal(io) : oneLine(io);
}

function oneLine(io: Io): Screen {
  const progress = openProgress(io);
  return {
    show(look) {
      const { tally, recipients } = look;
      const text = [
        duration(look.ms, io.language),
        ...(look.isStopping ? [io.say("load.stopping")] : []),
        `${io.say("load.accepted")} ${whole(tally.accepted, io.language)} ${rate(look.acceptedPerSecond, io)}`,
        `${io.say("load.outcomes")} ${rate(look.finalsPerSecond, io)}`,
        `${percentiles(tally.latencies, io)}`,
        outcomesText(tally.outcomes, { ...io, colour: false }),
        etaText(look, io),
      ];
      const total = Number.isFinite(recipients) ? recipients : 0;
      progress.show({ done: tally.finals, total, text: text.filter((t) => t !== "").join("  ") });
    },
    showChecks: (done, total) => progress.show({ done, total, text: io.say("load.checking") }),
    end: () => progress.end(),
  };
}

function terminal(io: Io): Screen {
  let drawn = 0;
  const draw = (lines: string[]) => {
    const width = (io.err.columns || 80) - 1;
    // Back to the first line of the last drawing; each line's rest is erased, and what lies below the last.
    const back = drawn > 0 ? `\x1b[${drawn}A` : "";
    io.err.write(`${back}${lines.map((l) => `\r${cut(l, width)}\x1b[K\n`).join("")}\x1b[J`);
    drawn = lines.length;
  };
  return {
    show: (look) => draw(pictureOf(look, io)),
    showChecks: (done, total) =>
      draw([`${bar(done / Math.max(1, total))}  ${io.say("load.checking")} ${done}/${total}`]),
    end: () => {
      if (drawn > 0) io.err.write(`\x1b[${drawn}A\r\x1b[J`);
      drawn = 0;
    },
  };
}

/** The four lines: how far, what was accepted, what came out, how the times lie. */
export function pictureOf(look: Look, io: Io): string[] {
  const { tally, recipients, ms } = look;
  const { say, language } = io;
  const isNarrow = (io.err.columns || 80) < NARROW;
  const isKnown = Number.isFinite(recipients);
  const done = isKnown ? tally.finals / Math.max(1, recipients) : ms / Math.max(1, ms + (leftOf(look) ?? 0));
  const head = [
    `${bar(done, isNarrow ? 8 : BAR)} ${String(Math.floor(Math.min(1, done) * 100)).padStart(3)}%`,
    isKnown ? say("load.of", { n: whole(tally.finals, language), total: whole(recipients, language) }) : "",
    duration(ms, language),
    look.isStopping ? say("load.stopping") : etaText(look, io),
  ];
  const outcomes = outcomesText(tally.outcomes, { ...io, colour: false });
  const names = [say("load.accepted"), say("load.outcomes"), say("load.histogram")];
  const wide = Math.max(...names.map((n) => n.length));
  const row = (name: string, count: number, perSecond: number, latencies: Latencies, ...more: string[]) => {
    const figures = `${name.padEnd(wide)}  ${whole(count, language).padStart(9)}  ${rate(perSecond, io).padStart(9)}`;
    const rest = [percentiles(latencies, io), ...more].filter((text) => text !== "");
    return isNarrow ? [figures, ...rest.map((text) => `  ${text}`)] : [[figures, ...rest].join("  ")];
  };
  return [
    ...(isNarrow ? [head.slice(0, 2), head.slice(2)] : [head]).map(
      (parts, i) => (i === 0 ? "" : "  ") + parts.filter((t) => t !== "").join("  "),
    ),
    ...row(names[0] as string, tally.accepted, look.acceptedPerSecond, tally.answers),
    ...row(names[1] as string, tally.finals, look.finalsPerSecond, tally.latencies, outcomes),
    `${(names[2] as string).padEnd(wide)}  ${histogram(tally.latencies, io)}`,
  ];
}

function bar(share: number, width = BAR): string {
  const full = Math.floor(Math.min(1, Math.max(0, share)) * width);
  return `[${"#".repeat(full)}${"-".repeat(width - full)}]`;
}

function rate(perSecond: number, { language }: Io): string {
  return `${decimal(perSecond, perSecond < 10 ? 1 : 0, language)}/s`;
}

export function percentiles(latencies: Latencies, { language }: Pick<Io, "language">): string {
  const { p50, p95, p99 } = latencies.summary();
  if (p50 === undefined || p95 === undefined || p99 === undefined) return "";
  return `p50 ${span(p50, language)}  p95 ${span(p95, language)}  p99 ${span(p99, language)}`;
}

/** Milliseconds below one second. */
export function span(ms: number, language: Io["language"]): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : duration(ms, language);
}

/** A block for each tenth of a decade of time, as high as its share of the fullest. */
export function histogram(latencies: Latencies, { language }: Pick<Io, "language">): string {
  const bars = latencies.histogram();
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) return "";
  const most = Math.max(...bars.map((b) => b.count));
  const blocks = bars.map((b) => (b.count === 0 ? " " : BLOCKS[Math.ceil((b.count / most) * BLOCKS.length) - 1]));
  return `${span(first.fromMs, language)} ${blocks.join("")} ${span(last.toMs, language)}`;
}

/** When the last outcome is expected if it goes on like this; nothing before there is a rate. */
function etaText(look: Look, io: Io): string {
  const leftMs = leftOf(look);
  return leftMs === undefined ? "" : io.say("load.eta", { time: duration(leftMs, io.language) });
}

/** Outcomes cannot come before their orders. */
function leftOf({ tally, recipients, arrivalsLeftMs, finalsPerSecond }: Look): number | undefined {
  const left = (Number.isFinite(recipients) ? recipients : tally.accepted) - tally.finals;
  if (finalsPerSecond <= 0 || (left <= 0 && arrivalsLeftMs === 0)) return undefined;
  return Math.max((left / finalsPerSecond) * 1000, arrivalsLeftMs);
}

/** What is wrong stands out; the sign says it, too. */
export function sign(io: Io, isRight: boolean): string {
  return isRight ? paint(io, "green", "ok") : paint(io, "red", io.say("load.wrong"));
}
