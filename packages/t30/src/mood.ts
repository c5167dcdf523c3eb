/** The script of a machine that misbehaves: what it does instead of what a good one would put on the line. */

import { startTimer } from "./actions.ts";
import { fcdNumberOf } from "./ecm.ts";
import { FCF, fcfOf, frame } from "./frame.ts";
import type { Action, Deed, Event, Misdeed, Signal } from "./protocol.ts";
import { fallSilent } from "./receiver-answer.ts";
import { disconnect, end, type Session, xOf } from "./state.ts";

type React = (s: Session, event: Event, out: Action[]) => undefined;

/** Whether what the session says goes through a script. */
export function isMoody({ options: { mood } }: Session): boolean {
  return mood.script !== undefined || mood.slowUs !== undefined;
}

/** One step of such a session. What is held back is let go at TMOOD, or dropped when the line is gone. */
export function stepMoody(s: Session, event: Event, out: Action[], react: React): undefined {
  const { held } = s;
  const meant: Action[] = [];
  const isOver = s.state.step === "ended";
  if (event.type === "timeout" && event.timer === "TMOOD") {
    if (held === null) return;
    s.held = null;
    out.push(held[0]!);
    return perform(s, held.slice(1), out);
  }
  // Who is about to speak hears nothing, like one who speaks.
  if (held !== null && HEARD.has(event.type)) return;
  if (isOver && (held === null || event.type !== "hangup-by-peer")) return;
  if (!isOver) react(s, event, meant);
  if (held === null) return perform(s, meant, out);
  held.push(...meant);
  if (event.type !== "hangup-by-peer") return;
  out.push(held.at(-1)!);
}

const HEARD: ReadonlySet<Event["type"]> = new Set(["tone", "carrier", "frame", "training", "page-data"]);

/** Carries out what was meant, up to the first thing that ends the call or is held back. */
function perform(s: Session, meant: readonly Action[], out: Action[]): undefined {
  for (const [place, action] of meant.entries()) {
    const signal = signalOf(action);
    const deed = signal === undefined ? undefined : dueDeed(s, signal);
    switch (deed?.do) {
      case undefined:
        out.push(action);
        break;
      case "skip":
        break;
      case "say":
        out.push({ type: "send-frames", frames: [frame(FCF[deed.frame] | xFor(s, FCF[deed.frame]), true)] });
        break;
      case "lose":
      case "cut":
        out.push(lessOf(action, deed));
        break;
      case "delay":
        s.held = [action, ...meant.slice(place + 1)];
        return startTimer(out, "TMOOD", deed.us);
      case "silence":
        return s.state.step === "ended" ? void out.push(meant.at(-1)!) : fallSilent(s, out);
      case "disconnect":
        return disconnect(s, "hung-up-on-purpose", out);
      case "hang-up":
        if (action.type === "send-page" || action.type === "send-ecm-block")
          out.push(lessOf(action, { do: "cut", part: 0.5 }));
        return end(s, "hung-up-on-purpose", out);
      default:
        deed satisfies never;
    }
  }
}

/** The first misdeed of the script that is due for this signal; without one, the slowness of the machine. */
function dueDeed(s: Session, signal: Signal): Deed | undefined {
  const { script = [], slowUs } = s.options.mood;
  let due: Deed | undefined;
  for (const [place, misdeed] of script.entries()) {
    if (!isAt(s, misdeed, signal)) continue;
    const count = (s.moodCounts[place] ?? 0) + 1;
    s.moodCounts[place] = count;
    if (misdeed.attempt === undefined || misdeed.attempt === count) due ??= misdeed.does;
  }
  if (due === undefined && slowUs !== undefined && SLOW.has(signal)) return { do: "delay", us: slowUs };
  return due;
}

/** What is not said out of its own: training and images follow their command at once. */
const SLOW: ReadonlySet<Signal> = new Set([
  "DIS",
  "DTC",
  "DCS",
  "CFR",
  "FTT",
  "image",
  "page-answer",
  "PPR",
  "RNR",
  "CTC",
  "CTR",
  "EOR",
  "ERR",
  "RR",
]);

function isAt(s: Session, misdeed: Misdeed, signal: Signal): boolean {
  const isMeant = misdeed.at === signal || (misdeed.at === "page-answer" && (signal === "PPR" || signal === "RNR"));
  if (!isMeant) return false;
  const { page, block } = placeOf(s, signal);
  return (misdeed.page ?? page) === page && (misdeed.block ?? block) === block;
}

/**
 * The page and block a signal is about, from 1. What confirms a page has just counted it, what confirms or holds back a block
 * has counted that.
 */
function placeOf({ tx, rx, said }: Session, signal: Signal): { page: number; block: number } {
  if (SENDERS.has(signal)) return { page: tx.page + 1, block: (tx.block?.number ?? 0) + 1 };
  if (signal === "RNR") return { page: rx.pages + 1, block: Math.max(1, rx.block) };
  if (signal !== "page-answer") return { page: rx.pages + 1, block: rx.block + 1 };
  const isRefusal = fcfOf(said[0]!) === FCF.RTN || fcfOf(said[0]!) === FCF.PIN;
  if (isRefusal) return { page: rx.pages + 1, block: 1 };
  return rx.block > 0 ? { page: rx.pages + 1, block: rx.block } : { page: rx.pages, block: 1 };
}

const SENDERS: ReadonlySet<Signal> = new Set(["DCS", "TCF", "image", "page-end", "CTC", "EOR", "RR"]);

function signalOf(action: Action): Signal | undefined {
  switch (action.type) {
    case "send-tone":
      return action.tone === "ced" ? "CED" : undefined;
    case "send-training":
      return "TCF";
    case "send-page":
    case "send-ecm-block":
      return "image";
    case "send-frames":
      return NAMED.get(fcfOf(action.frames.at(-1)!.fcf));
    default:
      return undefined;
  }
}

const NAMED: ReadonlyMap<number, Signal> = new Map<number, Signal>([
  ...(["DIS", "DTC", "DCS", "CFR", "FTT", "CTC", "CTR", "EOR", "ERR", "RR", "RNR", "PPR", "DCN"] as const).map(
    (name) => [FCF[name], name] as const,
  ),
  ...(["MPS", "EOM", "EOP", "PRI_MPS", "PRI_EOM", "PRI_EOP", "PPS"] as const).map(
    (name) => [FCF[name], "page-end"] as const,
  ),
  ...(["MCF", "RTP", "RTN", "PIP", "PIN"] as const).map((name) => [FCF[name], "page-answer"] as const),
]);

/** Frames without an X bit stay as they are. */
function xFor(s: Session, fcf: number): number {
  return fcfOf(fcf | 0x80) === fcf ? xOf(s) : 0;
}

/** A signal that does not go out whole. */
function lessOf(action: Action, deed: Deed & { do: "lose" | "cut" }): Action {
  if (deed.do === "lose") {
    if (action.type !== "send-ecm-block") return action;
    return { ...action, frames: action.frames.filter((octets) => !deed.frames.includes(fcdNumberOf(octets))) };
  }
  switch (action.type) {
    case "send-page":
      return { ...action, octets: action.octets.subarray(0, Math.ceil(action.octets.length * deed.part)) };
    case "send-ecm-block":
      return { ...action, frames: action.frames.slice(0, Math.ceil(action.frames.length * deed.part)), rcp: 0 };
    case "send-training":
      return { ...action, octets: Math.floor(action.octets * deed.part) };
    default:
      return action;
  }
}
