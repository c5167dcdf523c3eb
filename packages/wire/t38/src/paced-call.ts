/**
 * Runs one side of a call whose other end is foreign: a T.30 party on one side, a stream of IFPs on the other, in real time.
 * The line is half duplex as a telephone line is: what begins while this side speaks is not heard, but for DCN.
 */

import type { Action, Event, Report, Result, TimerName } from "@depesche/t30";
import { encodeIfp, type Ifp } from "@depesche/t38";
import { Agreement } from "./agreement.ts";
import { CallTimers } from "./call-timers.ts";
import { type ForeignEar, hear, hearGap, hearQuiet, newForeignEar, quietAfterUs } from "./foreign-ear.ts";
import { isDcn, isHeard } from "./half-duplex.ts";
import type { IfpPort } from "./ifp-port.ts";
import type { Recorder } from "./ladder.ts";
import type { Side } from "./line-time.ts";
import { Mouth } from "./mouth.ts";
import type { TcfTransfer } from "./paced.ts";
import {
  type CallEnd,
  type CallPage,
  type Party,
  pagesOf,
  type RunCallOptions,
  settled,
  storedEvent,
} from "./run-call.ts";
import { monotonicWall, type Wall } from "./wall.ts";

export interface PacedCallOptions extends Pick<RunCallOptions, "needPage" | "receivedPage" | "report" | "signal"> {
  side: Side;
  party: Party;
  port: IfpPort;
  /** UDPTL and modems: "transferred"; TPKT: "local". */
  tcf: TcfTransfer;
  wall?: Wall;
  /** Gets the IFPs with line time, unless the port records its datagrams itself. */
  recorder?: Recorder;
  /** When the call was connected, on `wall`: zero of line time. Default: now. */
  connectUs?: number;
  /** Resolves when the call is over in signalling (BYE): the peer has hung up. */
  over?: Promise<void>;
  /** With nothing said and nothing heard for so long the call is given up, ms. T.30's timers end it before. */
  silenceMs?: number;
}

/** Longer than any timer of T.30 that runs in silence (T0 and T5, at most 65 s). */
const SILENCE_MS = 120_000;
/** A line that is gone has so long to be explained by signalling: BYE comes after a peer's media have ended. */
const EXPLAIN_US = 2_000_000;
/** What was said before BYE may be under way for so long (jitter). */
const BYE_US = 500_000;
/** Runs the call to its end. Never rejects; closes the port. */
export function runPacedCall(options: PacedCallOptions): Promise<CallEnd> {
  return new Promise((resolve) => new PacedCall(options, resolve).begin());
}

class PacedCall {
  readonly #options: PacedCallOptions;
  readonly #resolve: (end: CallEnd) => void;
  readonly #wall: Wall;
  readonly #connectUs: number;
  readonly #ear: ForeignEar;
  readonly #silenceUs: number;
  readonly #timers = new CallTimers();
  readonly #mouth: Mouth;
  readonly #halfDuplex = { talkedOver: false };
  #alarm: { atUs: number; cancel: () => void } | undefined;
  #heardUs: number;
  #saidUs: number;
  /** The port is gone; signalling may still tell why. */
  #lostUs: number | undefined;
  /** The peer has said BYE. */
  #byeUs: number | undefined;
  /** Local answers that are awaited: pages to be had or stored. */
  #held = 0;
  readonly #agreement = new Agreement();
  #result: Result | undefined;
  #pageSent = false;
  #stopped = false;
  #ended = false;
  readonly #onAbort = () => this.#stop();

  constructor(options: PacedCallOptions, resolve: (end: CallEnd) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#wall = options.wall ?? monotonicWall;
    const nowUs = this.#wall.nowUs();
    this.#connectUs = options.connectUs ?? nowUs;
    this.#heardUs = nowUs;
    this.#saidUs = nowUs;
    this.#ear = newForeignEar(options.tcf);
    this.#mouth = new Mouth(options.tcf);
    this.#silenceUs = (options.silenceMs ?? SILENCE_MS) * 1000;
  }

  begin(): void {
    const { port, signal, over, recorder } = this.#options;
    recorder?.inRealTime();
    this.#feed({ type: "connected" });
    if (this.#ended) return;
    port.listen({
      ifp: (ifp) => this.#hear(ifp),
      gap: () => {
        if (!this.#ended) hearGap(this.#ear);
      },
      lost: (problem) => this.#lineLost(problem),
    });
    const bye = () => {
      this.#byeUs ??= this.#wall.nowUs();
      this.#plan();
    };
    void over?.then(bye, bye);
    if (signal?.aborted) this.#stop();
    else signal?.addEventListener("abort", this.#onAbort);
    this.#plan();
  }

  #hear(ifp: Ifp): void {
    if (this.#ended) return;
    this.#heardUs = this.#wall.nowUs();
    this.#mouth.endCng();
    this.#record(false, ifp);
    const events: Event[] = [];
    hear(this.#ear, ifp, events);
    this.#feedHeard(events);
    this.#plan();
  }

  #feedHeard(events: readonly Event[]): void {
    for (const event of events) {
      if (this.#ended) return;
      if (isHeard(this.#halfDuplex, event, this.#mouth.isSpeaking)) this.#feed(event);
    }
  }

  #feed(event: Event): void {
    const actions: Action[] = [];
    this.#options.party.step(event, actions);
    for (const action of actions) {
      if (this.#ended) return;
      this.#carryOut(action, event);
    }
  }

  #carryOut(action: Action, because: Event): void {
    switch (action.type) {
      case "send-tone":
      case "send-frames":
      case "send-training":
      case "send-page":
      case "send-ecm-block":
        this.#mouth.send(action, this.#wall.nowUs());
        return;
      case "listen":
        this.#ear.listening = action.for;
        return;
      case "start-timer":
        this.#forget(action.timer);
        // It counts from the end of what is said before it.
        if (this.#mouth.isIdle) this.#startTimer(action.timer, action.afterUs);
        else this.#mouth.wait({ do: "start-timer", timer: action.timer, afterUs: action.afterUs });
        return;
      case "stop-timer":
        this.#forget(action.timer);
        return;
      case "need-page":
        void this.#bringPage(action);
        return;
      case "received-page":
        void this.#storePage(action);
        return;
      case "report":
        this.#note(action.report);
        return;
      case "hang-up": {
        const byPeer = because.type === "hangup-by-peer" || (because.type === "frame" && isDcn(because.bytes));
        if (byPeer || this.#mouth.isIdle) this.#hangUp(action, byPeer);
        else this.#mouth.wait({ do: "hang-up", action });
        return;
      }
      default:
        action satisfies never;
    }
  }

  #forget(timer: TimerName): void {
    this.#timers.stop(timer);
    this.#mouth.forgetTimer(timer);
  }

  #startTimer(timer: TimerName, afterUs: number): void {
    this.#timers.start(timer, this.#wall.nowUs(), afterUs);
  }

  /** Does what is due. */
  #wake(): void {
    this.#alarm = undefined;
    for (const look of [this.#speak, this.#listenForQuiet, this.#fireTimers, this.#lookAtLine]) {
      if (this.#ended) return;
      look.call(this);
    }
    this.#plan();
  }

  #speak(): void {
    for (const due of this.#mouth.due(this.#wall.nowUs())) {
      if (due.do === "start-timer") this.#startTimer(due.timer, due.afterUs);
      else if (due.do === "say") {
        this.#pageSent ||= due.image;
        this.#say(due.ifp);
      } else this.#hangUp(due.action, false);
      if (this.#ended) return;
    }
  }

  #say(ifp: Ifp): void {
    this.#saidUs = this.#wall.nowUs();
    this.#record(true, ifp);
    this.#options.port.send(ifp);
  }

  #listenForQuiet(): void {
    const quietUs = quietAfterUs(this.#ear);
    if (quietUs === undefined || this.#wall.nowUs() < this.#heardUs + quietUs) return;
    const events: Event[] = [];
    hearQuiet(this.#ear, events);
    this.#feedHeard(events);
  }

  #fireTimers(): void {
    const { recorder, side } = this.#options;
    for (const timer of this.#timers.due(this.#wall.nowUs(), () => this.#ear.carrier !== undefined)) {
      recorder?.timer(side === "caller", this.#lineUs, timer);
      this.#feed({ type: "timeout", timer });
      if (this.#ended) return;
    }
  }

  #lookAtLine(): void {
    const nowUs = this.#wall.nowUs();
    if (this.#byeUs !== undefined && nowUs >= this.#byeUs + BYE_US) this.#hungUp("hung-up");
    else if (this.#lostUs !== undefined && nowUs >= this.#lostUs + EXPLAIN_US) this.#hungUp("lost");
    else if (nowUs >= this.#silentAtUs) this.#finish(this.#held > 0 ? "stalled" : "media-lost", "us");
  }

  get #silentAtUs(): number {
    return Math.max(this.#heardUs, this.#saidUs) + this.#silenceUs;
  }

  /** One alarm for whatever comes first. One that goes off too early finds nothing to do and plans again. */
  #plan(): void {
    if (this.#ended) return;
    const quietUs = quietAfterUs(this.#ear);
    const atUs = Math.min(
      this.#mouth.dueUs,
      this.#timers.dueUs,
      quietUs === undefined ? NEVER : this.#heardUs + quietUs,
      this.#byeUs === undefined ? NEVER : this.#byeUs + BYE_US,
      this.#lostUs === undefined ? NEVER : this.#lostUs + EXPLAIN_US,
      this.#silentAtUs,
    );
    if (this.#alarm && this.#alarm.atUs <= atUs) return;
    this.#alarm?.cancel();
    this.#alarm = { atUs, cancel: this.#wall.at(atUs, () => this.#wake()) };
  }

  #lineLost(problem: string): void {
    if (this.#ended) return;
    if (problem === "peer-closed") this.#hungUp("hung-up");
    else this.#lostUs ??= this.#wall.nowUs();
    this.#plan();
  }

  /** The line is no more. A call that was good already stays so. */
  #hungUp(how: "hung-up" | "lost"): void {
    // Our own goodbye may have been under way.
    const ending = this.#mouth.ending;
    if (ending) {
      this.#hangUp(ending, false);
      return;
    }
    const sending = this.#mouth.isInImage && this.#pageSent;
    const actions: Action[] = [];
    this.#options.party.step({ type: "hangup-by-peer", sending }, actions);
    for (const action of actions) {
      if (action.type === "report") this.#note(action.report);
      if (action.type !== "hang-up") continue;
      this.#result = action.result;
      const isLost = how === "lost" && action.result.cause !== "completed";
      this.#finish(isLost ? "media-lost" : action.result.cause, "peer");
    }
    this.#finish("media-lost", "peer");
  }

  #hangUp(action: Action & { type: "hang-up" }, byPeer: boolean): void {
    this.#result = action.result;
    this.#finish(action.result.cause, byPeer ? "peer" : "us");
  }

  #stop(): void {
    if (this.#ended) return;
    const ending = this.#mouth.ending;
    if (ending) {
      // A goodbye takes little longer; half a page that was to be cut would.
      if (this.#mouth.hasImage) this.#hangUp(ending, false);
      return;
    }
    this.#stopped = true;
    // What is on the line is broken off: a page would take minutes.
    if (this.#mouth.isSpeaking) this.#say({ kind: "indicator", indicator: "no-signal" });
    this.#mouth.breakOff();
    this.#feed({ type: "local", what: "stop" });
    if (!this.#mouth.ending) this.#finish("stopped", "us");
    this.#plan();
  }

  async #bringPage({ index, format, document }: Action & { type: "need-page" }): Promise<void> {
    this.#held++;
    const octets = await settled(this.#options.needPage?.(index, format, document));
    this.#held--;
    if (this.#ended) return;
    this.#feed(octets ? { type: "page", index, octets } : { type: "local", what: "page-unavailable" });
    this.#plan();
  }

  async #storePage({ index, octets, format }: Action & { type: "received-page" }): Promise<void> {
    const last = this.#options.party.lastPage?.() ?? false;
    this.#held++;
    const page: CallPage = { index, octets, format, last, lineUs: this.#lineUs };
    const stored = await settled(this.#options.receivedPage?.(page));
    this.#held--;
    if (this.#ended) return;
    this.#feed(storedEvent(stored));
    this.#plan();
  }

  #note(report: Report): void {
    this.#agreement.note(report);
    this.#options.report?.(report);
  }

  get #lineUs(): number {
    return Math.round(this.#wall.nowUs() - this.#connectUs);
  }

  #record(sent: boolean, ifp: Ifp): void {
    const { recorder, port, side } = this.#options;
    if (recorder && !port.recorded) recorder.ifp(sent === (side === "caller"), this.#lineUs, encodeIfp(ifp));
  }

  #finish(cause: CallEnd["cause"], endedBy: "us" | "peer"): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#alarm?.cancel();
    this.#mouth.breakOff();
    this.#timers.clear();
    const { port, signal, recorder } = this.#options;
    signal?.removeEventListener("abort", this.#onAbort);
    recorder?.endAt(this.#lineUs);
    const dropped = (port.malformed ?? 0) + this.#ear.dropped;
    port.close();
    this.#resolve({
      cause,
      ...pagesOf(this.#result),
      lineUs: this.#lineUs,
      endedBy,
      stopped: this.#stopped,
      remoteId: this.#agreement.remoteId,
      dcs: this.#agreement.dcs,
      pageSent: this.#pageSent,
      dropped,
    });
  }
}

const NEVER = Number.POSITIVE_INFINITY;
