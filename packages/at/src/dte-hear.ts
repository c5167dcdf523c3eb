/** What the modem hears, by +FRH and +FRM, as T.30 events (T.31 §8.3.4, §8.3.6). */

import { type Event, reverseAllBits } from "@depesche/t30";
import { newDleState } from "./dle.ts";
import type { DteAction } from "./dte.ts";
import { proceed } from "./dte-proceed.ts";
import {
  codeOf,
  command,
  type Dte,
  GUARD_US,
  guard,
  type Heard,
  type Listening,
  LONGEST_V21_FRAME,
  peerGone,
  strangeLine,
} from "./dte-state.ts";
import { fcsOctets, type HdlcFrame, newHdlcReader, readHdlc } from "./hdlc.ts";
import { readResult } from "./result-codes.ts";

/** Asks for what T.30 wants to hear. T.30's own timers bound how long that may take. */
export function startListening(dte: Dte, out: DteAction[]): void {
  const what = dte.listening;
  if (!what) return;
  const text = what.for === "v21" ? "AT+FRH=3" : `AT+FRM=${codeOf(what.modulation, what.shortTraining)}`;
  dte.state = { step: "waiting", what, instead: false, early: true };
  command(dte, text, GUARD_US.early, out);
}

/** A line while something is listened to. */
export function hearLine(dte: Dte, line: string, out: DteAction[]): void {
  const result = readResult(line);
  const { state } = dte;
  switch (state.step) {
    case "waiting":
      if (result === undefined) strangeLine(dte, out);
      else waitingLine(dte, state.what, state.instead, result, out);
      return;
    case "ending":
      if (result === "OK" || result === "ERROR" || result === "NO CARRIER" || result === "+FCERROR") {
        guard(0, out);
        if (state.heard.of === "v21") endFrame(dte, state.heard, result, out);
        else endImage(dte, state.heard, out);
      }
      return;
    case "aborting":
      if (result === "CONNECT") dte.dle = newDleState();
      else if (result === "OK" || result === "ERROR" || result === "NO CARRIER" || result === "+FCERROR") {
        dte.state = { step: "free" };
        guard(0, out);
        proceed(dte, out);
      }
      return;
    default:
      return;
  }
}

function waitingLine(
  dte: Dte,
  what: Listening,
  instead: boolean,
  result: NonNullable<ReturnType<typeof readResult>>,
  out: DteAction[],
): void {
  const v21 = what.for === "v21" || instead;
  switch (result) {
    case "CONNECT":
      guard(0, out);
      if (v21) connectV21(dte, out);
      else connectImage(dte, what, out);
      return;
    case "+FRH:3":
      // Adaptive reception: the modem has turned to V.21 itself.
      dte.state = { step: "waiting", what, instead: true, early: false };
      return;
    case "+FCERROR":
      if (v21) pause(dte, out);
      else {
        dte.state = { step: "waiting", what, instead: true, early: true };
        command(dte, "AT+FRH=3", GUARD_US.early, out);
      }
      return;
    case "NO CARRIER":
    case "NO ANSWER":
    case "OK":
      if (dte.burst) endBurst(dte, out);
      else pause(dte, out);
      return;
    case "ERROR":
      // Only a modem on hook refuses to listen.
      peerGone(dte, false, out);
      return;
    default:
      return;
  }
}

/** Nothing was heard: the same again, but not as fast as a modem can say no. */
function pause(dte: Dte, out: DteAction[]): void {
  dte.state = { step: "pausing" };
  guard(GUARD_US.pause, out);
}

/** The flags of a V.21 burst are heard, and its next frame follows. */
export function connectV21(dte: Dte, out: DteAction[]): void {
  dte.dle = newDleState();
  dte.before = "their-signal";
  dte.state = { step: "hearing", heard: { of: "v21", frame: [], overlong: false } };
  guard(0, out);
  if (dte.burst) return;
  dte.burst = true;
  out.push(event({ type: "carrier", modulation: "v21", up: true }));
}

function connectImage(dte: Dte, what: Extract<Listening, { shortTraining: boolean }>, out: DteAction[]): void {
  const { modulation } = what;
  dte.dle = newDleState();
  dte.before = "their-signal";
  dte.state = { step: "hearing", heard: heardOf(what) };
  out.push(event({ type: "carrier", modulation, up: true }));
}

function heardOf({ for: of, modulation }: Extract<Listening, { shortTraining: boolean }>): Heard {
  switch (of) {
    case "training":
      return { of, modulation, octets: 0, errors: 0 };
    case "page":
      return { of, modulation };
    case "ecm":
      return { of, modulation, hdlc: newHdlcReader() };
    default:
      return of satisfies never;
  }
}

/** Data of what is heard; what comes after a command was broken off is nobody's. */
export function hearData(dte: Dte, data: Uint8Array, out: DteAction[]): void {
  if (dte.state.step !== "hearing") return;
  const { heard } = dte.state;
  switch (heard.of) {
    case "v21":
      for (const octet of data) {
        if (heard.frame.length < LONGEST_V21_FRAME) heard.frame.push(octet);
        else heard.overlong = true;
      }
      return;
    case "training":
      heard.octets += data.length;
      for (const octet of data) if (octet !== 0) heard.errors++;
      return;
    case "page":
      out.push(event({ type: "page-data", octets: reverseAllBits(data) }));
      return;
    case "ecm": {
      const frames: HdlcFrame[] = [];
      readHdlc(heard.hdlc, data, frames);
      for (const { frame, ok } of frames) out.push(event({ type: "frame", bytes: reverseAllBits(frame), ok }));
      return;
    }
    default:
      heard satisfies never;
  }
}

/** DLE ETX: the frame or the carrier is over; a result follows. */
export function hearEnd(dte: Dte, out: DteAction[]): void {
  if (dte.state.step !== "hearing") return;
  dte.state = { step: "ending", heard: dte.state.heard };
  guard(GUARD_US.ending, out);
}

const FCS_OCTETS = 2;
/** Control field C8, the final frame of a burst, as the modem gives it. */
const FINAL = 0x10;
/** Address, control, FCF. */
const SHORTEST = 3;

function endFrame(
  dte: Dte,
  heard: Extract<Heard, { of: "v21" }>,
  result: NonNullable<ReturnType<typeof readResult>>,
  out: DteAction[],
): void {
  dte.state = { step: "free" };
  const frame = Uint8Array.from(heard.frame.slice(0, -FCS_OCTETS));
  if (frame.length < SHORTEST) {
    if (result === "OK") proceed(dte, out);
    else endBurst(dte, out);
    return;
  }
  const [first, second] = fcsOctets(frame);
  const right = heard.frame.at(-2) === first && heard.frame.at(-1) === second;
  if (right) dte.fcsJudged = true;
  // Some modems hand over an FCS that is none: theirs cannot be judged, their own word has to do.
  const ok = !heard.overlong && (result === "OK" ? right || !dte.fcsJudged : right && result === "NO CARRIER");
  out.push(event({ type: "frame", bytes: reverseAllBits(frame), ok }));
  if ((ok && (frame[1]! & FINAL) !== 0) || result === "NO CARRIER") endBurst(dte, out);
}

function endBurst(dte: Dte, out: DteAction[]): void {
  dte.state = { step: "free" };
  if (!dte.burst) {
    pause(dte, out);
    return;
  }
  dte.burst = false;
  out.push(event({ type: "carrier", modulation: "v21", up: false }));
}

/** A page's carrier is gone. What comes next is a command in V.21, unless T.30 wants something else. */
function endImage(dte: Dte, heard: Exclude<Heard, { of: "v21" }>, out: DteAction[]): void {
  dte.state = { step: "free" };
  dte.listening = { type: "listen", for: "v21" };
  if (heard.of === "training") {
    out.push(event({ type: "training", octets: heard.octets, errors: heard.errors }));
  }
  out.push(event({ type: "carrier", modulation: heard.modulation, up: false }));
}

function event(what: Event): DteAction {
  return { type: "event", event: what };
}
