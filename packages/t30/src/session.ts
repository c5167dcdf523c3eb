/** A T.30 session: one plain, serialisable state that `step` alone moves. */

import { ignored, report } from "./actions.ts";
import { hearAddress } from "./addressing.ts";
import { FULL_CAPABILITIES } from "./capabilities.ts";
import { onAnswerBurst, repeat } from "./command.ts";
import { decodeFrame, FCF, type Frame, fcfOf } from "./frame.ts";
import { decodeId } from "./identity.ts";
import type { Modulation } from "./modulation.ts";
import { isMoody, stepMoody } from "./mood.ts";
import type { Cause } from "./outcome.ts";
import { begin, hungUpBeforeDis, onDtc, onFrameBeforeDis, onNoDis } from "./phase-b.ts";
import { isProblem } from "./problem.ts";
import type { Action, AnswererOptions, CallerOptions, Event, StationOptions } from "./protocol.ts";
import { onCarrier, onDecision, onReceived, onReceiverTimeout, onTraining } from "./receiver.ts";
import { finalCause } from "./receiver-answer.ts";
import { onPageData } from "./receiver-page.ts";
import { createStation, disconnect, end, type Session } from "./state.ts";
import type { TimerName } from "./timers.ts";
import { cutOffCause, disconnectCause, onAnswer, onOperatorTime, sendPage } from "./transmitter.ts";

/** What both sides are set to when nothing else is said: V.17 14400, every coding, ECM with 256 octets, no limits. */
const USUAL: StationOptions = {
  stationId: "",
  modems: FULL_CAPABILITIES.modems,
  maxRate: 14400,
  codings: ["mmr", "mr", "mh"],
  ecm: true,
  ecmFrameSize: 256,
  capabilities: FULL_CAPABILITIES,
  maxPages: 1000,
  maxPageOctets: 8_000_000,
  mood: {},
};

/** Makes the calling side; unset options are those of a modern machine that behaves. */
export function createCaller(options: Partial<CallerOptions> & Pick<CallerOptions, "pages">): Session {
  return { side: "caller", options: { ...USUAL, ...options }, ...createStation(options.pages) };
}

/** Makes the answering side; unset options are those of a modern machine that behaves. */
export function createAnswerer(options: Partial<AnswererOptions> = {}): Session {
  return { side: "answerer", options: { ...USUAL, ...options }, ...createStation([]) };
}

/** The page that has just been handed up is the last of its document. */
export function isLastPage(session: Session): boolean {
  return session.state.step === "deciding" && session.state.end === "EOP";
}

/** Takes one event, changes the session, appends the actions that follow to `out`. Never throws; an ended session does nothing. */
export function step(session: Session, event: Event, out: Action[]): void {
  if (isMoody(session)) stepMoody(session, event, out, react);
  else if (session.state.step !== "ended") react(session, event, out);
}

function react(s: Session, event: Event, out: Action[]): undefined {
  const { state } = s;
  switch (event.type) {
    case "connected":
      return state.step === "idle" ? begin(s, out) : undefined;
    case "tone":
      if (state.step === "await-dis") state.heardFax ||= event.tone === "ced";
      else if (state.step === "await-dcs") state.heardFax ||= event.tone === "cng";
      return;
    case "carrier":
      return onLine(s, event.modulation, event.up, out);
    case "frame":
      return onFrame(s, event.bytes, event.ok, out);
    case "training":
      return state.step === "await-training" ? onTraining(s, event.octets, event.errors, out) : undefined;
    case "page-data":
      return state.step === "receiving" && s.dcs?.ecm === 0 ? onPageData(s, event.octets, out) : undefined;
    case "page":
      return state.step === "await-page" && event.index === s.tx.page ? sendPage(s, event.octets, out) : undefined;
    case "timeout":
      return onTimeout(s, event.timer, out);
    case "local":
      return onLocal(s, event, out);
    case "hangup-by-peer":
      return end(s, hangUpCause(s, event.sending ?? false), out);
    default:
      return event satisfies never;
  }
}

function onLine(s: Session, modulation: Modulation | "v21", up: boolean, out: Action[]): undefined {
  const { state } = s;
  switch (state.step) {
    case "idle":
    case "await-page":
    case "await-operator":
    case "ended":
      return;
    case "await-dis":
      if (modulation !== "v21") return;
      state.burst = up;
      state.heardFax ||= up;
      return;
    case "await-answer":
      return modulation === "v21" && up ? onAnswerBurst(state, out) : undefined;
    case "await-dcs":
    case "await-training":
    case "receiving":
    case "deciding":
    case "await-end":
    case "silent":
      return onCarrier(s, modulation, up, out);
    default:
      return state satisfies never;
  }
}

function onFrame(s: Session, bytes: Uint8Array, ok: boolean, out: Action[]): undefined {
  const { state } = s;
  if (state.step === "await-dis") state.heardFax = true;
  // Without its FCS a frame says nothing, not even that it is FCD.
  if (!ok) s.rx.damagedBurst = true;
  if (!ok) return;
  if (state.step === "await-dcs") state.heardFax = true;
  const received = decodeFrame(bytes);
  if (isProblem(received)) return;
  const fcf = fcfOf(received.fcf);
  // FCD of a page comes by thousands: it is none of the rest.
  if (fcf === FCF.FCD && state.step === "receiving") return onReceived(s, fcf, received, out);
  if (isEcho(s, received.fcf)) return;
  if (isStationId(s, fcf)) return onStationId(s, received, out);
  switch (state.step) {
    case "idle":
    case "ended":
      return;
    case "await-dis":
      if (s.side === "caller" && !(s.polling && hearAddress(s, fcf, received, out)))
        onFrameBeforeDis(s, state, fcf, received, out);
      return;
    case "await-page":
    case "await-operator":
      return fcf === FCF.DCN ? end(s, disconnectCause(s), out) : undefined;
    case "await-answer":
      return onAnswer(s, state, fcf, received, out);
    case "await-dcs":
      return hearAddress(s, fcf, received, out) ? undefined : onIdentified(s, fcf, received, out);
    case "await-training":
    case "receiving":
    case "deciding":
    case "await-end":
    case "silent":
      return onReceived(s, fcf, received, out);
    default:
      return state satisfies never;
  }
}

/** DTC turns the roles round; everything else that follows DIS is for the receiver. */
function onIdentified(s: Session, fcf: number, received: Frame, out: Action[]): undefined {
  if (fcf !== FCF.DTC) return onReceived(s, fcf, received, out);
  if (s.side === "answerer") onDtc(s, received, out);
  else ignored(received, out);
}

/** What we have just said ourselves, thrown back by the line: it has our X bit (T.30 §5.3.6.1). */
function isEcho(s: Session, fcf: number): boolean {
  return s.said.includes(fcf);
}

/** CSI comes from who is called, CIG from who polls, TSI from who sends; our own comes back as an echo at most. */
function isStationId(s: Session, fcf: number): boolean {
  return fcf === FCF.TSI || fcf === (s.side === "caller" ? FCF.CSI : FCF.CIG);
}

function onStationId(s: Session, received: Frame, out: Action[]): undefined {
  const id = decodeId(received.fif);
  if (typeof id !== "string" || id === s.remoteId) return;
  s.remoteId = id;
  report(out, { kind: "remote-id", id });
}

function onTimeout(s: Session, timer: TimerName, out: Action[]): undefined {
  const { state } = s;
  if (timer === "T5") return s.tx.notReady ? disconnect(s, "not-ready", out) : undefined;
  switch (state.step) {
    case "idle":
    case "await-page":
    case "ended":
      return;
    case "await-dis":
      return timer === "T1" && s.side === "caller" ? onNoDis(s, state, out) : undefined;
    case "await-answer":
      return timer === "T4" ? repeat(s, state, out) : undefined;
    case "await-operator":
      return timer === "T3" ? onOperatorTime(s, state.good, true, out) : undefined;
    case "await-dcs":
    case "await-training":
    case "receiving":
    case "deciding":
    case "await-end":
    case "silent":
      return onReceiverTimeout(s, timer, out);
    default:
      return state satisfies never;
  }
}

function onLocal(s: Session, event: Event & { type: "local" }, out: Action[]): undefined {
  const { state } = s;
  switch (event.what) {
    case "stop":
      return disconnect(s, "stopped", out);
    case "page-unavailable":
      return state.step === "await-page" ? disconnect(s, "page-unavailable", out) : undefined;
    case "operator-done":
      return state.step === "await-operator" ? onOperatorTime(s, state.good, false, out) : undefined;
    case "page-stored":
    case "page-refused":
      return onDecision(s, event, out);
    default:
      return event satisfies never;
  }
}

/** The line is gone: how far the call had come. */
function hangUpCause(s: Session, sending: boolean): Cause {
  const { state } = s;
  switch (state.step) {
    case "idle":
      return s.side === "caller" ? "hung-up-without-fax-tone" : "caller-hung-up";
    case "await-dis":
      return hungUpBeforeDis(state);
    case "await-page":
    case "await-answer":
    case "await-operator":
      return cutOffCause(s, sending);
    case "await-end":
      return finalCause(s);
    case "await-dcs":
    case "await-training":
    case "receiving":
    case "deciding":
    case "silent":
      return s.side === "answerer" ? "caller-hung-up" : "polled-hung-up";
    case "ended":
      return state.result.cause;
    default:
      return state satisfies never;
  }
}
