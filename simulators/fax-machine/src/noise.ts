/** A noisy line before a machine: some frames of page data arrive damaged, each only the first time. */

import { type Event, FCF } from "@depesche/t30";

const CONTENT_AT = 2;

/** Gives each event as it arrives after the noise. With `every` 7, frames 0, 7, 14 ... of a block are hit once. */
export function noise(every: number): (event: Event) => Event {
  const hit = new Set<string>();
  let frames = 0;
  return (event) => {
    if (event.type === "carrier" && event.up) frames = 0;
    if (event.type !== "frame" || event.bytes[CONTENT_AT] !== FCF.FCD) return event;
    const place = frames++;
    if (place % every !== 0) return event;
    // The frame's own octets name it: a repetition has the same and gets through.
    const name = event.bytes.subarray(CONTENT_AT).join();
    if (hit.has(name)) return event;
    hit.add(name);
    return { ...event, ok: false };
  };
}
