/**
 * What an emulated modem puts on the line for its terminal (T.31 §8.3), at the pace of the line: V.21 frames of +FTH, page
 * data of +FTM, and the silences between. Each octet goes out when it is its turn, never when the terminal happened to give it.
 */

import { LINE_TIME, MODULATIONS, rateOf, reverseAllBits, reverseBits } from "@depesche/t30";
import type { Field, Indicator, Modulation } from "@depesche/t38";
import { conclude, type DceAction, type DceState, type PageTransmission, say } from "./dce-state.ts";
import { newDleState, unstuffDle, XOFF, XON } from "./dle.ts";
import { faxModem, V21_CODE } from "./fax-modems.ts";
import { FLAG, type HdlcFrame, newHdlcReader, readHdlc } from "./hdlc.ts";

/** After CONNECT, and between pieces of data, a terminal may take so long (T.31 §8.3.3). */
const TERMINAL_PATIENCE_US = 5_000_000;
/** Somebody else on the line is waited for no longer than this before the carrier goes up all the same. */
const MOST_POLITE_US = 1_000_000;
/** Page data of so much line time goes into one IFP. */
const PIECE_US = 40_000;
/** Time that was missed beyond this is not caught up. */
const MOST_LATE_US = 400_000;
/** The buffer of a modem: above the first the terminal is stopped, below the second it goes on. */
const BUFFER_HIGH = 2048;
const BUFFER_LOW = 1024;
const MAX_FRAME = 400;
const MAX_FRAMES = 16;
const V21_OCTET_US = Math.round(8_000_000 / 300);
/** FCS and the flag behind it. */
const V21_END_US = 3 * V21_OCTET_US;
const FINAL_BIT = 0x10;
const FCS_OCTETS = 2;

/** +FTH=3 or +FTM: the carrier goes up when the line has been quiet for 75 ms. */
export function beginCarrier(state: DceState, code: number, nowUs: number): void {
  state.rx.frames = [];
  state.rx.image = undefined;
  state.rx.lossUntold = false;
  state.tx = { is: "holding", next: code === V21_CODE ? "v21" : code, untilUs: nowUs + MOST_POLITE_US };
  state.mode =
    code === V21_CODE
      ? { is: "send-frames", dle: newDleState(), frame: [], frames: [], owedSinceUs: Number.POSITIVE_INFINITY }
      : { is: "send-page", dle: newDleState(), lastUs: Number.POSITIVE_INFINITY };
}

/** Off-hook for a caller: CED, then as +FTH=3 (T.31 §8.1, ATA). */
export function beginAnswer(state: DceState, nowUs: number, out: DceAction[]): void {
  beginCarrier(state, V21_CODE, nowUs);
  indicate("ced", out);
  state.tx = { is: "ced", untilUs: nowUs + LINE_TIME.cedUs };
}

/** Time at which `advance` has something to do; undefined when only the terminal can go on. */
export function transmissionDueUs(state: DceState): number | undefined {
  const { tx, mode } = state;
  switch (tx.is) {
    case "silent":
      return undefined;
    case "holding":
      return Math.min(tx.untilUs, quietUs(state));
    case "ced":
    case "preamble":
      return tx.untilUs;
    case "frame":
      return tx.nextUs;
    case "flags":
      return mode.is === "send-frames" ? mode.owedSinceUs + TERMINAL_PATIENCE_US : undefined;
    case "page":
      if (tx.buffered > 0 || tx.ended) return tx.clockUs;
      return mode.is === "send-page" ? Math.max(tx.clockUs, mode.lastUs) + TERMINAL_PATIENCE_US : undefined;
    default:
      return tx satisfies never;
  }
}

/** When 75 ms of silence are over, from both directions. */
function quietUs({ rx, sentUs }: DceState): number {
  if (rx.signal !== undefined) return Number.POSITIVE_INFINITY;
  return Math.max(rx.endedUs, sentUs) + LINE_TIME.silenceUs;
}

/** Does what is due. */
export function advance(state: DceState, nowUs: number, out: DceAction[]): void {
  for (;;) {
    const dueUs = transmissionDueUs(state);
    if (dueUs === undefined || dueUs > nowUs) return;
    advanceOnce(state, nowUs, out);
  }
}

function advanceOnce(state: DceState, nowUs: number, out: DceAction[]): void {
  const { tx } = state;
  switch (tx.is) {
    case "holding":
      carrierOn(state, tx.next, nowUs, out);
      return;
    case "ced":
      state.sentUs = tx.untilUs;
      state.tx = { is: "holding", next: "v21", untilUs: nowUs + MOST_POLITE_US };
      return;
    case "preamble":
      state.tx = { is: "flags" };
      nextFrame(state, onTime(tx.untilUs, nowUs));
      return;
    case "flags":
      // The terminal has owed a frame for too long.
      sendFields("v21", [{ type: "hdlc-sig-end" }], out);
      carrierOff(state, nowUs, out);
      conclude(state, "ERROR", out);
      return;
    case "frame":
      sendOctet(state, tx, nowUs, out);
      return;
    case "page":
      sendPiece(state, tx, nowUs, out);
      return;
    case "silent":
      return;
    default:
      tx satisfies never;
  }
}

/** A due time, or a later one when too much has been missed. */
function onTime(dueUs: number, nowUs: number): number {
  return Math.max(dueUs, nowUs - MOST_LATE_US);
}

function carrierOn(state: DceState, next: "v21" | number, nowUs: number, out: DceAction[]): void {
  if (state.call.is === "up") delete state.call.cngUs;
  if (next === "v21") {
    indicate("v21-preamble", out);
    state.tx = { is: "preamble", untilUs: nowUs + LINE_TIME.preambleUs };
    owe(state, nowUs, out);
    return;
  }
  const modem = faxModem(next)!;
  const { shortTrainingUs, longTrainingUs } = MODULATIONS[modem.modulation];
  indicate(modem.training, out);
  const clockUs = nowUs + (modem.short ? shortTrainingUs : longTrainingUs);
  state.tx = {
    is: "page",
    code: next,
    buffer: [],
    buffered: 0,
    ended: false,
    stopped: false,
    clockUs,
    hdlc: undefined,
  };
  if (state.mode.is === "send-page") state.mode.lastUs = nowUs;
  say(state, "CONNECT", out);
}

function carrierOff(state: DceState, atUs: number, out: DceAction[]): void {
  indicate("no-signal", out);
  state.tx = { is: "silent" };
  state.sentUs = atUs;
}

/** CONNECT: now the terminal owes a frame. */
function owe(state: DceState, nowUs: number, out: DceAction[]): void {
  if (state.mode.is !== "send-frames") return;
  state.mode.owedSinceUs = nowUs;
  say(state, "CONNECT", out);
}

/** The terminal's octets while it sends frames; those behind the end of the last frame are left in `octets`. */
export function takeFrameData(state: DceState, octets: Uint8Array, nowUs: number, out: DceAction[]): void {
  let rest = octets;
  while (rest.length > 0 && state.mode.is === "send-frames") {
    const { mode } = state;
    const { data, ended, used } = unstuffDle(mode.dle, rest);
    rest = rest.subarray(used);
    for (const octet of data) if (mode.frame.length <= MAX_FRAME) mode.frame.push(octet);
    if (data.length > 0) mode.owedSinceUs = nowUs;
    if (!ended) continue;
    // What is too long for any frame of fax, or comes in heaps, is no frame.
    if (mode.frame.length <= MAX_FRAME && mode.frames.length < MAX_FRAMES)
      mode.frames.push(Uint8Array.from(mode.frame));
    mode.frame = [];
    if (state.tx.is === "flags") {
      nextFrame(state, nowUs);
      advance(state, nowUs, out);
    }
  }
}

/** Begins the oldest frame that is whole; flags go on while there is none. */
function nextFrame(state: DceState, atUs: number): void {
  const frame = state.mode.is === "send-frames" ? state.mode.frames.shift() : undefined;
  if (frame) state.tx = { is: "frame", frame, at: 0, nextUs: atUs };
}

function sendOctet(state: DceState, tx: DceState["tx"] & { is: "frame" }, nowUs: number, out: DceAction[]): void {
  const { frame, at } = tx;
  const dueUs = onTime(tx.nextUs, nowUs);
  if (at < frame.length) {
    sendFields("v21", [{ type: "hdlc-data", data: Uint8Array.of(reverseBits(frame[at]!)) }], out);
    tx.at++;
    tx.nextUs = dueUs + V21_OCTET_US + (tx.at === frame.length ? V21_END_US : 0);
    return;
  }
  // An empty frame takes the carrier down as a final one does (T.31 §8.3.5).
  const isFinal = frame.length < 2 || (frame[1]! & FINAL_BIT) !== 0;
  if (!isFinal) {
    sendFields("v21", [{ type: "hdlc-fcs-ok" }], out);
    state.tx = { is: "flags" };
    owe(state, nowUs, out);
    nextFrame(state, dueUs);
    return;
  }
  sendFields("v21", [{ type: frame.length === 0 ? "hdlc-sig-end" : "hdlc-fcs-ok-sig-end" }], out);
  carrierOff(state, nowUs, out);
  conclude(state, "OK", out);
}

/** The terminal's octets while it sends page data. */
export function takePageData(state: DceState, octets: Uint8Array, nowUs: number, out: DceAction[]): void {
  const { mode, tx } = state;
  if (mode.is !== "send-page" || tx.is !== "page") return;
  if (tx.ended) return;
  const { data, ended } = unstuffDle(mode.dle, octets);
  mode.lastUs = nowUs;
  tx.ended = ended;
  if (data.length > 0) {
    // A terminal that let the buffer run dry leaves a gap on the line.
    if (tx.buffered === 0) tx.clockUs = Math.max(tx.clockUs, nowUs);
    tx.buffer.push(data.slice());
    tx.buffered += data.length;
  }
  advance(state, nowUs, out);
  control(state, tx, out);
}

/** Back-pressure: the terminal waits while the buffer is full (T.31 §8.4.3, +FLO). */
function control(state: DceState, tx: PageTransmission, out: DceAction[]): void {
  if (!tx.stopped && tx.buffered > BUFFER_HIGH && !tx.ended) flow(state, tx, true, out);
  else if (tx.stopped && (tx.buffered < BUFFER_LOW || tx.ended)) flow(state, tx, false, out);
}

function flow(state: DceState, tx: PageTransmission, stop: boolean, out: DceAction[]): void {
  tx.stopped = stop;
  out.push({ type: "flow", stop });
  if (state.profile.flow === 1) out.push({ type: "dte", bytes: Uint8Array.of(stop ? XOFF : XON) });
}

/** The terminal is heard again, whatever became of its page. */
export function release(state: DceState, out: DceAction[]): void {
  if (state.tx.is === "page" && state.tx.stopped) flow(state, state.tx, false, out);
}

function sendPiece(state: DceState, tx: PageTransmission, nowUs: number, out: DceAction[]): void {
  const { modulation, data: name } = faxModem(tx.code)!;
  if (tx.buffered === 0) {
    const isHdlc = tx.hdlc !== undefined && tx.hdlc !== false;
    sendFields(name, [{ type: isHdlc ? "hdlc-sig-end" : "t4-non-ecm-sig-end" }], out);
    release(state, out);
    carrierOff(state, nowUs, out);
    // Without its end nothing has come from the terminal for too long.
    conclude(state, tx.ended ? "OK" : "ERROR", out);
    return;
  }
  // Two octets tell what it is.
  if (tx.hdlc === undefined && tx.buffered < 2 && !tx.ended) {
    tx.clockUs = nowUs + PIECE_US;
    return;
  }
  const octetUs = 8_000_000 / rateOf(modulation);
  const piece = takeOctets(tx, Math.max(2, Math.floor(PIECE_US / octetUs)));
  tx.hdlc ??= piece[0] === FLAG && piece[1] === FLAG ? { reader: newHdlcReader(), told: 0 } : false;
  const fields: Field[] = tx.hdlc ? framed(tx.hdlc, piece) : [{ type: "t4-non-ecm-data", data: reverseAllBits(piece) }];
  if (fields.length > 0) sendFields(name, fields, out);
  tx.clockUs = onTime(tx.clockUs, nowUs) + Math.round(piece.length * octetUs);
  control(state, tx, out);
}

function takeOctets(tx: PageTransmission, most: number): Uint8Array {
  const piece = new Uint8Array(Math.min(most, tx.buffered));
  let size = 0;
  while (size < piece.length) {
    const first = tx.buffer[0]!;
    const part = first.subarray(0, piece.length - size);
    piece.set(part, size);
    size += part.length;
    if (part.length === first.length) tx.buffer.shift();
    else tx.buffer[0] = first.subarray(part.length);
  }
  tx.buffered -= piece.length;
  return piece;
}

/** The terminal's own HDLC as the fields of T.38, octets as soon as they cannot be the FCS. */
function framed(hdlc: { reader: ReturnType<typeof newHdlcReader>; told: number }, octets: Uint8Array): Field[] {
  const fields: Field[] = [];
  const data = (from: Uint8Array | number[]) => {
    if (from.length > 0) fields.push({ type: "hdlc-data", data: reverseAllBits(Uint8Array.from(from)) });
  };
  for (const octet of octets) {
    const frames: HdlcFrame[] = [];
    readHdlc(hdlc.reader, Uint8Array.of(octet), frames);
    for (const { frame, ok } of frames) {
      data(frame.subarray(hdlc.told));
      fields.push({ type: ok ? "hdlc-fcs-ok" : "hdlc-fcs-bad" });
      hdlc.told = 0;
    }
    // Given up in its midst.
    if (hdlc.told > hdlc.reader.frame.length) {
      fields.push({ type: "hdlc-fcs-bad" });
      hdlc.told = 0;
    }
  }
  const sure = hdlc.reader.frame.length - FCS_OCTETS;
  if (sure > hdlc.told) {
    data(hdlc.reader.frame.slice(hdlc.told, sure));
    hdlc.told = sure;
  }
  return fields;
}

function indicate(indicator: Indicator, out: DceAction[]): void {
  out.push({ type: "ifp", ifp: { kind: "indicator", indicator } });
}

function sendFields(modulation: Modulation, fields: Field[], out: DceAction[]): void {
  out.push({ type: "ifp", ifp: { kind: "data", modulation, fields } });
}
