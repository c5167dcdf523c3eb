/** The state of an emulated Class 1 modem (V.250, T.31): plain and serialisable; `dce.ts` owns it. */

import type { Ifp, Modulation } from "@depesche/t38";
import type { DleState } from "./dle.ts";
import type { HdlcReader, HdlcWriter } from "./hdlc.ts";
import { encodeInformation, encodeResult, type ResultCode } from "./result-codes.ts";

/** What goes in. `nowUs` stands beside each event: a clock that never goes back, in microseconds. */
export type DceEvent =
  | { type: "dte"; bytes: Uint8Array }
  /** What is heard on the line, and that so many IFPs of it are lost. */
  | { type: "ifp"; ifp: Ifp }
  | { type: "gap"; count: number }
  /** `ring`: a call comes in (again at each ring is not needed); `hangup`: the far end has gone, or has given up ringing. */
  | { type: "call"; what: "ring"; from?: string }
  | { type: "call"; what: "connected" | "busy" | "no-answer" | "no-carrier" | "no-dialtone" | "hangup" }
  /** The time that `dceWakeUs` asked for has come. */
  | { type: "wake" };

/** What comes out, in order. */
export type DceAction =
  /** Octets for the terminal. `page`: received page data, which may be lost when the terminal does not read. */
  | { type: "dte"; bytes: Uint8Array; page?: true }
  | { type: "ifp"; ifp: Ifp }
  /** `number` as dialled: digits, "+", "*", "#", letters A to D. */
  | { type: "dial"; number: string }
  | { type: "answer" }
  | { type: "hang-up" }
  /** Whether the terminal's octets should wait outside. */
  | { type: "flow"; stop: boolean };

/** What AT commands set. */
export interface Profile {
  echo: boolean;
  quiet: boolean;
  verbose: boolean;
  /** Level of ATX: which call progress is told. */
  progress: number;
  faxClass: "0" | "1" | "1.0";
  /** +FLO: 0 none, 1 XON/XOFF, 2 circuit 106, which a stream of octets does not have. */
  flow: number;
  /** +FAR: +FRM may turn into +FRH by itself. */
  adaptive: boolean;
  /** +FCL: seconds of carrier lost before it is told. */
  carrierLoss: number;
  /** +VCID: the caller's number is told behind the first RING. */
  callerId: boolean;
  /** S registers 0 to 255, by number. */
  registers: number[];
  /** Values of accepted settings without a meaning here, by name ("+FIT"). */
  settings: Record<string, string>;
}

/** What the terminal's side is doing. */
export type Mode =
  | { is: "command" }
  | { is: "dialing"; untilUs: number; dialAtUs: number; number: string; voice: boolean }
  | { is: "answering"; untilUs: number }
  /** +FRH waits for a frame; `untilUs` only in a call that has just been dialled. */
  | { is: "wait-frame"; untilUs?: number }
  | { is: "frame" }
  | { is: "wait-page"; code: number }
  | { is: "page" }
  | { is: "send-frames"; dle: DleState; frame: number[]; frames: Uint8Array[]; owedSinceUs: number }
  | { is: "send-page"; dle: DleState; lastUs: number }
  | { is: "silence-sent"; untilUs: number }
  /** Silence counts from `sinceUs` on. */
  | { is: "silence-heard"; forUs: number; sinceUs: number };

export type Call =
  | { is: "on-hook" }
  | { is: "ringing"; from: string; rings: number; nextUs: number }
  | { is: "dialing" }
  | { is: "answering" }
  | { is: "up"; cngUs?: number }
  /** The far end has hung up, this one not yet. */
  | { is: "gone" };

/** What this modem puts on the line. */
export type Transmission =
  | { is: "silent" }
  /** Keeps quiet before `next`, at most until `untilUs`. */
  | { is: "holding"; next: "v21" | number; untilUs: number }
  | { is: "ced"; untilUs: number }
  | { is: "preamble"; untilUs: number }
  /** V.21 flags between frames. */
  | { is: "flags" }
  /** `at` octets of the frame are on the line, the next thing is due at `nextUs`. */
  | { is: "frame"; frame: Uint8Array; at: number; nextUs: number }
  | PageTransmission;

export interface PageTransmission {
  is: "page";
  code: number;
  /** What the terminal has given and is not on the line yet, in its bit order. */
  buffer: Uint8Array[];
  buffered: number;
  /** DLE ETX has come. */
  ended: boolean;
  stopped: boolean;
  /** Training, then all octets sent, are over on the line at this time. */
  clockUs: number;
  /** Undefined until two octets tell: HDLC begins with flags. */
  hdlc: { reader: HdlcReader; told: number } | false | undefined;
}

export interface HeardFrame {
  /** In the terminal's bit order, without FCS. */
  octets: number[];
  told: number;
  end: "ok" | "bad" | undefined;
  /** A part of it was lost. */
  spoiled?: true;
  /** Aborted, or begun when nobody could take it: what is still to come of it is for nobody. */
  unwanted?: true;
}

/** What this modem hears. */
export interface Reception {
  signal: Modulation | undefined;
  /** Something has come of the signal besides its announcement. */
  hasData: boolean;
  /** Time of the last thing heard, and of the end of the last signal. */
  heardUs: number;
  endedUs: number;
  /** V.21 frames the terminal has not asked for yet, oldest first. */
  frames: HeardFrame[];
  /** The latest whole frame was a final one. */
  final: boolean;
  /** A V.21 carrier went without a final frame, and nobody has been told. */
  lossUntold: boolean;
  image: HeardImage | undefined;
}

/** Page data of the present signal, or of the last one as long as it is fresh. */
export interface HeardImage {
  modulation: Modulation;
  /** Not asked for yet. */
  kept: Uint8Array[];
  keptOctets: number;
  /** HDLC towards the terminal, once a frame has come, and the frame begun. */
  writer: HdlcWriter | undefined;
  frame: number[] | undefined;
  spoiled: boolean;
  ended: boolean;
}

export interface DceOptions {
  /** Answer of ATI and +FMM?; one line. */
  product?: string;
  /** Own number, shown by ATI4. */
  number?: string;
}

export interface DceState {
  options: Required<DceOptions>;
  profile: Profile;
  /** Characters of the command line begun. */
  line: { stage: "none" | "A" | "body"; text: string; overlong: boolean };
  lastLine: string;
  /** What of the line accepted last is still to do. */
  rest: string;
  /** When it was accepted. */
  acceptedUs: number;
  /** Nothing has come behind it yet. */
  isFirstOctet: boolean;
  mode: Mode;
  call: Call;
  tx: Transmission;
  /** End of the last thing sent. */
  sentUs: number;
  rx: Reception;
  /** IFPs that made no sense, dropped. */
  dropped: number;
}

/** Says a result code to the terminal, unless ATQ1. */
export function say(state: DceState, code: ResultCode, out: DceAction[]): void {
  if (!state.profile.quiet) out.push({ type: "dte", bytes: encodeResult(code, state.profile.verbose) });
}

export function inform(state: DceState, text: string, out: DceAction[]): void {
  out.push({ type: "dte", bytes: encodeInformation(text, state.profile.verbose) });
}

/** The caller's number as modems tell it with +VCID=1 (V.253 §9.2.3). */
export function encodeCallerId(from: string): Uint8Array {
  return encodeInformation(`NMBR = ${from === "" ? "P" : from}`, true);
}

/** Ends the command that is being carried out with a final result code; what is left of its line is dropped. */
export function conclude(state: DceState, code: ResultCode, out: DceAction[]): void {
  state.mode = { is: "command" };
  state.rest = "";
  state.line = { stage: "none", text: "", overlong: false };
  say(state, code, out);
}

export const newReception = (): Reception => ({
  signal: undefined,
  hasData: false,
  heardUs: Number.NEGATIVE_INFINITY,
  endedUs: Number.NEGATIVE_INFINITY,
  frames: [],
  final: false,
  lossUntold: false,
  image: undefined,
});
