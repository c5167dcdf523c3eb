/** What a bad line does to what a machine hears and, when it dials, to what it sends: in a fixed measure, or drawn from a seed. */

import type { ScriptNoise } from "@depesche/scenario";
import { type Action, type Event, FCF } from "@depesche/t30";

const CONTENT_AT = 2;
/** FCS and flag of a frame on the line. */
const FRAME_EXTRA_BITS = 24;

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

/** A line with noise: `hears` gives what arrives of an event, undefined when nothing does; `sends` what goes out of an action. */
export interface NoisyLine {
  hears(event: Event): Event | undefined;
  sends(action: Action): Action;
}

/** The same seed damages the same of the same call. */
export function noisyLine(script: ScriptNoise, seed: number): NoisyLine {
  const { frameErrorRate = 0, bitErrorRate = 0, burst = 1, loss = 0 } = script;
  const draw = randomFrom(seed);
  /** Frames that the present burst still hits. */
  let hits = 0;
  const isHit = (bytes: Uint8Array): boolean => {
    if (hits > 0) {
      hits--;
      return true;
    }
    const bits = bytes.length * 8 + FRAME_EXTRA_BITS;
    const isWrong = bitErrorRate > 0 && draw() > (1 - bitErrorRate) ** bits;
    if (bytes[CONTENT_AT] !== FCF.FCD || frameErrorRate === 0 || draw() >= frameErrorRate) return isWrong;
    hits = burst - 1;
    return true;
  };
  const isLost = () => loss > 0 && draw() < loss;
  /** Places of wrong bits among so many, in order. */
  function* wrongBits(count: number): Generator<number> {
    if (bitErrorRate === 0) return;
    for (let at = 0; at < count; at += burst) {
      at += Math.floor(Math.log(1 - draw()) / Math.log1p(-bitErrorRate));
      for (let i = 0; i < burst && at + i < count; i++) yield at + i;
    }
  }
  const spoilt = (octets: Uint8Array): Uint8Array => {
    let copy: Uint8Array | undefined;
    for (const bit of wrongBits(octets.length * 8)) {
      copy ??= octets.slice();
      copy[bit >> 3]! ^= 0x80 >> (bit & 7);
    }
    return copy ?? octets;
  };
  return {
    hears(event) {
      switch (event.type) {
        case "frame":
          if (isLost()) return undefined;
          return isHit(event.bytes) ? { ...event, ok: false } : event;
        case "page-data":
          return isLost() ? undefined : { ...event, octets: spoilt(event.octets) };
        case "training": {
          const wrong = new Set<number>();
          for (const bit of wrongBits(event.octets * 8)) wrong.add(bit >> 3);
          return { ...event, errors: Math.min(event.octets, event.errors + wrong.size) };
        }
        default:
          return event;
      }
    },
    sends(action) {
      // What has a wrong FCS is as good as lost; only whole frames can be handed to a line.
      if (action.type === "send-ecm-block") {
        return { ...action, frames: action.frames.filter((bytes) => !isLost() && !isHit(bytes)) };
      }
      return action.type === "send-page" ? { ...action, octets: spoilt(action.octets) } : action;
    },
  };
}

/** Numbers from 0 to 1 in an order that the seed alone decides (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
