/** A telephone line is half duplex: a V.21 burst that begins while this side speaks is not heard, but for the DCN in it. */

import { type Event, FCF, fcfOf } from "@depesche/t30";

export interface HalfDuplex {
  /** The V.21 burst on the line began while this side spoke. */
  talkedOver: boolean;
}

/** Whether the session hears the event; `speaking`: this side says something at its time. Changes `line`. */
export function isHeard(line: HalfDuplex, event: Event, speaking: boolean): boolean {
  if (event.type === "carrier" && event.up) line.talkedOver = event.modulation === "v21" && speaking;
  const isV21 = event.type === "frame" || (event.type === "carrier" && event.modulation === "v21");
  return !isV21 || !line.talkedOver || (event.type === "frame" && event.ok && isDcn(event.bytes));
}

export function isDcn(frame: Uint8Array): boolean {
  return fcfOf(frame[2] ?? 0) === FCF.DCN;
}
