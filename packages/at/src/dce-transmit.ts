/**
 * What an emulated modem puts on the line for its terminal (T.31 §8.3), at the pace of the line: V.21 frames of +FTH, page
 * data of +FTM, and the silences between. Each octet goes out when it is its turn, never when the terminal happened to give it.
 */

import { LINE_TIME, MODULATIONS, reverseBits } from "@depesche/t30";
import { carrierOff, indicate, onTime, sendFields } from "./dce-carrier.ts";
import { sendPiece } from "./dce-page.ts";
import { forgetFrames } from "./dce-receive.ts";
import { conclude, type DceAction, type DceState, say } from "./dce-state.ts";
import { newDleState, unstuffDle } from "./dle.ts";
import { faxModem, V21_CODE } from "./fax-modems.ts";

/** After CONNECT, and between pieces of data, a terminal may take so long (T.31 §8.3.3). */
const TERMINAL_PATIENCE_US = 5_000_000;
/** Somebody else on the line is waited for no longer than this before the carrier goes up all the same. */
const MOST_POLITE_US = 1_000_000;
const MAX_FRAME = 400;
const MAX_FRAMES = 16;
const V21_OCTET_US = Math.round(8_000_000 / 300);
/** FCS and the flag behind it. */
const V21_END_US = 3 * V21_OCTET_US;
const FINAL_BIT = 0x10;
/** +FTH=3 or +FTM: the carrier goes up when the line has been quiet for 75 ms. */
export function beginCarrier(state: DceState, code: number, nowUs: number): void {
  forgetFrames(state);
  state.rx.image = undefined;
  state.rx.lossUntold = false;
  state.tx = { is: "holding", next: code === V21_CODE ? "v21" : code, untilUs: nowUs + MOST_POLITE_US };
  state.mode =
    code === V21_CODE
      ? { is: "send-frames", dle: newDleState(), frame: [], frames: [], owedSinceUs: Number.POSITIVE_INFINITY }
      : { is: "send-page", dle: newDleState(), lastUs: Number.POSITIVE_INFINITY };
}

/** Off-hook for a caller: CED, then as +FTH=3 (T.31 §8.1, ATA). */
export function beginAnswer(state: DceState, nowUs: number, out: DceAction[]): void {
  beginCarrier(state, V21_CODE, nowUs);
  indicate("ced", out);
  state.tx = { is: "ced", untilUs: nowUs + LINE_TIME.cedUs };
}

/** Time at which `advance` has something to do; undefined when only the terminal can go on. */
export function transmissionDueUs(state: DceState): number | undefined {
  const { tx, mode } = state;
  switch (tx.is) {
    case "silent":
      return undefined;
    case "holding":
      return Math.min(tx.untilUs, quietUs(state));
    case "ced":
    case "preamble":
      return tx.untilUs;
    case "frame":
      return tx.nextUs;
    case "flags":
      return mode.is === "send-frames" ? mode.owedSinceUs + TERMINAL_PATIENCE_US : undefined;
    case "page":
      if (tx.buffered > 0 || tx.ended) return tx.clockUs;
      return mode.is === "send-page" ? Math.max(tx.clockUs, mode.lastUs) + TERMINAL_PATIENCE_US : undefined;
    default:
      return tx satisfies never;
  }
}

/** When 75 ms of silence are over, from both directions. */
function quietUs({ rx, sentUs }: DceState): number {
  if (rx.signal !== undefined) return Number.POSITIVE_INFINITY;
  return Math.max(rx.endedUs, sentUs) + LINE_TIME.silenceUs;
}

/** Does what is due. */
export function advance(state: DceState, nowUs: number, out: DceAction[]): void {
  for (;;) {
    const dueUs = transmissionDueUs(state);
    if (dueUs === undefined || dueUs > nowUs) return;
    advanceOnce(state, nowUs, out);
  }
}

function advanceOnce(state: DceState, nowUs: number, out: DceAction[]): void {
  const { tx } = state;
  switch (tx.is) {
    case "holding":
      carrierOn(state, tx.next, nowUs, out);
      return;
    case "ced":
      state.sentUs = tx.untilUs;
      state.tx = { is: "holding", next: "v21", untilUs: nowUs + MOST_POLITE_US };
      return;
    case "preamble":
      state.tx = { is: "flags" };
      nextFrame(state, onTime(tx.untilUs, nowUs));
      return;
    case "flags":
      // The terminal has owed a frame for too long.
      sendFields("v21", [{ type: "hdlc-sig-end" }], out);
      carrierOff(state, nowUs, out);
      conclude(state, "ERROR", out);
      return;
    case "frame":
      sendOctet(state, tx, nowUs, out);
      return;
    case "page":
      sendPiece(state, tx, nowUs, out);
      return;
    case "silent":
      return;
    default:
      tx satisfies never;
  }
}

function carrierOn(state: DceState, next: "v21" | number, nowUs: number, out: DceAction[]): void {
  if (state.call.is === "up") delete state.call.cngUs;
  if (next === "v21") {
    indicate("v21-preamble", out);
    state.tx = { is: "preamble", untilUs: nowUs + LINE_TIME.preambleUs };
    owe(state, nowUs, out);
    return;
  }
  const modem = faxModem(next)!;
  const { shortTrainingUs, longTrainingUs } = MODULATIONS[modem.modulation];
  indicate(modem.training, out);
  const clockUs = nowUs + (modem.short ? shortTrainingUs : longTrainingUs);
  state.tx = {
    is: "page",
    code: next,
    buffer: [],
    buffered: 0,
    ended: false,
    stopped: false,
    clockUs,
    hdlc: undefined,
  };
  if (state.mode.is === "send-page") state.mode.lastUs = nowUs;
  say(state, "CONNECT", out);
}

/** CONNECT: now the terminal owes a frame. */
function owe(state: DceState, nowUs: number, out: DceAction[]): void {
  if (state.mode.is !== "send-frames") return;
  state.mode.owedSinceUs = nowUs;
  say(state, "CONNECT", out);
}

/** The terminal's octets while it sends frames; those behind the end of the last frame are left in `octets`. */
export function takeFrameData(state: DceState, octets: Uint8Array, nowUs: number, out: DceAction[]): void {
  let rest = octets;
  while (rest.length > 0 && state.mode.is === "send-frames") {
    const { mode } = state;
    const { data, ended, used } = unstuffDle(mode.dle, rest);
    rest = rest.subarray(used);
    for (const octet of data) if (mode.frame.length <= MAX_FRAME) mode.frame.push(octet);
    if (data.length > 0) mode.owedSinceUs = nowUs;
    if (!ended) continue;
    // What is too long for any frame of fax, or comes in heaps, is no frame.
    if (mode.frame.length <= MAX_FRAME && mode.frames.length < MAX_FRAMES)
      mode.frames.push(Uint8Array.from(mode.frame));
    mode.frame = [];
    if (state.tx.is === "flags") {
      nextFrame(state, nowUs);
      advance(state, nowUs, out);
    }
  }
}

/** Begins the oldest frame that is whole; flags go on while there is none. */
function nextFrame(state: DceState, atUs: number): void {
  const frame = state.mode.is === "send-frames" ? state.mode.frames.shift() : undefined;
  if (frame) state.tx = { is: "frame", frame, at: 0, nextUs: atUs };
}

function sendOctet(state: DceState, tx: DceState["tx"] & { is: "frame" }, nowUs: number, out: DceAction[]): void {
  const { frame, at } = tx;
  const dueUs = onTime(tx.nextUs, nowUs);
  if (at < frame.length) {
    sendFields("v21", [{ type: "hdlc-data", data: Uint8Array.of(reverseBits(frame[at]!)) }], out);
    tx.at++;
    tx.nextUs = dueUs + V21_OCTET_US + (tx.at === frame.length ? V21_END_US : 0);
    return;
  }
  // An empty frame takes the carrier down as a final one does (T.31 §8.3.5).
  const isFinal = frame.length < 2 || (frame[1]! & FINAL_BIT) !== 0;
  if (!isFinal) {
    sendFields("v21", [{ type: "hdlc-fcs-ok" }], out);
    state.tx = { is: "flags" };
    owe(state, nowUs, out);
    nextFrame(state, dueUs);
    return;
  }
  sendFields("v21", [{ type: frame.length === 0 ? "hdlc-sig-end" : "hdlc-fcs-ok-sig-end" }], out);
  carrierOff(state, nowUs, out);
  conclude(state, "OK", out);
}
