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

/** Never rejects. */
export async function placeCall(parts: TrunkParts, order: FaxCallOrder, signal: AbortSignal): Promise<FaxCallReport> {
  const { signal: stop, release } = eitherSignal(signal, parts.closing);
  const recorder = new Recorder("caller");
  const report: FaxCallReport = { ...newReport(), pagesConfirmed: 0 };
  const line = stop.aborted ? undefined : await freeLine(parts, order.from, stop);
  if (line) await talk(parts, line, order, stop, recorder, report);
  else if (!stop.aborted) {
    const { outcome, cause } = problemOf(parts.lines[0]?.modem.problem ?? "modem-not-there", false);
    Object.assign(report, { outcome, cause, interrupted: false, temporary: true });
  }
  release();
  report.ladder = recorder.finish(report.ringUs);
  return report;
}

/** A modem that is free, the one on the sender's own number first; undefined when there is none at all, or on a stop. */
async function freeLine(parts: TrunkParts, from: string, stop: AbortSignal): Promise<Line | undefined> {
  const own = ({ options }: Line) => options.number === from;
  while (!stop.aborted) {
    const free = parts.lines.filter(({ modem, incoming }) => modem.isFree && !incoming.isRinging);
    const line = free.find(own) ?? free[0];
    if (line) {
      line.modem.reserve();
      return line;
    }
    if (parts.lines.every(({ modem }) => modem.isDown)) return undefined;
    await parts.changed(stop);
  }
  return undefined;
}

async function talk(
  parts: TrunkParts,
  line: Line,
  order: FaxCallOrder,
  stop: AbortSignal,
  recorder: Recorder,
  report: FaxCallReport,
): Promise<void> {
  const { modem, options } = line;
  order.progress?.({ state: "dialling" });
  const number = dialNumber(order.to, options.dial ?? {});
  if (number === undefined) {
    const cause = { code: "modem-no-number", text: "The number has no digit that could be dialled." };
    Object.assign(report, { outcome: "NORING", cause, interrupted: false });
    modem.release();
    return;
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
}

/** Translates reports of the session into what the board shows. */
function progressOf(order: FaxCallOrder, session: Session): (report: Report) => void {
  return (report) => {
    const rateBps = session.dcs ? rateOf(session.dcs.modulation) : undefined;
    if (report.kind === "capabilities") order.progress?.({ state: "training" });
    else if (report.kind === "page-sending") order.progress?.({ state: "sending", page: report.page, rateBps });
  };
}
