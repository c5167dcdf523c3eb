/** What goes into a session and what comes out: the contract between T.30 and whoever drives a line. */

import type {
  Capabilities,
  Dcs,
  EcmFrameSize,
  ModemSet,
  PageFormat,
  Resolution,
  Wanted,
  Width,
} from "./capabilities.ts";
import type { Frame } from "./frame.ts";
import type { Modulation, Rate } from "./modulation.ts";
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
 * - `local`: `page-stored` or `page-refused` answer `received-page`; `page-unavailable` answers `need-page` when the page
 *   cannot be provided; `stop` ends the call.
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
  | { type: "local"; what: "page-stored" | "page-refused" | "page-unavailable" | "stop" }
  | { type: "hangup-by-peer"; sending?: boolean };

/**
 * Actions a driver carries out, in order. Those that take line time (`durationOf` > 0) follow each other on the line; a
 * timer started after them counts from their end.
 *
 * - `send-tone`: CED in full, or begin CNG (it ends with the first thing heard).
 * - `send-frames`: one V.21 burst: preamble, frames, carrier off.
 * - `send-training`: training and TCF, `octets` zeros.
 * - `send-page`: training, then the page without error correction as it is (it ends with its RTC).
 * - `send-ecm-block`: training, then HDLC `frames` (encoded FCD, without FCS), then the RCP frame `rcp` times (`RCP_FRAME`).
 * - `listen`: what should come next. A hint for modems that must be told; V.21 may always come instead and must be
 *   delivered. `training` = count octets and answer with one `training` event at carrier end.
 * - `start-timer`: (re)starts it; `stop-timer`: it will not be missed. Several may run at once.
 * - `need-page`: encode page `index` thus and answer with `page`. Nothing is sent meanwhile.
 * - `received-page`: a complete page (octets of the coded image, ECM padding included). It is confirmed to the caller only
 *   when `page-stored` is answered; `page-refused` has it refused. Nothing else is answered meanwhile except RNR in ECM.
 * - `report`: for ladder and live view; no effect on the line.
 * - `hang-up`: the last action; clear the line.
 */
export type Action =
  | { type: "send-tone"; tone: "ced" | "cng" }
  | { type: "send-frames"; frames: Frame[] }
  | { type: "send-training"; modulation: Modulation; octets: number }
  | { type: "send-page"; modulation: Modulation; shortTraining: boolean; octets: Uint8Array }
  | { type: "send-ecm-block"; modulation: Modulation; shortTraining: boolean; frames: Uint8Array[]; rcp: number }
  | { type: "listen"; for: "v21" }
  | { type: "listen"; for: "training" | "page" | "ecm"; modulation: Modulation; shortTraining: boolean }
  | { type: "start-timer"; timer: TimerName; afterUs: number }
  | { type: "stop-timer"; timer: TimerName }
  | { type: "need-page"; index: number; format: PageFormat }
  | { type: "received-page"; index: number; octets: Uint8Array; format: PageFormat }
  | { type: "report"; report: Report }
  | { type: "hang-up"; result: Result };

/** What happened, for people. */
export type Report =
  | { kind: "phase"; phase: "A" | "B" | "C" | "D" | "E" }
  | { kind: "remote-id"; id: string }
  | { kind: "capabilities"; capabilities: Capabilities }
  | { kind: "agreed"; dcs: Dcs }
  | { kind: "training"; ok: boolean; modulation: Modulation }
  | { kind: "page-sending"; page: number }
  | { kind: "page-confirmed"; page: number }
  | { kind: "page-refused"; page: number }
  | { kind: "page-received"; page: number }
  | { kind: "block-damaged"; page: number; block: number; bad: number }
  | { kind: "rate-changed"; modulation: Modulation }
  | { kind: "command-repeated"; command: string; attempt: number }
  | { kind: "not-ready"; page: number }
  | { kind: "ignored"; frame: string };

/** One page as the caller has it before anything is agreed. */
export interface PageWish {
  width: Width;
  resolution: Resolution;
}

/** What a caller is set to. Plain data. */
export interface CallerOptions {
  /** Own number, sent as TSI; "" sends none. */
  stationId: string;
  /** The pages to send, at least one. */
  pages: readonly PageWish[];
  /** What its modem can send. */
  modems: ModemSet;
  maxRate: Wanted["maxRate"];
  codings: Wanted["codings"];
  ecm: boolean;
  ecmFrameSize: EcmFrameSize;
}

/** What an answerer is set to. Plain data. */
export interface AnswererOptions {
  /** Own number, sent as CSI; "" sends none. */
  stationId: string;
  capabilities: Capabilities;
  maxPages: number;
  /** Longest page accepted, octets of coded image. */
  maxPageOctets: number;
  mood: Mood;
}

/** How a simulated machine misbehaves. Pages count from 1. All fields unset: it behaves. */
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
  /** Answers RNR so often before it confirms this page (ECM only). */
  notReady?: { page: number; times: number };
  /** Answers RTP instead of MCF after this page (no ECM). */
  retrainAfterPage?: number;
  /** Falls silent for good: before DIS, after DCS, or when this page has come. */
  silent?: "dis" | "training" | { page: number };
}
