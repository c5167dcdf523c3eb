/**
 * The terminal's half of a Class 1 dialogue (ITU-T T.31): T.30 actions become commands and data for a modem, and what the
 * modem says becomes T.30 events. One plain state that `stepDte` alone moves; no stream, no clock. The modem's own half is
 * `dce.ts`.
 *
 * The rule for whoever drives it: after a step all events it gave go to the T.30 session, and what the session answers to
 * them comes back in one `do`, also when it is nothing. Until then nothing new is listened to.
 */

import type { Action, Event, ModemSet } from "@depesche/t30";
import { abort, clearAgain, endData, hangUp } from "./dte-clear.ts";
import { hearData, hearEnd, hearLine, startListening } from "./dte-hear.ts";
import { proceed } from "./dte-proceed.ts";
import { takeOctets } from "./dte-reader.ts";
import { pourOn, sendLine } from "./dte-send.ts";
import { callLine, dialLine, openModem, setupGuard, setupLine } from "./dte-setup.ts";
import { command, type Dte, type DteProblem, fault, GUARD_US, guard, onHookAgain } from "./dte-state.ts";
import { readResult } from "./result-codes.ts";

export { createDte, type Dte, type DteOptions, type DteProblem } from "./dte-state.ts";

/** How a number that was dialled answered, when no fax machine was heard. */
export type DialResult = "busy" | "no-answer" | "no-carrier" | "no-dialtone" | "voice" | "refused";

/**
 * What goes in.
 *
 * - `open`: the stream to the modem stands; it is set up. Ends with `ready` or `fault`.
 * - `octets`: from the modem, in pieces of any size.
 * - `taken`: the octets of a `write` with `more` are on their way; the next may be given.
 * - `guard`: the time last asked for by an action `guard` is over.
 * - `probe`: is the modem still there? Nothing comes of it, or `fault`. Only on hook.
 * - `dial`: a number, digits and the signs of V.250 (`,` `W` `*` `#`). Only on hook.
 * - `answer`: takes the call that rings. Only on hook.
 * - `do`: T.30 actions, carried out in order.
 * - `cut`: the page that is being sent is broken off where it stands (our own stop).
 * - `hang-up`: the line is cleared whatever is going on; ends with `on-hook`.
 */
export type DteEvent =
  | { type: "open" }
  | { type: "octets"; octets: Uint8Array }
  | { type: "taken" }
  | { type: "guard" }
  | { type: "probe" }
  | { type: "dial"; number: string }
  | { type: "answer" }
  | { type: "do"; actions: readonly Action[] }
  | { type: "cut" }
  | { type: "hang-up" };

/**
 * What comes out, in order.
 *
 * - `write`: octets for the modem; with `more`, `taken` is waited for.
 * - `guard`: (re)start the one guard, or stop it when `afterUs` is 0.
 * - `ready`: the modem is set up; what it can send and receive.
 * - `ring`: it rings, said once a ring; `from` when the modem tells the caller's number.
 * - `connected`: the call that was dialled has reached a fax machine, whose V.21 signal is heard.
 * - `refused`: it has not. The modem is on hook again.
 * - `event`: for the T.30 session.
 * - `began`, `sent`: an action that puts something on the line begins, and is over.
 * - `do`: an action of T.30 that is not the modem's, when its turn has come.
 * - `on-hook`: the line is cleared.
 * - `fault`: the modem does not do what a Class 1 modem does. Nothing else will come; the stream is to be closed.
 */
export type DteAction =
  | { type: "write"; octets: Uint8Array; more?: boolean }
  | { type: "guard"; afterUs: number }
  | { type: "ready"; sends: ModemSet; receives: ModemSet }
  | { type: "ring"; from?: string }
  | { type: "connected" }
  | { type: "refused"; how: DialResult; said: string }
  | { type: "event"; event: Event }
  | { type: "began"; action: Action }
  | { type: "sent"; action: Action }
  | { type: "do"; action: Action }
  | { type: "on-hook" }
  | { type: "fault"; problem: DteProblem };

/** Takes one event, changes the state, appends what follows to `out`. Never throws. */
export function stepDte(dte: Dte, event: DteEvent, out: DteAction[]): void {
  if (dte.state.step === "off" && event.type !== "open") return;
  switch (event.type) {
    case "open":
      openModem(dte, out);
      return;
    case "octets":
      takeOctets(dte, event.octets, {
        line: (line) => takeLine(dte, line, out),
        data: (data) => hearData(dte, data, out),
        end: () => hearEnd(dte, out),
      });
      return;
    case "taken":
      pourOn(dte, out);
      return;
    case "guard":
      takeGuard(dte, out);
      return;
    case "probe":
      if (dte.state.step !== "on-hook") return;
      dte.state = { step: "probing", next: null };
      command(dte, "AT", GUARD_US.command, out);
      return;
    case "dial":
      if (dte.state.step === "probing") dte.state.next = event;
      if (dte.state.step !== "on-hook") return;
      dte.state = { step: "checking", number: event.number };
      command(dte, "AT+FCLASS=1", GUARD_US.command, out);
      return;
    case "answer":
      if (dte.state.step === "probing") dte.state.next = event;
      if (dte.state.step !== "on-hook") return;
      dte.state = { step: "answering" };
      command(dte, "ATA", GUARD_US.answer, out);
      return;
    case "do":
      dte.queue.push(...event.actions);
      proceed(dte, out);
      return;
    case "cut":
      if (dte.state.step === "pouring") endData(dte, out);
      return;
    case "hang-up":
      hangUp(dte, out);
      return;
    default:
      event satisfies never;
  }
}

function takeLine(dte: Dte, line: string, out: DteAction[]): void {
  switch (dte.state.step) {
    case "off":
      return;
    case "setup":
      setupLine(dte, line, out);
      return;
    case "on-hook":
      callLine(dte, line, out);
      return;
    case "probing":
      probedLine(dte, dte.state.next, line, out);
      return;
    case "checking":
    case "dialling":
    case "answering":
      dialLine(dte, line, out);
      return;
    case "gap":
    case "carrier":
    case "frames":
    case "pouring":
    case "draining":
      sendLine(dte, line, out);
      return;
    case "waiting":
    case "hearing":
    case "ending":
    case "aborting":
      hearLine(dte, line, out);
      return;
    case "hanging-up":
      if (/^(OK|NO CARRIER|ERROR|0|3|4)$/.test(line)) onHookAgain(dte, out);
      return;
    case "free":
    case "v21-out":
    case "pausing":
      return;
    default:
      dte.state satisfies never;
  }
}

function probedLine(dte: Dte, next: DteEvent | null, line: string, out: DteAction[]): void {
  if (readResult(line) !== "OK") {
    callLine(dte, line, out);
    return;
  }
  dte.state = { step: "on-hook" };
  guard(0, out);
  if (next) stepDte(dte, next, out);
}

function takeGuard(dte: Dte, out: DteAction[]): void {
  const { state } = dte;
  switch (state.step) {
    case "setup":
      setupGuard(dte, out);
      return;
    case "pausing":
      dte.state = { step: "free" };
      startListening(dte, out);
      return;
    case "waiting":
      if (state.early) {
        state.early = false;
        if (state.instead) guard(GUARD_US.instead, out);
      } else if (state.instead) {
        // V.21 was announced in the place of a page, and never came.
        abort(dte, out);
      }
      return;
    case "gap":
      // The far end talks on: we say what we have to say.
      abort(dte, out);
      return;
    case "dialling":
      out.push({ type: "refused", how: "no-answer", said: "" });
      hangUp(dte, out);
      return;
    case "answering":
      out.push({ type: "event", event: { type: "hangup-by-peer" } });
      hangUp(dte, out);
      return;
    case "aborting":
    case "hanging-up":
      clearAgain(dte, out);
      return;
    case "off":
    case "on-hook":
    case "free":
    case "v21-out":
    case "hearing":
      return;
    case "probing":
    case "checking":
    case "carrier":
    case "frames":
    case "pouring":
    case "draining":
    case "ending":
      fault(dte, "modem-silent", out);
      return;
    default:
      state satisfies never;
  }
}
