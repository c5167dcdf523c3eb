/** A person who picks up, says hello into the CNG, hears nobody and hangs up. */

import { type Action, type Event, resultOf } from "@depesche/t30";

/** A party for a line; hangs up after `patienceUs` of line time. */
export function person(patienceUs: number): { step(event: Event, out: Action[]): void } {
  return {
    step(event, out) {
      // T3 is the operator's timer of T.30: nothing else would run here.
      if (event.type === "connected") out.push({ type: "start-timer", timer: "T3", afterUs: patienceUs });
      else if (event.type === "timeout") out.push({ type: "hang-up", result: resultOf("hung-up-on-purpose", 0) });
      else if (event.type === "hangup-by-peer") out.push({ type: "hang-up", result: resultOf("caller-hung-up", 0) });
      else if (event.type === "local" && event.what === "stop") {
        out.push({ type: "hang-up", result: resultOf("stopped", 0) });
      }
    },
  };
}
