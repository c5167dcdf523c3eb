/** The calling side with error correction (T.30 annex A): blocks, repetition of bad frames, slower rates, RNR. */

import { ignored, report, startTimer, stopTimer } from "./actions.ts";
import { pageConfirmed, pageEnd, pageRefused } from "./caller-page.ts";
import { ask, type CallerSession, disconnect, type SendingBlock, shortTraining, slower } from "./caller-state.ts";
import { encodeCtc } from "./capabilities.ts";
import { decodePpr, encodeBlock, eorFrame, type Pps, ppsFrame, RCP_COUNT } from "./ecm.ts";
import { FCF, type Frame, frame, X } from "./frame.ts";
import { isProblem } from "./problem.ts";
import type { Action } from "./protocol.ts";
import { PPR_LIMIT } from "./timers.ts";

export function startBlock(s: CallerSession, page: Uint8Array, from: number, number: number, out: Action[]): undefined {
  const size = s.dcs!.ecm || 256;
  const frames = encodeBlock(page, from, size);
  const more = from + frames.length * size < page.length;
  s.block = { page, from, number, frames, end: more ? "NULL" : pageEnd(s), pprs: 0, bad: [] };
  sendBlock(s, undefined, out);
}

/** Sends a block, or only its frames `numbers`, and asks for the answer. */
export function sendBlock(s: CallerSession, numbers: readonly number[] | undefined, out: Action[]): undefined {
  const block = s.block!;
  const frames = numbers === undefined ? block.frames : numbers.map((number) => block.frames[number]!);
  const { modulation } = s.dcs!;
  out.push({ type: "send-ecm-block", modulation, shortTraining: shortTraining(s), frames, rcp: RCP_COUNT });
  s.trained = true;
  report(out, { kind: "phase", phase: "D" });
  const pps: Pps = { end: block.end, page: s.page & 0xff, block: block.number & 0xff, frames: block.frames.length };
  ask(s, "block", ppsFrame(pps), out);
}

export function onBlockAnswer(s: CallerSession, fcf: number, received: Frame, out: Action[]): undefined {
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
export function onNotReady(s: CallerSession, out: Action[]): undefined {
  stopTimer(out, "T4");
  if (!s.notReady) {
    s.notReady = true;
    startTimer(out, "T5");
    report(out, { kind: "not-ready", page: s.page + 1 });
  }
  ask(s, "rr", frame(FCF.RR | X, true), out);
}

export function onReadyAnswer(s: CallerSession, fcf: number, received: Frame, out: Action[]): undefined {
  if (fcf === FCF.RNR) return onNotReady(s, out);
  const answersBlock = fcf === FCF.MCF || fcf === FCF.PIP || fcf === FCF.PIN || fcf === FCF.RTN || fcf === FCF.RTP;
  if (!answersBlock && fcf !== FCF.ERR) return ignored(received, out);
  s.notReady = false;
  stopTimer(out, "T5");
  if (fcf === FCF.ERR) disconnect(s, "frames-not-corrected", out);
  else onBlockAnswer(s, fcf, received, out);
}
