/** The receiver after a page (T.30 §5.3.6.1.6, .7): hand it up, wait until it is stored, confirm or refuse it. */

import { report, startTimer } from "./actions.ts";
import type { PageEnd, Pps } from "./ecm.ts";
import { FCF, frame } from "./frame.ts";
import { awaitDis } from "./identification.ts";
import { formatOf } from "./negotiation.ts";
import { joinOctets } from "./octets.ts";
import type { Action, Mood } from "./protocol.ts";
import {
  AWAIT_DCS,
  answerWith,
  callOperator,
  cutsPage,
  fallSilent,
  onImage,
  RECEIVING,
  repeatAnswer,
  sendAnswer,
  stopWaiting,
} from "./receiver-answer.ts";
import { clearPage, disconnect, end, type Session, type State, xOf } from "./state.ts";

type Deciding = State & { step: "deciding" };

export function onPageData(s: Session, octets: Uint8Array, out: Action[]): undefined {
  onImage(s, out);
  if (cutsPage(s)) return end(s, "hung-up-on-purpose", out);
  s.rx.octets += octets.length;
  if (s.rx.octets > s.options.maxPageOctets) return disconnect(s, "page-too-long", out);
  s.rx.pieces.push(octets);
}

/** MPS, EOM or EOP; `operator`: as PRI-*. A repeated one, with no image since, gets the same answer again. */
export function onPageEnd(s: Session, pageEnd: PageEnd, operator: boolean, out: Action[]): undefined {
  const { step } = s.state;
  if (step === "deciding" || step === "await-training") return;
  if (!s.rx.heardImage && s.rx.answered === pageEnd) return repeatAnswer(s, out);
  if (step !== "receiving" || s.dcs!.ecm !== 0) return;
  // Its image is wholly lost: what was never seen cannot be confirmed.
  if (s.rx.octets === 0) return refusePage(s, pageEnd, FCF.RTN, out);
  handUp(s, pageEnd, operator, out);
}

export function handUp(s: Session, pageEnd: PageEnd, operator: boolean, out: Action[]): undefined {
  stopWaiting(s, out);
  const { mood, maxPages } = s.options;
  const { rx } = s;
  if (typeof mood.silent === "object" && mood.silent.page === rx.pages + 1) return fallSilent(s, out);
  if (mood.outOfPaperAfterPage !== undefined && rx.pages >= mood.outOfPaperAfterPage)
    return disconnect(s, "out-of-paper", out);
  if (rx.pages >= maxPages) return disconnect(s, "too-many-pages", out);
  const refusal = dueAnswer(s, false);
  if (refusal !== undefined) return refusePage(s, pageEnd, FCF[refusal], out);
  hold(s, pageEnd, operator, s.dcs!.ecm !== 0 ? mood.notReady : undefined, out);
  const octets = rx.pieces.length === 1 ? rx.pieces[0]! : joinOctets(rx.pieces, rx.octets);
  clearPage(rx);
  out.push({ type: "received-page", index: rx.pages, octets, format: formatOf(s.dcs!) });
}

/** A page waits for the driver, and both it and a block in its midst for a machine that is not ready yet. */
function hold(s: Session, pageEnd: Pps["end"], operator: boolean, mood: Mood["notReady"], out: Action[]): Deciding {
  const isMeant =
    mood !== undefined &&
    mood.page === s.rx.pages + 1 &&
    (pageEnd === "NULL" || mood.block === undefined || mood.block === s.rx.block);
  const notReady = isMeant ? (mood.times ?? 0) : 0;
  const busy = isMeant && mood.seconds !== undefined;
  const state: Deciding = { step: "deciding", end: pageEnd, operator, stored: false, asked: false, notReady, busy };
  s.state = state;
  if (busy) startTimer(out, "TBUSY", mood.seconds! * 1_000_000);
  return state;
}

/** A block in the midst of a page is there. It is confirmed at once, or when the machine is ready. */
export function onBlock(s: Session, out: Action[]): undefined {
  const { notReady } = s.options.mood;
  if (notReady?.block !== s.rx.block) return answerWith(s, "PPS", FCF.MCF, RECEIVING, out);
  const state = hold(s, "NULL", false, notReady, out);
  state.stored = true;
  if (isReady(state)) confirmPage(s, state, out);
  else sayNotReady(s, state, out);
}

/** RTN or PIN: the page has to come again. */
function refusePage(s: Session, pageEnd: PageEnd, fcf: number, out: Action[]): undefined {
  clearPage(s.rx);
  s.rx.block = 0;
  report(out, { kind: "page-refused", page: s.rx.pages + 1 });
  const command = s.dcs!.ecm === 0 ? pageEnd : "PPS";
  if (fcf === FCF.PIN) callOperator(s, command, fcf, AWAIT_DCS, out);
  else answerWith(s, command, fcf, AWAIT_DCS, out);
}

export function onStored(s: Session, state: Deciding, badLines: number, out: Action[]): undefined {
  state.stored = true;
  s.rx.badLines += badLines;
  report(out, { kind: "page-received", page: s.rx.pages + 1, ...(badLines > 0 && { badLines }) });
  // The sender was told RNR and asks again by itself; speaking now would meet its RR.
  if (state.asked) return;
  if (!isReady(state)) return sayNotReady(s, state, out);
  confirmPage(s, state, out);
}

export function onRefused(s: Session, state: Deciding, out: Action[]): undefined {
  // Error correction knows no RTN: a block that came whole is either confirmed or the call ends.
  if (s.dcs!.ecm !== 0 || state.end === "NULL") return disconnect(s, "page-not-stored", out);
  if (state.operator && s.options.attended) refusePage(s, state.end, FCF.PIN, out);
  else refusePage(s, state.end, FCF.RTN, out);
}

function isReady(state: Deciding): boolean {
  return state.notReady === 0 && !state.busy;
}

export function confirmPage(s: Session, state: Deciding, out: Action[]): undefined {
  s.rx.repeats = 0;
  if (state.end === "NULL") return answerWith(s, "PPS", FCF.MCF, RECEIVING, out);
  const due = dueAnswer(s, true);
  s.rx.pages++;
  s.rx.page = (s.rx.page + 1) & 0xff;
  s.rx.block = 0;
  s.rx.attempt = 0;
  finishPage(s, state.end, due ?? (state.operator && s.options.attended ? "PIP" : "MCF"), out);
}

/** MCF (or RTP, PIP) and on to what the command announced. */
export function finishPage(s: Session, pageEnd: PageEnd, answer: "MCF" | Taking, out: Action[]): undefined {
  const command = s.dcs!.ecm === 0 ? pageEnd : "PPS";
  const next = answer === "RTP" && pageEnd === "MPS" ? AWAIT_DCS : stateAfter(pageEnd);
  if (answer === "PIP") callOperator(s, command, FCF.PIP, next, out);
  else answerWith(s, command, FCF[answer], next, out);
  phaseBAfter(s, pageEnd, out);
}

/** After EOM a polling caller waits for the DIS of the answerer; an answerer says it by itself when T2 is over. */
export function phaseBAfter(s: Session, pageEnd: PageEnd, out: Action[]): undefined {
  if (pageEnd !== "EOM" || s.side !== "caller" || s.state.step !== "await-dcs") return;
  stopWaiting(s, out);
  awaitDis(s, true, out);
}

/** Where the command after a page leads. */
export function stateAfter(pageEnd: PageEnd): State {
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

export function sayNotReady(s: Session, state: Deciding, out: Action[]): undefined {
  if (state.stored && state.notReady > 0) state.notReady--;
  state.asked = true;
  s.rx.answer = [frame(FCF.RNR | xOf(s), true)];
  s.rx.answered = "PPS";
  report(out, { kind: "not-ready", page: s.rx.pages + 1 });
  sendAnswer(s, "T2", out);
}

/** The sender asks with RR, or repeats its PPS. */
export function onAsked(s: Session, state: Deciding, out: Action[]): undefined {
  if (s.dcs!.ecm === 0) return;
  if (state.stored && isReady(state)) return confirmPage(s, state, out);
  sayNotReady(s, state, out);
}

/** What takes a page beside MCF. */
type Taking = "RTP" | "PIP";
type Refusing = "RTN" | "PIN";

/** The mood's answer to the present page, when it is due: one that takes it, or one that does not. */
function dueAnswer(s: Session, takes: true): Taking | undefined;
function dueAnswer(s: Session, takes: false): Refusing | undefined;
function dueAnswer(s: Session, takes: boolean): Taking | Refusing | undefined {
  const { refuseOncePage, retrainAfterPage, answers = [] } = s.options.mood;
  const all = [
    { page: refuseOncePage, with: "RTN" as const, times: 1 },
    { page: retrainAfterPage, with: "RTP" as const, times: 1 },
    ...answers,
  ];
  for (const [place, due] of all.entries()) {
    if (due.page !== s.rx.pages + 1 || takes !== (due.with === "RTP" || due.with === "PIP")) continue;
    const times = s.rx.given[place] ?? 0;
    if (times >= (due.times ?? 1)) continue;
    s.rx.given[place] = times + 1;
    return due.with;
  }
  return undefined;
}
