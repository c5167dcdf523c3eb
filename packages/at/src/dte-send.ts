/** What T.30 sends, as +FTH and +FTM with their data (T.31 §8.3.3, §8.3.5, §8.3.6). */

import { type Action, durationOf, encodeFrame, LINE_TIME, RCP_FRAME, rateOf, reverseAllBits } from "@depesche/t30";
import { stuffDle } from "./dle.ts";
import type { DteAction } from "./dte.ts";
import { endData } from "./dte-clear.ts";
import { proceed } from "./dte-proceed.ts";
import { codeOf, command, type Dte, GUARD_US, guard, type Pour, peerGone, strangeLine } from "./dte-state.ts";
import { finishHdlc, newHdlcWriter, writeFlags, writeFrame } from "./hdlc.ts";
import { readResult } from "./result-codes.ts";

type Frames = Extract<Action, { type: "send-frames" }>;
type Image = Extract<Action, { type: "send-training" } | { type: "send-page" } | { type: "send-ecm-block" }>;

/** At the head of the queue, and the modem is free: first the gap of silence that T.30 §5.3.6 asks for, then the carrier. */
export function beginSending(dte: Dte, action: Frames | Image, out: DteAction[]): void {
  if (dte.before !== "nothing") {
    // 80 ms: of theirs it must be heard, of ours it must be made.
    const text = dte.before === "their-signal" ? "AT+FRS=8" : "AT+FTS=8";
    dte.state = { step: "gap" };
    command(dte, text, GUARD_US.gap, out);
    return;
  }
  out.push({ type: "began", action });
  if (action.type === "send-frames") {
    // Our preamble ends whatever burst of theirs was going on.
    if (dte.state.step === "v21-out") sendFrame(dte, action, 0, out);
    else askCarrier(dte, 0, out);
    return;
  }
  const short = action.type !== "send-training" && action.shortTraining;
  dte.state = { step: "carrier", at: 0 };
  command(dte, `AT+FTM=${codeOf(action.modulation, short)}`, GUARD_US.carrier, out);
}

function askCarrier(dte: Dte, at: number, out: DteAction[]): void {
  dte.state = { step: "carrier", at };
  command(dte, "AT+FTH=3", GUARD_US.carrier, out);
}

/** A line while something is being sent. */
export function sendLine(dte: Dte, line: string, out: DteAction[]): void {
  const result = readResult(line);
  const { state } = dte;
  switch (state.step) {
    case "gap":
      // A modem that does not know the command keeps its own silence.
      if (result === "OK" || result === "ERROR" || result === "NO CARRIER") gapIsOver(dte, out);
      return;
    case "carrier":
      if (result === "CONNECT") carrierStands(dte, state.at, out);
      else if (result === "ERROR" || result === "NO CARRIER") peerGone(dte, false, out);
      else if (result === undefined) strangeLine(dte, out);
      return;
    case "frames":
      framesLine(dte, state.at, result, out);
      return;
    case "pouring":
      if (result === "ERROR" || result === "NO CARRIER" || result === "OK") peerGone(dte, isPage(dte.queue[0]), out);
      return;
    case "draining":
      if (result === "OK") isSent(dte, out);
      else if (result === "ERROR" || result === "NO CARRIER") peerGone(dte, isPage(dte.queue[0]), out);
      return;
    default:
      return;
  }
}

function isPage(action: Action | undefined): boolean {
  return action?.type === "send-page" || action?.type === "send-ecm-block";
}

function gapIsOver(dte: Dte, out: DteAction[]): void {
  dte.before = "nothing";
  dte.state = { step: "free" };
  guard(0, out);
  proceed(dte, out);
}

function carrierStands(dte: Dte, at: number, out: DteAction[]): void {
  const action = dte.queue[0];
  switch (action?.type) {
    case "send-frames":
      sendFrame(dte, action, at, out);
      return;
    case "send-training":
    case "send-page":
    case "send-ecm-block":
      dte.state = { step: "pouring", pour: pourOf(action) };
      pourOn(dte, out);
      return;
    default:
      // Given up meanwhile.
      endData(dte, out);
  }
}

function sendFrame(dte: Dte, action: Frames, at: number, out: DteAction[]): void {
  const frame = action.frames[at];
  if (frame === undefined) {
    isSent(dte, out);
    return;
  }
  dte.state = { step: "frames", at };
  const octets = stuffDle(reverseAllBits(encodeFrame(frame)));
  const shielded = new Uint8Array(octets.length + 2);
  shielded.set(octets);
  shielded.set([0x10, 0x03], octets.length);
  out.push({ type: "write", octets: shielded });
  guard(GUARD_US.frame, out);
}

function framesLine(dte: Dte, at: number, result: ReturnType<typeof readResult>, out: DteAction[]): void {
  const action = dte.queue[0];
  const left = action?.type === "send-frames" ? action.frames.length - 1 - at : 0;
  switch (result) {
    case "CONNECT":
      // One that still waits for a frame after the last is told that there is none.
      if (left > 0) sendFrame(dte, action as Frames, at + 1, out);
      else endData(dte, out);
      return;
    case "OK":
      // One that takes every frame for the last is asked for its carrier anew.
      if (left > 0) askCarrier(dte, at + 1, out);
      else isSent(dte, out);
      return;
    case "ERROR":
    case "NO CARRIER":
      peerGone(dte, false, out);
      return;
    default:
      return;
  }
}

/** The action at the head of the queue has gone out. */
function isSent(dte: Dte, out: DteAction[]): void {
  const action = dte.queue.shift();
  dte.state = { step: "free" };
  dte.before = "our-signal";
  dte.burst = false;
  guard(0, out);
  if (action) out.push({ type: "sent", action });
  proceed(dte, out);
}

/** Octets a piece is made of, at least: some seconds of line, so that a busy process leaves no hole in a page. */
const PIECE = 4096;
/** Octets of RCP and flags behind a block. */
const TRAILING_FLAGS = 8;

function pourOf(action: Image): Pour {
  switch (action.type) {
    case "send-training":
      return { of: "zeros", left: action.octets };
    case "send-page":
      return { of: "page", octets: action.octets, at: 0 };
    case "send-ecm-block": {
      const flags = Math.ceil((rateOf(action.modulation) * LINE_TIME.ecmFlagsUs) / 8_000_000);
      return { of: "ecm", frames: action.frames, rcp: action.rcp, at: 0, flags, hdlc: newHdlcWriter() };
    }
    default:
      return action satisfies never;
  }
}

/** The next piece; after the last one the modem is told that it was. */
export function pourOn(dte: Dte, out: DteAction[]): void {
  if (dte.state.step !== "pouring") return;
  const piece = nextPiece(dte.state.pour);
  if (piece) {
    out.push({ type: "write", octets: stuffDle(piece), more: true });
    guard(GUARD_US.piece, out);
    return;
  }
  const action = dte.queue[0];
  endData(dte, out);
  // What lies between us and the modem may hold all of it.
  if (action) guard(durationOf(action) + GUARD_US.image, out);
}

function nextPiece(pour: Pour): Uint8Array | undefined {
  switch (pour.of) {
    case "zeros": {
      const count = Math.min(PIECE, pour.left);
      pour.left -= count;
      return count > 0 ? new Uint8Array(count) : undefined;
    }
    case "page": {
      if (pour.at >= pour.octets.length) return undefined;
      const piece = pour.octets.subarray(pour.at, pour.at + PIECE);
      pour.at += piece.length;
      return reverseAllBits(piece);
    }
    case "ecm":
      return nextFrames(pour);
    default:
      return pour satisfies never;
  }
}

function nextFrames(pour: Extract<Pour, { of: "ecm" }>): Uint8Array | undefined {
  const { frames, rcp, hdlc } = pour;
  const all = frames.length + rcp;
  if (pour.at > all) return undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  const add = (part: Uint8Array) => {
    parts.push(part);
    size += part.length;
  };
  add(writeFlags(hdlc, pour.flags));
  pour.flags = 0;
  for (; size < PIECE && pour.at < all; pour.at++) {
    add(writeFrame(hdlc, reverseAllBits(frames[pour.at] ?? RCP_FRAME)));
  }
  if (pour.at === all) {
    add(writeFlags(hdlc, TRAILING_FLAGS));
    add(finishHdlc(hdlc));
    pour.at++;
  }
  const piece = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    piece.set(part, at);
    at += part.length;
  }
  return piece;
}
