/** Signals of a played case in words, for failures and ladders. */

import { decodeFrame, encodeFrame } from "../frame.ts";
import { nameOf } from "../ladder.ts";
import { isProblem } from "../problem.ts";
import type { Send } from "./case.ts";
import { readFrame } from "./frame-text.ts";
import type { Signal } from "./line.ts";

/** The frames of a V.21 burst, undefined for any other signal. */
export function framesOf({ action }: Signal): Uint8Array[] | undefined {
  return action.type === "send-frames" ? action.frames.map(encodeFrame) : undefined;
}

/** What the machine sent. */
export function wordsOf({ action }: Signal): string {
  switch (action.type) {
    case "send-tone":
      return action.tone.toUpperCase();
    case "send-frames":
      return action.frames.map(nameOf).join(" ");
    case "send-training":
      return `training ${action.modulation}`;
    case "send-page":
      return `page ${action.modulation}, ${action.octets.length} octets`;
    case "send-ecm-block":
      return `block ${action.modulation}, ${action.frames.length} frames`;
    default:
      return action satisfies never;
  }
}

/** What the tester sent, and the frames of a burst. */
export function wordsOfSend(step: Send): { words: string; frames?: readonly string[] } {
  switch (step.send) {
    case "tone":
      return { words: step.tone.toUpperCase() };
    case "frames":
      return { words: step.frames.map(nameOfText).join(" "), frames: step.frames };
    case "training":
      return { words: `training ${step.modulation}${step.errors ? `, ${step.errors} errors` : ""}` };
    case "page":
      return { words: `page ${step.modulation}` };
    case "block":
      return { words: `block ${step.modulation}${step.only ? `, frames ${step.only.join(" ")}` : ""}` };
    case "carrier":
      return { words: `carrier ${step.modulation}` };
    case "hang-up":
      return { words: "hangs up" };
    case "local":
      return { words: step.what };
    default:
      return step satisfies never;
  }
}

function nameOfText(text: string): string {
  const { bytes, ok } = readFrame(text);
  const frame = decodeFrame(bytes);
  const name = isProblem(frame) ? "damaged frame" : nameOf(frame);
  return ok ? name : `${name} (FCS wrong)`;
}
