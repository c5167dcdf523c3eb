/** The state of the terminal's half of a Class 1 dialogue, and the small steps all its parts take. Plain data. */

import type { Action, ModemSet, Modulation } from "@depesche/t30";
import type { DleState } from "./dle.ts";
import type { DteAction } from "./dte.ts";
import type { HdlcReader, HdlcWriter } from "./hdlc.ts";
import { ascii } from "./result-codes.ts";

/** How a modem failed: a closed list. */
export type DteProblem = "modem-silent" | "modem-garbage" | "modem-not-class1" | "modem-refuses-setup";

export interface DteOptions {
  /** Commands for this modem after the reset. */
  init: readonly string[];
}

/** What the T.30 session wants to hear. */
export type Listening = Extract<Action, { type: "listen" }>;

/** What is being heard: frames of V.21, or data of a page's modulation. */
export type Heard =
  | { of: "v21"; frame: number[]; overlong: boolean }
  | { of: "training"; modulation: Modulation; octets: number; errors: number }
  | { of: "page"; modulation: Modulation }
  | { of: "ecm"; modulation: Modulation; hdlc: HdlcReader };

/** Image data on their way to the modem, made piece by piece. */
export type Pour =
  | { of: "zeros"; left: number }
  | { of: "page"; octets: Uint8Array; at: number }
  | { of: "ecm"; frames: readonly Uint8Array[]; rcp: number; at: number; flags: number; hdlc: HdlcWriter };

export type DteState =
  /** Not open, or given up. */
  | { step: "off" }
  /** Command `at` was said; `said`: what the modem answered to it so far; `sends`: what +FTM=? has told. */
  | { step: "setup"; at: number; tries: number; said: string[]; sends: ModemSet | null }
  | { step: "on-hook" }
  /** Whether it still answers, while nothing else is to be done; `next`: what came meanwhile. */
  | { step: "probing"; next: { type: "dial"; number: string } | { type: "answer" } | null }
  /** Whether the modem still answers, before the number is dialled. */
  | { step: "checking"; number: string }
  | { step: "dialling" }
  | { step: "answering" }
  /** Off hook, no command pending. */
  | { step: "free" }
  /** The modem sends flags of V.21 and waits for a frame. */
  | { step: "v21-out" }
  /** +FRS or +FTS is pending. */
  | { step: "gap" }
  /** +FTH or +FTM is pending; `at`: the frame that comes first. */
  | { step: "carrier"; at: number }
  /** Frame `at` of the burst was written. */
  | { step: "frames"; at: number }
  | { step: "pouring"; pour: Pour }
  /** All was written, and the modem sends what it holds. */
  | { step: "draining" }
  /** +FRH or +FRM is pending; `instead`: V.21 in the place of a page; `early`: it could not be broken off yet. */
  | { step: "waiting"; what: Listening; instead: boolean; early: boolean }
  | { step: "hearing"; heard: Heard }
  /** The data are over; their result is pending. */
  | { step: "ending"; heard: Heard }
  /** A moment before a command is repeated. */
  | { step: "pausing" }
  | { step: "aborting"; tries: number }
  | { step: "hanging-up"; tries: number };

export interface Dte {
  options: DteOptions;
  state: DteState;
  /** T.30 actions whose turn has not come. */
  queue: Action[];
  /** What is to be heard once nothing is to be sent. */
  listening: Listening | null;
  /** A page is being made: nothing is listened to meanwhile. */
  holding: boolean;
  /** What was on the line last: a gap of silence belongs between it and what we send. */
  before: "nothing" | "their-signal" | "our-signal";
  /** The V.21 carrier of the far end stands, as told to T.30. */
  burst: boolean;
  hangingUp: boolean;
  /** Data are being read, shielded by DLE; otherwise lines. */
  dle: DleState | null;
  /** The LF that may follow a line's CR is not data. */
  skipLf: boolean;
  line: string;
  /** The caller's number, as the modem told it while it rang. */
  callerId: string;
  /** This modem has given a good FCS at least once, so its FCS can be judged. */
  fcsJudged: boolean;
  /** Lines that mean nothing, since the last that did. */
  strange: number;
}

/** A machine for one modem, not opened yet. */
export function createDte(options: Partial<DteOptions> = {}): Dte {
  return {
    options: { init: [], ...options },
    state: { step: "off" },
    queue: [],
    listening: null,
    holding: false,
    before: "nothing",
    burst: false,
    hangingUp: false,
    dle: null,
    skipLf: false,
    line: "",
    callerId: "",
    fcsJudged: false,
    strange: 0,
  };
}

const SECOND = 1_000_000;

/** How long the modem may take, microseconds. */
export const GUARD_US = {
  command: 5 * SECOND,
  reset: 3 * SECOND,
  /** S7 is 60 s; then the modem says so itself. */
  dial: 120 * SECOND,
  /** CED and the wait for a line that is noisy. */
  answer: 30 * SECOND,
  /** +FTH, +FTM until CONNECT. */
  carrier: 5 * SECOND,
  /** +FRS, +FTS: the far end talks on. */
  gap: 3 * SECOND,
  /** A V.21 frame: preamble, three seconds of frame (T.30 §5.3.6), and what the modem adds. */
  frame: 10 * SECOND,
  /** Over the modelled time of an image, for what the modem adds. */
  image: 15 * SECOND,
  /** A piece of an image, until it is taken: what lies before it in buffers, some 20,000 octets, may go at 2400 bit/s. */
  piece: 120 * SECOND,
  /** After a page was broken off. */
  cut: 10 * SECOND,
  /** DLE ETX until its result. */
  ending: 5 * SECOND,
  /** Behind a command line, before it can be broken off (V.250 §5.6.1: 125 ms). */
  early: 0.13 * SECOND,
  cancel: 0.5 * SECOND,
  abort: 1.5 * SECOND,
  hangUp: 5 * SECOND,
  /** V.21 announced in the place of a page until it comes. */
  instead: 2.5 * SECOND,
  /** Before a command that found no carrier is repeated. */
  pause: 0.05 * SECOND,
} as const;

/** +FTM and +FRM codes (T.31 table 3): long training, short training. */
const CODES: Readonly<Record<Modulation, readonly [number, number]>> = {
  "v27ter-2400": [24, 24],
  "v27ter-4800": [48, 48],
  "v29-7200": [72, 72],
  "v29-9600": [96, 96],
  "v17-7200": [73, 74],
  "v17-9600": [97, 98],
  "v17-12000": [121, 122],
  "v17-14400": [145, 146],
};

export function codeOf(modulation: Modulation, shortTraining: boolean): number {
  return CODES[modulation][shortTraining ? 1 : 0];
}

/** Octets of a V.21 frame that are kept: three seconds of line (T.30 §5.3.6) are 112. */
export const LONGEST_V21_FRAME = 400;

/** Writes a command line and starts its guard. */
export function command(dte: Dte, text: string, guardUs: number, out: DteAction[]): void {
  dte.line = "";
  out.push({ type: "write", octets: ascii(`${text}\r`) });
  guard(guardUs, out);
}

/** (Re)starts the guard; 0 stops it. */
export function guard(afterUs: number, out: DteAction[]): void {
  out.push({ type: "guard", afterUs });
}

export function fault(dte: Dte, problem: DteProblem, out: DteAction[]): void {
  dte.state = { step: "off" };
  dte.queue = [];
  guard(0, out);
  out.push({ type: "fault", problem });
}

const MOST_STRANGE = 200;

/** A line that means nothing here; a modem that says nothing else is none. */
export function strangeLine(dte: Dte, out: DteAction[]): void {
  dte.strange++;
  if (dte.strange > MOST_STRANGE) fault(dte, "modem-garbage", out);
}

/** The modem says that there is no line any more: so the far end has hung up. */
export function peerGone(dte: Dte, sending: boolean, out: DteAction[]): void {
  dte.queue = [];
  dte.state = { step: "free" };
  dte.dle = null;
  guard(0, out);
  out.push({ type: "event", event: { type: "hangup-by-peer", sending } });
}

export function onHookAgain(dte: Dte, out: DteAction[]): void {
  dte.state = { step: "on-hook" };
  dte.hangingUp = false;
  dte.queue = [];
  dte.listening = null;
  dte.holding = false;
  dte.burst = false;
  dte.before = "nothing";
  dte.callerId = "";
  guard(0, out);
  out.push({ type: "on-hook" });
}
