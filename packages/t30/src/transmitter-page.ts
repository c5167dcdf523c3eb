/** The sender between pages (T.30 §5.3.6.1.6, .7): which DCS, which command after a page, what its answer means. */

import { ignored, report, startTimer, stopTimer } from "./actions.ts";
import { addressBits } from "./addressing.ts";
import { type Dcs, encodeDcs } from "./capabilities.ts";
import { ask, slower } from "./command.ts";
import type { PageEnd } from "./ecm.ts";
import { FCF, type Frame, frame } from "./frame.ts";
import { backToPhaseB } from "./identification.ts";
import { formatOf, negotiate } from "./negotiation.ts";
import type { Action } from "./protocol.ts";
import { disconnect, type Session, xOf } from "./state.ts";

/** A page refused (RTN) so often ends the call. */
const PAGE_TRIES = 3;

/** TSI, DCS, then training and TCF (T.30 §5.3.2). */
export function train(s: Session, out: Action[]): undefined {
  s.dcs = dcsFor(s, s.tx.page);
  s.tx.trained = false;
  s.tx.block = null;
  report(out, { kind: "agreed", dcs: s.dcs });
  ask(s, "dcs", frame(FCF.DCS | xOf(s), true, encodeDcs(s.dcs)), out);
}

/** What DCS would say for a page at the present rate. */
function dcsFor(s: Session, page: number): Dcs {
  const { maxRate, codings, ecm, ecmFrameSize } = s.options;
  const dcs = negotiate(s.dis!, { maxRate, codings, ecm, ecmFrameSize, ...s.tx.pages[page]! })!;
  return { ...dcs, ...addressBits(s), modulation: s.tx.fallback[0]! };
}

export function needPage(s: Session, out: Action[]): undefined {
  const { page, document, pages } = s.tx;
  s.state = { step: "await-page" };
  s.tx.block = null;
  out.push({ type: "need-page", index: page, document, format: formatOf(s.dcs!, pages[page]) });
}

/**
 * MPS when the next page fits the DCS in force, EOM when it needs another, EOP after the last (T.30 §5.3.6.1.6). EOM after
 * the last one, too, when the line is turned round: phase B begins again, and the caller polls.
 */
export function pageEnd(s: Session): PageEnd {
  const next = s.tx.page + 1;
  if (next >= s.tx.pages.length) return turnsRound(s) ? "EOM" : "EOP";
  const wanted = dcsFor(s, next);
  const isAlike =
    wanted.width === s.dcs!.width && wanted.resolution === s.dcs!.resolution && wanted.inch === s.dcs!.inch;
  return isAlike ? "MPS" : "EOM";
}

function turnsRound(s: Session): boolean {
  return s.side === "caller" && s.options.poll !== undefined && s.dis!.hasDocument;
}

/** The page on its way is to be followed by PRI-MPS, PRI-EOM or PRI-EOP. */
export function wantsOperator(s: Session): boolean {
  return s.options.mood.interruptsAfterPage === s.tx.page + 1;
}

/** MCF, RTP, RTN, PIP and PIN; everything else is no answer to a page. */
export function onPageAnswer(s: Session, fcf: number, received: Frame, out: Action[]): undefined {
  switch (fcf) {
    case FCF.MCF:
      return pageConfirmed(s, false, out);
    case FCF.RTP:
      return pageConfirmed(s, true, out);
    case FCF.RTN:
      return pageRefused(s, out);
    case FCF.PIP:
    case FCF.PIN:
      return onInterrupt(s, fcf === FCF.PIP, out);
    default:
      return ignored(received, out);
  }
}

/** An operator is wanted over there. Where nobody is attending here, PIP means MCF and PIN means RTN. */
function onInterrupt(s: Session, good: boolean, out: Action[]): undefined {
  report(out, { kind: "operator-wanted", page: s.tx.page + 1 });
  if (s.options.attended === undefined) return good ? pageConfirmed(s, false, out) : pageRefused(s, out);
  stopTimer(out, "T4");
  s.state = { step: "await-operator", good };
  startTimer(out, "T3");
}

export function pageConfirmed(s: Session, retrain: boolean, out: Action[]): undefined {
  stopTimer(out, "T4");
  const end = pageEnd(s);
  const { tx } = s;
  tx.page++;
  tx.refusals = 0;
  tx.repeats = 0;
  tx.block = null;
  report(out, { kind: "page-confirmed", page: tx.page });
  if (end === "EOP") return disconnect(s, isPollLeft(s) ? "nothing-to-poll" : "completed", out);
  if (end === "EOM") return backToPhaseB(s, out);
  if (retrain) train(s, out);
  else needPage(s, out);
}

/** The pages are over, and what should have been fetched afterwards was not there. */
function isPollLeft(s: Session): boolean {
  return s.side === "caller" && s.options.poll !== undefined;
}

export function pageRefused(s: Session, out: Action[]): undefined {
  stopTimer(out, "T4");
  s.tx.refusals++;
  report(out, { kind: "page-refused", page: s.tx.page + 1 });
  if (s.tx.refusals >= PAGE_TRIES) return disconnect(s, "page-refused", out);
  // A page that arrived damaged goes again at the next lower rate, at the lowest as it is.
  slower(s);
  train(s, out);
}
