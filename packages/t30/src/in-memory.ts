/** Two sessions joined by a line in memory, in virtual time: for tests, benchmarks and the question what a call would take. */

import { durationOf, LINE_TIME, v21FrameUs } from "./duration.ts";
import { RCP_FRAME } from "./ecm.ts";
import { encodeFrame, type Frame } from "./frame.ts";
import type { Modulation } from "./modulation.ts";
import type { PageFormat } from "./negotiation.ts";
import type { Result } from "./outcome.ts";
import type { Action, Event } from "./protocol.ts";
import { step } from "./session.ts";
import type { Session } from "./state.ts";
import type { TimerName } from "./timers.ts";

/** Which end of the line. */
export type Side = "caller" | "answerer";

/** What the line does to what passes over it; every answer is optional and means "unharmed". `from` is the sender. */
export interface Impairment {
  /** A whole signal (tone, burst, training, page or block) is not even noticed. */
  swallows?(from: Side, action: Action): boolean;
  /** One frame arrives damaged (bad FCS), not at all, twice, or as other octets with a good FCS. */
  frame?(from: Side, bytes: Uint8Array): "ok" | "bad" | "lost" | "twice" | Uint8Array;
  /** How many octets of a training check arrive wrong. */
  trainingErrors?(from: Side, octets: number, modulation: Modulation): number;
  /** What arrives of a page without error correction. */
  page?(from: Side, octets: Uint8Array): Uint8Array;
  /** A signal breaks off when this part of it (0 to 1) has been heard. */
  cuts?(from: Side, action: Action): number;
  /** A signal arrives so much later, microseconds; what is sent after it does not overtake it. */
  delays?(from: Side, action: Action): number;
  /** A signal is heard twice, the second time (an echo) so much later, microseconds; 0 for not. */
  repeats?(from: Side, action: Action): number;
}

/** A call to be run. */
export interface InMemoryCall {
  caller: Session;
  answerer: Session;
  /** The coded page of the caller, or of the polled document of the answerer; undefined when it cannot be provided. */
  pageFor(index: number, format: PageFormat, from: Side): Uint8Array | undefined;
  /** Takes a page that arrived at `to`; false refuses it, a number takes it with so many damaged lines. */
  store(index: number, octets: Uint8Array, format: PageFormat, to: Side): boolean | number;
  line?: Impairment;
  /** Sees every action at the line time it begins, microseconds. */
  watch?(side: Side, action: Action, atUs: number): void;
  /** Gives the call up at this line time; default two hours. */
  limitUs?: number;
}

/** How the call went; a result is undefined when a side had not ended at the limit. */
export interface InMemoryResult {
  caller: Result | undefined;
  answerer: Result | undefined;
  /** Line time from the answer to the last hang-up, microseconds. */
  lineUs: number;
}

type Listening = Extract<Action, { type: "listen" }>;

interface End {
  side: Side;
  session: Session;
  /** Line time until which this end is sending: it hears nothing meanwhile. */
  busyUntilUs: number;
  /** Line time until which what it has sent is arriving. */
  arrivesUntilUs: number;
  timers: Map<TimerName, number>;
  listening: Listening;
  result: Result | undefined;
}

/** What takes line time. */
type Sent = Extract<Action, { type: "send-tone" | "send-frames" | "send-training" | "send-page" | "send-ecm-block" }>;

/** A signal on its way. */
interface Signal {
  from: End;
  to: End;
  beginUs: number;
  /** How long it is heard, and which part of the whole that is. */
  lengthUs: number;
  part: number;
}

interface Arrival {
  atUs: number;
  /** At one time signals come before timers, so that an answer in time counts. */
  rank: number;
  order: number;
  to: End;
  deliver: (to: End) => void;
}

const DEFAULT_LIMIT_US = 7_200_000_000;

/**
 * Runs a call to its end. Signals take the line time of `durationOf`; an end that is sending hears nothing (half duplex);
 * a modem that listens to another modulation hears only that something is there.
 */
export function runInMemory(call: InMemoryCall): InMemoryResult {
  const line = call.line ?? {};
  const limitUs = call.limitUs ?? DEFAULT_LIMIT_US;
  const caller = makeEnd("caller", call.caller);
  const answerer = makeEnd("answerer", call.answerer);
  /** Latest first: the next arrival stands at the end. */
  const queue: Arrival[] = [];
  const out: Action[] = [];
  let order = 0;
  let nowUs = 0;

  const schedule = (atUs: number, rank: number, to: End, deliver: (to: End) => void): undefined => {
    const arrival: Arrival = { atUs, rank, order: order++, to, deliver };
    let at = queue.length;
    while (at > 0 && before(queue[at - 1]!, arrival)) at--;
    queue.splice(at, 0, arrival);
  };

  const feed = (end: End, event: Event): undefined => {
    if (end.result !== undefined) return;
    const first = out.length;
    step(end.session, event, out);
    const actions = out.splice(first);
    for (const action of actions) carryOut(end, action);
  };

  const carryOut = (end: End, action: Action): void => {
    const atUs = Math.max(nowUs, end.busyUntilUs);
    call.watch?.(end.side, action, atUs);
    const peer = end === caller ? answerer : caller;
    switch (action.type) {
      case "send-tone":
      case "send-frames":
      case "send-training":
      case "send-page":
      case "send-ecm-block":
        end.busyUntilUs = atUs + durationOf(action);
        if (!line.swallows?.(end.side, action)) transmit(end, peer, action, atUs);
        return;
      case "listen":
        end.listening = action;
        return;
      case "start-timer": {
        const dueUs = atUs + action.afterUs;
        end.timers.set(action.timer, dueUs);
        schedule(dueUs, 1, end, (to) => {
          if (to.timers.get(action.timer) !== dueUs) return;
          to.timers.delete(action.timer);
          feed(to, { type: "timeout", timer: action.timer });
        });
        return;
      }
      case "stop-timer":
        end.timers.delete(action.timer);
        return;
      case "need-page": {
        const octets = call.pageFor(action.index, action.format, end.side);
        if (octets === undefined) feed(end, { type: "local", what: "page-unavailable" });
        else feed(end, { type: "page", index: action.index, octets });
        return;
      }
      case "received-page": {
        const stored = call.store(action.index, action.octets, action.format, end.side);
        if (stored === false) feed(end, { type: "local", what: "page-refused" });
        else feed(end, { type: "local", what: "page-stored", badLines: Number(stored === true ? 0 : stored) });
        return;
      }
      case "hang-up":
        end.result = action.result;
        schedule(Math.max(atUs, end.arrivesUntilUs), 0, peer, (to) => feed(to, { type: "hangup-by-peer" }));
        return;
      case "report":
        return;
      default:
        action satisfies never;
    }
  };

  const heard = (atUs: number, to: End, deliver: (to: End) => void): undefined =>
    schedule(atUs, 0, to, (end) => {
      if (nowUs >= end.busyUntilUs) deliver(end);
    });

  const hear = (atUs: number, to: End, event: Event): undefined => heard(atUs, to, (end) => feed(end, event));

  const transmit = (from: End, to: End, action: Sent, atUs: number): undefined => {
    const part = line.cuts?.(from.side, action) ?? 1;
    const lateUs = line.delays?.(from.side, action) ?? 0;
    const againUs = line.repeats?.(from.side, action) ?? 0;
    const signal: Signal = {
      from,
      to,
      part,
      beginUs: Math.max(atUs + lateUs, from.arrivesUntilUs),
      lengthUs: Math.round((from.busyUntilUs - atUs) * part),
    };
    arrive(signal, action);
    if (againUs > 0) arrive({ ...signal, beginUs: signal.beginUs + againUs }, action);
  };

  const arrive = (signal: Signal, action: Sent): undefined => {
    const { from, to, part } = signal;
    const endUs = signal.beginUs + signal.lengthUs;
    from.arrivesUntilUs = endUs;
    switch (action.type) {
      case "send-tone":
        return hear(endUs, to, { type: "tone", tone: action.tone });
      case "send-frames":
        return burst(signal, action.frames);
      case "send-training":
        return modulated(signal, action.modulation, (end) => {
          const { modulation } = action;
          const octets = Math.round(action.octets * part);
          if (end.listening.for === "page") return feed(end, { type: "page-data", octets: new Uint8Array(octets) });
          const errors = line.trainingErrors?.(from.side, octets, modulation) ?? 0;
          if (end.listening.for === "training") feed(end, { type: "training", octets, errors });
        });
      case "send-page":
        return modulated(signal, action.modulation, (end) => {
          if (end.listening.for !== "page") return;
          const whole = part === 1 ? action.octets : action.octets.slice(0, Math.floor(action.octets.length * part));
          const octets = line.page?.(from.side, whole) ?? whole;
          if (octets.length > 0) feed(end, { type: "page-data", octets });
        });
      case "send-ecm-block":
        return modulated(signal, action.modulation, (end) => {
          if (end.listening.for !== "ecm") return;
          const count = Math.floor(action.frames.length * part);
          for (let i = 0; i < count; i++) deliverFrame(from, end, action.frames[i]!);
          if (part === 1) for (let i = 0; i < action.rcp; i++) deliverFrame(from, end, RCP_FRAME);
        });
      default:
        action satisfies never;
    }
  };

  const deliverFrame = (from: End, to: End, bytes: Uint8Array): undefined => {
    const fate = line.frame?.(from.side, bytes) ?? "ok";
    if (fate === "lost") return;
    const other = typeof fate === "string" ? bytes : fate;
    feed(to, { type: "frame", bytes: other, ok: fate !== "bad" });
    if (fate === "twice" && nowUs >= to.busyUntilUs) feed(to, { type: "frame", bytes, ok: true });
  };

  const burst = ({ from, to, beginUs, lengthUs }: Signal, frames: readonly Frame[]): undefined => {
    const endUs = beginUs + lengthUs;
    const upUs = beginUs + LINE_TIME.silenceUs;
    if (upUs >= endUs) return;
    hear(upUs, to, { type: "carrier", modulation: "v21", up: true });
    let atUs = upUs + LINE_TIME.preambleUs;
    for (const frame of frames) {
      const begunUs = atUs;
      atUs += v21FrameUs(3 + frame.fif.length);
      if (begunUs >= endUs) break;
      if (atUs <= endUs) heard(atUs, to, (end) => deliverFrame(from, end, encodeFrame(frame)));
      // Cut off in its midst: its end is no FCS.
      else hear(endUs, to, { type: "frame", bytes: encodeFrame(frame).subarray(0, 3), ok: false });
    }
    hear(endUs, to, { type: "carrier", modulation: "v21", up: false });
  };

  const modulated = (
    { to, beginUs, lengthUs }: Signal,
    modulation: Modulation,
    content: (to: End) => void,
  ): undefined => {
    const tuned = (end: End): boolean => end.listening.for === "v21" || end.listening.modulation === modulation;
    const upUs = beginUs + LINE_TIME.silenceUs;
    if (upUs >= beginUs + lengthUs) return;
    heard(upUs, to, (end) => {
      if (tuned(end)) feed(end, { type: "carrier", modulation, up: true });
    });
    heard(beginUs + lengthUs, to, (end) => {
      if (!tuned(end)) return;
      content(end);
      feed(end, { type: "carrier", modulation, up: false });
    });
  };

  feed(answerer, { type: "connected" });
  feed(caller, { type: "connected" });
  while (queue.length > 0 && (caller.result === undefined || answerer.result === undefined)) {
    const next = queue.pop()!;
    if (next.atUs > limitUs) break;
    nowUs = next.atUs;
    next.deliver(next.to);
  }
  return { caller: caller.result, answerer: answerer.result, lineUs: nowUs };
}

function makeEnd(side: Side, session: Session): End {
  const listening: Listening = { type: "listen", for: "v21" };
  return { side, session, busyUntilUs: 0, arrivesUntilUs: 0, timers: new Map(), listening, result: undefined };
}

/** True when `a` comes before `b`. */
function before(a: Arrival, b: Arrival): boolean {
  if (a.atUs !== b.atUs) return a.atUs < b.atUs;
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.order < b.order;
}
