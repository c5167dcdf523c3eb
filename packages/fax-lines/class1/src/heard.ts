/** What a modem hears, as the IFPs that T.38 would carry in its place: so that a modem's call has the same record as others. */

import type { Event } from "@depesche/t30";
import type { Ifp } from "@depesche/t38";
import { dataOf, trainingOf } from "@depesche/wire-t38";

type Carrier = Extract<Event, { type: "carrier" }>["modulation"];

/** Where the record stands. */
export interface HeardState {
  carrier: Carrier | undefined;
  /** The next training of V.17 is a short one: a training check has passed. */
  trained: boolean;
}

export function newHeard(): HeardState {
  return { carrier: undefined, trained: false };
}

/** The IFP an event stands for; undefined for what T.38 does not carry. Changes `state`. */
export function heardIfp(state: HeardState, event: Event): Ifp | undefined {
  switch (event.type) {
    case "carrier":
      state.carrier = event.up ? event.modulation : undefined;
      if (!event.up) return { kind: "indicator", indicator: "no-signal" };
      if (event.modulation === "v21") return { kind: "indicator", indicator: "v21-preamble" };
      return { kind: "indicator", indicator: trainingOf(event.modulation, state.trained) };
    case "frame":
      return dataOf(state.carrier ?? "v21", [
        { type: "hdlc-data", data: event.bytes },
        { type: event.ok ? "hdlc-fcs-ok" : "hdlc-fcs-bad" },
      ]);
    case "page-data":
      return state.carrier === undefined
        ? undefined
        : dataOf(state.carrier, [{ type: "t4-non-ecm-data", data: event.octets }]);
    case "training":
      state.trained = event.errors === 0;
      return undefined;
    case "connected":
    case "tone":
    case "page":
    case "timeout":
    case "local":
    case "hangup-by-peer":
      return undefined;
    default:
      return event satisfies never;
  }
}
