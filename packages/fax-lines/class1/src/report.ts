/** The report of a call over a modem, from how it ended. */

import type { Cause, Outcome } from "@depesche/core";
import type { FaxCallReport } from "@depesche/ports";
import { CAUSES, dpiOf, rateOf } from "@depesche/t30";
import { codingOf } from "@depesche/wire-t38";
import type { ModemCallEnd } from "./modem-call.ts";
import { problemOf, refusalOf } from "./outcomes.ts";

export type AnyReport = Omit<FaxCallReport, "pagesConfirmed"> & { pagesConfirmed?: number; pages?: number };

/** A report of a call that has not begun. */
export function newReport(): Omit<FaxCallReport, "pagesConfirmed"> {
  return {
    outcome: "ISDNERR",
    cause: { code: "interrupted", text: "The call was stopped before it was placed." },
    interrupted: true,
    remoteId: "",
    lineUs: 0,
    ringUs: 0,
    ladder: new Uint8Array(0),
  };
}

/** Writes how the call ended into its report, all but the ladder. */
export function fill(report: AnyReport, end: ModemCallEnd): void {
  const how = endOf(end);
  report.outcome = how.outcome;
  report.cause = how.cause;
  report.interrupted = end.stopped;
  if (how.temporary && !end.stopped) report.temporary = true;
  report.remoteId = end.remoteId;
  report.lineUs = end.lineUs;
  report.ringUs = end.ringUs;
  if (!end.dcs) return;
  report.rateBps = rateOf(end.dcs.modulation);
  report.coding = codingOf(end.dcs.coding);
  report.ecm = end.dcs.ecm !== 0;
  report.yDpi = dpiOf(end.dcs).yDpi;
}

function endOf({ result, refused, problem, stopped, pageSent }: ModemCallEnd): {
  outcome: Outcome;
  cause: Cause;
  temporary: boolean;
} {
  // A stopped call that was good is a good call.
  if (result && (!stopped || result.cause === "completed")) {
    const { outcome, en } = CAUSES[result.cause];
    return { outcome, cause: { code: result.cause, text: en }, temporary: false };
  }
  if (stopped) {
    const { outcome, en } = CAUSES.stopped;
    return { outcome, cause: { code: "stopped", text: en }, temporary: false };
  }
  return refused ? refusalOf(refused) : problemOf(problem ?? "modem-gone", pageSent);
}
