/**
 * What is heard of a foreign end, as T.30 events (T.38 §6, §7): stacks cut signals into IFPs as they like. Frames come an
 * octet at a time or several in one IFP; indicators are repeated or missing, and so are the ends of signals; packets get lost.
 * Nothing that comes can make a frame whole that was not: what a gap has touched is damaged.
 */

import { type Event, fcfName, type Modulation as LineModulation, tcfOctets } from "@depesche/t30";
import type { Field, Ifp, Indicator } from "@depesche/t38";
import type { TcfTransfer } from "./paced.ts";
import { LINE_MODULATION, trainedModulation } from "./signals.ts";

type Carrier = LineModulation | "v21";

/** What the ear of one side knows. Plain data; `hear`, `hearGap` and `hearQuiet` change it. */
export interface ForeignEar {
  readonly tcf: TcfTransfer;
  /** What the session waits for (its latest `listen`). */
  listening: "v21" | "training" | "page" | "ecm";
  /** What is now on the line. */
  carrier: Carrier | undefined;
  /** Something has come on it since it was announced. */
  used: boolean;
  /** The frame that says it is the last of its burst has been heard. */
  finalHeard: boolean;
  /** The frame that is being read. */
  frame: { bytes: Uint8Array; size: number; damaged: boolean };
  /** Packets were lost since the last end or begin of a frame. */
  gap: boolean;
  /** The training check that is on the line: zeros, other octets between them, other octets since the last zero. */
  check: { modulation: LineModulation; zeros: number; errors: number; tail: number } | undefined;
  /** Fields that made no sense where they came. */
  dropped: number;
}

/** Frames of T.30 are below 300 octets, those of error correction below 270. */
const LONGEST_FRAME = 2048;
/** Octets of zeros that a gap in a page leaves: more than eleven zero bits, so that its line cannot be read as a good one. */
export const HOLE: Uint8Array = new Uint8Array(2);
const FINAL = 0xc8;
const EMPTY = new Uint8Array(0);

/** Without a word for so long a signal is over, although nobody has said so: a pause of jitter is shorter. */
const QUIET_US = { ended: 700_000, open: 3_000_000 } as const;

export function newForeignEar(tcf: TcfTransfer): ForeignEar {
  return {
    tcf,
    listening: "v21",
    carrier: undefined,
    used: false,
    finalHeard: false,
    frame: { bytes: new Uint8Array(64), size: 0, damaged: false },
    gap: false,
    check: undefined,
    dropped: 0,
  };
}

/** Appends the events an IFP means to `out`, in order. */
export function hear(ear: ForeignEar, ifp: Ifp, out: Event[]): void {
  if (ifp.kind === "indicator") {
    hearIndicator(ear, ifp.indicator, out);
    return;
  }
  if (ifp.fields.length === 0) return;
  const modulation = LINE_MODULATION[ifp.modulation];
  if (ear.carrier !== modulation) change(ear, modulation, out);
  else if (ear.finalHeard && ifp.fields.some(({ data }) => data !== undefined)) change(ear, modulation, out);
  for (const field of ifp.fields) hearField(ear, field, modulation, out);
}

/** Packets are lost here for good. */
export function hearGap(ear: ForeignEar): void {
  ear.gap = true;
  if (ear.frame.size > 0) ear.frame.damaged = true;
}

/** After so many microseconds without an IFP `hearQuiet` is due; undefined while nothing is on the line. */
export function quietAfterUs(ear: ForeignEar): number | undefined {
  if (ear.carrier === undefined) return undefined;
  const isComplete = ear.carrier === "v21" ? ear.finalHeard : ear.check !== undefined && ear.used;
  return isComplete ? QUIET_US.ended : QUIET_US.open;
}

/** Nothing has come for so long that the signal must be over. */
export function hearQuiet(ear: ForeignEar, out: Event[]): void {
  change(ear, undefined, out);
}

function hearIndicator(ear: ForeignEar, heard: Indicator, out: Event[]): void {
  switch (heard) {
    case "no-signal":
      change(ear, undefined, out);
      return;
    case "cng":
    case "ced":
      change(ear, undefined, out);
      out.push({ type: "tone", tone: heard });
      return;
    default: {
      const announced: Carrier = heard === "v21-preamble" ? "v21" : trainedModulation(heard)!;
      // The same again, with nothing between, is a repetition for safety.
      if (ear.carrier !== announced || ear.used) change(ear, announced, out);
      ear.gap = false;
    }
  }
}

/** The carrier changes to `next`, also to the same one anew; undefined: silence. */
function change(ear: ForeignEar, next: Carrier | undefined, out: Event[]): void {
  const { carrier, frame, check } = ear;
  if (frame.size > 0) {
    // It never got its FCS.
    frame.damaged = true;
    endFrame(ear, false, out);
  }
  if (check) {
    const { modulation, zeros, errors } = check;
    // Made locally, the check is always clean (T.38 §8.1, method 1).
    if (ear.tcf === "local") out.push({ type: "training", octets: tcfOctets(modulation), errors: 0 });
    else out.push({ type: "training", octets: zeros + errors, errors });
    ear.check = undefined;
  }
  if (carrier !== undefined) out.push({ type: "carrier", modulation: carrier, up: false });
  ear.carrier = next;
  ear.used = false;
  ear.finalHeard = false;
  if (next === undefined) return;
  out.push({ type: "carrier", modulation: next, up: true });
  if (next !== "v21" && ear.listening === "training") {
    ear.check = { modulation: next, zeros: 0, errors: 0, tail: 0 };
  }
}

function hearField(ear: ForeignEar, field: Field, modulation: Carrier, out: Event[]): void {
  const { type, data = EMPTY } = field;
  switch (field.type) {
    case "hdlc-data":
      addToFrame(ear, data);
      return;
    case "hdlc-fcs-ok":
    case "hdlc-fcs-bad":
    case "hdlc-fcs-ok-sig-end":
    case "hdlc-fcs-bad-sig-end":
      // Some send the last octets together with the verdict.
      addToFrame(ear, data);
      endFrame(ear, type.startsWith("hdlc-fcs-ok"), out);
      if (type.endsWith("sig-end")) change(ear, undefined, out);
      return;
    case "hdlc-sig-end":
      change(ear, undefined, out);
      return;
    case "t4-non-ecm-data":
    case "t4-non-ecm-sig-end":
      if (modulation === "v21") ear.dropped++;
      else if (data.length > 0) hearPlain(ear, data, out);
      if (type === "t4-non-ecm-sig-end") change(ear, undefined, out);
      return;
    default: {
      field.type satisfies never;
    }
  }
}

function addToFrame(ear: ForeignEar, data: Uint8Array): void {
  const { frame } = ear;
  if (data.length === 0) return;
  ear.used = true;
  // Octets after a gap may be the rest of a frame: its begin is looked at when it is complete.
  if (frame.size + data.length > LONGEST_FRAME) {
    if (!frame.damaged) ear.dropped++;
    frame.damaged = true;
    return;
  }
  if (frame.size + data.length > frame.bytes.length) {
    const grown = new Uint8Array(Math.max(frame.size + data.length, frame.bytes.length * 2));
    grown.set(frame.bytes.subarray(0, frame.size));
    frame.bytes = grown;
  }
  frame.bytes.set(data, frame.size);
  frame.size += data.length;
}

function endFrame(ear: ForeignEar, ok: boolean, out: Event[]): void {
  const { frame } = ear;
  const bytes = frame.bytes.slice(0, frame.size);
  const hadGap = ear.gap;
  const whole = !frame.damaged && (!hadGap || beginsWell(ear, bytes));
  frame.size = 0;
  frame.damaged = false;
  ear.gap = false;
  // A verdict about nothing: it belongs to a frame that is lost, or to none.
  if (bytes.length === 0 && !hadGap) return;
  ear.used = true;
  ear.finalHeard = ear.carrier === "v21" && ok && whole && bytes[1] === FINAL;
  out.push({ type: "frame", bytes, ok: ok && whole && bytes.length > 0 });
}

/** With a gap before it a frame is whole only when it begins as frames of T.30 do. Data frames are repeated anyway. */
function beginsWell(ear: ForeignEar, bytes: Uint8Array): boolean {
  const control = bytes[1];
  return ear.carrier === "v21" && bytes[0] === 0xff && (control === 0xc0 || control === FINAL) && isCommand(bytes[2]);
}

function isCommand(fcf: number | undefined): boolean {
  return fcf !== undefined && fcfName(fcf) !== undefined;
}

function hearPlain(ear: ForeignEar, data: Uint8Array, out: Event[]): void {
  ear.used = true;
  if (ear.check) {
    countZeros(ear.check, data);
    return;
  }
  if (ear.gap) out.push({ type: "page-data", octets: HOLE });
  ear.gap = false;
  out.push({ type: "page-data", octets: data });
}

/** Octets before the first zero and behind the last one belong to the modem's training and its end, not to the check. */
function countZeros(check: NonNullable<ForeignEar["check"]>, data: Uint8Array): void {
  for (const octet of data) {
    if (octet !== 0) check.tail++;
    else {
      if (check.zeros > 0) check.errors += check.tail;
      check.tail = 0;
      check.zeros++;
    }
  }
}
