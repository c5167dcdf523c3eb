/** Runs one side of a call between our own two ends: a T.30 party on one side, a media connection on the other, line time between. */

import {
  type Action,
  CAUSES,
  type Cause,
  type Dcs,
  durationOf,
  type Event,
  type PageFormat,
  type Report,
  type Result,
} from "@depesche/t30";
import { decodeIfp, encodeIfp, type Ifp } from "@depesche/t38";
import { Agreement } from "./agreement.ts";
import { isDcn, isHeard } from "./half-duplex.ts";
import type { Recorder } from "./ladder.ts";
import { LineTime, type Side } from "./line-time.ts";
import type { MediaConnection } from "./media.ts";
import { eventsOf, newEar, signalsOf } from "./signals.ts";

/** Who talks on the line: a T.30 session, or anything that takes its events and gives its actions. */
export interface Party {
  step(event: Event, out: Action[]): void;
  /** The page just handed up is the last of the document. */
  lastPage?(): boolean;
}

export interface RunCallOptions {
  side: Side;
  party: Party;
  media: MediaConnection;
  recorder?: Recorder;
  /** The coded page of a document; undefined when it cannot be had. */
  needPage?(index: number, format: PageFormat, document: number): Promise<Uint8Array | undefined>;
  /** True when the page is stored, or how many of its lines had to be concealed: only then it is confirmed. */
  receivedPage?(page: CallPage): Promise<boolean | { badLines: number }>;
  report?(report: Report): void;
  /** Hangs up politely (DCN). */
  signal?: AbortSignal;
  /** Wall time without any progress after which the call is given up, ms. */
  stallMs?: number;
}

/** A page that has come in. */
export interface CallPage {
  index: number;
  octets: Uint8Array;
  format: PageFormat;
  /** The document ends with it. */
  last: boolean;
  /** Line time at its end, microseconds. */
  lineUs: number;
}

export interface CallEnd {
  cause: Cause | "media-lost";
  /** Pages confirmed, from the caller to the answerer. */
  pages: number;
  /** Pages confirmed the other way, when documents were polled. */
  polled?: number;
  /** Modelled time from connect to hang-up, microseconds. */
  lineUs: number;
  /** Who hung up first, so who says BYE. */
  endedBy: "us" | "peer";
  /** Our own signal ended the call. */
  stopped: boolean;
  remoteId: string;
  dcs: Dcs | undefined;
  /** Something of a page has gone out: the far end may hold it. */
  pageSent: boolean;
  /** Malformed IFPs that were dropped. */
  dropped: number;
}

type Message = { kind: "ifp"; ifp: Ifp; atUs: number } | { kind: "noise" } | { kind: "hang-up"; atUs: number };

const STALL_MS = 30_000;
const MAX_WAITING = 5000;

/** Runs the call to its end. Never rejects. */
export function runCall(options: RunCallOptions): Promise<CallEnd> {
  return new Promise((resolve) => new RunningCall(options, resolve).begin());
}

class RunningCall {
  readonly #options: RunCallOptions;
  readonly #resolve: (end: CallEnd) => void;
  readonly #line: LineTime<Message>;
  readonly #ear = newEar();
  readonly #stallMs: number;
  #stampUs = 0;
  /** The page or block that was sent last, as a span of line time. */
  #imageUs = { from: 0, to: 0 };
  readonly #agreement = new Agreement();
  #result: Result | undefined;
  #dropped = 0;
  #stopped = false;
  readonly #halfDuplex = { talkedOver: false };
  /** End of what this side said last, line time. */
  #spokeUntilUs = 0;
  #ended = false;
  #running = false;
  #mediaGone = false;
  #progressAt = 0;
  #stallTimer: NodeJS.Timeout | undefined;
  readonly #onAbort = () => this.#stop();

  constructor(options: RunCallOptions, resolve: (end: CallEnd) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#line = new LineTime(options.side);
    this.#stallMs = options.stallMs ?? STALL_MS;
  }

  begin(): void {
    const { media, signal } = this.#options;
    this.#watchStall(this.#stallMs);
    this.#feed({ type: "connected" });
    media.listen({
      ifp: (bytes) => this.#takeIfp(bytes),
      own: (message) => {
        switch (message.kind) {
          case "at":
            this.#stampUs = message.us;
            return;
          case "idle":
            this.#line.receiveIdle(message);
            return;
          case "hang-up":
            this.#line.receive(message.us, { kind: "hang-up", atUs: message.us });
            return;
          case "hello":
            return;
          default:
            message satisfies never;
        }
      },
      pause: () => this.#advance(),
      lost: () => {
        this.#mediaGone = true;
        this.#advance();
      },
    });
    if (signal?.aborted) this.#stop();
    else signal?.addEventListener("abort", this.#onAbort);
    this.#advance();
  }

  #takeIfp(bytes: Uint8Array): void {
    const { recorder, side } = this.#options;
    if (this.#line.waiting >= MAX_WAITING) {
      // No fax machine says that much without hearing an answer.
      this.#finish("media-lost", "us");
      return;
    }
    const decoded = decodeIfp(bytes);
    recorder?.ifp(side === "answerer", this.#stampUs, bytes);
    if (decoded.ok) this.#line.receive(this.#stampUs, { kind: "ifp", ifp: decoded.ifp, atUs: this.#stampUs });
    else {
      this.#dropped++;
      // It was sent, so it counts: otherwise both would wait for it for ever.
      this.#line.receive(this.#stampUs, { kind: "noise" });
    }
  }

  /** Does all there is to do, then lets one write carry it away. */
  #advance(): void {
    if (this.#running || this.#ended) return;
    this.#running = true;
    this.#progressAt = performance.now();
    while (!this.#ended) {
      if (this.#line.held) break;
      const turn = this.#line.next();
      // What was said before the connection went still counts, above all a hang-up; a timer would wait for nobody.
      if (this.#mediaGone && turn.do !== "take") {
        if (turn.do !== "say-idle") this.#finish("media-lost", "us");
        continue;
      }
      if (turn.do === "nothing") break;
      if (turn.do === "take") this.#take(turn.message);
      else if (turn.do === "fire") {
        this.#options.recorder?.timer(this.#options.side === "caller", this.#line.nowUs, turn.timer);
        this.#feed({ type: "timeout", timer: turn.timer });
      } else if (turn.do === "say-idle") this.#options.media.sendOwn({ kind: "idle", ...turn.idle });
      else this.#finish("stalled", "us");
    }
    this.#running = false;
    this.#options.media.flush();
  }

  #take(message: Message): void {
    if (message.kind === "hang-up") {
      const sending = this.#imageUs.from < message.atUs && message.atUs < this.#imageUs.to;
      this.#feed({ type: "hangup-by-peer", sending }, message.atUs);
      return;
    }
    if (message.kind === "noise") return;
    for (const event of eventsOf(message.ifp, this.#ear, message.atUs)) {
      if (this.#ended) return;
      if (isHeard(this.#halfDuplex, event, message.atUs < this.#spokeUntilUs)) this.#feed(event);
    }
  }

  #feed(event: Event, cutAtUs?: number): void {
    const actions: Action[] = [];
    this.#options.party.step(event, actions);
    for (const action of actions) {
      if (this.#ended) return;
      this.#carryOut(action, event, cutAtUs);
    }
  }

  #carryOut(action: Action, because: Event, cutAtUs: number | undefined): void {
    switch (action.type) {
      case "send-tone":
      case "send-frames":
      case "send-training":
      case "send-page":
      case "send-ecm-block":
        this.#send(action);
        return;
      case "listen":
        this.#ear.expectsTraining = action.for === "training";
        return;
      case "start-timer":
        this.#line.startTimer(action.timer, action.afterUs);
        return;
      case "stop-timer":
        this.#line.stopTimer(action.timer);
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
        this.#result = action.result;
        this.#finish(action.result.cause, byPeer ? "peer" : "us", cutAtUs);
        return;
      }
      default:
        action satisfies never;
    }
  }

  #send(action: Action): void {
    const { media, recorder, side } = this.#options;
    const startUs = this.#line.nowUs;
    for (const { ifp, atUs } of signalsOf(action, startUs)) {
      const bytes = encodeIfp(ifp);
      recorder?.ifp(side === "caller", atUs, bytes);
      media.sendOwn({ kind: "at", us: atUs });
      media.sendIfp(bytes);
      this.#line.countSent();
    }
    this.#line.advanceTo(startUs + durationOf(action));
    this.#spokeUntilUs = this.#line.nowUs;
    if (action.type === "send-page" || action.type === "send-ecm-block") {
      this.#imageUs = { from: startUs, to: this.#line.nowUs };
    }
  }

  async #bringPage(wanted: Action & { type: "need-page" }): Promise<void> {
    this.#line.hold();
    const octets = await settled(this.#options.needPage?.(wanted.index, wanted.format, wanted.document));
    this.#line.done();
    if (this.#ended) return;
    const { index } = wanted;
    this.#feed(octets ? { type: "page", index, octets } : { type: "local", what: "page-unavailable" });
    this.#advance();
  }

  async #storePage(page: Action & { type: "received-page" }): Promise<void> {
    const last = this.#options.party.lastPage?.() ?? false;
    this.#line.hold();
    const { index, octets, format } = page;
    const stored = await settled(
      this.#options.receivedPage?.({ index, octets, format, last, lineUs: this.#line.nowUs }),
    );
    this.#line.done();
    if (this.#ended) return;
    this.#feed(storedEvent(stored));
    this.#advance();
  }

  #note(report: Report): void {
    this.#agreement.note(report);
    this.#options.report?.(report);
  }

  #stop(): void {
    if (this.#ended) return;
    this.#stopped = true;
    this.#feed({ type: "local", what: "stop" });
    if (!this.#ended) this.#finish("stopped", "us");
  }

  #watchStall(ms: number): void {
    const look = () => {
      if (this.#ended) return;
      const left = this.#stallMs - (performance.now() - this.#progressAt);
      if (left > 5) this.#watchStall(left);
      else this.#finish("stalled", "us");
    };
    // What has arrived while this process was busy is read first: it is progress.
    this.#stallTimer = setTimeout(() => setImmediate(look), ms);
  }

  #finish(cause: CallEnd["cause"], endedBy: "us" | "peer", cutAtUs?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#stallTimer);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    // A hang-up that cut our sending off ended the call at its own time, not at that of what was never heard.
    const lineUs = cutAtUs === undefined ? this.#line.nowUs : Math.min(cutAtUs, this.#line.nowUs);
    if (lineUs < this.#line.nowUs) this.#options.recorder?.cutAt(lineUs);
    else this.#options.recorder?.endAt(lineUs);
    this.#options.media.sendOwn({ kind: "hang-up", us: this.#line.nowUs });
    this.#options.media.close();
    this.#resolve({
      cause,
      ...pagesOf(this.#result),
      lineUs,
      endedBy,
      stopped: this.#stopped,
      remoteId: this.#agreement.remoteId,
      dcs: this.#agreement.dcs,
      pageSent: this.#imageUs.to > 0,
      dropped: this.#dropped,
    });
  }
}

/** What a session's result says of pages; a call that ended without one confirmed none. */
export function pagesOf(result: Result | undefined): Pick<CallEnd, "pages" | "polled"> {
  const { pages = 0, polled } = result ?? {};
  return { pages, ...(polled !== undefined && { polled }) };
}

/** True for DCN, whatever its X bit. */
/** The answer to `received-page`. */
export function storedEvent(stored: boolean | { badLines: number } | undefined): Event {
  if (typeof stored === "object") return { type: "local", what: "page-stored", badLines: stored.badLines };
  return { type: "local", what: stored ? "page-stored" : "page-refused" };
}

/** A page source or store that fails counts as one that has nothing. */
export async function settled<T>(promise: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await promise;
  } catch {
    return undefined;
  }
}

/** One plain sentence for a cause. */
export function causeText(cause: CallEnd["cause"]): string {
  return cause === "media-lost" ? "The connection that carried the fax was lost." : CAUSES[cause].en;
}
