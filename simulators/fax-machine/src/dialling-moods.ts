/** How a simulated machine that dials misbehaves on the line, as data, and the line's side of it: what it does instead. */

import { type Action, FCF, type Frame, fcfOf, nameOf, type Rate, rateOf, resultOf } from "@depesche/t30";

/** What goes wrong; pages count from 1. All fields unset: nothing does. */
export interface Misconduct {
  /** The line is cut when half of this page is out. */
  cutsInPage?: number;
  /** Hangs up without DCN when this page is confirmed. */
  hangsUpAfterPage?: number;
  /** The end of the document (EOP, PPS-EOP) is never said. */
  endsNever?: boolean;
  /** After DIS nothing more is said: no DCS. */
  silentAfterDis?: boolean;
  /** Of training checks above this rate nothing is understood: the carrier is there, its zeros are not. */
  trainsUpTo?: Rate;
  /** Every nth frame of a block with error correction is lost the first time it goes out. */
  losesEvery?: number;
  /** Dials the neighbour: the last digit of the number is one higher. */
  misdials?: boolean;
}

export const DIALLING_MOODS = {
  "cuts-in-page-1": { name: "dials, and the line is cut in the midst of page 1", does: { cutsInPage: 1 } },
  "hangs-up-after-page-1": { name: "dials, and hangs up when page 1 is confirmed", does: { hangsUpAfterPage: 1 } },
  "never-ends": { name: "dials, and never says that the document is over (no EOP)", does: { endsNever: true } },
  "never-commands": { name: "dials, hears the receiver's DIS and never answers it", does: { silentAfterDis: true } },
  "trains-down": { name: "dials over a line on which only 4800 trains", does: { trainsUpTo: 4800 } },
  "loses-frames": { name: "dials over a bad line: frames get lost and are asked for again", does: { losesEvery: 7 } },
  misdials: { name: "dials the number next to the one it should", does: { misdials: true } },
} as const satisfies Record<string, { name: string; does: Misconduct }>;
export type DiallingMood = keyof typeof DIALLING_MOODS;

export function isDiallingMood(word: string): word is DiallingMood {
  return Object.hasOwn(DIALLING_MOODS, word);
}

/** The number that a machine of this mood really dials. */
export function dialledBy(mood: DiallingMood | undefined, number: string): string {
  const does: Misconduct = mood === undefined ? {} : DIALLING_MOODS[mood].does;
  if (!does.misdials) return number;
  return number.slice(0, -1) + ((Number(number.at(-1)) + 1) % 10);
}

/**
 * Turns what a well-behaved session would do into what this one does. Give it the actions of each step in order; it is told
 * nothing else. After its `hang-up` the session must not be asked any more.
 */
export function misbehaving(does: Misconduct): (actions: readonly Action[]) => Action[] {
  let page = 1;
  const lost = new Set<string>();
  const hangUp = (): Action => ({ type: "hang-up", result: resultOf("hung-up-on-purpose", page - 1) });
  const carriedOut = (action: Action): Action[] => {
    switch (action.type) {
      case "report":
        if (action.report.kind === "page-confirmed") page = action.report.page + 1;
        return does.hangsUpAfterPage === page - 1 && action.report.kind === "page-confirmed"
          ? [action, hangUp()]
          : [action];
      case "send-page":
      case "send-ecm-block":
        return does.cutsInPage === page ? [half(action), hangUp()] : [withLosses(action, does.losesEvery, lost)];
      case "send-training":
        if (does.silentAfterDis) return [];
        return does.trainsUpTo !== undefined && rateOf(action.modulation) > does.trainsUpTo
          ? [{ ...action, octets: 0 }]
          : [action];
      case "send-frames": {
        const commands = action.frames.map((frame) => fcfOf(frame.fcf));
        const isSilent = does.silentAfterDis && commands.includes(FCF.DCS);
        return isSilent || (does.endsNever && action.frames.some(saysEnd)) ? [] : [action];
      }
      default:
        return [action];
    }
  };
  return (actions) => {
    const out: Action[] = [];
    for (const action of actions) {
      out.push(...carriedOut(action));
      if (out.at(-1)?.type === "hang-up") break;
    }
    return out;
  };
}

type Image = Action & { type: "send-page" | "send-ecm-block" };

/** What of an image is out when the line is cut in its midst. */
function half(action: Image): Action {
  if (action.type === "send-page") {
    return { ...action, octets: action.octets.subarray(0, Math.ceil(action.octets.length / 2)) };
  }
  return { ...action, frames: action.frames.slice(0, Math.ceil(action.frames.length / 2)), rcp: 0 };
}

/** A frame's own octets name it: a repetition has the same and gets through. */
function withLosses(action: Image, every: number | undefined, lost: Set<string>): Action {
  if (every === undefined || action.type !== "send-ecm-block") return action;
  const frames = action.frames.filter((frame, place) => {
    const name = frame.join();
    if (place % every !== 0 || lost.has(name)) return true;
    lost.add(name);
    return false;
  });
  return { ...action, frames };
}

function saysEnd(frame: Frame): boolean {
  return ["EOP", "PPS-EOP"].includes(nameOf(frame));
}
