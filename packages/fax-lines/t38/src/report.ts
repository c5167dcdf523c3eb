/** Fills the report of a call from what became of it. */

import type { FaxCallReport } from "@depesche/ports";
import { CAUSES, dpiOf, rateOf } from "@depesche/t30";
import { type CallEnd, causeText, codingOf } from "@depesche/wire-t38";
import type { Ended } from "./ended.ts";

type Report = Omit<FaxCallReport, "pagesConfirmed"> & { pagesConfirmed?: number };

/** The call came to a T.30 session. */
export function fill(report: Report, end: CallEnd): void {
  report.outcome = end.cause === "media-lost" ? "ISDNERR" : CAUSES[end.cause].outcome;
  report.cause = { code: end.cause, text: causeText(end.cause) };
  report.interrupted = end.stopped;
  report.remoteId = end.remoteId;
  if (report.pagesConfirmed !== undefined) report.pagesConfirmed = end.pages;
  report.lineUs = end.lineUs;
  if (!end.dcs) return;
  report.rateBps = rateOf(end.dcs.modulation);
  report.coding = codingOf(end.dcs.coding);
  report.ecm = end.dcs.ecm !== 0;
  report.yDpi = dpiOf(end.dcs).yDpi;
}

/** The call ended before. */
export function conclude(report: Report, { outcome, cause, stopped }: Omit<Ended, "kind">): void {
  report.outcome = outcome;
  report.cause = cause;
  report.interrupted = stopped ?? false;
}
