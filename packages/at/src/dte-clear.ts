/** Breaking off what goes on, and going on hook. */

import { CAN, DLE_ETX } from "./dle.ts";
import type { DteAction } from "./dte.ts";
import { command, type Dte, fault, GUARD_US, guard } from "./dte-state.ts";
import { ascii } from "./result-codes.ts";

/** Whatever the state is, its shortest way on hook. */
export function hangUp(dte: Dte, out: DteAction[]): void {
  dte.queue = [];
  dte.hangingUp = true;
  switch (dte.state.step) {
    case "off":
    case "on-hook":
    case "setup":
    case "probing":
      if (dte.state.step === "probing") dte.state.next = null;
      dte.hangingUp = false;
      out.push({ type: "on-hook" });
      return;
    case "dialling":
    case "answering":
    case "waiting":
    case "hearing":
    case "gap":
    case "carrier":
      abort(dte, out);
      return;
    case "pouring":
    case "v21-out":
      endData(dte, out);
      return;
    case "free":
    case "pausing":
      goOnHook(dte, out);
      return;
    case "checking":
    case "frames":
    case "draining":
    case "ending":
    case "aborting":
    case "hanging-up":
      // These end by themselves within their guard, and then the line is cleared.
      return;
    default:
      dte.state satisfies never;
  }
}

/**
 * Stops a command that waits, or data that come, by any octet (T.31 §8.3.2): CAN is what no command line begins with. So
 * soon behind a command line the modem would not heed it (V.250 §5.6.1): then it waits for the guard that is running.
 */
export function abort(dte: Dte, out: DteAction[]): void {
  if (dte.state.step !== "hearing") dte.before = "nothing";
  const early = dte.state.step === "waiting" && dte.state.early;
  dte.state = { step: "aborting", tries: 0 };
  if (!early) sayCancel(dte.state, out);
}

function sayCancel(state: { tries: number }, out: DteAction[]): void {
  state.tries++;
  out.push({ type: "write", octets: Uint8Array.of(CAN) });
  guard(GUARD_US.cancel, out);
}

/** Ends what is being sent where it stands: what the modem still holds goes out, then it says OK. */
export function endData(dte: Dte, out: DteAction[]): void {
  dte.state = { step: "draining" };
  out.push({ type: "write", octets: DLE_ETX });
  guard(GUARD_US.cut, out);
}

export function goOnHook(dte: Dte, out: DteAction[]): void {
  dte.hangingUp = true;
  dte.dle = null;
  dte.state = { step: "hanging-up", tries: 2 };
  command(dte, "ATH", GUARD_US.hangUp, out);
}

const CANCELS = 2;
const CLEAR_TRIES = 3;

/** The octet or the command that ends everything is due, or was not heeded. */
export function clearAgain(dte: Dte, out: DteAction[]): void {
  const { state } = dte;
  if (state.step !== "aborting" && state.step !== "hanging-up") return;
  if (state.step === "aborting" && state.tries < CANCELS) {
    sayCancel(state, out);
    return;
  }
  if (state.tries >= CLEAR_TRIES) {
    fault(dte, "modem-silent", out);
    return;
  }
  state.tries++;
  // Data that were never ended would swallow a command.
  out.push({ type: "write", octets: Uint8Array.of(...DLE_ETX, CAN) });
  out.push({ type: "write", octets: ascii(state.step === "aborting" ? "\rAT\r" : "\rATH\r") });
  guard(GUARD_US.abort, out);
}
