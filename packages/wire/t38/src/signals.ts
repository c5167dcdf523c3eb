/** T.30 actions as IFPs with their line time, and IFPs as T.30 events: the adapter between packages/t30 and T.38 (§6, §7). */

import {
  type Action,
  answerDelayUs,
  durationOf,
  type Event,
  encodeFrame,
  LINE_TIME,
  type Modulation as LineModulation,
  octetsUs,
  RCP_FRAME,
  rateOf,
  tcfOctets,
  trainingUs,
  v21FrameUs,
} from "@depesche/t30";
import type { Field, Ifp, Indicator, Modulation } from "@depesche/t38";

/** An IFP and when what it carries is on the line, microseconds since connect. */
export interface TimedIfp {
  ifp: Ifp;
  atUs: number;
}

/** Page data is cut into IFPs of at most this size: with its redundant copies it still fits into a datagram of a pcap file. */
const PIECE_OCTETS = 16_000;

/** At least two pieces, so that a peer can cut the line in the midst of a page however small it is. */
function pieceOctets(total: number): number {
  return Math.min(PIECE_OCTETS, Math.ceil(total / 2));
}

/** What an action that started at `startUs` puts on the line, in order of time; empty for actions that send nothing. */
export function signalsOf(action: Action, startUs: number): TimedIfp[] {
  switch (action.type) {
    case "send-tone":
      return action.tone === "ced" ? [indicator("ced", startUs + answerDelayUs(action))] : [indicator("cng", startUs)];
    case "send-frames":
      return burst(action.frames.map(encodeFrame), startUs);
    case "send-training": {
      // Over TCP the training check is made locally (T.38 §8.1, method 1): only its begin and its end are told, and line time
      // says how long it was.
      const trained = indicator(trainingOf(action.modulation, false), startUs + LINE_TIME.silenceUs);
      return [trained, indicator("no-signal", startUs + durationOf(action))];
    }
    case "send-page":
      return page(action, startUs);
    case "send-ecm-block":
      return block(action, startUs);
    default:
      return [];
  }
}

function burst(frames: readonly Uint8Array[], startUs: number): TimedIfp[] {
  const preambleAt = startUs + LINE_TIME.silenceUs;
  const out = [indicator("v21-preamble", preambleAt)];
  let atUs = preambleAt + LINE_TIME.preambleUs;
  for (const [i, data] of frames.entries()) {
    atUs += v21FrameUs(data.length);
    const type = i === frames.length - 1 ? "hdlc-fcs-ok-sig-end" : "hdlc-fcs-ok";
    out.push({ ifp: { kind: "data", modulation: "v21", fields: [{ type: "hdlc-data", data }, { type }] }, atUs });
  }
  return out;
}

function page(action: Action & { type: "send-page" }, startUs: number): TimedIfp[] {
  const { modulation, octets } = action;
  const out = [carrier(action, startUs)];
  const endUs = startUs + durationOf(action);
  const piece = pieceOctets(octets.length);
  for (let at = 0; at < octets.length; at += piece) {
    const data = octets.subarray(at, at + piece);
    const left = octets.length - at - data.length;
    const fields: Field[] = [{ type: "t4-non-ecm-data", data }];
    if (left === 0) fields.push({ type: "t4-non-ecm-sig-end" });
    out.push({ ifp: dataOf(modulation, fields), atUs: endUs - octetsUs(left, modulation) });
  }
  return out;
}

function block(action: Action & { type: "send-ecm-block" }, startUs: number): TimedIfp[] {
  const { modulation } = action;
  const out = [carrier(action, startUs)];
  const frames = [...action.frames];
  for (let i = 0; i < action.rcp; i++) frames.push(RCP_FRAME);
  const endUs = startUs + durationOf(action);
  const firstUs = out[0]!.atUs;
  let total = 0;
  for (const frame of frames) total += frame.length;

  const piece = pieceOctets(total);
  let fields: Field[] = [];
  let size = 0;
  let sent = 0;
  for (const [i, data] of frames.entries()) {
    const last = i === frames.length - 1;
    fields.push({ type: "hdlc-data", data }, { type: last ? "hdlc-fcs-ok-sig-end" : "hdlc-fcs-ok" });
    size += data.length;
    sent += data.length;
    if (!last && size < piece) continue;
    out.push({ ifp: dataOf(modulation, fields), atUs: Math.ceil(firstUs + ((endUs - firstUs) * sent) / total) });
    fields = [];
    size = 0;
  }
  return out;
}

/** The training before page data; it is over, and the carrier stands, at `atUs`. */
function carrier(action: { modulation: LineModulation; shortTraining: boolean }, startUs: number): TimedIfp {
  const { modulation, shortTraining } = action;
  return indicator(
    trainingOf(modulation, shortTraining),
    startUs + LINE_TIME.silenceUs + trainingUs(modulation, shortTraining),
  );
}

/** What the ear of one side knows. */
export interface Ear {
  /** What is now on the line. */
  carrier: LineModulation | "v21" | undefined;
  /** The session waits for the training check, so the next training is one. */
  expectsTraining: boolean;
  /** A training check of this modulation is on the line, and since when its training was. */
  checking: { modulation: LineModulation; sinceUs: number } | undefined;
}

export function newEar(): Ear {
  return { carrier: undefined, expectsTraining: false, checking: undefined };
}

/** The events that an IFP means which is on the line at `atUs`, in order. Changes `ear`. */
export function eventsOf(ifp: Ifp, ear: Ear, atUs: number): Event[] {
  const out: Event[] = [];
  if (ifp.kind === "indicator") {
    hearIndicator(ifp.indicator, ear, atUs, out);
    return out;
  }
  const modulation = LINE_MODULATION[ifp.modulation];
  if (ear.checking !== undefined) endCheck(ear.checking, ear, atUs, out);
  if (ear.carrier !== modulation) changeCarrier(ear, modulation, out);
  hearFields(ifp.fields, ear, out);
  return out;
}

function hearIndicator(heard: Indicator, ear: Ear, atUs: number, out: Event[]): void {
  if (ear.checking !== undefined) endCheck(ear.checking, ear, atUs, out);
  switch (heard) {
    case "no-signal":
      changeCarrier(ear, undefined, out);
      return;
    case "cng":
    case "ced":
      out.push({ type: "tone", tone: heard });
      return;
    case "v21-preamble":
      changeCarrier(ear, "v21", out);
      return;
    default: {
      const modulation = TRAINED.get(heard)!;
      changeCarrier(ear, modulation, out);
      if (ear.expectsTraining) ear.checking = { modulation, sinceUs: atUs };
    }
  }
}

/** Method 1 of T.38 §8.1: the receiver makes the check's zeros itself, so they are always clean; there are as many as fit. */
function endCheck(check: NonNullable<Ear["checking"]>, ear: Ear, atUs: number, out: Event[]): void {
  const { modulation, sinceUs } = check;
  const zerosUs = Math.max(0, atUs - sinceUs - trainingUs(modulation, false));
  const octets = Math.min(tcfOctets(modulation), Math.round((zerosUs * rateOf(modulation)) / 8_000_000));
  out.push({ type: "training", octets, errors: 0 });
  ear.checking = undefined;
}

function changeCarrier(ear: Ear, modulation: LineModulation | "v21" | undefined, out: Event[]): void {
  if (ear.carrier !== undefined) out.push({ type: "carrier", modulation: ear.carrier, up: false });
  ear.carrier = modulation;
  if (modulation !== undefined) out.push({ type: "carrier", modulation, up: true });
}

/** A frame may come in pieces, over any number of fields: its FCS field ends it. Here ends of frames never cross an IFP. */
function hearFields(fields: readonly Field[], ear: Ear, out: Event[]): void {
  let frame: Uint8Array | undefined;
  for (const field of fields) {
    const { type, data } = field;
    switch (field.type) {
      case "hdlc-data":
        frame = frame && data ? joined(frame, data) : (data ?? frame);
        break;
      case "hdlc-fcs-ok":
      case "hdlc-fcs-bad":
      case "hdlc-fcs-ok-sig-end":
      case "hdlc-fcs-bad-sig-end":
        if (frame) out.push({ type: "frame", bytes: frame, ok: type.startsWith("hdlc-fcs-ok") });
        frame = undefined;
        if (type.endsWith("sig-end")) changeCarrier(ear, undefined, out);
        break;
      case "hdlc-sig-end":
        frame = undefined;
        changeCarrier(ear, undefined, out);
        break;
      case "t4-non-ecm-data":
        if (data) out.push({ type: "page-data", octets: data });
        break;
      case "t4-non-ecm-sig-end":
        if (data) out.push({ type: "page-data", octets: data });
        changeCarrier(ear, undefined, out);
        break;
      default:
        field.type satisfies never;
    }
  }
}

/** The modulation of a data IFP in T.30's words. */
export const LINE_MODULATION: Readonly<Record<Modulation, LineModulation | "v21">> = {
  v21: "v21",
  "v27-2400": "v27ter-2400",
  "v27-4800": "v27ter-4800",
  "v29-7200": "v29-7200",
  "v29-9600": "v29-9600",
  "v17-7200": "v17-7200",
  "v17-9600": "v17-9600",
  "v17-12000": "v17-12000",
  "v17-14400": "v17-14400",
};

/** The modulation each training indicator announces. */
const TRAINED: ReadonlyMap<Indicator, LineModulation> = new Map(
  (Object.values(LINE_MODULATION).filter((name) => name !== "v21") as LineModulation[]).flatMap((name) => [
    [trainingOf(name, false), name] as const,
    [trainingOf(name, true), name] as const,
  ]),
);

/** The modulation that a training indicator announces; undefined for the other indicators. */
export function trainedModulation(heard: Indicator): LineModulation | undefined {
  return TRAINED.get(heard);
}

/** A data IFP of this modulation. */
export function dataOf(modulation: LineModulation | "v21", fields: Field[]): Ifp {
  return { kind: "data", modulation: modulation.replace("v27ter", "v27") as Modulation, fields };
}

/** The indicator of a modulation's training. */
export function trainingOf(modulation: LineModulation, short: boolean): Indicator {
  const rate = rateOf(modulation);
  if (modulation.startsWith("v17")) return `v17-${rate}-${short ? "short" : "long"}-training` as Indicator;
  return `${modulation.startsWith("v29") ? "v29" : "v27"}-${rate}-training` as Indicator;
}

/** An indicator and when it is on the line. */
export function indicator(name: Indicator, atUs: number): TimedIfp {
  return { ifp: { kind: "indicator", indicator: name }, atUs };
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
