/** The receiver with error correction (T.30 annex A): collect frames, ask for the bad ones, confirm blocks. */

import { ignored, report } from "./actions.ts";
import { decodeCtc } from "./capabilities.ts";
import { decodeFcd, decodePps, endOf, type Pps, pprFrame } from "./ecm.ts";
import { FCF, type Frame } from "./frame.ts";
import { isProblem } from "./problem.ts";
import type { Action } from "./protocol.ts";
import { answerFrame, answerWith, cutsPage, onImage, RECEIVING, repeatAnswer, stopWaiting } from "./receiver-answer.ts";
import { finishPage, handUp, onAsked, onBlock, phaseBAfter, stateAfter } from "./receiver-page.ts";
import { clearPage, disconnect, end, type Session, xOf } from "./state.ts";

export function onFcd(s: Session, received: Frame, out: Action[]): undefined {
  onImage(s, out);
  if (cutsPage(s)) return end(s, "hung-up-on-purpose", out);
  const fcd = decodeFcd(received.fif);
  if (isProblem(fcd) || fcd.data.length > s.dcs!.ecm) return;
  if (s.options.mood.damages !== undefined && isDamaged(s, fcd.number)) return;
  s.rx.frames[fcd.number] = fcd.data;
}

/** The mood has this frame of this attempt at this block come damaged. */
function isDamaged(s: Session, number: number): boolean {
  const { rx } = s;
  return s.options.mood.damages!.some(
    ({ page = rx.pages + 1, block = rx.block + 1, attempt = rx.attempt, frames }) =>
      page === rx.pages + 1 && block === rx.block + 1 && attempt === rx.attempt && frames.includes(number),
  );
}

export function onPps(s: Session, received: Frame, out: Action[]): undefined {
  const pps = decodePps(received.fif);
  if (isProblem(pps)) return ignored(received, out);
  const { state, rx } = s;
  if (state.step === "deciding") return onAsked(s, state, out);
  if (state.step === "await-training" || s.dcs === null || s.dcs.ecm === 0) return;
  if (isRepeatedPps(s, pps)) return repeatConfirmation(s, out);
  if (state.step !== "receiving") return;
  // The first PPS of a call may count from any page; after that nothing may be skipped.
  if (rx.pages === 0 && rx.block === 0) rx.page = pps.page;
  if (pps.page !== rx.page || pps.block !== (rx.block & 0xff)) return disconnect(s, "block-out-of-order", out);
  onBlockEnd(s, pps, out);
}

/** True for the PPS of the block before: our confirmation was lost. */
function isRepeatedPps({ rx }: Session, pps: Pps): boolean {
  if (rx.answered !== "PPS") return false;
  if (rx.block > 0) return pps.page === rx.page && pps.block === ((rx.block - 1) & 0xff);
  return pps.page === ((rx.page - 1) & 0xff);
}

function repeatConfirmation(s: Session, out: Action[]): undefined {
  s.rx.frames = [];
  s.rx.frameCount = 0;
  repeatAnswer(s, out);
}

function onBlockEnd(s: Session, pps: Pps, out: Action[]): undefined {
  stopWaiting(s, out);
  const { rx } = s;
  // Some senders count only the repeated frames in a later PPS: the first one tells the block's length.
  if (rx.frameCount === 0) rx.frameCount = pps.frames;
  let bad = 0;
  let octets = 0;
  for (let number = 0; number < rx.frameCount; number++) {
    const data = rx.frames[number];
    if (data === undefined) bad++;
    else octets += data.length;
  }
  if (bad > 0) {
    report(out, { kind: "block-damaged", page: rx.pages + 1, block: rx.block, bad });
    return answerFrame(s, "PPR", pprFrame(rx.frames, rx.frameCount, xOf(s)), RECEIVING, out);
  }
  if (rx.octets + octets > s.options.maxPageOctets) return disconnect(s, "page-too-long", out);
  for (let number = 0; number < rx.frameCount; number++) rx.pieces.push(rx.frames[number]!);
  rx.octets += octets;
  rx.block++;
  rx.attempt = 0;
  rx.repeats = 0;
  rx.frames = [];
  rx.frameCount = 0;
  if (pps.end === "NULL") return onBlock(s, out);
  if (!rx.pageDamaged) return handUp(s, pps.end, pps.operator ?? false, out);
  dropPage(s);
  finishPage(s, pps.end, "MCF", out);
}

/** A page that lost a block to EOR is not handed up; the call cannot end well any more. */
function dropPage({ rx }: Session): undefined {
  clearPage(rx);
  rx.incomplete = true;
  rx.page = (rx.page + 1) & 0xff;
  rx.block = 0;
  rx.attempt = 0;
}

/** RR. Outside a wait for the page to be stored it repeats the last answer. */
export function onReadyQuery(s: Session, out: Action[]): undefined {
  const { state } = s;
  if (state.step === "deciding") return onAsked(s, state, out);
  if (state.step !== "await-training" && s.rx.answer !== null && s.dcs !== null && s.dcs.ecm !== 0)
    repeatAnswer(s, out);
}

/** CTC: the sender goes on with the block at another rate, without TCF (T.30 annex A.4.1). */
export function onRateChange(s: Session, received: Frame, out: Action[]): undefined {
  const modulation = decodeCtc(received.fif);
  if (typeof modulation !== "string" || s.state.step !== "receiving" || s.dcs!.ecm === 0) return ignored(received, out);
  s.dcs = { ...s.dcs!, modulation };
  report(out, { kind: "rate-changed", modulation });
  answerWith(s, "CTC", FCF.CTR, RECEIVING, out);
}

export function onEndOfRetransmission(s: Session, received: Frame, out: Action[]): undefined {
  const { rx } = s;
  if (!rx.heardImage && rx.answered === "EOR" && s.state.step !== "await-training") return repeatAnswer(s, out);
  if (s.state.step !== "receiving" || s.dcs!.ecm === 0 || received.fif.length < 1) return ignored(received, out);
  const pageEnd = endOf(received.fif[0]!);
  rx.frames = [];
  rx.frameCount = 0;
  if (pageEnd === "NULL") {
    rx.pageDamaged = true;
    rx.block++;
    return answerWith(s, "EOR", FCF.ERR, RECEIVING, out);
  }
  dropPage(s);
  answerWith(s, "EOR", FCF.ERR, stateAfter(pageEnd), out);
  phaseBAfter(s, pageEnd, out);
}
