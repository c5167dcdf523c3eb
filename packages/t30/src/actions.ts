/** Small words both sides use to say what they want of the line. */

import { type Frame, fcfName } from "./frame.ts";
import type { Action, Report } from "./protocol.ts";
import { TIMERS, type TimerName } from "./timers.ts";

export function report(out: Action[], what: Report): undefined {
  out.push({ type: "report", report: what });
}

export function startTimer(out: Action[], timer: TimerName, afterUs = TIMERS[timer].us): undefined {
  out.push({ type: "start-timer", timer, afterUs });
}

export function stopTimer(out: Action[], timer: TimerName): undefined {
  out.push({ type: "stop-timer", timer });
}

/** A frame that means nothing here is noted, not answered. */
export function ignored(received: Frame, out: Action[]): undefined {
  report(out, { kind: "ignored", frame: fcfName(received.fcf) ?? `FCF ${received.fcf.toString(16)}` });
}
