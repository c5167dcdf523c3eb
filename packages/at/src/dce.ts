/**
 * The DCE of a Class 1 fax modem (ITU-T T.31, V.250) as a pure machine: octets of a terminal on one side, a telephone line of
 * IFPs (T.38) on the other. The terminal does T.30; the modem does bits, silence and time. It keeps the pace of a real line:
 * who drives it calls `stepDce` with what happens and with `wake` at `dceWakeUs`.
 */

import { answer, callDue, callDueUs, callProgress, dial, hangUp } from "./dce-call.ts";
import { type Command, nextCommand, readOctet } from "./dce-line.ts";
import { takePageData } from "./dce-page.ts";
import { abortReception, carrierDown, hear, hearGap, receiveFrames, receivePage, signalLostUs } from "./dce-receive.ts";
import { DEFAULT_OPTIONS, newProfile, setBasic, setExtended, setRegister } from "./dce-settings.ts";
import {
  conclude,
  type DceAction,
  type DceEvent,
  type DceOptions,
  type DceState,
  newReception,
  type Profile,
} from "./dce-state.ts";
import { advance, beginCarrier, takeFrameData, transmissionDueUs } from "./dce-transmit.ts";
import { CAN, XOFF, XON } from "./dle.ts";
import { faxModem, V21_CODE } from "./fax-modems.ts";
import { LINE_END } from "./result-codes.ts";

export type { DceAction, DceEvent, DceOptions, DceState };

/** Characters so soon behind a command line do not abort it (V.250 §5.6.1). */
const DEAF_US = 125_000;
const TEN_MS_US = 10_000;

/** A modem that has just been switched on. */
export function createDce(options: DceOptions = {}): DceState {
  return {
    options: { ...DEFAULT_OPTIONS, ...options },
    profile: newProfile(),
    line: { stage: "none", text: "", overlong: false },
    lastLine: "",
    rest: "",
    acceptedUs: Number.NEGATIVE_INFINITY,
    isFirstOctet: false,
    mode: { is: "command" },
    call: { is: "on-hook" },
    tx: { is: "silent" },
    sentUs: Number.NEGATIVE_INFINITY,
    rx: newReception(),
    dropped: 0,
  };
}

/** The machine's one move. `nowUs` never goes back. Actions are put behind what is in `out`. */
export function stepDce(state: DceState, event: DceEvent, nowUs: number, out: DceAction[]): void {
  switch (event.type) {
    case "dte":
      takeOctets(state, event.bytes, nowUs, out);
      return;
    case "ifp":
      if (state.call.is === "up") hear(state, event.ifp, nowUs, out);
      return;
    case "gap":
      hearGap(state);
      return;
    case "call":
      callProgress(state, event, nowUs, out);
      return;
    case "wake":
      wake(state, nowUs, out);
      return;
    default:
      event satisfies never;
  }
}

/** When the machine wants to be woken; undefined when nothing of it waits for time. */
export function dceWakeUs(state: DceState): number | undefined {
  let first: number | undefined;
  for (const dueUs of [transmissionDueUs(state), signalLostUs(state), silenceDueUs(state), callDueUs(state)]) {
    if (dueUs !== undefined && (first === undefined || dueUs < first)) first = dueUs;
  }
  return first === Number.POSITIVE_INFINITY ? undefined : first;
}

function wake(state: DceState, nowUs: number, out: DceAction[]): void {
  advance(state, nowUs, out);
  const lostUs = signalLostUs(state);
  if (lostUs !== undefined && lostUs <= nowUs) carrierDown(state, nowUs, out);
  const silenceUs = silenceDueUs(state);
  if (silenceUs !== undefined && silenceUs <= nowUs) done(state, nowUs, out);
  callDue(state, nowUs, out);
}

/** When +FTS or +FRS has had its silence. */
function silenceDueUs({ mode, rx }: DceState): number | undefined {
  if (mode.is === "silence-sent") return mode.untilUs;
  if (mode.is !== "silence-heard") return undefined;
  return rx.signal === undefined ? Math.max(rx.endedUs, mode.sinceUs) + mode.forUs : undefined;
}

function takeOctets(state: DceState, octets: Uint8Array, nowUs: number, out: DceAction[]): void {
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i]!;
    const isFirst = state.isFirstOctet;
    state.isFirstOctet = false;
    // A line feed behind the carriage return belongs to it.
    if (isFirst && octet === LINE_END.LF) continue;
    switch (state.mode.is) {
      case "command":
        command(state, octet, nowUs, out);
        break;
      case "send-frames":
        // Nothing is data before CONNECT.
        if (state.tx.is !== "holding" && state.tx.is !== "ced") takeFrameData(state, octets.subarray(i), nowUs, out);
        return;
      case "send-page":
        takePageData(state, octets.subarray(i), nowUs, out);
        advance(state, nowUs, out);
        return;
      default:
        if (isAbort(state, octet, nowUs)) abort(state, out);
    }
  }
}

function isAbort(state: DceState, octet: number, nowUs: number): boolean {
  if (octet === XON || octet === XOFF) return false;
  return octet === CAN || nowUs - state.acceptedUs > DEAF_US;
}

/** Any character ends what a command waits for (V.250 §5.6.1, T.31 §8.3). */
function abort(state: DceState, out: DceAction[]): void {
  const { mode } = state;
  if (mode.is === "dialing" || mode.is === "answering" || (mode.is === "wait-frame" && mode.untilUs !== undefined)) {
    hangUp(state, out);
    conclude(state, "NO CARRIER", out);
  } else abortReception(state, out);
}

function command(state: DceState, octet: number, nowUs: number, out: DceAction[]): void {
  const line = readOctet(state, octet, out);
  if (line === undefined) return;
  state.acceptedUs = nowUs;
  state.isFirstOctet = true;
  if (typeof line !== "string") {
    conclude(state, "ERROR", out);
    return;
  }
  state.rest = line;
  runLine(state, nowUs, out);
}

/** What is left of the accepted line, up to a command that takes time. */
function runLine(state: DceState, nowUs: number, out: DceAction[]): void {
  for (;;) {
    const next = nextCommand(state.rest);
    if (next === "none") {
      conclude(state, "OK", out);
      return;
    }
    if (next === undefined) {
      conclude(state, "ERROR", out);
      return;
    }
    state.rest = next.rest;
    const goesOn = run(state, next.command, nowUs, out);
    if (goesOn === "error") conclude(state, "ERROR", out);
    if (goesOn !== true) return;
  }
}

/** A command that took its time has ended well. */
function done(state: DceState, nowUs: number, out: DceAction[]): void {
  state.mode = { is: "command" };
  runLine(state, nowUs, out);
}

/** True: the next command; "later": this one takes its time, or has ended the line itself. */
function run(state: DceState, command: Command, nowUs: number, out: DceAction[]): true | "error" | "later" {
  switch (command.kind) {
    case "register":
      return setRegister(state, command, out) || "error";
    case "dial":
      if (!dial(state, command.text, nowUs)) return "error";
      callDue(state, nowUs, out);
      return "later";
    case "basic":
      return runBasic(state, command, nowUs, out);
    case "extended":
      return runFax(state, command, nowUs, out) ?? (setExtended(state, command, out) || "error");
    default:
      return command satisfies never;
  }
}

function runBasic(
  state: DceState,
  command: Command & { kind: "basic" },
  nowUs: number,
  out: DceAction[],
): true | "error" | "later" {
  switch (command.name) {
    case "A":
      answer(state, nowUs, out);
      return "later";
    case "H":
      if (command.value > 1) return "error";
      if (command.value === 0) hangUp(state, out);
      return true;
    case "O":
      conclude(state, "NO CARRIER", out);
      return "later";
    case "Z":
      hangUp(state, out);
      state.profile = newProfile();
      return true;
    case "&F":
      state.profile = newProfile();
      return true;
    default:
      return setBasic(state, command, out) || "error";
  }
}

const FAX_ACTIONS = new Set(["+FTH", "+FRH", "+FTM", "+FRM", "+FTS", "+FRS"]);

/** The six commands of T.31 §8.3, on a line that is up and in fax class; undefined for any other command. */
function runFax(
  state: DceState,
  { name, form, value }: Command & { kind: "extended" },
  nowUs: number,
  out: DceAction[],
): "error" | "later" | undefined {
  if (form !== "set" || !FAX_ACTIONS.has(name)) return undefined;
  const code = /^\d{1,3}$/.test(value) ? Number(value) : -1;
  const isFrames = name === "+FTH" || name === "+FRH";
  const isSilence = name === "+FTS" || name === "+FRS";
  const isKnown = isSilence ? code >= 0 && code <= 255 : isFrames ? code === V21_CODE : faxModem(code) !== undefined;
  if (!isKnown || isOffLine(state.profile, state)) return "error";
  if (state.call.is === "gone") {
    // Told once; then the modem is on hook.
    hangUp(state, out);
    conclude(state, "NO CARRIER", out);
    return "later";
  }
  switch (name) {
    case "+FTS":
      state.mode = { is: "silence-sent", untilUs: nowUs + code * TEN_MS_US };
      return "later";
    case "+FRS":
      state.mode = { is: "silence-heard", forUs: code * TEN_MS_US, sinceUs: nowUs - code * TEN_MS_US };
      return "later";
    case "+FRH":
      receiveFrames(state, nowUs, out);
      return "later";
    case "+FRM":
      receivePage(state, code, nowUs, out);
      return "later";
    default:
      beginCarrier(state, code, nowUs);
      advance(state, nowUs, out);
      return "later";
  }
}

function isOffLine({ faxClass }: Profile, { call }: DceState): boolean {
  return faxClass === "0" || (call.is !== "up" && call.is !== "gone");
}
