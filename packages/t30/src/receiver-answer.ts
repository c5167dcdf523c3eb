/** The receiver's answers, and its wait for what comes next. */

import { report, startTimer, stopTimer } from "./actions.ts";
import { type Frame, frame } from "./frame.ts";
import { MODULATIONS } from "./modulation.ts";
import type { Cause } from "./outcome.ts";
import type { Action } from "./protocol.ts";
import { clearPage, disconnect, type Session, type State, say, weariness, xOf } from "./state.ts";
import { TIMERS } from "./timers.ts";

const PROLONGATIONS = 3;

/** After PIP or PIN the sender may wait for its operator until T3 before it goes on. */
const OPERATOR_US = TIMERS.T3.maxUs + TIMERS.T2.us;

/** How long a mood plays dead: no wait of a peer is longer. */
const SILENCE_US = 70_000_000;

export const RECEIVING = { step: "receiving" } as const satisfies State;

export const AWAIT_DCS = {
  step: "await-dcs",
  said: null,
  tries: 0,
  heardFax: true,
  afterEom: false,
} as const satisfies State;

/** Sends the answer in `rx.answer` and waits for what comes next. */
export function sendAnswer(s: Session, timer: "T2" | "T4", out: Action[], afterUs = TIMERS[timer].us): undefined {
  const weary = weariness(s, ++s.rx.repeats);
  if (weary !== undefined) return disconnect(s, weary, out);
  say(s, s.rx.answer!, out);
  listenOn(s, out);
  forgetImage(s, out);
  wait(s, timer, out, afterUs);
}

function listenOn(s: Session, out: Action[]): undefined {
  if (s.state.step !== "receiving") {
    out.push({ type: "listen", for: "v21" });
    return;
  }
  const { modulation, ecm } = s.dcs!;
  // Long training comes with TCF and after a change of rate, short training with everything else (T.30 §5.3.2, V.17).
  const shortTraining = MODULATIONS[modulation].family === "v17" && s.rx.answered !== "CTC";
  out.push({ type: "listen", for: ecm === 0 ? "page" : "ecm", modulation, shortTraining });
}

export function wait(s: Session, timer: "T2" | "T4" | "TTCF", out: Action[], afterUs = TIMERS[timer].us): undefined {
  if (s.rx.waiting !== null && s.rx.waiting !== timer) stopTimer(out, s.rx.waiting);
  s.rx.waiting = timer;
  s.rx.prolongations = 0;
  s.rx.prolonged = false;
  s.rx.damagedBurst = false;
  startTimer(out, timer, afterUs);
}

export function stopWaiting(s: Session, out: Action[]): undefined {
  if (s.rx.waiting !== null) stopTimer(out, s.rx.waiting);
  s.rx.waiting = null;
}

/** Something has begun to come: the wait lasts until it has been heard, a few times. */
export function prolong(s: Session, burstUs: number, out: Action[]): undefined {
  const timer = s.rx.waiting;
  if ((timer !== "T2" && timer !== "T4") || s.rx.prolongations >= PROLONGATIONS) return;
  s.rx.prolongations++;
  s.rx.prolonged = true;
  startTimer(out, timer, burstUs);
}

/**
 * What prolonged the wait is over. When it was a DCS nobody could read after FTT, RTN or EOM, the sender says it again at its
 * T4: T2 begins anew. After DIS it does not: DIS comes again before that.
 */
export function onHeard(s: Session, out: Action[]): undefined {
  if (!s.rx.prolonged) return;
  s.rx.prolonged = false;
  if (s.state.step === "await-dcs" && s.rx.waiting === "T2") startTimer(out, "T2");
}

export function answerWith(s: Session, command: string, fcf: number, state: State, out: Action[]): undefined {
  answerFrame(s, command, frame(fcf | xOf(s), true), state, out);
}

export function answerFrame(s: Session, command: string, answer: Frame, state: State, out: Action[]): undefined {
  s.state = state;
  s.rx.answer = [answer];
  s.rx.answered = command;
  sendAnswer(s, "T2", out);
}

/** PIP or PIN: like `answerWith`, with more time for what comes next. */
export function callOperator(s: Session, command: string, fcf: number, state: State, out: Action[]): undefined {
  s.state = state;
  s.rx.answer = [frame(fcf | xOf(s), true)];
  s.rx.answered = command;
  report(out, { kind: "operator-wanted", page: s.rx.pages });
  sendAnswer(s, "T2", out, OPERATOR_US);
}

/** Page data or its carrier: T2 has done its work. TPAGE runs once a page, however often the carrier comes and goes. */
export function onImage(s: Session, out: Action[]): undefined {
  stopWaiting(s, out);
  if (s.rx.heardImage) return;
  s.rx.heardImage = true;
  s.rx.attempt++;
  report(out, { kind: "phase", phase: "C" });
  startTimer(out, "TPAGE");
}

/** The page is over: TPAGE has done its work. */
export function forgetImage(s: Session, out: Action[]): undefined {
  if (s.rx.heardImage) stopTimer(out, "TPAGE");
  s.rx.heardImage = false;
}

export function repeatAnswer(s: Session, out: Action[]): undefined {
  if (s.rx.answer === null) return;
  const identifying = s.state.step === "await-dcs" && s.state.said !== null;
  sendAnswer(s, identifying ? "T4" : "T2", out);
}

export function cutsPage(s: Session): boolean {
  return s.options.mood.hangUpInPage === s.rx.pages + 1;
}

export function finalCause(s: Session): Cause {
  return s.rx.incomplete ? "page-incomplete" : "completed";
}

/** The mood hears and says nothing any more; long enough for the peer to find out by itself. */
export function fallSilent(s: Session, out: Action[]): undefined {
  stopWaiting(s, out);
  forgetImage(s, out);
  clearPage(s.rx);
  s.state = { step: "silent" };
  startTimer(out, "T1", SILENCE_US);
}
