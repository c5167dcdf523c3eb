/** Calls of an emulated modem: dialling, ringing, answering, hanging up (V.250 §6.3, T.31 §8.1). */

import { release } from "./dce-page.ts";
import { carrierDown } from "./dce-receive.ts";
import {
  conclude,
  type DceAction,
  type DceEvent,
  type DceState,
  encodeCallerId,
  newReception,
  say,
} from "./dce-state.ts";
import { beginAnswer } from "./dce-transmit.ts";

const SECOND_US = 1_000_000;
/** European cadence: one second of ringing, four of silence. */
const RING_EVERY_US = 5 * SECOND_US;
/** CNG every 3.5 s until something is heard (T.30 §4.2). */
const CNG_EVERY_US = 3_500_000;
/** Commas that pause, beyond which dialling goes on. */
const MAX_PAUSES = 5;
const S0_AUTO_ANSWER = 0;
const S1_RINGS = 1;
const S7_PATIENCE = 7;
const S8_PAUSE = 8;

/** D: from now on the terminal waits. False is ERROR. */
export function dial(state: DceState, text: string, nowUs: number): boolean {
  if (state.call.is === "up" || state.call.is === "gone") return false;
  const voice = text.includes(";");
  const string = voice ? text.slice(0, text.indexOf(";")) : text;
  if (!/^[0-9*#A-D+TPW,@!L()/.-]*$/.test(string)) return false;
  const pauses = Math.min(MAX_PAUSES, string.split(",").length - 1);
  const number = string.replace(/[^0-9*#A-D+]/g, "");
  const { registers } = state.profile;
  const dialAtUs = nowUs + pauses * registers[S8_PAUSE]! * SECOND_US;
  const patience = registers[S7_PATIENCE] || 255;
  state.mode = { is: "dialing", dialAtUs, untilUs: dialAtUs + patience * SECOND_US, number, voice };
  return true;
}

/** The pauses are over. */
export function dialNow(state: DceState, number: string, out: DceAction[]): void {
  // Somebody who calls at this very moment has the line.
  if (state.call.is === "ringing") {
    conclude(state, "NO CARRIER", out);
    return;
  }
  state.call = { is: "dialing" };
  out.push({ type: "dial", number });
}

/** A. */
export function answer(state: DceState, nowUs: number, out: DceAction[]): void {
  if (state.call.is !== "ringing") {
    conclude(state, "NO CARRIER", out);
    return;
  }
  state.call = { is: "answering" };
  state.mode = { is: "answering", untilUs: nowUs + (state.profile.registers[S7_PATIENCE] || 255) * SECOND_US };
  out.push({ type: "answer" });
}

/** H, Z, and whatever else ends a call; nothing when there is none. */
export function hangUp(state: DceState, out: DceAction[]): void {
  if (state.call.is === "on-hook" || state.call.is === "ringing") return;
  release(state, out);
  state.call = { is: "on-hook" };
  state.tx = { is: "silent" };
  state.sentUs = Number.NEGATIVE_INFINITY;
  state.rx = newReception();
  out.push({ type: "hang-up" });
}

/** What the exchange tells. */
export function callProgress(
  state: DceState,
  event: DceEvent & { type: "call" },
  nowUs: number,
  out: DceAction[],
): void {
  switch (event.what) {
    case "ring":
      if (state.call.is !== "on-hook" || state.mode.is !== "command") return;
      state.call = { is: "ringing", from: event.from ?? "", rings: 0, nextUs: nowUs };
      ring(state, state.call, nowUs, out);
      return;
    case "connected":
      connected(state, nowUs, out);
      return;
    case "busy":
      failed(state, state.profile.progress >= 3 ? "BUSY" : "NO CARRIER", out);
      return;
    case "no-answer":
      failed(state, "NO ANSWER", out);
      return;
    case "no-carrier":
      failed(state, "NO CARRIER", out);
      return;
    case "no-dialtone":
      failed(state, state.profile.progress === 2 || state.profile.progress === 4 ? "NO DIALTONE" : "NO CARRIER", out);
      return;
    case "hangup":
      gone(state, nowUs, out);
      return;
    default:
      event satisfies never;
  }
}

function failed(state: DceState, code: "BUSY" | "NO ANSWER" | "NO CARRIER" | "NO DIALTONE", out: DceAction[]): void {
  if (state.call.is !== "dialing") return;
  state.call = { is: "on-hook" };
  if (state.mode.is === "dialing") conclude(state, code, out);
}

function connected(state: DceState, nowUs: number, out: DceAction[]): void {
  const { call, mode } = state;
  if (call.is !== "dialing" && call.is !== "answering") return;
  state.rx = newReception();
  const isFax = state.profile.faxClass !== "0";
  state.call = { is: "up" };
  if (mode.is === "dialing" && mode.voice) {
    conclude(state, "OK", out);
  } else if (!isFax) {
    // There is no data modem behind this one.
    hangUp(state, out);
    conclude(state, "NO CARRIER", out);
  } else if (mode.is === "dialing") {
    state.call = { is: "up", cngUs: nowUs };
    state.mode = { is: "wait-frame", untilUs: mode.untilUs };
  } else if (mode.is === "answering") beginAnswer(state, nowUs, out);
}

/** The far end has hung up: whoever waits for it is told, whoever sends goes on to the end of it, as on a real line. */
function gone(state: DceState, nowUs: number, out: DceAction[]): void {
  const { call } = state;
  if (call.is === "ringing") {
    state.call = { is: "on-hook" };
    state.profile.registers[S1_RINGS] = 0;
    return;
  }
  if (call.is === "on-hook" || call.is === "gone") return;
  state.call = { is: "gone" };
  carrierDown(state, nowUs, out);
  const waiting = ["dialing", "answering", "wait-frame", "wait-page"].includes(state.mode.is);
  if (!waiting) return;
  hangUp(state, out);
  conclude(state, "NO CARRIER", out);
}

function ring(state: DceState, call: DceState["call"] & { is: "ringing" }, nowUs: number, out: DceAction[]): void {
  call.rings++;
  call.nextUs = nowUs + RING_EVERY_US;
  const { registers, callerId } = state.profile;
  registers[S1_RINGS] = Math.min(call.rings, 255);
  if (state.mode.is !== "command") return;
  // A line that is being typed is not torn apart.
  if (state.line.stage !== "body") {
    say(state, "RING", out);
    if (callerId && call.rings === 1) out.push({ type: "dte", bytes: encodeCallerId(call.from) });
  }
  if (registers[S0_AUTO_ANSWER]! > 0 && call.rings >= registers[S0_AUTO_ANSWER]!) answer(state, nowUs, out);
}

/** When something of a call is due by itself. */
export function callDueUs({ call, mode }: DceState): number | undefined {
  if (call.is === "ringing") return call.nextUs;
  if (call.is === "up" && call.cngUs !== undefined) {
    return mode.is === "wait-frame" && mode.untilUs !== undefined ? Math.min(call.cngUs, mode.untilUs) : call.cngUs;
  }
  if (mode.is === "wait-frame") return mode.untilUs;
  if (mode.is === "dialing") return call.is === "dialing" ? mode.untilUs : mode.dialAtUs;
  return mode.is === "answering" && call.is === "answering" ? mode.untilUs : undefined;
}

export function callDue(state: DceState, nowUs: number, out: DceAction[]): void {
  const { call, mode } = state;
  if (call.is === "ringing" && mode.is !== "dialing") {
    if (call.nextUs <= nowUs) ring(state, call, nowUs, out);
    return;
  }
  if (mode.is === "dialing" && call.is !== "dialing") {
    if (mode.dialAtUs <= nowUs) dialNow(state, mode.number, out);
    return;
  }
  const untilUs =
    mode.is === "wait-frame" || mode.is === "dialing" || mode.is === "answering" ? mode.untilUs : undefined;
  if (untilUs !== undefined && untilUs <= nowUs && (mode.is !== "answering" || call.is === "answering")) {
    hangUp(state, out);
    conclude(state, mode.is === "dialing" ? "NO ANSWER" : "NO CARRIER", out);
    return;
  }
  if (call.is === "up" && call.cngUs !== undefined && call.cngUs <= nowUs) {
    out.push({ type: "ifp", ifp: { kind: "indicator", indicator: "cng" } });
    call.cngUs += CNG_EVERY_US;
  }
}
