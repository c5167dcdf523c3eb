/** What goes into a session and what comes out: the contract between T.30 and whoever drives a line. */

import type { Capabilities, Dcs, EcmFrameSize, ModemSet, Resolution, Width } from "./capabilities.ts";
import type { FcfName, Frame } from "./frame.ts";
import type { Modulation, Rate } from "./modulation.ts";
import type { PageFormat, Wanted } from "./negotiation.ts";
import type { Result } from "./outcome.ts";
import type { TimerName } from "./timers.ts";

/**
 * Events a driver feeds in, in the order of the line.
 *
 * - `connected`: the call is answered. First event of both sides.
 * - `tone`: CED or CNG was heard (T.38 indicators). Tells a fax machine from a voice.
 * - `carrier`: a modulation appeared or went away. `v21` up prolongs a running timer once per wait, so a long burst is not
 *   cut off; image `up` ends T2. Report what was detected even when its content is lost.
 * - `frame`: one HDLC frame without its FCS, of V.21 or of ECM page data (FCD, RCP); `ok` is false when the FCS was wrong.
 *   Order within a burst matters. The array is not kept by the session beyond FCD data, which it keeps as a view.
 * - `training`: the training check ended: octets received in all, and how many of them were not zero.
 * - `page-data`: octets of a page without error correction, in pieces of any size, kept as they are (do not reuse them).
 * - `page`: the encoded page a `need-page` asked for.
 * - `timeout`: a timer that `start-timer` started has run out.
 * - `local`: `page-stored` or `page-refused` answer `received-page`, the former with the number of lines that were damaged
 *   and concealed, when some were; `page-unavailable` answers `need-page` when the page cannot be provided; `operator-done`
 *   ends an interruption for the operator before T3 does; `stop` ends the call.
 * - `hangup-by-peer`: the line is gone; `sending` when this cut off a page or block that was still being sent.
 */
export type Event =
  | { type: "connected" }
  | { type: "tone"; tone: "ced" | "cng" }
  | { type: "carrier"; modulation: Modulation | "v21"; up: boolean }
  | { type: "frame"; bytes: Uint8Array; ok: boolean }
  | { type: "training"; octets: number; errors: number }
  | { type: "page-data"; octets: Uint8Array }
  | { type: "page"; index: number; octets: Uint8Array }
  | { type: "timeout"; timer: TimerName }
  | { type: "local"; what: "page-stored"; badLines?: number }
  | { type: "local"; what: "page-refused" | "page-unavailable" | "operator-done" | "stop" }
  | { type: "hangup-by-peer"; sending?: boolean };

/**
 * Actions a driver carries out, in order. Those that take line time (`durationOf` > 0) follow each other on the line; a
 * timer started after them counts from their end.
 *
 * - `send-tone`: CED in full, or begin CNG (it ends with the first thing heard). `delayUs` and `toneUs` are those of a CED that
 *   is not as usual: the silence before it, and its length.
 * - `send-frames`: one V.21 burst: preamble, frames, carrier off.
 * - `send-training`: training and TCF, `octets` zeros.
 * - `send-page`: training, then the page without error correction as it is (it ends with its RTC).
 * - `send-ecm-block`: training, then HDLC `frames` (encoded FCD, without FCS), then the RCP frame `rcp` times (`RCP_FRAME`).
 * - `listen`: what should come next. A hint for modems that must be told; V.21 may always come instead and must be
 *   delivered. `training` = count octets and answer with one `training` event at carrier end.
 * - `start-timer`: (re)starts it; `stop-timer`: it will not be missed. Several may run at once.
 * - `need-page`: encode page `index` thus and answer with `page`. Nothing is sent meanwhile. An answerer asks for pages of
 *   `documents[document]`, which is being polled; a caller has one document, 0.
 * - `received-page`: a complete page (octets of the coded image, ECM padding included). It is confirmed to the caller only
 *   when `page-stored` is answered; `page-refused` has it refused. Nothing else is answered meanwhile except RNR in ECM.
 * - `report`: for ladder and live view; no effect on the line.
 * - `hang-up`: the last action; clear the line.
 */
export type Action =
  | { type: "send-tone"; tone: "ced" | "cng"; delayUs?: number; toneUs?: number }
  | { type: "send-frames"; frames: Frame[] }
  | { type: "send-training"; modulation: Modulation; octets: number }
  | { type: "send-page"; modulation: Modulation; shortTraining: boolean; octets: Uint8Array }
  | { type: "send-ecm-block"; modulation: Modulation; shortTraining: boolean; frames: Uint8Array[]; rcp: number }
  | { type: "listen"; for: "v21" }
  | { type: "listen"; for: "training" | "page" | "ecm"; modulation: Modulation; shortTraining: boolean }
  | { type: "start-timer"; timer: TimerName; afterUs: number }
  | { type: "stop-timer"; timer: TimerName }
  | { type: "need-page"; index: number; document: number; format: PageFormat }
  | { type: "received-page"; index: number; octets: Uint8Array; format: PageFormat }
  | { type: "report"; report: Report }
  | { type: "hang-up"; result: Result };

/** The four 20-character fields beside the station ids. */
export type AddressField = "SUB" | "SEP" | "PWD" | "SID";

/** What happened, for people. */
export type Report =
  | { kind: "phase"; phase: "A" | "B" | "C" | "D" | "E" }
  | { kind: "remote-id"; id: string }
  | { kind: "capabilities"; capabilities: Capabilities }
  /** SUB, SEP, PWD or SID was received. */
  | { kind: "address"; field: AddressField; value: string }
  /** The roles of sender and receiver change or are fixed against the usual: `sends` sends from now on. */
  | { kind: "polling"; sends: "caller" | "answerer"; document: number }
  | { kind: "agreed"; dcs: Dcs }
  | { kind: "training"; ok: boolean; modulation: Modulation }
  | { kind: "page-sending"; page: number }
  | { kind: "page-confirmed"; page: number }
  | { kind: "page-refused"; page: number }
  /** `badLines`: so many lines came damaged and were concealed; absent when none was. */
  | { kind: "page-received"; page: number; badLines?: number }
  | { kind: "block-damaged"; page: number; block: number; bad: number }
  | { kind: "rate-changed"; modulation: Modulation }
  | { kind: "command-repeated"; command: string; attempt: number }
  | { kind: "not-ready"; page: number }
  /** An operator is wanted (PIP, PIN, PRI-*): T3 runs when this station is attended. */
  | { kind: "operator-wanted"; page: number }
  | { kind: "ignored"; frame: string };

/** One page as its sender has it before anything is agreed. */
export interface PageWish {
  /** Width of the paper: pels per line at 8 pels/mm, whatever the resolution. */
  width: Width;
  resolution: Resolution;
  /** The page was scanned in pels an inch (200 x 100, 200 x 200, 200 x 400, 400 x 400). */
  inch?: true;
}

/** What both sides are set to, as senders and as receivers: either may do both. Plain data. */
export interface StationOptions {
  /** Own number, sent as TSI, CSI or CIG; "" sends none. */
  stationId: string;
  /** What its modem can send. */
  modems: ModemSet;
  maxRate: Wanted["maxRate"];
  codings: Wanted["codings"];
  ecm: boolean;
  ecmFrameSize: EcmFrameSize;
  /** What it can receive: its DIS or DTC. Whether it has a document to be polled follows from the options. */
  capabilities: Capabilities;
  maxPages: number;
  /** Longest page accepted, octets of coded image. */
  maxPageOctets: number;
  /**
   * Somebody may come when PIP, PIN or PRI-* call for an operator: T3 runs, then the call goes on or ends. Unset: nobody,
   * so PIP counts as MCF, PIN as RTN and PRI-* as the plain command.
   */
  attended?: { afterT3: "continue" | "disconnect" };
  mood: Mood;
}

/** Fetching a document from the called station. */
export interface Poll {
  /** Which document (SEP); unset: whatever it offers. */
  sep?: string;
  /** Password for it (PWD). */
  pwd?: string;
}

/** What a caller is set to. Plain data. */
export interface CallerOptions extends StationOptions {
  /** The pages to send; none when it only polls. */
  pages: readonly PageWish[];
  /** Poll, after its own pages if it has some. */
  poll?: Poll;
  /** Sub-address, password and sender identification that go before DCS, each only when DIS offers its bit. */
  sub?: string;
  pwd?: string;
  sid?: string;
  /** Ends the call when DIS does not offer what SUB, PWD, SID or SEP need. Unset: they are left out and reported `ignored`. */
  insists?: boolean;
}

/** A document that waits to be polled. */
export interface PolledDocument {
  /** Given out only for this SEP; unset: to a poll without SEP. */
  sep?: string;
  /** Given out only with this PWD. */
  pwd?: string;
  pages: readonly PageWish[];
}

/** What an answerer is set to. Plain data. */
export interface AnswererOptions extends StationOptions {
  /** Documents that may be polled. */
  documents?: readonly PolledDocument[];
  /** Takes pages only from who sends this as PWD or SID. */
  password?: string;
  /** Takes no other SUB than these; a call without SUB is taken. */
  subAddresses?: readonly string[];
}

/** What a machine is about to put on the line, as a mood names it. */
export type Signal =
  | "CED"
  | "DIS"
  | "DTC"
  | "DCS"
  | "TCF"
  | "CFR"
  | "FTT"
  /** Page data or a block, as it begins. */
  | "image"
  /** MPS, EOM, EOP, PRI-* or PPS-* with MPS, EOM, EOP or NULL. */
  | "page-end"
  /** MCF, RTP, RTN, PIP, PIN, PPR or RNR. */
  | "page-answer"
  | "CTC"
  | "CTR"
  | "EOR"
  | "ERR"
  | "RR"
  | "RNR"
  | "PPR"
  | "DCN";

/** What it does instead. */
export type Deed =
  /** Falls silent for good. */
  | { do: "silence" }
  /** Says DCN and hangs up. */
  | { do: "disconnect" }
  /** Hangs up without a word; an image is cut off in its midst. */
  | { do: "hang-up" }
  /** Leaves this signal out, and goes on as if it had been sent. */
  | { do: "skip" }
  /** Says another frame instead, its FIF empty, and goes on as if it had said the right one. */
  | { do: "say"; frame: FcfName }
  /** Begins so much later. */
  | { do: "delay"; us: number }
  /** Blocks with error correction: these frames (by number, from 0) are lost on the way. */
  | { do: "lose"; frames: readonly number[] }
  /** An image or training check ends after this part of it, 0 to 1. */
  | { do: "cut"; part: number };

/** One scripted misdeed. All that is given must be true; attempts, pages and blocks count from 1. */
export interface Misdeed {
  at: Signal;
  /** Only at this page of the document. */
  page?: number;
  /** Only at this block of the page (error correction). */
  block?: number;
  /** Only the nth time the machine is about to send this (at this page and block, when they are given). */
  attempt?: number;
  does: Deed;
}

/** How a simulated machine misbehaves, in either role. Pages count from 1. All fields unset: it behaves. */
export interface Mood {
  /** Refuses this page once with RTN although it was good. Implies no ECM, which knows no RTN. */
  refuseOncePage?: number;
  /** Confirms so many pages; in the next one it sends DCN instead of a confirmation. */
  outOfPaperAfterPage?: number;
  /** Hangs up right after CED. */
  hangUpAfterAnswer?: boolean;
  /** Cuts the line in the midst of this page. */
  hangUpInPage?: number;
  /** Answers FTT to every training above this rate. */
  trainsUpTo?: Rate;
  /** Answers RNR so often, or for so many seconds, before it confirms this page, or this block of it (ECM only). */
  notReady?: { page: number; block?: number; times?: number; seconds?: number };
  /** Answers RTP instead of MCF after this page (no ECM). */
  retrainAfterPage?: number;
  /** Answers so to this page, so often (default once): RTP and PIP take it, RTN and PIN do not. Implies no ECM. */
  answers?: readonly { page: number; with: "RTN" | "RTP" | "PIP" | "PIN"; times?: number }[];
  /** Falls silent for good: before DIS, after DCS, or when this page has come. */
  silent?: "dis" | "training" | { page: number };
  /** Says PRI-MPS, PRI-EOM or PRI-EOP after this page. */
  interruptsAfterPage?: number;
  /** Every answer and command comes so much later, microseconds. */
  slowUs?: number;
  /** As receiver with error correction: these frames (by number, from 0) come damaged; blocks and attempts count from 1. */
  damages?: readonly { page?: number; block?: number; attempt?: number; frames: readonly number[] }[];
  /** Misdeeds in order; the first whose conditions hold is done. */
  script?: readonly Misdeed[];
}
