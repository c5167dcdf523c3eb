/** The receiver of pages (T.30 §5.2): what each event does from DCS on. Either side may be it. */

import { ignored, report, startTimer, stopTimer } from "./actions.ts";
import { refusalOfPages } from "./addressing.ts";
import { decodeDcs, modulationsOf } from "./capabilities.ts";
import { callsOperator, endOf, type PageEnd } from "./ecm.ts";
import { FCF, type Frame, frame } from "./frame.ts";
import { askForDocument, identify } from "./identification.ts";
import { MODULATIONS, type Modulation, tcfOctets } from "./modulation.ts";
import { isProblem } from "./problem.ts";
import type { Action, Event } from "./protocol.ts";
import {
  AWAIT_DCS,
  answerWith,
  fallSilent,
  finalCause,
  onHeard,
  onImage,
  prolong,
  RECEIVING,
  repeatAnswer,
  wait,
} from "./receiver-answer.ts";
import { onEndOfRetransmission, onFcd, onPps, onRateChange, onReadyQuery } from "./receiver-ecm.ts";
import { onPageEnd, onRefused, onStored } from "./receiver-page.ts";
import { clearPage, disconnect, end, type Session, type State, say, weariness, xOf } from "./state.ts";
import { BURST_US, TIMERS, type TimerName } from "./timers.ts";

type AwaitDcs = State & { step: "await-dcs" };

export function onDcs(s: Session, received: Frame, out: Action[]): undefined {
  const dcs = decodeDcs(received.fif);
  if (isProblem(dcs)) return ignored(received, out);
  if (s.state.step === "await-dcs" || s.state.step === "await-dis") stopTimer(out, "T1");
  const refusal = refusalOfPages(s);
  if (refusal !== undefined) return disconnect(s, refusal, out);
  s.dcs = dcs;
  clearPage(s.rx);
  s.rx.block = 0;
  report(out, { kind: "agreed", dcs });
  s.state = { step: "await-training" };
  s.rx.answered = "DCS";
  out.push({ type: "listen", for: "training", modulation: dcs.modulation, shortTraining: false });
  wait(s, "TTCF", out);
}

/** A training check is good when a second of its 1.5 s came, with at most one octet in a hundred wrong. */
export function onTraining(s: Session, octets: number, errors: number, out: Action[]): undefined {
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

export function onCarrier(s: Session, modulation: Modulation | "v21", up: boolean, out: Action[]): undefined {
  if (modulation === "v21") return up ? onBurst(s, out) : onBurstEnd(s, out);
  if (s.state.step !== "receiving") return up ? prolong(s, BURST_US, out) : onHeard(s, out);
  if (up) onImage(s, out);
  else if (s.rx.heardImage && s.rx.waiting === null) onImageEnd(s, out);
}

/** A burst begins: the wait lasts until it has been heard. */
function onBurst(s: Session, out: Action[]): undefined {
  s.rx.damagedBurst = false;
  if (s.state.step === "await-dcs") s.state.heardFax = true;
  prolong(s, BURST_US, out);
}

/**
 * A damaged command after a page is asked for again at once (CRP, T.30 §5.3.6.1.8). Not in phase B: there training
 * follows DCS, and we would speak into it.
 */
function onBurstEnd(s: Session, out: Action[]): undefined {
  const { rx } = s;
  onHeard(s, out);
  if (!rx.damagedBurst || s.state.step !== "receiving" || !rx.heardImage || rx.waiting !== "T2") return;
  rx.damagedBurst = false;
  const weary = weariness(s, ++rx.repeats);
  if (weary !== undefined) return disconnect(s, weary, out);
  say(s, [frame(FCF.CRP | xOf(s), true)], out);
  out.push({ type: "listen", for: "v21" });
  wait(s, "T2", out);
}

function onImageEnd(s: Session, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "D" });
  out.push({ type: "listen", for: "v21" });
  wait(s, "T2", out);
}

export function onReceiverTimeout(s: Session, timer: TimerName, out: Action[]): undefined {
  const { state, rx } = s;
  switch (timer) {
    case "T1":
      if (state.step === "silent") return end(s, "hung-up-on-purpose", out);
      if (state.step !== "await-dcs") return;
      return state.heardFax ? disconnect(s, "no-command", out) : end(s, "no-caller", out);
    case "TPAGE":
      return state.step === "receiving" && rx.heardImage ? disconnect(s, "page-too-long", out) : undefined;
    case "TBUSY":
      if (state.step === "deciding") state.busy = false;
      return;
    default:
  }
  if (timer !== rx.waiting) return;
  rx.waiting = null;
  if (timer === "TTCF") return onTraining(s, 0, 0, out);
  if (state.step === "await-end") return end(s, finalCause(s), out);
  if (state.step === "await-dcs") return onNoDcs(s, state, out);
  end(s, "no-command", out);
}

/** DIS is said again until T1, DTC three times; after FTT and RTN the sender has only T2. */
function onNoDcs(s: Session, state: AwaitDcs, out: Action[]): undefined {
  if (s.side === "caller")
    return state.said === "DTC" ? askForDocument(s, state.tries, out) : end(s, "no-command", out);
  if (state.said === "DIS") return identify(s, state.heardFax, out);
  if (!state.afterEom) return end(s, "no-command", out);
  // After EOM the receiver goes back to phase B by itself (T.30 §5.3.6.1.6 and flow chart, T2 after EOM).
  report(out, { kind: "phase", phase: "B" });
  startTimer(out, "T1");
  identify(s, true, out);
}

export function onDecision(s: Session, event: Event & { type: "local" }, out: Action[]): undefined {
  if (s.state.step !== "deciding" || s.state.stored) return;
  if (event.what === "page-stored") onStored(s, s.state, event.badLines ?? 0, out);
  else if (event.what === "page-refused") onRefused(s, s.state, out);
}

/** A good frame while this side receives. */
export function onReceived(s: Session, fcf: number, received: Frame, out: Action[]): undefined {
  const isReceiving = s.state.step === "receiving";
  switch (fcf) {
    case FCF.FCD:
      if (isReceiving && s.dcs!.ecm !== 0) onFcd(s, received, out);
      return;
    case FCF.RCP:
      if (isReceiving && s.rx.heardImage && s.rx.waiting === null) onImageEnd(s, out);
      return;
    default:
      s.rx.damagedBurst = false;
      return onCommand(s, fcf, received, out);
  }
}

function onCommand(s: Session, fcf: number, received: Frame, out: Action[]): undefined {
  const { step } = s.state;
  if (step === "silent" && fcf !== FCF.DCN) return;
  switch (fcf) {
    case FCF.DCS:
      return step === "deciding" ? undefined : onDcs(s, received, out);
    case FCF.NSS:
      return onNonStandard(s, received, out);
    case FCF.DIS:
      return onDisAgain(s, received, out);
    case FCF.DCN:
      return end(s, step === "await-end" ? finalCause(s) : goodbyeCause(s), out);
    case FCF.CRP:
      return step === "deciding" || step === "await-training" ? undefined : repeatAnswer(s, out);
    case FCF.MPS:
    case FCF.EOM:
    case FCF.EOP:
    case FCF.PRI_MPS:
    case FCF.PRI_EOM:
    case FCF.PRI_EOP:
      return onPageEnd(s, endOf(fcf) as PageEnd, callsOperator(fcf), out);
    case FCF.PPS:
      return onPps(s, received, out);
    case FCF.RR:
      return onReadyQuery(s, out);
    case FCF.CTC:
      return onRateChange(s, received, out);
    case FCF.EOR:
      return onEndOfRetransmission(s, received, out);
    default:
      return ignored(received, out);
  }
}

/** NSS without DCS: what it sets up is not ours, so DIS is said again once the training that follows it is over. */
function onNonStandard(s: Session, received: Frame, out: Action[]): undefined {
  ignored(received, out);
  const { state } = s;
  if (!received.final || state.step !== "await-dcs" || s.side !== "answerer") return;
  s.state = { ...state, said: "DIS" };
  wait(s, "T4", out, TIMERS.TTCF.us);
}

/** The polled station says DIS again: it has not understood DTC. */
function onDisAgain(s: Session, received: Frame, out: Action[]): undefined {
  if (s.side === "caller" && s.state.step === "await-dcs" && s.state.said === "DTC")
    return askForDocument(s, s.state.tries, out);
  ignored(received, out);
}

function goodbyeCause(s: Session): "caller-disconnected" | "polled-disconnected" {
  return s.side === "answerer" ? "caller-disconnected" : "polled-disconnected";
}
