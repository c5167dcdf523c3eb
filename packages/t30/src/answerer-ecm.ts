/** The answering side with error correction (T.30 annex A): collect frames, ask for the bad ones, confirm blocks. */

import { ignored, report } from "./actions.ts";
import { confirmPage, finishPage, handUp, sayNotReady, stateAfter } from "./answerer-page.ts";
import {
  type AnswererSession,
  answerFrame,
  answerWith,
  clearPage,
  cutsPage,
  disconnect,
  end,
  onImage,
  RECEIVING,
  repeatAnswer,
  stopWaiting,
} from "./answerer-state.ts";
import { decodeCtc } from "./capabilities.ts";
import { decodeFcd, decodePps, endOf, type Pps, pprFrame } from "./ecm.ts";
import { FCF, type Frame } from "./frame.ts";
import { isProblem } from "./problem.ts";
import type { Action } from "./protocol.ts";

export function onFcd(s: AnswererSession, received: Frame, out: Action[]): undefined {
  onImage(s, out);
  if (cutsPage(s)) return end(s, "hung-up-on-purpose", out);
  const fcd = decodeFcd(received.fif);
  if (isProblem(fcd) || fcd.data.length > s.dcs!.ecm) return;
  s.frames[fcd.number] = fcd.data;
}

export function onPps(s: AnswererSession, received: Frame, out: Action[]): undefined {
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

export function onReadyQuery(s: AnswererSession, out: Action[]): undefined {
  const { state } = s;
  if (state.step !== "deciding") {
    if (state.step !== "await-training" && s.answer !== null && s.dcs !== null && s.dcs.ecm !== 0) repeatAnswer(s, out);
    return;
  }
  if (s.dcs!.ecm === 0) return;
  if (state.stored && state.notReady === 0) return confirmPage(s, state.end, out);
  sayNotReady(s, state, out);
}

/** CTC: the caller goes on with the block at another rate, without TCF (T.30 annex A.4.1). */
export function onRateChange(s: AnswererSession, received: Frame, out: Action[]): undefined {
  const modulation = decodeCtc(received.fif);
  if (typeof modulation !== "string" || s.state.step !== "receiving" || s.dcs!.ecm === 0) return ignored(received, out);
  s.dcs = { ...s.dcs!, modulation };
  report(out, { kind: "rate-changed", modulation });
  answerWith(s, "CTC", FCF.CTR, RECEIVING, out);
}

export function onEndOfRetransmission(s: AnswererSession, received: Frame, out: Action[]): undefined {
  if (!s.heardImage && s.answered === "EOR" && s.state.step !== "await-training") return repeatAnswer(s, out);
  if (s.state.step !== "receiving" || s.dcs!.ecm === 0 || received.fif.length < 1) return ignored(received, out);
  const pageEnd = endOf(received.fif[0]!);
  s.frames = [];
  s.frameCount = 0;
  if (pageEnd === "NULL") {
    s.pageDamaged = true;
    s.block++;
    return answerWith(s, "EOR", FCF.ERR, RECEIVING, out);
  }
  dropPage(s);
  answerWith(s, "EOR", FCF.ERR, stateAfter(pageEnd), out);
}
