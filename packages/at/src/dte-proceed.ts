/** The next thing to do when the modem is free for one: T.30 actions in their order, then listening. */

import type { Action } from "@depesche/t30";
import type { DteAction } from "./dte.ts";
import { abort, endData, goOnHook, hangUp } from "./dte-clear.ts";
import { startListening } from "./dte-hear.ts";
import { beginSending } from "./dte-send.ts";
import type { Dte, Listening } from "./dte-state.ts";

type Sending = Extract<
  Action,
  { type: "send-frames" } | { type: "send-training" } | { type: "send-page" } | { type: "send-ecm-block" }
>;

/** Carries out what can be carried out now. */
export function proceed(dte: Dte, out: DteAction[]): void {
  for (;;) {
    if (dte.hangingUp) {
      if (isFree(dte)) goOnHook(dte, out);
      return;
    }
    const action = dte.queue[0];
    if (action === undefined) {
      if (dte.state.step === "free" && dte.listening && !dte.holding) startListening(dte, out);
      return;
    }
    if (!isFree(dte) && !isListening(dte) && !(dte.state.step === "answering" && action.type === "send-tone")) return;
    if (!carryOut(dte, action, out)) return;
  }
}

function isFree(dte: Dte): boolean {
  return dte.state.step === "free" || dte.state.step === "pausing" || dte.state.step === "v21-out";
}

function isListening(dte: Dte): boolean {
  return dte.state.step === "waiting" || dte.state.step === "hearing";
}

/** False when the action has to wait, or takes its time: it then stands at the head of the queue until it is over. */
function carryOut(dte: Dte, action: Action, out: DteAction[]): boolean {
  switch (action.type) {
    case "send-tone":
      // CED is part of ATA, CNG of ATD.
      dte.queue.shift();
      out.push({ type: "began", action }, { type: "sent", action });
      return true;
    case "send-frames":
    case "send-training":
    case "send-page":
    case "send-ecm-block":
      dte.holding = false;
      send(dte, action, out);
      return false;
    case "listen":
      dte.queue.shift();
      dte.holding = false;
      return listen(dte, action, out);
    case "hang-up":
      dte.queue.shift();
      out.push({ type: "do", action });
      hangUp(dte, out);
      return false;
    case "need-page":
      dte.holding = true;
      dte.queue.shift();
      out.push({ type: "do", action });
      return true;
    case "start-timer":
    case "stop-timer":
    case "received-page":
    case "report":
      dte.queue.shift();
      out.push({ type: "do", action });
      return true;
    default:
      action satisfies never;
      return false;
  }
}

function send(dte: Dte, action: Sending, out: DteAction[]): void {
  if (isListening(dte)) abort(dte, out);
  else if (dte.state.step === "v21-out" && action.type !== "send-frames") endData(dte, out);
  else beginSending(dte, action, out);
}

function listen(dte: Dte, wanted: Listening, out: DteAction[]): boolean {
  dte.listening = wanted;
  if (!isListening(dte) || isHeard(dte, wanted)) return true;
  abort(dte, out);
  return false;
}

/** What is being listened to now is what is wanted. */
function isHeard({ state }: Dte, wanted: Listening): boolean {
  if (state.step === "waiting") {
    const now = state.what;
    if (now.for === "v21" || wanted.for === "v21") return now.for === wanted.for;
    return now.for === wanted.for && now.modulation === wanted.modulation && now.shortTraining === wanted.shortTraining;
  }
  if (state.step !== "hearing") return false;
  // A burst that has begun may be the command that is due, whatever was expected.
  if (state.heard.of === "v21") return true;
  return state.heard.of === wanted.for && state.heard.modulation === wanted.modulation;
}
