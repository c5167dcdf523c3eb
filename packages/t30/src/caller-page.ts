/** The calling side between pages (T.30 §5.3.6.1.6, .7): which DCS, which command after a page, what its answer means. */

import { ignored, report, startTimer, stopTimer } from "./actions.ts";
import { ask, type CallerSession, disconnect, slower } from "./caller-state.ts";
import { type Dcs, encodeDcs, formatOf, negotiate } from "./capabilities.ts";
import type { PageEnd } from "./ecm.ts";
import { FCF, type Frame, frame, X } from "./frame.ts";
import type { Action } from "./protocol.ts";

/** A page refused (RTN) so often ends the call. */
const PAGE_TRIES = 3;

export function awaitDis(s: CallerSession, afterEom: boolean, out: Action[]): undefined {
  s.state = { step: "await-dis", heardFax: afterEom, afterEom, burst: false, prolonged: false };
  out.push({ type: "listen", for: "v21" });
  startTimer(out, "T1");
}

/** What DCS would say for a page at the present rate. */
function dcsFor(s: CallerSession, page: number): Dcs {
  const { maxRate, codings, ecm, ecmFrameSize, pages } = s.options;
  const wish = pages[page]!;
  const dcs = negotiate(s.dis!, { maxRate, codings, ecm, ecmFrameSize, ...wish })!;
  return { ...dcs, modulation: s.fallback[0]! };
}

/** TSI, DCS, then training and TCF (T.30 §5.3.2). */
export function train(s: CallerSession, out: Action[]): undefined {
  s.dcs = dcsFor(s, s.page);
  s.trained = false;
  s.block = null;
  report(out, { kind: "agreed", dcs: s.dcs });
  ask(s, "dcs", frame(FCF.DCS | X, true, encodeDcs(s.dcs)), out);
}

export function needPage(s: CallerSession, out: Action[]): undefined {
  s.state = { step: "await-page" };
  s.block = null;
  out.push({ type: "need-page", index: s.page, document: 0, format: formatOf(s.dcs!, s.options.pages[s.page]) });
}

/** MPS when the next page fits the DCS in force, EOM when it needs another, EOP after the last (T.30 §5.3.6.1.6). */
export function pageEnd(s: CallerSession): PageEnd {
  const next = s.page + 1;
  if (next >= s.options.pages.length) return "EOP";
  const wanted = dcsFor(s, next);
  return wanted.width === s.dcs!.width && wanted.resolution === s.dcs!.resolution ? "MPS" : "EOM";
}

export function onPageAnswer(s: CallerSession, fcf: number, received: Frame, out: Action[]): undefined {
  switch (fcf) {
    case FCF.MCF:
    case FCF.PIP: // good, and an operator is wanted: we have none
      return pageConfirmed(s, false, out);
    case FCF.RTP:
      return pageConfirmed(s, true, out);
    case FCF.RTN:
    case FCF.PIN:
      return pageRefused(s, out);
    default:
      return ignored(received, out);
  }
}

export function pageConfirmed(s: CallerSession, retrain: boolean, out: Action[]): undefined {
  stopTimer(out, "T4");
  const end = pageEnd(s);
  s.page++;
  s.refusals = 0;
  s.block = null;
  report(out, { kind: "page-confirmed", page: s.page });
  if (end === "EOP") return disconnect(s, "completed", out);
  if (end === "EOM") return awaitDis(s, true, out);
  if (retrain) train(s, out);
  else needPage(s, out);
}

export function pageRefused(s: CallerSession, out: Action[]): undefined {
  stopTimer(out, "T4");
  s.refusals++;
  report(out, { kind: "page-refused", page: s.page + 1 });
  if (s.refusals >= PAGE_TRIES) return disconnect(s, "page-refused", out);
  // A page that arrived damaged goes again at the next lower rate, at the lowest as it is.
  slower(s);
  train(s, out);
}
