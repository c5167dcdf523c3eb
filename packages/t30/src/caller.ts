/** T.30 §5.2, the calling side: what each event does, and phases A and B up to the training check. */

import { ignored, report, startTimer, stopTimer } from "./actions.ts";
import { onBlockAnswer, onNotReady, onReadyAnswer, sendBlock, startBlock } from "./caller-ecm.ts";
import { awaitDis, needPage, onPageAnswer, pageEnd, train } from "./caller-page.ts";
import {
  ask,
  type CallerSession,
  type CallerState,
  disconnect,
  end,
  repeat,
  shortTraining,
  slower,
} from "./caller-state.ts";
import { decodeDis, modulationsOf } from "./capabilities.ts";
import { decodeFrame, FCF, type Frame, fcfOf, frame, X } from "./frame.ts";
import { decodeId } from "./identity.ts";
import { rateOf } from "./modulation.ts";
import type { Cause } from "./outcome.ts";
import { isProblem } from "./problem.ts";
import type { Action, Event } from "./protocol.ts";
import { BURST_US, type TimerName } from "./timers.ts";

export function stepCaller(s: CallerSession, event: Event, out: Action[]): undefined {
  switch (event.type) {
    case "connected":
      if (s.state.step === "idle") begin(s, out);
      return;
    case "tone":
      if (s.state.step === "await-dis" && event.tone === "ced") s.state.heardFax = true;
      return;
    case "carrier":
      if (event.modulation === "v21") onCarrier(s, event.up, out);
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

/** A burst that has begun is heard to its end: the running timer is prolonged, once. */
function onCarrier(s: CallerSession, up: boolean, out: Action[]): undefined {
  if (s.state.step === "await-dis") {
    s.state.burst = up;
    s.state.heardFax ||= up;
  } else if (s.state.step === "await-answer" && up && !s.state.prolonged) {
    s.state.prolonged = true;
    startTimer(out, "T4", BURST_US);
  }
}

function onFrame(s: CallerSession, bytes: Uint8Array, ok: boolean, out: Action[]): undefined {
  if (s.state.step === "await-dis") s.state.heardFax = true;
  if (!ok) return;
  const received = decodeFrame(bytes);
  if (isProblem(received)) return;
  const fcf = fcfOf(received.fcf);
  if (fcf === FCF.CSI) onStationId(s, received, out);
  else if (s.state.step === "await-dis") onFrameBeforeDis(s, fcf, received, out);
  else if (s.state.step === "await-page" && fcf === FCF.DCN) end(s, disconnectCause(s), out);
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
  const own = modulationsOf(s.options.modems);
  s.fallback = modulationsOf(dis.modems).filter(
    (modulation) => own.includes(modulation) && rateOf(modulation) <= ceiling,
  );
  if (s.fallback.length === 0) return disconnect(s, "no-common-modulation", out);
  train(s, out);
}

function onTimeout(s: CallerSession, timer: TimerName, out: Action[]): undefined {
  const { state } = s;
  if (timer === "T5" && s.notReady) disconnect(s, "not-ready", out);
  else if (timer === "T4" && state.step === "await-answer") repeat(s, state, out);
  else if (timer === "T1" && state.step === "await-dis") onSilence(s, state, out);
}

function onSilence(s: CallerSession, state: CallerState & { step: "await-dis" }, out: Action[]): undefined {
  if (!state.heardFax) return end(s, "no-fax-tone", out);
  if (state.prolonged || !state.burst) return disconnect(s, "no-dis", out);
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
  if (fcf === FCF.DCN) return end(s, disconnectCause(s), out);
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

/** DCN where something else was due. A page that was sent needs its confirmation, so training before page 1 differs. */
function disconnectCause(s: CallerSession): Cause {
  const training = s.state.step === "await-page" || (s.state.step === "await-answer" && s.state.to === "dcs");
  return training && s.page === 0 ? "disconnected-in-phase-b" : "disconnected-after-page";
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
      if (s.state.to === "dcs" && s.page === 0) return "hung-up-in-phase-b";
      return sending ? "hung-up-in-page" : "hung-up-after-page";
    case "ended":
      return s.state.result.cause;
    default:
      return s.state satisfies never;
  }
}
