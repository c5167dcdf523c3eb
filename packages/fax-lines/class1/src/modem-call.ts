/** Runs one side of a call over a modem: a T.30 party on one side, the modem on the other, line time = wall time since connect. */

import type { DialResult, DteAction } from "@depesche/at";
import type { Action, Dcs, Event, PageFormat, Report, Result, TimerName } from "@depesche/t30";
import { encodeIfp } from "@depesche/t38";
import {
  Agreement,
  type CallPage,
  type Party,
  type Recorder,
  type Side,
  signalsOf,
  storedEvent,
  type Wall,
} from "@depesche/wire-t38";
import { heardIfp, newHeard } from "./heard.ts";
import type { Modem } from "./modem.ts";
import type { ModemProblem } from "./outcomes.ts";

export interface ModemCallOptions {
  side: Side;
  party: Party;
  modem: Modem;
  /** What is dialled; undefined takes the call that rings. */
  number?: string;
  recorder: Recorder;
  wall: Wall;
  /** The coded page; undefined when it cannot be had. */
  needPage?(index: number, format: PageFormat): Promise<Uint8Array | undefined>;
  /** True when the page is stored, or how many of its lines had to be concealed: only then it is confirmed. */
  receivedPage?(page: CallPage): Promise<boolean | { badLines: number }>;
  report?(report: Report): void;
  /** Hangs up politely (DCN) when there is time for it. */
  signal: AbortSignal;
}

export interface ModemCallEnd {
  /** How T.30 ended it; undefined when no fax machine was reached, or the modem failed. */
  result: Result | undefined;
  /** What the modem said of a number where it heard no fax machine. */
  refused: DialResult | undefined;
  problem: ModemProblem | undefined;
  /** Pages confirmed. */
  pages: number;
  /** Wall time from dialling to connect, and from connect to hang-up, microseconds. */
  ringUs: number;
  lineUs: number;
  /** Our own signal ended the call. */
  stopped: boolean;
  remoteId: string;
  dcs: Dcs | undefined;
  /** Something of a page has gone out: the far end may hold it. */
  pageSent: boolean;
}

/** After a stop everything is over within this time, whatever the modem says. */
const GOODBYE_US = 1_500_000;

/** Runs the call to its end and gives the modem back. Never rejects. The modem must be free. */
export function runModemCall(options: ModemCallOptions): Promise<ModemCallEnd> {
  return new Promise((resolve) => new ModemCall(options, resolve).begin());
}

class ModemCall {
  readonly #options: ModemCallOptions;
  readonly #resolve: (end: ModemCallEnd) => void;
  readonly #timers = new Map<TimerName, () => void>();
  readonly #heard = newHeard();
  readonly #begunUs: number;
  #connectUs: number | undefined;
  #endUs: number | undefined;
  #goodbye: (() => void) | undefined;
  #refused: DialResult | undefined;
  /** How T.30 has ended the call; the line may still carry what it said before. */
  #verdict: Result | undefined;
  /** The last page is stored; and that has been said to the caller. */
  #stored = false;
  #confirmed = false;
  readonly #agreement = new Agreement();
  #pageSent = false;
  #sendingImage = false;
  #stopped = false;
  #ended = false;
  readonly #onAbort = () => this.#stop();

  constructor(options: ModemCallOptions, resolve: (end: ModemCallEnd) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#begunUs = options.wall.nowUs();
  }

  begin(): void {
    const { modem, number, signal, recorder } = this.#options;
    recorder.inRealTime();
    if (!modem.take({ took: (actions) => this.#take(actions), failed: (problem) => this.#finish(problem) })) {
      this.#finish(modem.problem);
      return;
    }
    signal.addEventListener("abort", this.#onAbort);
    if (number === undefined) {
      modem.feed({ type: "answer" });
      this.#connected();
    } else modem.feed({ type: "dial", number });
    if (signal.aborted) this.#stop();
  }

  get #lineUs(): number {
    return this.#connectUs === undefined ? 0 : Math.round(this.#options.wall.nowUs() - this.#connectUs);
  }

  /** All events of a step go to T.30 first; the modem waits for what it says to them. */
  #take(actions: readonly DteAction[]): void {
    const answers: Action[] = [];
    let heard = false;
    for (const action of actions) {
      if (this.#ended) return;
      switch (action.type) {
        case "connected":
          heard = true;
          this.#connectUs = this.#options.wall.nowUs();
          this.#step({ type: "connected" }, answers);
          // CNG has been sounding since the number was dialled.
          for (const answer of answers) if (answer.type === "send-tone") this.#began(answer);
          break;
        case "event":
          heard = true;
          this.#hear(action.event, answers);
          break;
        case "refused":
          this.#refused ??= action.how;
          break;
        case "began":
          if (action.action.type !== "send-tone" || this.#options.side === "answerer") this.#began(action.action);
          break;
        case "sent":
          this.#sendingImage = false;
          this.#confirmed = this.#stored;
          break;
        case "do":
          this.#do(action.action);
          break;
        case "on-hook":
          this.#finish();
          break;
        case "write":
        case "guard":
        case "ready":
        case "ring":
        case "fault":
          break;
        default:
          action satisfies never;
      }
    }
    if (heard && !this.#ended) this.#options.modem.feed({ type: "do", actions: answers });
  }

  #hear(event: Event, answers: Action[]): void {
    const ifp = heardIfp(this.#heard, event);
    if (ifp) this.#record(false, this.#lineUs, encodeIfp(ifp));
    this.#step(event, answers);
  }

  #step(event: Event, answers: Action[]): void {
    const first = answers.length;
    this.#options.party.step(event, answers);
    for (let i = first; i < answers.length; i++) {
      const answer = answers[i]!;
      if (answer.type === "hang-up") this.#verdict = answer.result;
    }
  }

  #record(ours: boolean, lineUs: number, bytes: Uint8Array): void {
    const { recorder, side } = this.#options;
    recorder.ifp(ours === (side === "caller"), lineUs, bytes);
  }

  #began(action: Action): void {
    for (const { ifp, atUs } of signalsOf(action, this.#lineUs)) this.#record(true, atUs, encodeIfp(ifp));
    if (action.type !== "send-page" && action.type !== "send-ecm-block") return;
    this.#pageSent = true;
    this.#sendingImage = true;
  }

  /** T.30's answer to something that did not come over the line. */
  #feed(event: Event): void {
    if (this.#ended) return;
    const actions: Action[] = [];
    this.#step(event, actions);
    this.#options.modem.feed({ type: "do", actions });
  }

  #connected(): void {
    this.#connectUs = this.#options.wall.nowUs();
    this.#feed({ type: "connected" });
  }

  #do(action: Action): void {
    switch (action.type) {
      case "start-timer":
        this.#startTimer(action.timer, action.afterUs);
        return;
      case "stop-timer":
        this.#stopTimer(action.timer);
        return;
      case "need-page":
        void this.#bringPage(action.index, action.format);
        return;
      case "received-page":
        void this.#storePage(action);
        return;
      case "report":
        this.#note(action.report);
        return;
      case "hang-up":
        this.#endUs ??= this.#lineUs;
        for (const timer of [...this.#timers.keys()]) this.#stopTimer(timer);
        return;
      case "send-tone":
      case "send-frames":
      case "send-training":
      case "send-page":
      case "send-ecm-block":
      case "listen":
        return;
      default:
        action satisfies never;
    }
  }

  #startTimer(timer: TimerName, afterUs: number): void {
    this.#stopTimer(timer);
    const { wall, recorder, side } = this.#options;
    const cancel = wall.at(wall.nowUs() + afterUs, () => {
      this.#timers.delete(timer);
      recorder.timer(side === "caller", this.#lineUs, timer);
      this.#feed({ type: "timeout", timer });
    });
    this.#timers.set(timer, cancel);
  }

  #stopTimer(timer: TimerName): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }

  async #bringPage(index: number, format: PageFormat): Promise<void> {
    const octets = await settled(this.#options.needPage?.(index, format));
    this.#feed(octets ? { type: "page", index, octets } : { type: "local", what: "page-unavailable" });
  }

  async #storePage({ index, octets, format }: Extract<Action, { type: "received-page" }>): Promise<void> {
    const last = this.#options.party.lastPage?.() ?? false;
    const page: CallPage = { index, octets, format, last, lineUs: this.#lineUs };
    const stored = await settled(this.#options.receivedPage?.(page));
    this.#stored ||= last && Boolean(stored);
    this.#feed(storedEvent(stored));
  }

  #note(report: Report): void {
    this.#agreement.note(report);
    this.#options.report?.(report);
  }

  /** What is on the line is broken off, DCN is said when there is time for it, and then the line is cut. */
  #stop(): void {
    if (this.#ended || this.#stopped) return;
    const { modem, wall } = this.#options;
    this.#goodbye ??= wall.at(wall.nowUs() + GOODBYE_US, () => this.#cut());
    // Everything is in and confirmed: only the caller's DCN is missing, and nothing is broken off.
    if (this.#confirmed) {
      this.#feed({ type: "hangup-by-peer" });
      return;
    }
    this.#stopped = true;
    if (this.#connectUs === undefined) modem.feed({ type: "hang-up" });
    else {
      modem.feed({ type: "cut" });
      this.#feed({ type: "local", what: "stop" });
    }
  }

  #cut(): void {
    if (this.#ended) return;
    const { modem } = this.#options;
    this.#finish("modem-gone");
    modem.reset();
  }

  #finish(problem?: ModemProblem): void {
    if (this.#ended) return;
    // What T.30 makes of a line that is gone: how many pages were confirmed before.
    if (this.#verdict === undefined && this.#connectUs !== undefined) {
      const answers: Action[] = [];
      this.#step({ type: "hangup-by-peer", sending: this.#sendingImage }, answers);
      for (const answer of answers) if (answer.type === "report") this.#note(answer.report);
    }
    this.#ended = true;
    this.#goodbye?.();
    for (const timer of [...this.#timers.keys()]) this.#stopTimer(timer);
    const { modem, signal, wall, recorder } = this.#options;
    signal.removeEventListener("abort", this.#onAbort);
    const lineUs = this.#endUs ?? this.#lineUs;
    // Of an image that was cut off, what had not gone out by then never did.
    if (this.#sendingImage) recorder.cutAt(lineUs);
    else recorder.endAt(lineUs);
    const connectUs = this.#connectUs ?? wall.nowUs();
    if (problem === undefined) modem.release();
    // A call that T.30 had brought to its good end before the modem failed was a good call.
    const good = this.#verdict?.cause === "completed";
    this.#resolve({
      result: problem === undefined || good ? this.#verdict : undefined,
      refused: this.#refused,
      problem: good || this.#stopped ? undefined : problem,
      pages: this.#verdict?.pages ?? 0,
      ringUs: Math.round(connectUs - this.#begunUs),
      lineUs,
      stopped: this.#stopped,
      remoteId: this.#agreement.remoteId,
      dcs: this.#agreement.dcs,
      pageSent: this.#pageSent,
    });
  }
}

/** A page source or store that fails counts as one that has nothing. */
async function settled<T>(promise: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await promise;
  } catch {
    return undefined;
  }
}
