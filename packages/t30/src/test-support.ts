/** For tests of sessions: a call in memory told as a short ladder, seeded chance, and lines that do harm. */

import {
  createAnswerer,
  createCaller,
  type Impairment,
  type InMemoryCall,
  type InMemoryResult,
  runInMemory,
  type Side,
} from "./index.ts";
import { nameOf } from "./ladder.ts";
import type { Action, AnswererOptions, CallerOptions, PageWish } from "./protocol.ts";

/** A call as a test sets it up. */
export interface TestCall {
  /** Coded pages; default one of 1,000 octets. */
  pages?: readonly Uint8Array[];
  wishes?: readonly PageWish[];
  caller?: Partial<CallerOptions>;
  answerer?: Partial<AnswererOptions>;
  line?: Impairment;
  /** Coded pages of another making; default `pages`, whoever sends. */
  pageFor?: InMemoryCall["pageFor"];
  store?: InMemoryCall["store"];
  limitUs?: number;
}

/** How it went. `ladder` has one line a signal: "> TSI DCS", "> training v17-14400", "< CFR". */
export interface TestResult extends InMemoryResult {
  ladder: string[];
  stored: Uint8Array[];
  actions: { side: Side; action: Action; atUs: number }[];
}

export const FINE: PageWish = { width: 1728, resolution: "fine" };

/** Octets that look like nothing, the same for the same seed. */
export function octets(length: number, seed = 1): Uint8Array {
  const next = chance(seed);
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = Math.floor(next() * 256);
  return out;
}

/** Seeded numbers in [0, 1). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function call(set: TestCall = {}): TestResult {
  const pages = set.pages ?? [octets(1000)];
  const ladder: string[] = [];
  const stored: Uint8Array[] = [];
  const actions: TestResult["actions"] = [];
  const result = runInMemory({
    caller: createCaller({ stationId: "+49 30 23125 900", pages: set.wishes ?? pages.map(() => FINE), ...set.caller }),
    answerer: createAnswerer({ stationId: "+49 30 23125 001", ...set.answerer }),
    pageFor: set.pageFor ?? ((index) => pages[index]),
    store: (index, page, format, to) => {
      const taken = set.store?.(index, page, format, to) ?? true;
      if (taken !== false) stored.push(page);
      return taken;
    },
    ...(set.line === undefined ? {} : { line: set.line }),
    ...(set.limitUs === undefined ? {} : { limitUs: set.limitUs }),
    watch: (side, action, atUs) => {
      actions.push({ side, action, atUs });
      const told = tell(action);
      if (told !== undefined) ladder.push(`${side === "caller" ? ">" : "<"} ${told}`);
    },
  });
  return { ...result, ladder, stored, actions };
}

function tell(action: Action): string | undefined {
  switch (action.type) {
    case "send-tone":
      return action.tone;
    case "send-frames":
      return action.frames.map(nameOf).join(" ");
    case "send-training":
      return `training ${action.modulation}`;
    case "send-page":
      return `page ${action.modulation} ${action.octets.length}`;
    case "send-ecm-block":
      return `block ${action.modulation} ${action.frames.length}`;
    case "hang-up":
      return `hang up ${action.result.cause}`;
    default:
      return undefined;
  }
}

/** The ladder from the first line that names `from` on. */
export function since(result: TestResult, from: string): string[] {
  const at = result.ladder.findIndex((line) => line.includes(from));
  return at < 0 ? [] : result.ladder.slice(at);
}

/** A line that swallows signals by their words: each entry once, in any order; "*" in front swallows every one. */
export function swallowing(...what: string[]): Impairment {
  const left = [...what];
  return {
    swallows: (from, action) => {
      const line = `${from === "caller" ? ">" : "<"} ${tell(action)}`;
      const at = left.findIndex((entry) => entry === line || entry === `*${line}`);
      if (at < 0) return false;
      if (!left[at]!.startsWith("*")) left.splice(at, 1);
      return true;
    },
  };
}
