/** The answering side: its state, and answers with the wait for what comes next. */

import { report, startTimer, stopTimer } from "./actions.ts";
import type { Dcs } from "./capabilities.ts";
import type { PageEnd } from "./ecm.ts";
import { FCF, type Frame, frame } from "./frame.ts";
import { MODULATIONS } from "./modulation.ts";
import { type Cause, type Result, resultOf } from "./outcome.ts";
import type { Action, AnswererOptions } from "./protocol.ts";
import type { TimerName } from "./timers.ts";

/** Where the answering side stands. */
export type AnswererState =
  | { step: "idle" }
  /** Waits for DCS: `identifying` repeats DIS until T1, otherwise (after FTT, RTN, RTP, EOM) T2 runs. */
  | { step: "await-dcs"; identifying: boolean; heardFax: boolean; afterEom: boolean }
  | { step: "await-training" }
  /** Waits for a page, takes it in, waits for the command after it. */
  | { step: "receiving" }
  /** A page has been handed up; `asked` when the caller was told RNR and will ask again. */
  | { step: "deciding"; end: PageEnd; stored: boolean; asked: boolean; notReady: number }
  /** The last page is confirmed; DCN should come. */
  | { step: "await-end" }
  /** A mood: plays dead until T1 or the caller ends the call. */
  | { step: "silent" }
  | { step: "ended"; result: Result };

/** The answering side of a call. */
export interface AnswererSession {
  side: "answerer";
  options: AnswererOptions;
  state: AnswererState;
  remoteId: string;
  dcs: Dcs | null;
  /** Pages confirmed. */
  pages: number;
  /** Timer that is prolonged when a burst begins, and how often that may still be done in this wait. */
  waiting: TimerName | null;
  prolongations: number;
  /** Answer to the last command and that command's name, for its repetition. */
  answer: Frame[] | null;
  answered: string;
  /** Answers since the last page or block came through: a caller that only repeats itself is cut off. */
  repeats: number;
  /** An image carrier or page data was noticed since the last answer. */
  heardImage: boolean;
  /** A frame of the present V.21 burst was damaged. */
  damagedBurst: boolean;
  /** The present page: its pieces and their octets. */
  pieces: Uint8Array[];
  octets: number;
  /** Error correction: frames of the present block by number, its length once PPS has told it, its place. */
  frames: (Uint8Array | undefined)[];
  frameCount: number;
  page: number;
  block: number;
  /** The present page lost a block to EOR; then at its end it is dropped. */
  pageDamaged: boolean;
  /** A page was dropped: the call can no more end well. */
  incomplete: boolean;
  /** The mood's one refusal, and its one retraining, are still to come. */
  refusalDue: boolean;
  retrainDue: boolean;
}

/** Answers without progress before a caller is cut off: a full chain of rates with four PPR and three tries each, doubled. */
export const REPEAT_LIMIT = 200;

export const PROLONGATIONS = 3;

export function createAnswererState(options: AnswererOptions): AnswererSession {
  return {
    side: "answerer",
    options,
    state: { step: "idle" },
    remoteId: "",
    dcs: null,
    pages: 0,
    waiting: null,
    prolongations: 0,
    answer: null,
    answered: "",
    repeats: 0,
    heardImage: false,
    damagedBurst: false,
    pieces: [],
    octets: 0,
    frames: [],
    frameCount: 0,
    page: 0,
    block: 0,
    pageDamaged: false,
    incomplete: false,
    refusalDue: options.mood.refuseOncePage !== undefined,
    retrainDue: options.mood.retrainAfterPage !== undefined,
  };
}

/** Sends the answer in `s.answer` and waits for what comes next. */
export function sendAnswer(s: AnswererSession, timer: "T2" | "T4", out: Action[]): undefined {
  if (++s.repeats > REPEAT_LIMIT) return disconnect(s, "too-many-repeats", out);
  out.push({ type: "send-frames", frames: s.answer! });
  listenOn(s, out);
  forgetImage(s, out);
  wait(s, timer, out);
}

function listenOn(s: AnswererSession, out: Action[]): undefined {
  if (s.state.step !== "receiving") {
    out.push({ type: "listen", for: "v21" });
    return;
  }
  const { modulation, ecm } = s.dcs!;
  // Long training comes with TCF and after a change of rate, short training with everything else (T.30 §5.3.2, V.17).
  const shortTraining = MODULATIONS[modulation].family === "v17" && s.answered !== "CTC";
  out.push({ type: "listen", for: ecm === 0 ? "page" : "ecm", modulation, shortTraining });
}

export function wait(s: AnswererSession, timer: "T2" | "T4" | "TTCF", out: Action[]): undefined {
  if (s.waiting !== null && s.waiting !== timer) out.push({ type: "stop-timer", timer: s.waiting });
  s.waiting = timer;
  s.prolongations = 0;
  s.damagedBurst = false;
  startTimer(out, timer);
}

export function stopWaiting(s: AnswererSession, out: Action[]): undefined {
  if (s.waiting !== null) out.push({ type: "stop-timer", timer: s.waiting });
  s.waiting = null;
}

export function answerWith(
  s: AnswererSession,
  command: string,
  fcf: number,
  state: AnswererState,
  out: Action[],
): undefined {
  answerFrame(s, command, frame(fcf, true), state, out);
}

export function answerFrame(
  s: AnswererSession,
  command: string,
  answer: Frame,
  state: AnswererState,
  out: Action[],
): undefined {
  s.state = state;
  s.answer = [answer];
  s.answered = command;
  sendAnswer(s, "T2", out);
}

export const RECEIVING = { step: "receiving" } as const satisfies AnswererState;

export const AWAIT_DCS = {
  step: "await-dcs",
  identifying: false,
  heardFax: true,
  afterEom: false,
} as const satisfies AnswererState;

/** Page data or its carrier: T2 has done its work. TPAGE runs once a page, however often the carrier comes and goes. */
export function onImage(s: AnswererSession, out: Action[]): undefined {
  stopWaiting(s, out);
  if (s.heardImage) return;
  s.heardImage = true;
  report(out, { kind: "phase", phase: "C" });
  startTimer(out, "TPAGE");
}

/** The page is over: TPAGE has done its work. */
export function forgetImage(s: AnswererSession, out: Action[]): undefined {
  if (s.heardImage) stopTimer(out, "TPAGE");
  s.heardImage = false;
}

export function repeatAnswer(s: AnswererSession, out: Action[]): undefined {
  if (s.answer === null) return;
  const identifying = s.state.step === "await-dcs" && s.state.identifying;
  sendAnswer(s, identifying ? "T4" : "T2", out);
}

export function cutsPage(s: AnswererSession): boolean {
  return s.options.mood.hangUpInPage === s.pages + 1;
}

export function clearPage(s: AnswererSession): undefined {
  s.pieces = [];
  s.octets = 0;
  s.frames = [];
  s.frameCount = 0;
  s.pageDamaged = false;
}

export function finalCause(s: AnswererSession): Cause {
  return s.incomplete ? "page-incomplete" : "completed";
}

export function disconnect(s: AnswererSession, cause: Cause, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "E" });
  out.push({ type: "send-frames", frames: [frame(FCF.DCN, true)] });
  end(s, cause, out);
}

export function end(s: AnswererSession, cause: Cause, out: Action[]): undefined {
  const result = resultOf(cause, s.pages);
  s.state = { step: "ended", result };
  clearPage(s);
  out.push({ type: "hang-up", result });
}

/** The mood hears and says nothing any more; long enough for the caller to find out by itself. */
export function fallSilent(s: AnswererSession, out: Action[]): undefined {
  stopWaiting(s, out);
  forgetImage(s, out);
  clearPage(s);
  s.state = { step: "silent" };
  startTimer(out, "T1");
}
