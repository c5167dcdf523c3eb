/** Commands of a sender and their three tries (T.30 §5.4.3.1). */

import { report, startTimer } from "./actions.ts";
import { addressFrames } from "./addressing.ts";
import { FCF, type Frame, fcfName, frame } from "./frame.ts";
import { encodeId } from "./identity.ts";
import { MODULATIONS, tcfOctets } from "./modulation.ts";
import type { Cause } from "./outcome.ts";
import type { Action } from "./protocol.ts";
import { disconnect, type Question, type Session, type State, say, weariness, xOf } from "./state.ts";
import { BURST_US, COMMAND_TRIES } from "./timers.ts";

/** A sender that waits for an answer. */
export type Waiting = State & { step: "await-answer" };

const NO_ANSWER: Readonly<Record<Question, Cause>> = {
  dcs: "no-answer-to-dcs",
  page: "no-answer-to-page",
  block: "no-answer-to-block",
  ctc: "no-answer-to-rate-change",
  eor: "no-answer-to-end-of-retransmission",
  rr: "no-answer-to-ready-query",
};

/** Says a command and waits for its answer. */
export function ask(s: Session, to: Question, command: Frame, out: Action[]): undefined {
  s.state = { step: "await-answer", to, command, tries: 0, prolonged: false };
  sendCommand(s, s.state, out);
}

function sendCommand(s: Session, state: Waiting, out: Action[]): undefined {
  const weary = weariness(s, ++s.tx.repeats);
  if (weary !== undefined) return disconnect(s, weary, out);
  state.tries++;
  state.prolonged = false;
  if (state.to === "dcs") {
    const id = s.options.stationId;
    const tsi = id === "" ? [] : [frame(FCF.TSI | xOf(s), false, encodeId(id))];
    const { modulation } = s.dcs!;
    say(s, [...addressFrames(s), ...tsi, state.command], out);
    out.push({ type: "send-training", modulation, octets: tcfOctets(modulation) });
  } else {
    say(s, [state.command], out);
  }
  out.push({ type: "listen", for: "v21" });
  startTimer(out, "T4");
}

/** Says the command once more; after three tries the call ends (T.30 §5.4.3.1). */
export function repeat(s: Session, state: Waiting, out: Action[]): undefined {
  if (state.tries >= COMMAND_TRIES) return disconnect(s, NO_ANSWER[state.to], out);
  report(out, { kind: "command-repeated", command: fcfName(state.command.fcf)!, attempt: state.tries + 1 });
  sendCommand(s, state, out);
}

/** Goes one step down the chain; false at its end. */
export function slower(s: Session): boolean {
  if (s.tx.fallback.length < 2) return false;
  s.tx.fallback = s.tx.fallback.slice(1);
  return true;
}

export function shortTraining(s: Session): boolean {
  return s.tx.trained && MODULATIONS[s.dcs!.modulation].family === "v17";
}

/** A burst that has begun is heard to its end: T4 is prolonged, once. */
export function onAnswerBurst(state: Waiting, out: Action[]): undefined {
  if (state.prolonged) return;
  state.prolonged = true;
  startTimer(out, "T4", BURST_US);
}
