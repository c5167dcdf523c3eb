/** The line between a tester and the machine under test, in virtual time: delivers, lets timers run out, keeps what was said. */

import { durationOf, LINE_TIME } from "../duration.ts";
import type { Session } from "../index.ts";
import type { Modulation } from "../modulation.ts";
import { MODULATIONS } from "../modulation.ts";
import type { PageFormat } from "../negotiation.ts";
import type { Result } from "../outcome.ts";
import type { Action, Event, Report } from "../protocol.ts";
import type { TimerName } from "../timers.ts";

/** Takes one event, changes the session, appends its actions: `step` of the machine under test. */
export type StepFunction = (session: Session, event: Event, out: Action[]) => void;

/** An action of the machine that is on the line: its carrier comes up at `upUs` and goes at `endUs`. */
export interface Signal {
  action: Extract<Action, { type: `send-${string}` }>;
  upUs: number;
  endUs: number;
}

/** A page the machine has handed up. */
export interface HandedUp {
  index: number;
  octets: Uint8Array;
  format: PageFormat;
}

/** What surrounds the machine: its document, and what takes its pages. */
export interface Surroundings {
  /** The coded page, undefined when there is none. */
  pageFor(index: number, document: number, format: PageFormat): Uint8Array | undefined;
  /** When and how a page that was handed up is answered. */
  take(page: HandedUp): { stored: boolean; badLines?: number; afterUs: number };
}

/** What a tester can do with the line. All times are line time since the call was answered, microseconds. */
export interface Line {
  /** What the machine has sent and nobody has taken off this list. */
  signals: Signal[];
  pages: HandedUp[];
  reports: Report[];
  /** How it ended, and when it hung up. */
  ended: { result: Result; atUs: number } | undefined;
  /** Lets the machine hear `event` at a time, if it is not sending then. */
  deliver(atUs: number, event: Event): void;
  /** The same for what only a modem tuned to this modulation hears. */
  deliverTuned(atUs: number, modulation: Modulation, short: boolean, event: Event): void;
  /** Runs on until `done`, at most to `limitUs`; false when it was not reached. */
  runUntil(done: () => boolean, limitUs: number): boolean;
}

interface Arrival {
  atUs: number;
  /** At one time what comes over the line goes before timers, so that an answer in time counts. */
  rank: 0 | 1;
  order: number;
  deliver: () => void;
}

/** A machine that takes more steps than this in one case runs in a circle. */
const STEP_LIMIT = 50_000;
const SIGNAL_LIMIT = 2_000;
/** In a long call saving shows nothing new after so many times. */
const SAVES = 60;

/** Connects a machine. Throws RangeError when it runs in a circle. */
export function openLine(first: Session, step: StepFunction, around: Surroundings): Line {
  let session = first;
  let nowUs = 0;
  let busyUntilUs = 0;
  let order = 0;
  let steps = 0;
  let sent = 0;
  let saved = 0;
  const arrivals: Arrival[] = [];
  const timers = new Map<TimerName, number>();
  let listening: Extract<Action, { type: "listen" }> = { type: "listen", for: "v21" };

  const schedule = (atUs: number, rank: 0 | 1, deliver: () => void): undefined => {
    arrivals.push({ atUs, rank, order: order++, deliver });
  };

  const feed = (event: Event): undefined => {
    if (line.ended !== undefined) return;
    if (++steps > STEP_LIMIT) throw new RangeError(`more than ${STEP_LIMIT} events in one call`);
    const out: Action[] = [];
    step(session, event, out);
    for (const action of out) carryOut(action);
  };

  const carryOut = (action: Action): undefined => {
    const atUs = Math.max(nowUs, busyUntilUs);
    switch (action.type) {
      case "send-tone":
      case "send-frames":
      case "send-training":
      case "send-page":
      case "send-ecm-block": {
        if (++sent > SIGNAL_LIMIT) throw new RangeError(`more than ${SIGNAL_LIMIT} signals in one call`);
        busyUntilUs = atUs + durationOf(action);
        const tone = action.type === "send-tone";
        const upUs = tone ? Math.min(atUs + LINE_TIME.answerDelayUs, busyUntilUs) : atUs + LINE_TIME.silenceUs;
        line.signals.push({ action, upUs, endUs: busyUntilUs });
        return;
      }
      case "listen":
        listening = action;
        return;
      case "start-timer": {
        const { timer } = action;
        const dueUs = atUs + action.afterUs;
        timers.set(timer, dueUs);
        return schedule(dueUs, 1, () => {
          if (timers.get(timer) !== dueUs) return;
          timers.delete(timer);
          feed({ type: "timeout", timer });
        });
      }
      case "stop-timer":
        timers.delete(action.timer);
        return;
      case "need-page": {
        const octets = around.pageFor(action.index, action.document, action.format);
        if (octets === undefined) return feed({ type: "local", what: "page-unavailable" });
        return feed({ type: "page", index: action.index, octets });
      }
      case "received-page": {
        const { index, octets, format } = action;
        const page = { index, octets, format };
        line.pages.push(page);
        const { stored, badLines, afterUs } = around.take(page);
        const event: Event = stored
          ? { type: "local", what: "page-stored", ...(badLines && { badLines }) }
          : { type: "local", what: "page-refused" };
        if (afterUs === 0) return feed(event);
        return schedule(nowUs + afterUs, 0, () => feed(event));
      }
      case "report":
        line.reports.push(action.report);
        return;
      case "hang-up":
        line.ended = { result: action.result, atUs };
        return;
      default:
        action satisfies never;
    }
  };

  const heard = (atUs: number, hear: () => void): void => {
    schedule(atUs, 0, () => {
      if (nowUs >= busyUntilUs) hear();
    });
  };

  const next = (): Arrival | undefined => {
    let best: Arrival | undefined;
    for (const arrival of arrivals) if (best === undefined || comesBefore(arrival, best)) best = arrival;
    return best;
  };

  const line: Line = {
    signals: [],
    pages: [],
    reports: [],
    ended: undefined,
    deliver: (atUs, event) => heard(atUs, () => feed(event)),
    deliverTuned: (atUs, modulation, short, event) =>
      heard(atUs, () => {
        if (isTuned(listening, modulation, short, event)) feed(event);
      }),
    runUntil: (done, limitUs) => {
      // Between two steps a session is saved and loaded: whatever it knows stands in its state.
      if (saved++ < SAVES) session = structuredClone(session);
      while (!done()) {
        const arrival = next();
        if (arrival === undefined || arrival.atUs > limitUs) return false;
        arrivals.splice(arrivals.indexOf(arrival), 1);
        nowUs = arrival.atUs;
        arrival.deliver();
      }
      return true;
    },
  };
  feed({ type: "connected" });
  return line;
}

/** Whether a modem hears this: anything's carrier while it looks for V.21, otherwise only what it was told to expect. */
function isTuned(
  listening: Extract<Action, { type: "listen" }>,
  modulation: Modulation,
  short: boolean,
  event: Event,
): boolean {
  if (listening.for === "v21") return event.type === "carrier";
  if (listening.modulation !== modulation) return false;
  if (event.type === "carrier") return true;
  if (MODULATIONS[modulation].family === "v17" && listening.shortTraining !== short) return false;
  if (event.type === "training") return listening.for === "training";
  return listening.for === (event.type === "frame" ? "ecm" : "page");
}

function comesBefore(a: Arrival, b: Arrival): boolean {
  if (a.atUs !== b.atUs) return a.atUs < b.atUs;
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.order < b.order;
}
