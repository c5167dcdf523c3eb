/** The carrier of an emulated modem: what goes out on the line, and its end. */

import type { Field, Indicator, Modulation } from "@depesche/t38";
import type { DceAction, DceState } from "./dce-state.ts";

/** Time that was missed beyond this is not caught up. */
const MOST_LATE_US = 400_000;

/** A due time, or a later one when too much has been missed. */
export function onTime(dueUs: number, nowUs: number): number {
  return Math.max(dueUs, nowUs - MOST_LATE_US);
}

export function carrierOff(state: DceState, atUs: number, out: DceAction[]): void {
  indicate("no-signal", out);
  state.tx = { is: "silent" };
  state.sentUs = atUs;
}

export function indicate(indicator: Indicator, out: DceAction[]): void {
  out.push({ type: "ifp", ifp: { kind: "indicator", indicator } });
}

export function sendFields(modulation: Modulation, fields: Field[], out: DceAction[]): void {
  out.push({ type: "ifp", ifp: { kind: "data", modulation, fields } });
}
