/**
 * T.30 actions as IFPs in real time (T.38 §7): what a foreign end must get piece by piece, at the rate of the line. A piece
 * leaves when its last octet would be on the line, so that nobody hears an end before its time.
 */

import {
  type Action,
  answerDelayUs,
  durationOf,
  encodeFrame,
  LINE_TIME,
  type Modulation as LineModulation,
  octetsUs,
  RCP_FRAME,
  rateOf,
  trainingUs,
  v21FrameUs,
} from "@depesche/t30";
import type { Field, FieldType, Ifp } from "@depesche/t38";
import { dataOf, indicator, type TimedIfp, trainingOf } from "./signals.ts";

/** Most line time that one IFP carries. */
const PIECE_US = 40_000;
const V21_RATE = 300;
/** CNG (T.30 §4.1.2.1): half a second of tone, three of silence. */
const CNG_ON_US = 500_000;
const CNG_PERIOD_US = 3_500_000;

/** How the training check crosses the network (T.38 §8.1): made by each side itself, or sent as what it is. */
export type TcfTransfer = "transferred" | "local";

/**
 * What an action that starts at `startUs` puts on the line, in order of time, lazily; nothing for actions that send nothing.
 * CNG goes on for ever: whoever sends it stops asking when something is heard.
 */
export function* piecesOf(action: Action, startUs: number, tcf: TcfTransfer): Generator<TimedIfp, void> {
  const beginUs = startUs + LINE_TIME.silenceUs;
  const endUs = startUs + durationOf(action);
  switch (action.type) {
    case "send-tone":
      if (action.tone === "cng") yield* cng(startUs);
      else {
        yield indicator("ced", startUs + answerDelayUs(action));
        yield indicator("no-signal", endUs);
      }
      return;
    case "send-frames":
      yield* burst(action.frames.map(encodeFrame), beginUs, endUs);
      return;
    case "send-training": {
      const { modulation, octets } = action;
      yield indicator(trainingOf(modulation, false), beginUs);
      if (tcf === "transferred") yield* plain(new Uint8Array(octets), modulation, endUs);
      yield indicator("no-signal", endUs);
      return;
    }
    case "send-page":
      yield indicator(trainingOf(action.modulation, action.shortTraining), beginUs);
      yield* plain(action.octets, action.modulation, endUs);
      yield indicator("no-signal", endUs);
      return;
    case "send-ecm-block":
      yield indicator(trainingOf(action.modulation, action.shortTraining), beginUs);
      yield* block(action, beginUs + trainingUs(action.modulation, action.shortTraining), endUs);
      yield indicator("no-signal", endUs);
      return;
    default:
  }
}

function* cng(startUs: number): Generator<TimedIfp, void> {
  for (let atUs = startUs; ; atUs += CNG_PERIOD_US) {
    yield indicator("cng", atUs);
    yield indicator("no-signal", atUs + CNG_ON_US);
  }
}

function* burst(frames: readonly Uint8Array[], beginUs: number, endUs: number): Generator<TimedIfp, void> {
  yield indicator("v21-preamble", beginUs);
  let atUs = beginUs + LINE_TIME.preambleUs;
  for (const [i, frame] of frames.entries()) {
    const last = i === frames.length - 1;
    const frameEndUs = last ? endUs : atUs + v21FrameUs(frame.length);
    yield* hdlc(frame, "v21", { from: atUs, to: frameEndUs, last, pieceOctets: pieceOctets(V21_RATE) });
    atUs = frameEndUs;
  }
  yield indicator("no-signal", endUs);
}

function* block(
  action: Action & { type: "send-ecm-block" },
  firstUs: number,
  endUs: number,
): Generator<TimedIfp, void> {
  const { modulation, frames, rcp } = action;
  const size = pieceOctets(rateOf(modulation));
  // Frames share the time of the block by their length; flags, inserted zeros and FCS are in it evenly.
  let total = rcp * RCP_FRAME.length;
  for (const frame of frames) total += frame.length;
  const usPerOctet = (endUs - firstUs) / total;
  let done = 0;
  for (let i = 0; i < frames.length + rcp; i++) {
    const frame = frames[i] ?? RCP_FRAME;
    const from = firstUs + done * usPerOctet;
    done += frame.length;
    const last = i === frames.length + rcp - 1;
    yield* hdlc(frame, modulation, { from, to: firstUs + done * usPerOctet, last, pieceOctets: size });
  }
}

/** One frame in pieces; its FCS, and with the last frame of a burst the end of the signal, go with its last octets. */
function* hdlc(
  frame: Uint8Array,
  modulation: LineModulation | "v21",
  span: { from: number; to: number; last: boolean; pieceOctets: number },
): Generator<TimedIfp, void> {
  const usPerOctet = (span.to - span.from) / frame.length;
  const end: FieldType = span.last ? "hdlc-fcs-ok-sig-end" : "hdlc-fcs-ok";
  for (let at = 0; at < frame.length; at += span.pieceOctets) {
    const data = frame.subarray(at, at + span.pieceOctets);
    const fields: Field[] = [{ type: "hdlc-data", data }];
    const upTo = at + data.length;
    if (upTo === frame.length) fields.push({ type: end });
    yield { ifp: dataOf(modulation, fields), atUs: Math.round(span.from + upTo * usPerOctet) };
  }
}

/** Octets without error correction: of a page, or the zeros of a training check. */
function* plain(octets: Uint8Array, modulation: LineModulation, endUs: number): Generator<TimedIfp, void> {
  const size = pieceOctets(rateOf(modulation));
  for (let at = 0; at < octets.length; at += size) {
    const data = octets.subarray(at, at + size);
    const left = octets.length - at - data.length;
    const fields: Field[] = [{ type: "t4-non-ecm-data", data }];
    if (left === 0) fields.push({ type: "t4-non-ecm-sig-end" });
    yield { ifp: dataOf(modulation, fields), atUs: endUs - octetsUs(left, modulation) };
  }
}

function pieceOctets(rate: number): number {
  return Math.max(1, Math.floor((rate * PIECE_US) / 8_000_000));
}

const IFP_OVERHEAD = 2;
const FIELD_OVERHEAD = 4;

/**
 * An IFP as one or more that take at most `limit` octets each when encoded: octets are divided, what ends a frame or a
 * signal stays behind them. One octet always goes, however small the limit.
 */
export function cutIfp(ifp: Ifp, limit: number): Ifp[] {
  if (ifp.kind === "indicator" || sizeOf(ifp.fields) <= limit) return [ifp];
  const out: Ifp[] = [];
  let fields: Field[] = [];
  const close = () => {
    if (fields.length > 0) out.push({ ...ifp, fields });
    fields = [];
  };
  for (const field of ifp.fields) {
    let data = field.data;
    for (;;) {
      const room = limit - sizeOf(fields) - FIELD_OVERHEAD;
      if (!data || data.length <= room) break;
      if (room >= 1 || fields.length === 0) {
        const taken = Math.max(1, room);
        if (data.length <= taken) break;
        fields.push({ type: field.type, data: data.subarray(0, taken) });
        data = data.subarray(taken);
      }
      close();
    }
    if (!data && fields.length > 0 && sizeOf(fields) + 1 > limit) close();
    fields.push(data ? { type: field.type, data } : { type: field.type });
  }
  close();
  return out;
}

/** Octets of an IFP with these fields, at most. */
function sizeOf(fields: readonly Field[]): number {
  let size = IFP_OVERHEAD;
  for (const { data } of fields) size += data ? FIELD_OVERHEAD + data.length : 1;
  return size;
}
