/** T.30 §5.2, the calling side: phases B to E from DIS to DCN, with and without error correction. */

import {
  type Capabilities,
  type Dcs,
  decodeDis,
  encodeCtc,
  encodeDcs,
  modulationsOf,
  negotiate,
} from "./capabilities.ts";
import { decodePpr, encodeBlock, eorFrame, type PageEnd, type Pps, ppsFrame, RCP_COUNT } from "./ecm.ts";
import { decodeFrame, FCF, type Frame, fcfName, fcfOf, frame, X } from "./frame.ts";
import { decodeId, encodeId } from "./identity.ts";
import { MODULATIONS, type Modulation, rateOf, tcfOctets } from "./modulation.ts";
import { type Cause, type Result, resultOf } from "./outcome.ts";
import { isProblem } from "./problem.ts";
import type { Action, CallerOptions, Event, PageFormat, Report } from "./protocol.ts";
import { BURST_US, COMMAND_TRIES, PPR_LIMIT, TIMERS, type TimerName } from "./timers.ts";

/** A command the caller waits an answer to; names the row of `NO_ANSWER`. */
export type Question = "dcs" | "page" | "block" | "ctc" | "eor" | "rr";

/** Where the calling side stands. */
export type CallerState =
  | { step: "idle" }
  | { step: "await-dis"; heardFax: boolean; afterEom: boolean; prolonged: boolean }
  | { step: "await-page" }
  | { step: "await-answer"; to: Question; command: Frame; tries: number; prolonged: boolean }
  | { step: "ended"; result: Result };

/** The block of a page on its way in error correction mode. */
export interface SendingBlock {
  page: Uint8Array;
  /** Octet of the page at which the block starts. */
  from: number;
  number: number;
  frames: Uint8Array[];
  end: Pps["end"];
  /** PPR received for this block at this rate. */
  pprs: number;
  /** Frames still to be repeated after a change of rate. */
  bad: number[];
}

/** The calling side of a call. */
export interface CallerSession {
  side: "caller";
  options: CallerOptions;
  state: CallerState;
  remoteId: string;
  dis: Capabilities | null;
  dcs: Dcs | null;
  /** Modulations left, the one in use first. */
  fallback: readonly Modulation[];
  /** V.17 trains short after a training check has been confirmed. */
  trained: boolean;
  /** Index of the page on its way; all before it are confirmed. */
  page: number;
  /** How often it was refused. */
  refusals: number;
  block: SendingBlock | null;
  /** T5 runs: the receiver said RNR. */
  notReady: boolean;
}

const NO_ANSWER: Readonly<Record<Question, Cause>> = {
  dcs: "no-answer-to-dcs",
  page: "no-answer-to-page",
  block: "no-answer-to-block",
  ctc: "no-answer-to-rate-change",
  eor: "no-answer-to-end-of-retransmission",
  rr: "no-answer-to-ready-query",
};

/** A page refused (RTN) so often ends the call. */
const PAGE_TRIES = 3;

export function createCallerState(options: CallerOptions): CallerSession {
  return {
    side: "caller",
    options,
    state: { step: "idle" },
    remoteId: "",
    dis: null,
    dcs: null,
    fallback: [],
    trained: false,
    page: 0,
    refusals: 0,
    block: null,
    notReady: false,
  };
}

export function stepCaller(s: CallerSession, event: Event, out: Action[]): undefined {
  switch (event.type) {
    case "connected":
      if (s.state.step === "idle") begin(s, out);
      return;
    case "tone":
      if (s.state.step === "await-dis" && event.tone === "ced") s.state.heardFax = true;
      return;
    case "carrier":
      if (event.up && event.modulation === "v21") onCarrier(s, out);
      return;
    case "frame":
      onFrame(s, event.bytes, event.ok, out);
      return;
    case "page":
      if (s.state.step === "await-page" && event.index === s.page) sendPage(s, event.octets, out);
      return;
    case "timeout":
      onTimeout(s, event.timer, out);
      return;
    case "local":
      if (event.what === "stop") disconnect(s, "stopped", out);
      else if (event.what === "page-unavailable" && s.state.step === "await-page")
        disconnect(s, "page-unavailable", out);
      return;
    case "hangup-by-peer":
      end(s, hangUpCause(s, event.sending ?? false), out);
      return;
    case "training":
    case "page-data":
      return;
    default:
      return event satisfies never;
  }
}

function begin(s: CallerSession, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "A" });
  out.push({ type: "send-tone", tone: "cng" });
  awaitDis(s, false, out);
}

function awaitDis(s: CallerSession, afterEom: boolean, out: Action[]): undefined {
  s.state = { step: "await-dis", heardFax: afterEom, afterEom, prolonged: false };
  out.push({ type: "listen", for: "v21" });
  startTimer(out, "T1");
}

/** A burst that has begun is heard to its end: the running timer is prolonged, once. */
function onCarrier(s: CallerSession, out: Action[]): undefined {
  if (s.state.step === "await-dis") s.state.heardFax = true;
  else if (s.state.step === "await-answer" && !s.state.prolonged) {
    s.state.prolonged = true;
    startTimer(out, "T4", BURST_US);
  }
}

function onFrame(s: CallerSession, bytes: Uint8Array, ok: boolean, out: Action[]): undefined {
  onCarrier(s, out);
  if (!ok) return;
  const received = decodeFrame(bytes);
  if (isProblem(received)) return;
  const fcf = fcfOf(received.fcf);
  if (fcf === FCF.CSI) onStationId(s, received, out);
  else if (s.state.step === "await-dis") onFrameBeforeDis(s, fcf, received, out);
  else if (s.state.step === "await-page" && fcf === FCF.DCN) end(s, "disconnected-in-phase-b", out);
  else if (s.state.step === "await-answer") onAnswer(s, s.state, fcf, received, out);
}

function onStationId(s: CallerSession, received: Frame, out: Action[]): undefined {
  const id = decodeId(received.fif);
  if (typeof id !== "string" || id === s.remoteId) return;
  s.remoteId = id;
  report(out, { kind: "remote-id", id });
}

function onFrameBeforeDis(s: CallerSession, fcf: number, received: Frame, out: Action[]): undefined {
  if (fcf === FCF.DIS) onDis(s, received, out);
  else if (fcf === FCF.DCN) end(s, "disconnected-in-phase-b", out);
  else ignored(received, out);
}

function onDis(s: CallerSession, received: Frame, out: Action[]): undefined {
  const dis = decodeDis(received.fif);
  if (isProblem(dis)) return;
  stopTimer(out, "T1");
  report(out, { kind: "phase", phase: "B" });
  report(out, { kind: "capabilities", capabilities: dis });
  s.dis = dis;
  if (!dis.receives) return disconnect(s, "cannot-receive", out);
  // After EOM the rate found for this line stays the ceiling.
  const current = s.fallback[0];
  const ceiling = current === undefined ? s.options.maxRate : rateOf(current);
  s.fallback = modulationsOf(dis.modems).filter((modulation) => rateOf(modulation) <= ceiling);
  if (s.fallback.length === 0) return disconnect(s, "no-common-modulation", out);
  train(s, out);
}

/** What DCS would say for a page at the present rate. */
function dcsFor(s: CallerSession, page: number): Dcs {
  const { maxRate, codings, ecm, ecmFrameSize, pages } = s.options;
  const wish = pages[page]!;
  const dcs = negotiate(s.dis!, { maxRate, codings, ecm, ecmFrameSize, ...wish })!;
  return { ...dcs, modulation: s.fallback[0]! };
}

/** TSI, DCS, then training and TCF (T.30 §5.3.2). */
function train(s: CallerSession, out: Action[]): undefined {
  s.dcs = dcsFor(s, s.page);
  s.trained = false;
  s.block = null;
  report(out, { kind: "agreed", dcs: s.dcs });
  ask(s, "dcs", frame(FCF.DCS | X, true, encodeDcs(s.dcs)), out);
}

function ask(s: CallerSession, to: Question, command: Frame, out: Action[]): undefined {
  s.state = { step: "await-answer", to, command, tries: 0, prolonged: false };
  sendCommand(s, s.state, out);
}

function sendCommand(s: CallerSession, state: CallerState & { step: "await-answer" }, out: Action[]): undefined {
  state.tries++;
  state.prolonged = false;
  if (state.to === "dcs") {
    const id = s.options.stationId;
    const tsi = id === "" ? [] : [frame(FCF.TSI | X, false, encodeId(id))];
    const { modulation } = s.dcs!;
    out.push({ type: "send-frames", frames: [...tsi, state.command] });
    out.push({ type: "send-training", modulation, octets: tcfOctets(modulation) });
  } else {
    out.push({ type: "send-frames", frames: [state.command] });
  }
  out.push({ type: "listen", for: "v21" });
  startTimer(out, "T4");
}

function repeat(s: CallerSession, state: CallerState & { step: "await-answer" }, out: Action[]): undefined {
  if (state.tries >= COMMAND_TRIES) return disconnect(s, NO_ANSWER[state.to], out);
  report(out, { kind: "command-repeated", command: fcfName(state.command.fcf)!, attempt: state.tries + 1 });
  sendCommand(s, state, out);
}

function onTimeout(s: CallerSession, timer: TimerName, out: Action[]): undefined {
  const { state } = s;
  if (timer === "T5" && s.notReady) disconnect(s, "not-ready", out);
  else if (timer === "T4" && state.step === "await-answer") repeat(s, state, out);
  else if (timer === "T1" && state.step === "await-dis") onSilence(s, state, out);
}

function onSilence(s: CallerSession, state: CallerState & { step: "await-dis" }, out: Action[]): undefined {
  if (!state.heardFax) return end(s, "no-fax-tone", out);
  if (state.prolonged) return disconnect(s, "no-dis", out);
  // A DIS that has begun is heard to its end; T1 stays within its 40 s.
  state.prolonged = true;
  startTimer(out, "T1", BURST_US);
}

function onAnswer(
  s: CallerSession,
  state: CallerState & { step: "await-answer" },
  fcf: number,
  received: Frame,
  out: Action[],
): undefined {
  if (fcf === FCF.DCN) return end(s, state.to === "dcs" ? "disconnected-in-phase-b" : "disconnected-after-page", out);
  if (fcf === FCF.CRP) return repeat(s, state, out);
  switch (state.to) {
    case "dcs":
      return onTrainingAnswer(s, state, fcf, received, out);
    case "page":
      return onPageAnswer(s, fcf, received, out);
    case "block":
      return onBlockAnswer(s, fcf, received, out);
    case "rr":
      return onReadyAnswer(s, fcf, received, out);
    case "ctc":
      if (fcf !== FCF.CTR) return ignored(received, out);
      stopTimer(out, "T4");
      return sendBlock(s, s.block!.bad, out);
    case "eor":
      if (fcf === FCF.RNR) return onNotReady(s, out);
      if (fcf !== FCF.ERR) return ignored(received, out);
      // The receiver goes on without this block; we do not, since the page would never be whole.
      return disconnect(s, "frames-not-corrected", out);
    default:
      return state.to satisfies never;
  }
}

function onTrainingAnswer(
  s: CallerSession,
  state: CallerState & { step: "await-answer" },
  fcf: number,
  received: Frame,
  out: Action[],
): undefined {
  switch (fcf) {
    case FCF.CFR:
      stopTimer(out, "T4");
      report(out, { kind: "training", ok: true, modulation: s.dcs!.modulation });
      s.trained = true;
      return needPage(s, out);
    case FCF.FTT:
      stopTimer(out, "T4");
      report(out, { kind: "training", ok: false, modulation: s.dcs!.modulation });
      if (!slower(s)) return disconnect(s, "training-failed", out);
      return train(s, out);
    case FCF.DIS:
      // The receiver has not understood DCS and identifies itself again (T.30 §5.4.2, flow chart, entry D).
      return repeat(s, state, out);
    default:
      return ignored(received, out);
  }
}

/** Goes one step down the chain; false at its end. */
function slower(s: CallerSession): boolean {
  if (s.fallback.length < 2) return false;
  s.fallback = s.fallback.slice(1);
  return true;
}

function needPage(s: CallerSession, out: Action[]): undefined {
  s.state = { step: "await-page" };
  s.block = null;
  out.push({ type: "need-page", index: s.page, format: formatOf(s.dcs!) });
}

/** How pages are coded under a DCS. */
export function formatOf(dcs: Dcs): PageFormat {
  const { coding, width, resolution, ecm, minScanUs } = dcs;
  return { coding, width, resolution, ecm, rate: rateOf(dcs.modulation), minScanUs };
}

function sendPage(s: CallerSession, octets: Uint8Array, out: Action[]): undefined {
  if (octets.length === 0) return disconnect(s, "page-unavailable", out);
  const { modulation, ecm } = s.dcs!;
  report(out, { kind: "phase", phase: "C" });
  report(out, { kind: "page-sending", page: s.page + 1 });
  if (ecm !== 0) return startBlock(s, octets, 0, 0, out);
  out.push({ type: "send-page", modulation, shortTraining: shortTraining(s), octets });
  report(out, { kind: "phase", phase: "D" });
  ask(s, "page", frame(FCF[pageEnd(s)] | X, true), out);
}

function shortTraining(s: CallerSession): boolean {
  return s.trained && MODULATIONS[s.dcs!.modulation].family === "v17";
}

/** MPS when the next page fits the DCS in force, EOM when it needs another, EOP after the last (T.30 §5.3.6.1.6). */
function pageEnd(s: CallerSession): PageEnd {
  const next = s.page + 1;
  if (next >= s.options.pages.length) return "EOP";
  const wanted = dcsFor(s, next);
  return wanted.width === s.dcs!.width && wanted.resolution === s.dcs!.resolution ? "MPS" : "EOM";
}

function onPageAnswer(s: CallerSession, fcf: number, received: Frame, out: Action[]): undefined {
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

function pageConfirmed(s: CallerSession, retrain: boolean, out: Action[]): undefined {
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

function pageRefused(s: CallerSession, out: Action[]): undefined {
  stopTimer(out, "T4");
  s.refusals++;
  report(out, { kind: "page-refused", page: s.page + 1 });
  if (s.refusals >= PAGE_TRIES) return disconnect(s, "page-refused", out);
  // A page that arrived damaged goes again at the next lower rate, at the lowest as it is.
  slower(s);
  train(s, out);
}

function startBlock(s: CallerSession, page: Uint8Array, from: number, number: number, out: Action[]): undefined {
  const size = s.dcs!.ecm || 256;
  const frames = encodeBlock(page, from, size);
  const more = from + frames.length * size < page.length;
  s.block = { page, from, number, frames, end: more ? "NULL" : pageEnd(s), pprs: 0, bad: [] };
  sendBlock(s, undefined, out);
}

/** Sends a block, or only its frames `numbers`, and asks for the answer. */
function sendBlock(s: CallerSession, numbers: readonly number[] | undefined, out: Action[]): undefined {
  const block = s.block!;
  const frames = numbers === undefined ? block.frames : numbers.map((number) => block.frames[number]!);
  const { modulation } = s.dcs!;
  out.push({ type: "send-ecm-block", modulation, shortTraining: shortTraining(s), frames, rcp: RCP_COUNT });
  s.trained = true;
  report(out, { kind: "phase", phase: "D" });
  const pps: Pps = { end: block.end, page: s.page & 0xff, block: block.number & 0xff, frames: block.frames.length };
  ask(s, "block", ppsFrame(pps), out);
}

function onBlockAnswer(s: CallerSession, fcf: number, received: Frame, out: Action[]): undefined {
  switch (fcf) {
    case FCF.MCF:
    case FCF.PIP:
      return blockConfirmed(s, false, out);
    case FCF.RTP:
      return blockConfirmed(s, true, out);
    case FCF.RTN: // not of annex A, but receivers send it when a page does not decode
    case FCF.PIN:
      return pageRefused(s, out);
    case FCF.PPR:
      return onDamagedBlock(s, received, out);
    case FCF.RNR:
      return onNotReady(s, out);
    default:
      return ignored(received, out);
  }
}

function blockConfirmed(s: CallerSession, retrain: boolean, out: Action[]): undefined {
  const block = s.block!;
  if (block.end !== "NULL") return pageConfirmed(s, retrain, out);
  stopTimer(out, "T4");
  report(out, { kind: "phase", phase: "C" });
  const size = s.dcs!.ecm || 256;
  startBlock(s, block.page, block.from + block.frames.length * size, block.number + 1, out);
}

function onDamagedBlock(s: CallerSession, received: Frame, out: Action[]): undefined {
  const block = s.block!;
  const bad = decodePpr(received.fif, block.frames.length);
  if (isProblem(bad)) return ignored(received, out);
  stopTimer(out, "T4");
  // A PPR that names none of our frames still wants to see one before it confirms.
  block.bad = bad.length > 0 ? bad : [block.frames.length - 1];
  block.pprs++;
  report(out, { kind: "block-damaged", page: s.page + 1, block: block.number, bad: block.bad.length });
  if (block.pprs < PPR_LIMIT) return sendBlock(s, block.bad, out);
  if (!slower(s)) return ask(s, "eor", eorFrame(block.end), out);
  changeRate(s, block, out);
}

/** CTC: the rest of the block goes at the next lower rate, with long training and no TCF (T.30 annex A.4.1). */
function changeRate(s: CallerSession, block: SendingBlock, out: Action[]): undefined {
  block.pprs = 0;
  s.dcs = { ...s.dcs!, modulation: s.fallback[0]! };
  s.trained = false;
  report(out, { kind: "rate-changed", modulation: s.dcs.modulation });
  ask(s, "ctc", frame(FCF.CTC | X, true, encodeCtc(s.dcs)), out);
}

/** RNR: ask with RR until T5, counted from the first RNR, runs out (T.30 annex A.5.4.1). */
function onNotReady(s: CallerSession, out: Action[]): undefined {
  stopTimer(out, "T4");
  if (!s.notReady) {
    s.notReady = true;
    startTimer(out, "T5");
    report(out, { kind: "not-ready", page: s.page + 1 });
  }
  ask(s, "rr", frame(FCF.RR | X, true), out);
}

function onReadyAnswer(s: CallerSession, fcf: number, received: Frame, out: Action[]): undefined {
  if (fcf === FCF.RNR) return onNotReady(s, out);
  const answersBlock = fcf === FCF.MCF || fcf === FCF.PIP || fcf === FCF.PIN || fcf === FCF.RTN || fcf === FCF.RTP;
  if (!answersBlock && fcf !== FCF.ERR) return ignored(received, out);
  s.notReady = false;
  stopTimer(out, "T5");
  if (fcf === FCF.ERR) disconnect(s, "frames-not-corrected", out);
  else onBlockAnswer(s, fcf, received, out);
}

function hangUpCause(s: CallerSession, sending: boolean): Cause {
  switch (s.state.step) {
    case "idle":
      return "hung-up-without-fax-tone";
    case "await-dis":
      if (s.state.afterEom) return "hung-up-after-page";
      return s.state.heardFax ? "hung-up-before-dis" : "hung-up-without-fax-tone";
    case "await-page":
      return s.page === 0 ? "hung-up-in-phase-b" : "hung-up-after-page";
    case "await-answer":
      if (s.state.to === "dcs") return "hung-up-in-phase-b";
      return sending ? "hung-up-in-page" : "hung-up-after-page";
    case "ended":
      return s.state.result.cause;
    default:
      return s.state satisfies never;
  }
}

/** Says DCN and ends the call. */
function disconnect(s: CallerSession, cause: Cause, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "E" });
  out.push({ type: "send-frames", frames: [frame(FCF.DCN | X, true)] });
  end(s, cause, out);
}

function end(s: CallerSession, cause: Cause, out: Action[]): undefined {
  const result = resultOf(cause, s.page);
  s.state = { step: "ended", result };
  s.block = null;
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

function stopTimer(out: Action[], timer: TimerName): undefined {
  out.push({ type: "stop-timer", timer });
}
