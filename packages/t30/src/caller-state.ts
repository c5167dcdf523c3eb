/** The calling side: its state, and commands with their three tries. */

import { report, startTimer } from "./actions.ts";
import type { Capabilities, Dcs } from "./capabilities.ts";
import type { Pps } from "./ecm.ts";
import { FCF, type Frame, fcfName, frame, X } from "./frame.ts";
import { encodeId } from "./identity.ts";
import { MODULATIONS, type Modulation, tcfOctets } from "./modulation.ts";
import { type Cause, type Result, resultOf } from "./outcome.ts";
import type { Action, CallerOptions } from "./protocol.ts";
import { COMMAND_TRIES } from "./timers.ts";

/** A command the caller waits an answer to; names the row of `NO_ANSWER`. */
export type Question = "dcs" | "page" | "block" | "ctc" | "eor" | "rr";

/** Where the calling side stands. */
export type CallerState =
  | { step: "idle" }
  /** `burst`: one is being heard right now; `prolonged`: T1 has been, for its sake. */
  | { step: "await-dis"; heardFax: boolean; afterEom: boolean; burst: boolean; prolonged: boolean }
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

export function ask(s: CallerSession, to: Question, command: Frame, out: Action[]): undefined {
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

export function repeat(s: CallerSession, state: CallerState & { step: "await-answer" }, out: Action[]): undefined {
  if (state.tries >= COMMAND_TRIES) return disconnect(s, NO_ANSWER[state.to], out);
  report(out, { kind: "command-repeated", command: fcfName(state.command.fcf)!, attempt: state.tries + 1 });
  sendCommand(s, state, out);
}

/** Goes one step down the chain; false at its end. */
export function slower(s: CallerSession): boolean {
  if (s.fallback.length < 2) return false;
  s.fallback = s.fallback.slice(1);
  return true;
}

export function shortTraining(s: CallerSession): boolean {
  return s.trained && MODULATIONS[s.dcs!.modulation].family === "v17";
}

/** Says DCN and ends the call. */
export function disconnect(s: CallerSession, cause: Cause, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "E" });
  out.push({ type: "send-frames", frames: [frame(FCF.DCN | X, true)] });
  end(s, cause, out);
}

export function end(s: CallerSession, cause: Cause, out: Action[]): undefined {
  const result = resultOf(cause, s.page);
  s.state = { step: "ended", result };
  s.block = null;
  out.push({ type: "hang-up", result });
}
