/** T.30 §5.2, the answering side: what each event does, and phases A and B up to the training check. */

import { ignored, report, startTimer } from "./actions.ts";
import { onEndOfRetransmission, onFcd, onPps, onRateChange, onReadyQuery } from "./answerer-ecm.ts";
import { onPageData, onPageEnd, onRefused, onStored } from "./answerer-page.ts";
import {
  type AnswererSession,
  AWAIT_DCS,
  answerWith,
  clearPage,
  disconnect,
  end,
  fallSilent,
  finalCause,
  onImage,
  PROLONGATIONS,
  RECEIVING,
  REPEAT_LIMIT,
  repeatAnswer,
  sendAnswer,
  wait,
} from "./answerer-state.ts";
import { type Capabilities, decodeDcs, encodeDis, modulationsOf } from "./capabilities.ts";
import { endOf, type PageEnd } from "./ecm.ts";
import { decodeFrame, FCF, type Frame, fcfOf, frame } from "./frame.ts";
import { decodeId, encodeId } from "./identity.ts";
import { MODULATIONS, type Modulation, tcfOctets } from "./modulation.ts";
import { isProblem } from "./problem.ts";
import type { Action, Event } from "./protocol.ts";
import { BURST_US, type TimerName } from "./timers.ts";

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

function begin(s: AnswererSession, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "A" });
  out.push({ type: "send-tone", tone: "ced" });
  if (s.options.mood.hangUpAfterAnswer) return end(s, "hung-up-on-purpose", out);
  if (s.options.mood.silent === "dis") return fallSilent(s, out);
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
  const id = s.options.stationId;
  const csi = id === "" ? [] : [frame(FCF.CSI, false, encodeId(id))];
  s.answer = [...csi, frame(FCF.DIS, true, encodeDis(capabilitiesOf(s)))];
  s.answered = "";
  sendAnswer(s, "T4", out);
}

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
  if (mood.silent === "training") return fallSilent(s, out);
  const clean = octets * 3 >= tcfOctets(modulation) * 2 && errors * 100 <= octets;
  const offered = modulationsOf(capabilities.modems).includes(modulation);
  const willing = mood.trainsUpTo === undefined || MODULATIONS[modulation].rate <= mood.trainsUpTo;
  const ok = clean && offered && willing;
  report(out, { kind: "training", ok, modulation });
  if (ok) answerWith(s, "DCS", FCF.CFR, RECEIVING, out);
  else answerWith(s, "DCS", FCF.FTT, AWAIT_DCS, out);
}

function onCarrier(s: AnswererSession, modulation: Modulation | "v21", up: boolean, out: Action[]): undefined {
  if (modulation === "v21") return up ? onBurst(s, out) : onBurstEnd(s, out);
  if (s.state.step !== "receiving") return up ? prolong(s, out) : undefined;
  if (up) onImage(s, out);
  else if (s.heardImage && s.waiting === null) onImageEnd(s, out);
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

function onImageEnd(s: AnswererSession, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "D" });
  out.push({ type: "listen", for: "v21" });
  wait(s, "T2", out);
}

function onTimeout(s: AnswererSession, timer: TimerName, out: Action[]): undefined {
  const { state } = s;
  if (timer === "T1") {
    if (state.step === "silent") return end(s, "hung-up-on-purpose", out);
    if (state.step !== "await-dcs") return;
    if (state.heardFax) disconnect(s, "no-command", out);
    else end(s, "no-caller", out);
    return;
  }
  if (timer === "TPAGE") {
    if (state.step === "receiving" && s.heardImage) disconnect(s, "page-too-long", out);
    return;
  }
  if (timer !== s.waiting) return;
  s.waiting = null;
  if (timer === "TTCF") return onTraining(s, 0, 0, out);
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
  if (s.state.step === "await-dcs") s.state.heardFax = true;
  const received = decodeFrame(bytes);
  if (isProblem(received)) return;
  const fcf = fcfOf(received.fcf);
  switch (fcf) {
    case FCF.FCD:
      if (s.state.step === "receiving" && s.dcs!.ecm !== 0) onFcd(s, received, out);
      return;
    case FCF.RCP:
      if (s.state.step === "receiving" && s.heardImage && s.waiting === null) onImageEnd(s, out);
      return;
    default:
      s.damagedBurst = false;
      return onCommand(s, fcf, received, out);
  }
}

function onCommand(s: AnswererSession, fcf: number, received: Frame, out: Action[]): undefined {
  const { step } = s.state;
  if (step === "idle" || (step === "silent" && fcf !== FCF.DCN)) return;
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
