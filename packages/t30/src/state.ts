/** The state of one side of a call: where it stands, and what it knows as a sender and as a receiver of pages. */

import { report } from "./actions.ts";
import type { Capabilities, Dcs } from "./capabilities.ts";
import type { Pps } from "./ecm.ts";
import { FCF, type Frame, frame, X } from "./frame.ts";
import type { Modulation } from "./modulation.ts";
import { type Cause, type Result, resultOf } from "./outcome.ts";
import type { Action, AddressField, AnswererOptions, CallerOptions, PageWish } from "./protocol.ts";
import type { TimerName } from "./timers.ts";

/** A command a sender waits an answer to; names the row of `NO_ANSWER`. */
export type Question = "dcs" | "page" | "block" | "ctc" | "eor" | "rr";

/** Where a side stands. */
export type State =
  | { step: "idle" }
  /** The caller waits for DIS. `burst`: one is being heard right now; `prolonged`: T1 has been, for its sake. */
  | { step: "await-dis"; heardFax: boolean; afterEom: boolean; burst: boolean; prolonged: boolean }
  /**
   * Waits for DCS: after DIS, repeated until T1; after DTC, which is tried three times; or after FTT, RTN, RTP, EOM within T2.
   */
  | { step: "await-dcs"; said: "DIS" | "DTC" | null; tries: number; heardFax: boolean; afterEom: boolean }
  /** Sender: the driver brings the page. */
  | { step: "await-page" }
  | { step: "await-answer"; to: Question; command: Frame; tries: number; prolonged: boolean }
  /** Sender: PIP (the page is good) or PIN was heard, T3 runs. */
  | { step: "await-operator"; good: boolean }
  /** Receiver. */
  | { step: "await-training" }
  /** Waits for a page, takes it in, waits for the command after it. */
  | { step: "receiving" }
  /**
   * A page has been handed up, or a block is held back; `asked` when the sender was told RNR and will ask again. It is told
   * so another `notReady` times, and as long as it is `busy`.
   */
  | {
      step: "deciding";
      end: Pps["end"];
      operator: boolean;
      stored: boolean;
      asked: boolean;
      notReady: number;
      busy: boolean;
    }
  /** The last page is confirmed; DCN should come. */
  | { step: "await-end" }
  /** A mood: plays dead until T1 or the peer ends the call. */
  | { step: "silent" }
  | { step: "ended"; result: Result };

/** The block of a page on its way in error correction mode. */
export interface SendingBlock {
  page: Uint8Array;
  /** Octet of the page at which the block starts. */
  from: number;
  number: number;
  frames: Uint8Array[];
  end: Pps["end"];
  /** PPR received for this block at this rate. */
  pprs: number;
  /** Frames still to be repeated after a change of rate. */
  bad: number[];
}

/** What a side knows as the sender of pages. */
export interface Transmitter {
  /** The document on its way, and its place among those that may be polled. */
  pages: readonly PageWish[];
  document: number;
  /** Modulations left, the one in use first. */
  fallback: readonly Modulation[];
  /** V.17 trains short after a training check has been confirmed. */
  trained: boolean;
  /** Index of the page on its way; all before it are confirmed. */
  page: number;
  /** How often it was refused. */
  refusals: number;
  /** Commands since the last page or block was confirmed: without progress the call ends. */
  repeats: number;
  block: SendingBlock | null;
  /** T5 runs: the receiver said RNR. */
  notReady: boolean;
}

/** What a side knows as the receiver of pages. */
export interface Receiver {
  /** Pages confirmed. */
  pages: number;
  /** Lines of confirmed pages that came damaged. */
  badLines: number;
  /** Timer that is prolonged when a burst begins, and how often that may still be done in this wait. */
  waiting: TimerName | null;
  prolongations: number;
  /** It is being prolonged right now, by what is on the line. */
  prolonged: boolean;
  /** Answer to the last command and that command's name, for its repetition. */
  answer: Frame[] | null;
  answered: string;
  /** Answers since the last page or block came through: a sender that only repeats itself is cut off. */
  repeats: number;
  /** An image carrier or page data was noticed since the last answer. */
  heardImage: boolean;
  /** A frame of the present V.21 burst was damaged. */
  damagedBurst: boolean;
  /** The present page: its pieces and their octets. */
  pieces: Uint8Array[];
  octets: number;
  /** Error correction: frames of the present block by number, its length once PPS has told it, its place. */
  frames: (Uint8Array | undefined)[];
  frameCount: number;
  page: number;
  block: number;
  /** How often frames of this block have come. */
  attempt: number;
  /** The present page lost a block to EOR; then at its end it is dropped. */
  pageDamaged: boolean;
  /** A page was dropped: the call can no more end well. */
  incomplete: boolean;
  /** How often each answer of a mood has been given; by its place. */
  given: number[];
}

/** What both sides have. */
interface Station {
  state: State;
  remoteId: string;
  /** Last DIS or DTC of the peer. */
  dis: Capabilities | null;
  dcs: Dcs | null;
  /** A DTC has been sent or accepted: pages go to the caller. */
  polling: boolean;
  tx: Transmitter;
  rx: Receiver;
  /** SUB, SEP, PWD and SID heard since the last DIS. */
  heard: Partial<Record<AddressField, string>>;
  /** Commands and answers of this side in all. */
  turns: number;
  /** FCFs of the last burst sent: the same ones heard are its echo. */
  said: number[];
  /** How often each thing a mood does has been due; by its place in the mood. */
  moodCounts: number[];
  /** What a mood holds back until TMOOD. */
  held: Action[] | null;
}

/** The calling side of a call. */
export interface CallerSession extends Station {
  side: "caller";
  options: CallerOptions;
}

/** The answering side of a call. */
export interface AnswererSession extends Station {
  side: "answerer";
  options: AnswererOptions;
}

/** One side of a call. Plain data: it can be saved, cloned and compared. Only `step` changes it. */
export type Session = CallerSession | AnswererSession;

export function createStation(pages: readonly PageWish[]): Station {
  return {
    state: { step: "idle" },
    remoteId: "",
    dis: null,
    dcs: null,
    polling: false,
    tx: {
      pages,
      document: 0,
      fallback: [],
      trained: false,
      page: 0,
      refusals: 0,
      repeats: 0,
      block: null,
      notReady: false,
    },
    rx: {
      pages: 0,
      badLines: 0,
      waiting: null,
      prolongations: 0,
      prolonged: false,
      answer: null,
      answered: "",
      repeats: 0,
      heardImage: false,
      damagedBurst: false,
      pieces: [],
      octets: 0,
      frames: [],
      frameCount: 0,
      page: 0,
      block: 0,
      attempt: 0,
      pageDamaged: false,
      incomplete: false,
      given: [],
    },
    heard: {},
    turns: 0,
    said: [],
    moodCounts: [],
    held: null,
  };
}

/** The X bit of what this side sends: the caller has received DIS, the answerer has not (T.30 §5.3.6.1). */
export function xOf(s: Session): number {
  return s.side === "caller" ? X : 0;
}

/** Puts a V.21 burst on the line. */
export function say(s: Session, frames: Frame[], out: Action[]): undefined {
  s.said.length = 0;
  for (const { fcf } of frames) s.said.push(fcf);
  out.push({ type: "send-frames", frames });
}

/** Without progress so many commands or answers are enough: a full chain of rates with four PPR and three tries each, doubled. */
const REPEAT_LIMIT = 200;

/** And in all so many: a peer that makes progress octet by octet ends, too. A thousand pages of four blocks need a quarter. */
const TURN_LIMIT = 20_000;

/** Why nothing more is said: the call has gone on for too long, or in circles; undefined when it has not. */
export function weariness(s: Session, repeats: number): Cause | undefined {
  if (++s.turns > TURN_LIMIT) return "call-too-long";
  return repeats > REPEAT_LIMIT ? "too-many-repeats" : undefined;
}

/** Says DCN and ends the call. */
export function disconnect(s: Session, cause: Cause, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "E" });
  say(s, [frame(FCF.DCN | xOf(s), true)], out);
  end(s, cause, out);
}

export function end(s: Session, cause: Cause, out: Action[]): undefined {
  const [sent, polled] = s.side === "caller" ? [s.tx.page, s.rx.pages] : [s.rx.pages, s.tx.page];
  const result = resultOf(cause, sent, s.polling ? polled : undefined);
  s.state = { step: "ended", result };
  s.tx.block = null;
  clearPage(s.rx);
  out.push({ type: "hang-up", result });
}

/** Forgets what has come of the present page. */
export function clearPage(rx: Receiver): undefined {
  rx.pieces = [];
  rx.octets = 0;
  rx.frames = [];
  rx.frameCount = 0;
  rx.pageDamaged = false;
}
