/** The sender of pages (T.30 §5.2): what the answers to its commands mean. Either side may be it. */

import { ignored, report, stopTimer } from "./actions.ts";
import { ask, repeat, shortTraining, slower, type Waiting } from "./command.ts";
import { FCF, type Frame, frame } from "./frame.ts";
import type { Cause } from "./outcome.ts";
import type { Action } from "./protocol.ts";
import { disconnect, end, type Session, xOf } from "./state.ts";
import { onBlockAnswer, onNotReady, onReadyAnswer, sendBlock, startBlock } from "./transmitter-ecm.ts";
import {
  needPage,
  onPageAnswer,
  pageConfirmed,
  pageEnd,
  pageRefused,
  train,
  wantsOperator,
} from "./transmitter-page.ts";

/** The driver has brought the page. */
export function sendPage(s: Session, octets: Uint8Array, out: Action[]): undefined {
  if (octets.length === 0) return disconnect(s, "page-unavailable", out);
  const { modulation, ecm } = s.dcs!;
  report(out, { kind: "phase", phase: "C" });
  report(out, { kind: "page-sending", page: s.tx.page + 1 });
  if (ecm !== 0) return startBlock(s, octets, 0, 0, out);
  out.push({ type: "send-page", modulation, shortTraining: shortTraining(s), octets });
  report(out, { kind: "phase", phase: "D" });
  const end = pageEnd(s);
  ask(s, "page", frame((wantsOperator(s) ? FCF[`PRI_${end}`] : FCF[end]) | xOf(s), true), out);
}

export function onAnswer(s: Session, state: Waiting, fcf: number, received: Frame, out: Action[]): undefined {
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
      return sendBlock(s, s.tx.block!.bad, out);
    case "eor":
      if (fcf === FCF.RNR) return onNotReady(s, out);
      if (fcf !== FCF.ERR) return ignored(received, out);
      // The receiver goes on without this block; we do not, since the page would never be whole.
      return disconnect(s, "frames-not-corrected", out);
    default:
      return state.to satisfies never;
  }
}

function onTrainingAnswer(s: Session, state: Waiting, fcf: number, received: Frame, out: Action[]): undefined {
  switch (fcf) {
    case FCF.CFR:
      stopTimer(out, "T4");
      report(out, { kind: "training", ok: true, modulation: s.dcs!.modulation });
      s.tx.trained = true;
      return needPage(s, out);
    case FCF.FTT:
      stopTimer(out, "T4");
      report(out, { kind: "training", ok: false, modulation: s.dcs!.modulation });
      if (!slower(s)) return disconnect(s, "training-failed", out);
      return train(s, out);
    case FCF.DIS:
    case FCF.DTC:
      // The receiver has not understood DCS and identifies itself again (T.30 §5.4.2, flow chart, entry D).
      return repeat(s, state, out);
    default:
      return ignored(received, out);
  }
}

/** PIP or PIN where somebody may come: T3 runs until the driver says that the operator is done. */
export function onOperatorTime(s: Session, good: boolean, timedOut: boolean, out: Action[]): undefined {
  if (!timedOut) stopTimer(out, "T3");
  else if (s.options.attended?.afterT3 === "disconnect") return disconnect(s, "operator-wanted", out);
  if (good) pageConfirmed(s, false, out);
  else pageRefused(s, out);
}

/** DCN where something else was due. A page that was sent needs its confirmation, so training before page 1 differs. */
export function disconnectCause(s: Session): Cause {
  const training = s.state.step === "await-page" || (s.state.step === "await-answer" && s.state.to === "dcs");
  return training && s.tx.page === 0 ? "disconnected-in-phase-b" : "disconnected-after-page";
}

/** The line is gone while this side sends; `sending`: in the midst of a page. */
export function cutOffCause(s: Session, sending: boolean): Cause {
  const { state } = s;
  const training = state.step === "await-page" || (state.step === "await-answer" && state.to === "dcs");
  if (training) return s.tx.page === 0 ? "hung-up-in-phase-b" : "hung-up-after-page";
  return sending ? "hung-up-in-page" : "hung-up-after-page";
}
