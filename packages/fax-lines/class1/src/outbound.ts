/** A call we place: a free modem, the number, T.30 as caller, and what became of it. */

import type { FaxCallOrder, FaxCallReport } from "@depesche/ports";
import { createCaller, type Report, rateOf, type Session, step } from "@depesche/t30";
import { eitherSignal, needOf, Recorder } from "@depesche/wire-t38";
import { dialNumber } from "./dial-number.ts";
import { runModemCall } from "./modem-call.ts";
import { problemOf } from "./outcomes.ts";
import { fill, newReport } from "./report.ts";
import type { Line, TrunkParts } from "./trunk.ts";

/** How often the record of a call that goes on is told. */
const RECORD_MS = 1000;

/** Never rejects. A line whose modem fails, or hears no dial tone, before the call stands leaves the call to the others. */
export async function placeCall(parts: TrunkParts, order: FaxCallOrder, signal: AbortSignal): Promise<FaxCallReport> {
  const { signal: stop, release } = eitherSignal(signal, parts.closing);
  const tried = new Set<Line>();
  let report: FaxCallReport | undefined;
  do {
    const line = await freeLine(parts, order.from, tried, stop);
    if (!line) break;
    tried.add(line);
    report = await talk(parts, line, order, stop);
  } while (report.temporary && report.lineUs === 0);
  release();
  return report && !(stop.aborted && report.temporary) ? report : noCall(parts, stop);
}

/** No line had a modem, or the call was stopped before one was free. */
function noCall(parts: TrunkParts, stop: AbortSignal): FaxCallReport {
  const ladder = new Recorder("caller").finish(0);
  const report: FaxCallReport = { ...newReport(), pagesConfirmed: 0, ladder };
  if (stop.aborted) return report;
  const { outcome, cause } = problemOf(parts.lines[0]?.modem.problem ?? "modem-not-there", false);
  return { ...report, outcome, cause, interrupted: false, temporary: true };
}

/** A modem that is free, the one on the sender's own number first; undefined when none is left to try, or on a stop. */
async function freeLine(
  parts: TrunkParts,
  from: string,
  tried: ReadonlySet<Line>,
  stop: AbortSignal,
): Promise<Line | undefined> {
  const own = ({ options }: Line) => options.number === from;
  const lines = parts.lines.filter((line) => !tried.has(line));
  while (!stop.aborted) {
    const free = lines.filter(({ modem, incoming }) => modem.isFree && !incoming.isRinging);
    const line = free.find(own) ?? free[0];
    if (line) {
      line.modem.reserve();
      return line;
    }
    if (lines.every(({ modem }) => modem.isDown)) return undefined;
    await parts.changed(stop);
  }
  return undefined;
}

/** One call on a reserved line, and its report. */
async function talk(parts: TrunkParts, line: Line, order: FaxCallOrder, stop: AbortSignal): Promise<FaxCallReport> {
  const recorder = new Recorder("caller");
  const report: FaxCallReport = { ...newReport(), pagesConfirmed: 0 };
  const { modem, options } = line;
  order.progress?.({ state: "dialling" });
  const number = dialNumber(order.to, options.dial ?? {});
  if (number === undefined) {
    const cause = { code: "modem-no-number", text: "The number has no digit that could be dialled." };
    Object.assign(report, { outcome: "NORING", cause, interrupted: false });
    report.ladder = recorder.finish(0);
    modem.release();
    return report;
  }
  const session = createCaller({
    stationId: options.stationId ?? order.stationId,
    pages: Array.from({ length: order.pages.count }, () => ({ width: 1728, resolution: "fine" }) as const),
    modems: modem.sends,
  });
  const telling = order.record && setInterval(() => order.record?.(recorder.finish(0)), RECORD_MS);
  const end = await runModemCall({
    side: "caller",
    party: { step: (event, out) => step(session, event, out) },
    modem,
    number,
    recorder,
    wall: parts.wall,
    needPage: (index, format) => order.pages.page(needOf(index, format)),
    report: progressOf(order, session),
    signal: stop,
  });
  clearInterval(telling);
  order.progress?.({ state: "ending" });
  fill(report, end);
  report.pagesConfirmed = end.pages;
  report.ladder = recorder.finish(report.ringUs);
  return report;
}

/** Translates reports of the session into what the board shows. */
function progressOf(order: FaxCallOrder, session: Session): (report: Report) => void {
  return (report) => {
    const rateBps = session.dcs ? rateOf(session.dcs.modulation) : undefined;
    if (report.kind === "capabilities") order.progress?.({ state: "training" });
    else if (report.kind === "page-sending") order.progress?.({ state: "sending", page: report.page, rateBps });
  };
}
