/** The answering side after a page (T.30 §5.3.6.1.6, .7): hand it up, wait until it is stored, confirm or refuse it. */

import { report } from "./actions.ts";
import {
  type AnswererSession,
  type AnswererState,
  AWAIT_DCS,
  answerWith,
  clearPage,
  cutsPage,
  disconnect,
  end,
  fallSilent,
  onImage,
  RECEIVING,
  repeatAnswer,
  sendAnswer,
  stopWaiting,
} from "./answerer-state.ts";
import { formatOf } from "./capabilities.ts";
import type { PageEnd } from "./ecm.ts";
import { FCF, frame } from "./frame.ts";
import { joinOctets } from "./octets.ts";
import type { Action } from "./protocol.ts";

export function onPageData(s: AnswererSession, octets: Uint8Array, out: Action[]): undefined {
  onImage(s, out);
  if (cutsPage(s)) return end(s, "hung-up-on-purpose", out);
  s.octets += octets.length;
  if (s.octets > s.options.maxPageOctets) return disconnect(s, "page-too-long", out);
  s.pieces.push(octets);
}

/** MPS, EOM or EOP. A repeated one, with no image since, gets the same answer again. */
export function onPageEnd(s: AnswererSession, pageEnd: PageEnd, out: Action[]): undefined {
  const { step } = s.state;
  if (step === "deciding" || step === "await-training") return;
  if (!s.heardImage && s.answered === pageEnd) return repeatAnswer(s, out);
  if (step !== "receiving" || s.dcs!.ecm !== 0) return;
  // Its image is wholly lost: what was never seen cannot be confirmed.
  if (s.octets === 0) return refusePage(s, pageEnd, out);
  handUp(s, pageEnd, out);
}

export function handUp(s: AnswererSession, pageEnd: PageEnd, out: Action[]): undefined {
  stopWaiting(s, out);
  const { mood, maxPages } = s.options;
  if (typeof mood.silent === "object" && mood.silent.page === s.pages + 1) return fallSilent(s, out);
  if (mood.outOfPaperAfterPage !== undefined && s.pages >= mood.outOfPaperAfterPage)
    return disconnect(s, "out-of-paper", out);
  if (s.pages >= maxPages) return disconnect(s, "too-many-pages", out);
  if (s.refusalDue && mood.refuseOncePage === s.pages + 1) {
    s.refusalDue = false;
    return refusePage(s, pageEnd, out);
  }
  const notReady = mood.notReady?.page === s.pages + 1 && s.dcs!.ecm !== 0 ? (mood.notReady.times ?? 0) : 0;
  s.state = { step: "deciding", end: pageEnd, stored: false, asked: false, notReady };
  const octets = s.pieces.length === 1 ? s.pieces[0]! : joinOctets(s.pieces, s.octets);
  clearPage(s);
  out.push({ type: "received-page", index: s.pages, octets, format: formatOf(s.dcs!) });
}

function refusePage(s: AnswererSession, pageEnd: PageEnd, out: Action[]): undefined {
  clearPage(s);
  report(out, { kind: "page-refused", page: s.pages + 1 });
  answerWith(s, pageEnd, FCF.RTN, AWAIT_DCS, out);
}

type Deciding = AnswererState & { step: "deciding" };

export function onStored(s: AnswererSession, state: Deciding, out: Action[]): undefined {
  state.stored = true;
  report(out, { kind: "page-received", page: s.pages + 1 });
  // The caller was told RNR and asks again by itself; speaking now would meet its RR.
  if (state.asked) return;
  if (state.notReady > 0) return sayNotReady(s, state, out);
  confirmPage(s, state.end, out);
}

export function onRefused(s: AnswererSession, state: Deciding, out: Action[]): undefined {
  // Error correction knows no RTN: a block that came whole is either confirmed or the call ends.
  if (s.dcs!.ecm !== 0) return disconnect(s, "page-not-stored", out);
  refusePage(s, state.end, out);
}

export function confirmPage(s: AnswererSession, pageEnd: PageEnd, out: Action[]): undefined {
  s.pages++;
  s.page = (s.page + 1) & 0xff;
  s.block = 0;
  s.repeats = 0;
  const retrain = s.retrainDue && s.options.mood.retrainAfterPage === s.pages;
  if (retrain) s.retrainDue = false;
  finishPage(s, pageEnd, retrain, out);
}

/** MCF (or RTP) and on to what the command announced. */
export function finishPage(s: AnswererSession, pageEnd: PageEnd, retrain: boolean, out: Action[]): undefined {
  const command = s.dcs!.ecm === 0 ? pageEnd : "PPS";
  const answer = retrain ? FCF.RTP : FCF.MCF;
  answerWith(s, command, answer, retrain && pageEnd === "MPS" ? AWAIT_DCS : stateAfter(pageEnd), out);
}

/** Where the command after a page leads. */
export function stateAfter(pageEnd: PageEnd): AnswererState {
  switch (pageEnd) {
    case "EOP":
      return { step: "await-end" };
    case "EOM":
      return { ...AWAIT_DCS, afterEom: true };
    case "MPS":
      return RECEIVING;
    default:
      return pageEnd satisfies never;
  }
}

export function sayNotReady(s: AnswererSession, state: Deciding, out: Action[]): undefined {
  if (state.stored) state.notReady--;
  state.asked = true;
  s.answer = [frame(FCF.RNR, true)];
  s.answered = "PPS";
  report(out, { kind: "not-ready", page: s.pages + 1 });
  sendAnswer(s, "T2", out);
}
