/** What carries a call of the exchange once both ends agree: line time to our own ends, real time to everybody else. */

import {
  type CallEnd,
  type IfpPort,
  type MediaConnection,
  type RunCallOptions,
  runCall,
  runPacedCall,
  type Side,
} from "@depesche/wire-t38";
import type { CallDesk } from "./call-desk.ts";
import type { CallTape } from "./call-ladders.ts";

/** A stream of IFPs to a foreign end. `over`: the call is over in signalling. */
export interface Leg {
  port: IfpPort;
  tcf: "transferred" | "local";
  over: Promise<void>;
}

/** Why there is none: outcome word and cause for the book. */
export interface NoLeg {
  result: string;
  cause: string;
}

/** Runs one party on the line to the call's end. Never rejects. */
export type Line = (
  side: Side,
  options: Pick<RunCallOptions, "party" | "needPage" | "receivedPage">,
) => Promise<CallEnd>;

export function ownLine(desk: CallDesk, media: MediaConnection, { recorder }: CallTape): Line {
  return (side, options) => runCall({ ...options, side, media, recorder, signal: desk.closing, stallMs: desk.stallMs });
}

export function pacedLine(desk: CallDesk, { port, tcf, over }: Leg, tape: CallTape): Line {
  tape.connected();
  const { recorder, connectUs } = tape;
  return (side, options) =>
    runPacedCall({ ...options, side, port, tcf, over, recorder, connectUs, signal: desk.closing });
}

/** The port with a word when it is closed. */
export function watched(port: IfpPort, closed: () => void): IfpPort {
  return {
    recorded: port.recorded,
    send: (ifp) => port.send(ifp),
    listen: (listener) => port.listen(listener),
    close: () => {
      port.close();
      closed();
    },
  };
}

/** A promise and its key. */
export function latch(): { done: Promise<void>; release: () => void } {
  let release = () => {};
  const done = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { done, release };
}
