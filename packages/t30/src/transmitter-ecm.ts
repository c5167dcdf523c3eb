/** The sender with error correction (T.30 annex A): blocks, repetition of bad frames, slower rates, RNR. */

import { ignored, report, startTimer, stopTimer } from "./actions.ts";
import { encodeCtc } from "./capabilities.ts";
import { ask, shortTraining, slower } from "./command.ts";
import { decodePpr, encodeBlock, eorFrame, ppsFrame, RCP_COUNT } from "./ecm.ts";
import { FCF, type Frame, frame } from "./frame.ts";
import { isProblem } from "./problem.ts";
import type { Action } from "./protocol.ts";
import { disconnect, type SendingBlock, type Session, xOf } from "./state.ts";
import { PPR_LIMIT } from "./timers.ts";
import { onPageAnswer, pageEnd, wantsOperator } from "./transmitter-page.ts";

export function startBlock(s: Session, page: Uint8Array, from: number, number: number, out: Action[]): undefined {
  const size = s.dcs!.ecm || 256;
  const frames = encodeBlock(page, from, size);
  const more = from + frames.length * size < page.length;
  s.tx.block = { page, from, number, frames, end: more ? "NULL" : pageEnd(s), pprs: 0, bad: [] };
  sendBlock(s, undefined, out);
}

/** Sends a block, or only its frames `numbers`, and asks for the answer. */
export function sendBlock(s: Session, numbers: readonly number[] | undefined, out: Action[]): undefined {
  const block = s.tx.block!;
  const frames = numbers === undefined ? block.frames : numbers.map((number) => block.frames[number]!);
  const { modulation } = s.dcs!;
  out.push({ type: "send-ecm-block", modulation, shortTraining: shortTraining(s), frames, rcp: RCP_COUNT });
  s.tx.trained = true;
  report(out, { kind: "phase", phase: "D" });
  const place = { page: s.tx.page & 0xff, block: block.number & 0xff, frames: block.frames.length };
  const operator = block.end !== "NULL" && wantsOperator(s);
  ask(s, "block", ppsFrame({ end: block.end, ...(operator && { operator }), ...place }, xOf(s)), out);
}

export function onBlockAnswer(s: Session, fcf: number, received: Frame, out: Action[]): undefined {
  switch (fcf) {
    case FCF.PPR:
      return onDamagedBlock(s, received, out);
    case FCF.RNR:
      return onNotReady(s, out);
    case FCF.MCF:
    case FCF.PIP:
    case FCF.RTP:
      if (s.tx.block!.end === "NULL") return nextBlock(s, out);
      return onPageAnswer(s, fcf, received, out);
    default:
      // RTN is not of annex A, but receivers send it when a page does not decode.
      return onPageAnswer(s, fcf, received, out);
  }
}

function nextBlock(s: Session, out: Action[]): undefined {
  const block = s.tx.block!;
  stopTimer(out, "T4");
  s.tx.repeats = 0;
  report(out, { kind: "phase", phase: "C" });
  const size = s.dcs!.ecm || 256;
  startBlock(s, block.page, block.from + block.frames.length * size, block.number + 1, out);
}

function onDamagedBlock(s: Session, received: Frame, out: Action[]): undefined {
  const block = s.tx.block!;
  const bad = decodePpr(received.fif, block.frames.length);
  if (isProblem(bad)) return ignored(received, out);
  stopTimer(out, "T4");
  // A PPR that names none of our frames still wants to see one before it confirms.
  block.bad = bad.length > 0 ? bad : [block.frames.length - 1];
  block.pprs++;
  report(out, { kind: "block-damaged", page: s.tx.page + 1, block: block.number, bad: block.bad.length });
  if (block.pprs < PPR_LIMIT) return sendBlock(s, block.bad, out);
  if (!slower(s)) return ask(s, "eor", eorFrame(block.end, xOf(s)), out);
  changeRate(s, block, out);
}

/** CTC: the rest of the block goes at the next lower rate, with long training and no TCF (T.30 annex A.4.1). */
function changeRate(s: Session, block: SendingBlock, out: Action[]): undefined {
  block.pprs = 0;
  s.dcs = { ...s.dcs!, modulation: s.tx.fallback[0]! };
  s.tx.trained = false;
  report(out, { kind: "rate-changed", modulation: s.dcs.modulation });
  ask(s, "ctc", frame(FCF.CTC | xOf(s), true, encodeCtc(s.dcs)), out);
}

/** RNR: ask with RR until T5, counted from the first RNR, runs out (T.30 annex A.5.4.1). */
export function onNotReady(s: Session, out: Action[]): undefined {
  stopTimer(out, "T4");
  if (!s.tx.notReady) {
    s.tx.notReady = true;
    startTimer(out, "T5");
    report(out, { kind: "not-ready", page: s.tx.page + 1 });
  }
  ask(s, "rr", frame(FCF.RR | xOf(s), true), out);
}

/** The answer to RR is that to the command before it, or RNR again. */
export function onReadyAnswer(s: Session, fcf: number, received: Frame, out: Action[]): undefined {
  if (fcf === FCF.RNR) return onNotReady(s, out);
  if (!READY.has(fcf)) return ignored(received, out);
  s.tx.notReady = false;
  stopTimer(out, "T5");
  if (fcf === FCF.ERR) disconnect(s, "frames-not-corrected", out);
  else onBlockAnswer(s, fcf, received, out);
}

const READY: ReadonlySet<number> = new Set([FCF.MCF, FCF.PIP, FCF.PIN, FCF.RTN, FCF.RTP, FCF.ERR]);
