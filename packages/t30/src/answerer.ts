/** T.30 §5.2, the answering side: phases A to E from CED to DCN, with and without error correction. */

import { formatOf } from "./caller.ts";
import { type Capabilities, type Dcs, decodeCtc, decodeDcs, encodeDis, modulationsOf } from "./capabilities.ts";
import { decodeFcd, decodePps, endOf, type PageEnd, type Pps, pprFrame } from "./ecm.ts";
import { decodeFrame, FCF, type Frame, fcfName, fcfOf, frame } from "./frame.ts";
import { decodeId, encodeId } from "./identity.ts";
import { MODULATIONS, type Modulation, tcfOctets } from "./modulation.ts";
import { joinOctets } from "./octets.ts";
import { type Cause, type Result, resultOf } from "./outcome.ts";
import { isProblem } from "./problem.ts";
import type { Action, AnswererOptions, Event, Report } from "./protocol.ts";
import { BURST_US, TIMERS, type TimerName } from "./timers.ts";

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
const REPEAT_LIMIT = 200;
const PROLONGATIONS = 3;

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

export function stepAnswerer(s: AnswererSession, event: Event, out: Action[]): undefined {
  switch (event.type) {
    case "connected":
      if (s.state.step === "idle") begin(s, out);
      return;
    case "tone":
      if (s.state.step === "await-dcs" && event.tone === "cng") s.state.heardFax = true;
      return;
    case "carrier":
      onCarrier(s, event.modulation, event.up, out);
      return;
    case "frame":
      onFrame(s, event.bytes, event.ok, out);
      return;
    case "training":
      if (s.state.step === "await-training") onTraining(s, event.octets, event.errors, out);
      return;
    case "page-data":
      if (s.state.step === "receiving" && s.dcs?.ecm === 0) onPageData(s, event.octets, out);
      return;
    case "timeout":
      onTimeout(s, event.timer, out);
      return;
    case "local":
      onLocal(s, event.what, out);
      return;
    case "hangup-by-peer":
      end(s, s.state.step === "await-end" ? finalCause(s) : "caller-hung-up", out);
      return;
    case "page":
      return;
    default:
      return event satisfies never;
  }
}

// ---- phases A and B

function begin(s: AnswererSession, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "A" });
  out.push({ type: "send-tone", tone: "ced" });
  if (s.options.mood.hangUpAfterAnswer) return end(s, "hung-up-on-purpose", out);
  report(out, { kind: "phase", phase: "B" });
  startTimer(out, "T1");
  identify(s, false, out);
}

/** What this machine says of itself: a mood that refuses with RTN cannot live with ECM. */
function capabilitiesOf(s: AnswererSession): Capabilities {
  const { capabilities, mood } = s.options;
  const plain = mood.refuseOncePage !== undefined || mood.retrainAfterPage !== undefined;
  return plain ? { ...capabilities, ecm: false, mmr: false } : capabilities;
}

/** CSI and DIS; repeated at T4 until T1 (T.30 §5.4.3.1). */
function identify(s: AnswererSession, heardFax: boolean, out: Action[]): undefined {
  s.state = { step: "await-dcs", identifying: true, heardFax, afterEom: false };
  if (s.options.mood.silent === "dis") return;
  const id = s.options.stationId;
  const csi = id === "" ? [] : [frame(FCF.CSI, false, encodeId(id))];
  s.answer = [...csi, frame(FCF.DIS, true, encodeDis(capabilitiesOf(s)))];
  s.answered = "";
  sendAnswer(s, "T4", out);
}

/** Sends the answer in `s.answer` and waits for what comes next. */
function sendAnswer(s: AnswererSession, timer: "T2" | "T4", out: Action[]): undefined {
  if (++s.repeats > REPEAT_LIMIT) return disconnect(s, "too-many-repeats", out);
  out.push({ type: "send-frames", frames: s.answer! });
  listenOn(s, out);
  s.heardImage = false;
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

function wait(s: AnswererSession, timer: "T2" | "T4" | "TTCF", out: Action[]): undefined {
  if (s.waiting !== null && s.waiting !== timer) out.push({ type: "stop-timer", timer: s.waiting });
  s.waiting = timer;
  s.prolongations = 0;
  s.damagedBurst = false;
  startTimer(out, timer);
}

function stopWaiting(s: AnswererSession, out: Action[]): undefined {
  if (s.waiting !== null) out.push({ type: "stop-timer", timer: s.waiting });
  s.waiting = null;
}

function answerWith(s: AnswererSession, command: string, fcf: number, state: AnswererState, out: Action[]): undefined {
  answerFrame(s, command, frame(fcf, true), state, out);
}

function answerFrame(
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

const RECEIVING = { step: "receiving" } as const satisfies AnswererState;
const AWAIT_DCS = {
  step: "await-dcs",
  identifying: false,
  heardFax: true,
  afterEom: false,
} as const satisfies AnswererState;

function onDcs(s: AnswererSession, received: Frame, out: Action[]): undefined {
  const dcs = decodeDcs(received.fif);
  if (isProblem(dcs)) return ignored(received, out);
  if (s.state.step === "await-dcs") out.push({ type: "stop-timer", timer: "T1" });
  s.dcs = dcs;
  clearPage(s);
  s.block = 0;
  report(out, { kind: "agreed", dcs });
  s.state = { step: "await-training" };
  s.answered = "DCS";
  out.push({ type: "listen", for: "training", modulation: dcs.modulation, shortTraining: false });
  wait(s, "TTCF", out);
}

/** A training check is good when a second of its 1.5 s came, with at most one octet in a hundred wrong. */
function onTraining(s: AnswererSession, octets: number, errors: number, out: Action[]): undefined {
  const { modulation } = s.dcs!;
  const { mood, capabilities } = s.options;
  if (mood.silent === "training") return;
  const clean = octets * 3 >= tcfOctets(modulation) * 2 && errors * 100 <= octets;
  const offered = modulationsOf(capabilities.modems).includes(modulation);
  const willing = mood.trainsUpTo === undefined || MODULATIONS[modulation].rate <= mood.trainsUpTo;
  const ok = clean && offered && willing;
  report(out, { kind: "training", ok, modulation });
  if (ok) answerWith(s, "DCS", FCF.CFR, RECEIVING, out);
  else answerWith(s, "DCS", FCF.FTT, AWAIT_DCS, out);
}

// ---- events common to all phases

function onCarrier(s: AnswererSession, modulation: Modulation | "v21", up: boolean, out: Action[]): undefined {
  if (modulation === "v21") return up ? onBurst(s, out) : onBurstEnd(s, out);
  if (s.state.step !== "receiving") return up ? prolong(s, out) : undefined;
  if (up) onImage(s, out);
  else if (s.waiting === "TPAGE") onImageEnd(s, out);
}

/** A burst begins: the wait lasts until it has been heard. */
function onBurst(s: AnswererSession, out: Action[]): undefined {
  s.damagedBurst = false;
  if (s.state.step === "await-dcs") s.state.heardFax = true;
  prolong(s, out);
}

function prolong(s: AnswererSession, out: Action[]): undefined {
  const timer = s.waiting;
  if ((timer !== "T2" && timer !== "T4") || s.prolongations >= PROLONGATIONS) return;
  s.prolongations++;
  startTimer(out, timer, BURST_US);
}

/**
 * A damaged command after a page is asked for again at once (CRP, T.30 §5.3.6.1.8). Not in phase B: there training
 * follows DCS, and we would speak into it.
 */
function onBurstEnd(s: AnswererSession, out: Action[]): undefined {
  if (!s.damagedBurst || s.state.step !== "receiving" || !s.heardImage || s.waiting !== "T2") return;
  s.damagedBurst = false;
  if (++s.repeats > REPEAT_LIMIT) return disconnect(s, "too-many-repeats", out);
  out.push({ type: "send-frames", frames: [frame(FCF.CRP, true)] });
  out.push({ type: "listen", for: "v21" });
  wait(s, "T2", out);
}

function onImage(s: AnswererSession, out: Action[]): undefined {
  s.heardImage = true;
  if (s.waiting === "TPAGE") return;
  stopWaiting(s, out);
  report(out, { kind: "phase", phase: "C" });
  s.waiting = "TPAGE";
  startTimer(out, "TPAGE");
}

function onImageEnd(s: AnswererSession, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "D" });
  out.push({ type: "listen", for: "v21" });
  wait(s, "T2", out);
}

function onTimeout(s: AnswererSession, timer: TimerName, out: Action[]): undefined {
  const { state } = s;
  if (timer === "T1") {
    if (state.step !== "await-dcs") return;
    if (state.heardFax) disconnect(s, "no-command", out);
    else end(s, "no-caller", out);
    return;
  }
  if (timer !== s.waiting) return;
  s.waiting = null;
  if (timer === "TTCF") return onTraining(s, 0, 0, out);
  if (timer === "TPAGE") return disconnect(s, "page-too-long", out);
  if (state.step === "await-end") return end(s, finalCause(s), out);
  if (state.step !== "await-dcs") return end(s, "no-command", out);
  if (state.identifying) return identify(s, state.heardFax, out);
  if (!state.afterEom) return end(s, "no-command", out);
  // After EOM the receiver goes back to phase B by itself (T.30 §5.3.6.1.6 and flow chart, T2 after EOM).
  report(out, { kind: "phase", phase: "B" });
  startTimer(out, "T1");
  identify(s, true, out);
}

function onLocal(s: AnswererSession, what: (Event & { type: "local" })["what"], out: Action[]): undefined {
  if (what === "stop") return disconnect(s, "stopped", out);
  if (s.state.step !== "deciding" || s.state.stored) return;
  if (what === "page-stored") onStored(s, s.state, out);
  else if (what === "page-refused") onRefused(s, s.state, out);
}

function onFrame(s: AnswererSession, bytes: Uint8Array, ok: boolean, out: Action[]): undefined {
  if (!ok) {
    // Without its FCS a frame says nothing, not even that it is FCD.
    s.damagedBurst = true;
    return;
  }
  const received = decodeFrame(bytes);
  if (isProblem(received)) return;
  const fcf = fcfOf(received.fcf);
  switch (fcf) {
    case FCF.FCD:
      if (s.state.step === "receiving" && s.dcs!.ecm !== 0) onFcd(s, received, out);
      return;
    case FCF.RCP:
      if (s.state.step === "receiving" && s.waiting === "TPAGE") onImageEnd(s, out);
      return;
    default:
      s.damagedBurst = false;
      return onCommand(s, fcf, received, out);
  }
}

function onCommand(s: AnswererSession, fcf: number, received: Frame, out: Action[]): undefined {
  const { step } = s.state;
  if (step === "idle") return;
  switch (fcf) {
    case FCF.TSI:
      return onStationId(s, received, out);
    case FCF.DCS:
      return step === "deciding" ? undefined : onDcs(s, received, out);
    case FCF.DCN:
      return end(s, step === "await-end" ? finalCause(s) : "caller-disconnected", out);
    case FCF.DTC:
      return disconnect(s, "polling-not-offered", out);
    case FCF.CRP:
      return step === "deciding" || step === "await-training" ? undefined : repeatAnswer(s, out);
    case FCF.MPS:
    case FCF.EOM:
    case FCF.EOP:
    case FCF.PRI_MPS:
    case FCF.PRI_EOM:
    case FCF.PRI_EOP:
      return onPageEnd(s, endOf(fcf) as PageEnd, out);
    case FCF.PPS:
      return onPps(s, received, out);
    case FCF.RR:
      return onReadyQuery(s, out);
    case FCF.CTC:
      return onRateChange(s, received, out);
    case FCF.EOR:
      return onEndOfRetransmission(s, received, out);
    default:
      // NSS, SUB, SEP, PWD, SID and everything unknown: heard, not needed.
      return ignored(received, out);
  }
}

function onStationId(s: AnswererSession, received: Frame, out: Action[]): undefined {
  const id = decodeId(received.fif);
  if (typeof id !== "string" || id === s.remoteId) return;
  s.remoteId = id;
  report(out, { kind: "remote-id", id });
}

function repeatAnswer(s: AnswererSession, out: Action[]): undefined {
  if (s.answer === null) return;
  const identifying = s.state.step === "await-dcs" && s.state.identifying;
  sendAnswer(s, identifying ? "T4" : "T2", out);
}

// ---- phases C and D without error correction

function onPageData(s: AnswererSession, octets: Uint8Array, out: Action[]): undefined {
  onImage(s, out);
  if (cutsPage(s)) return end(s, "hung-up-on-purpose", out);
  s.octets += octets.length;
  if (s.octets > s.options.maxPageOctets) return disconnect(s, "page-too-long", out);
  s.pieces.push(octets);
}

function cutsPage(s: AnswererSession): boolean {
  return s.options.mood.hangUpInPage === s.pages + 1;
}

/** MPS, EOM or EOP. A repeated one, with no image since, gets the same answer again. */
function onPageEnd(s: AnswererSession, pageEnd: PageEnd, out: Action[]): undefined {
  const { step } = s.state;
  if (step === "deciding" || step === "await-training") return;
  if (!s.heardImage && s.answered === pageEnd) return repeatAnswer(s, out);
  if (step !== "receiving" || s.dcs!.ecm !== 0) return;
  // Its image is wholly lost: what was never seen cannot be confirmed.
  if (s.octets === 0) return refusePage(s, pageEnd, out);
  handUp(s, pageEnd, out);
}

function handUp(s: AnswererSession, pageEnd: PageEnd, out: Action[]): undefined {
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
  const notReady = mood.notReady?.page === s.pages + 1 && s.dcs!.ecm !== 0 ? mood.notReady.times : 0;
  s.state = { step: "deciding", end: pageEnd, stored: false, asked: false, notReady };
  const octets = s.pieces.length === 1 ? s.pieces[0]! : joinOctets(s.pieces, s.octets);
  clearPage(s);
  out.push({ type: "received-page", index: s.pages, octets, format: formatOf(s.dcs!) });
}

/** The mood says nothing any more; T2 ends the call at last. */
function fallSilent(s: AnswererSession, out: Action[]): undefined {
  s.answer = null;
  s.answered = "";
  wait(s, "T2", out);
}

function refusePage(s: AnswererSession, pageEnd: PageEnd, out: Action[]): undefined {
  clearPage(s);
  report(out, { kind: "page-refused", page: s.pages + 1 });
  answerWith(s, pageEnd, FCF.RTN, AWAIT_DCS, out);
}

type Deciding = AnswererState & { step: "deciding" };

function onStored(s: AnswererSession, state: Deciding, out: Action[]): undefined {
  state.stored = true;
  report(out, { kind: "page-received", page: s.pages + 1 });
  // The caller was told RNR and asks again by itself; speaking now would meet its RR.
  if (state.asked) return;
  if (state.notReady > 0) return sayNotReady(s, state, out);
  confirmPage(s, state.end, out);
}

function onRefused(s: AnswererSession, state: Deciding, out: Action[]): undefined {
  // Error correction knows no RTN: a block that came whole is either confirmed or the call ends.
  if (s.dcs!.ecm !== 0) return disconnect(s, "page-not-stored", out);
  refusePage(s, state.end, out);
}

function confirmPage(s: AnswererSession, pageEnd: PageEnd, out: Action[]): undefined {
  s.pages++;
  s.page = (s.page + 1) & 0xff;
  s.block = 0;
  s.repeats = 0;
  const retrain = s.retrainDue && s.options.mood.retrainAfterPage === s.pages;
  if (retrain) s.retrainDue = false;
  finishPage(s, pageEnd, retrain, out);
}

/** MCF (or RTP) and on to what the command announced. */
function finishPage(s: AnswererSession, pageEnd: PageEnd, retrain: boolean, out: Action[]): undefined {
  const command = s.dcs!.ecm === 0 ? pageEnd : "PPS";
  const answer = retrain ? FCF.RTP : FCF.MCF;
  if (pageEnd === "EOP") return answerWith(s, command, answer, { step: "await-end" }, out);
  if (pageEnd === "EOM") return answerWith(s, command, answer, { ...AWAIT_DCS, afterEom: true }, out);
  answerWith(s, command, answer, retrain ? AWAIT_DCS : RECEIVING, out);
}

// ---- error correction mode

function onFcd(s: AnswererSession, received: Frame, out: Action[]): undefined {
  onImage(s, out);
  if (cutsPage(s)) return end(s, "hung-up-on-purpose", out);
  const fcd = decodeFcd(received.fif);
  if (isProblem(fcd) || fcd.data.length > s.dcs!.ecm || s.frames[fcd.number] !== undefined) return;
  s.frames[fcd.number] = fcd.data;
}

function onPps(s: AnswererSession, received: Frame, out: Action[]): undefined {
  const pps = decodePps(received.fif);
  if (isProblem(pps)) return ignored(received, out);
  const { state } = s;
  if (state.step === "deciding") return onReadyQuery(s, out);
  if (state.step === "await-training" || s.dcs === null || s.dcs.ecm === 0) return;
  if (isRepeatedPps(s, pps)) return repeatConfirmation(s, out);
  if (state.step !== "receiving") return;
  // The first PPS of a call may count from any page; after that nothing may be skipped.
  if (s.pages === 0 && s.block === 0) s.page = pps.page;
  if (pps.page !== s.page || pps.block !== (s.block & 0xff)) return disconnect(s, "block-out-of-order", out);
  onBlockEnd(s, pps, out);
}

/** True for the PPS of the block before: our confirmation was lost. */
function isRepeatedPps(s: AnswererSession, pps: Pps): boolean {
  if (s.answered !== "PPS") return false;
  if (s.block > 0) return pps.page === s.page && pps.block === ((s.block - 1) & 0xff);
  return pps.page === ((s.page - 1) & 0xff);
}

function repeatConfirmation(s: AnswererSession, out: Action[]): undefined {
  s.frames = [];
  s.frameCount = 0;
  repeatAnswer(s, out);
}

function onBlockEnd(s: AnswererSession, pps: Pps, out: Action[]): undefined {
  stopWaiting(s, out);
  // Some senders count only the repeated frames in a later PPS: the first one tells the block's length.
  if (s.frameCount === 0) s.frameCount = pps.frames;
  let bad = 0;
  let octets = 0;
  for (let number = 0; number < s.frameCount; number++) {
    const data = s.frames[number];
    if (data === undefined) bad++;
    else octets += data.length;
  }
  if (bad > 0) {
    report(out, { kind: "block-damaged", page: s.pages + 1, block: s.block, bad });
    return answerFrame(s, "PPR", pprFrame(s.frames, s.frameCount), RECEIVING, out);
  }
  if (s.octets + octets > s.options.maxPageOctets) return disconnect(s, "page-too-long", out);
  for (let number = 0; number < s.frameCount; number++) s.pieces.push(s.frames[number]!);
  s.octets += octets;
  s.block++;
  s.repeats = 0;
  s.frames = [];
  s.frameCount = 0;
  if (pps.end === "NULL") return answerWith(s, "PPS", FCF.MCF, RECEIVING, out);
  if (!s.pageDamaged) return handUp(s, pps.end, out);
  dropPage(s);
  finishPage(s, pps.end, false, out);
}

/** A page that lost a block to EOR is not handed up; the call cannot end well any more. */
function dropPage(s: AnswererSession): undefined {
  clearPage(s);
  s.incomplete = true;
  s.page = (s.page + 1) & 0xff;
  s.block = 0;
}

function onReadyQuery(s: AnswererSession, out: Action[]): undefined {
  const { state } = s;
  if (state.step !== "deciding") {
    if (state.step !== "await-training" && s.answer !== null && s.dcs !== null && s.dcs.ecm !== 0) repeatAnswer(s, out);
    return;
  }
  if (s.dcs!.ecm === 0) return;
  if (state.stored && state.notReady === 0) return confirmPage(s, state.end, out);
  sayNotReady(s, state, out);
}

function sayNotReady(s: AnswererSession, state: Deciding, out: Action[]): undefined {
  if (state.stored) state.notReady--;
  state.asked = true;
  s.answer = [frame(FCF.RNR, true)];
  s.answered = "PPS";
  report(out, { kind: "not-ready", page: s.pages + 1 });
  sendAnswer(s, "T2", out);
}

/** CTC: the caller goes on with the block at another rate, without TCF (T.30 annex A.4.1). */
function onRateChange(s: AnswererSession, received: Frame, out: Action[]): undefined {
  const modulation = decodeCtc(received.fif);
  if (typeof modulation !== "string" || s.state.step !== "receiving" || s.dcs!.ecm === 0) return ignored(received, out);
  s.dcs = { ...s.dcs!, modulation };
  report(out, { kind: "rate-changed", modulation });
  answerWith(s, "CTC", FCF.CTR, RECEIVING, out);
}

function onEndOfRetransmission(s: AnswererSession, received: Frame, out: Action[]): undefined {
  if (!s.heardImage && s.answered === "EOR" && s.state.step !== "await-training") return repeatAnswer(s, out);
  if (s.state.step !== "receiving" || s.dcs!.ecm === 0 || received.fif.length < 1) return ignored(received, out);
  const pageEnd = endOf(received.fif[0]!);
  s.incomplete = true;
  s.frames = [];
  s.frameCount = 0;
  if (pageEnd === "NULL") {
    s.pageDamaged = true;
    s.block++;
    return answerWith(s, "EOR", FCF.ERR, RECEIVING, out);
  }
  dropPage(s);
  const next =
    pageEnd === "EOP"
      ? ({ step: "await-end" } as const)
      : pageEnd === "EOM"
        ? { ...AWAIT_DCS, afterEom: true }
        : RECEIVING;
  answerWith(s, "EOR", FCF.ERR, next, out);
}

// ---- the end

function clearPage(s: AnswererSession): undefined {
  s.pieces = [];
  s.octets = 0;
  s.frames = [];
  s.frameCount = 0;
  s.pageDamaged = false;
}

function finalCause(s: AnswererSession): Cause {
  return s.incomplete ? "page-incomplete" : "completed";
}

function disconnect(s: AnswererSession, cause: Cause, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "E" });
  out.push({ type: "send-frames", frames: [frame(FCF.DCN, true)] });
  end(s, cause, out);
}

function end(s: AnswererSession, cause: Cause, out: Action[]): undefined {
  const result = resultOf(cause, s.pages);
  s.state = { step: "ended", result };
  clearPage(s);
  out.push({ type: "hang-up", result });
}

function ignored(received: Frame, out: Action[]): undefined {
  report(out, { kind: "ignored", frame: fcfName(received.fcf) ?? `FCF ${received.fcf.toString(16)}` });
}

function report(out: Action[], what: Report): undefined {
  out.push({ type: "report", report: what });
}

function startTimer(out: Action[], timer: TimerName, afterUs = TIMERS[timer].us): undefined {
  out.push({ type: "start-timer", timer, afterUs });
}
