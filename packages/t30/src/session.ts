/** A T.30 session: one plain, serialisable state that `step` alone moves. */

import { stepAnswerer } from "./answerer.ts";
import { type AnswererSession, createAnswererState } from "./answerer-state.ts";
import { stepCaller } from "./caller.ts";
import { type CallerSession, createCallerState } from "./caller-state.ts";
import { FULL_CAPABILITIES } from "./capabilities.ts";
import type { Action, AnswererOptions, CallerOptions, Event, StationOptions } from "./protocol.ts";

/** One side of a call. Plain data: it can be saved, cloned and compared. Only `step` changes it. */
export type Session = CallerSession | AnswererSession;

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
  return createCallerState({ ...USUAL, ...options });
}

/** Makes the answering side; unset options are those of a modern machine that behaves. */
export function createAnswerer(options: Partial<AnswererOptions> = {}): Session {
  return createAnswererState({ ...USUAL, ...options });
}

/** The page that has just been handed up is the last of its document. */
export function isLastPage(session: Session): boolean {
  return session.side === "answerer" && session.state.step === "deciding" && session.state.end === "EOP";
}

/** Takes one event, changes the session, appends the actions that follow to `out`. Never throws; an ended session does nothing. */
export function step(session: Session, event: Event, out: Action[]): void {
  if (session.state.step === "ended") return;
  if (session.side === "caller") stepCaller(session, event, out);
  else stepAnswerer(session, event, out);
}
