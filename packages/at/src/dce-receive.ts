/** What an emulated modem hears and hands to its terminal: V.21 frames for +FRH, page data for +FRM (T.31 §8.3). */

import { reverseAllBits, reverseBits } from "@depesche/t30";
import type { Field, Ifp, Indicator, Modulation } from "@depesche/t38";
import { conclude, type DceAction, type DceState, type HeardFrame, type HeardImage, say } from "./dce-state.ts";
import { DLE_ETX, stuffDle } from "./dle.ts";
import { FAX_MODEMS, faxModem } from "./fax-modems.ts";
import { fcsOctets, finishHdlc, newHdlcWriter, writeFlags, writeFrame } from "./hdlc.ts";

/** A frame of V.21 may last about 3 s: 112 octets. A frame of page data holds 260. */
const MAX_FRAME = 512;
const MAX_FRAMES = 32;
/** Page data kept for a terminal that asks late. */
const MAX_KEPT = 65_536;
/**
 * What has just passed is still handed to a terminal that asks a moment late: its +FRH or +FRM may have been under way, or
 * it waited for silence (+FRS) while a short frame was on the line.
 */
const FRESH_US = 600_000;
/** A signal of which nothing has come for so long has ended unheard. */
const LOST_US = 6_000_000;
/** Zeros behind page data without HDLC. */
const TRAILING_OCTETS = 4;
/** Flags that a terminal gets before the first frame of page data. */
const OPENING_FLAGS = 16;

const TRAINED = new Map<Indicator, Modulation>(FAX_MODEMS.map(({ training, data }) => [training, data]));
const FINAL_BIT = 0x10;

/** The line's next IFP. */
export function hear(state: DceState, ifp: Ifp, nowUs: number, out: DceAction[]): void {
  if (ifp.kind === "indicator") {
    const { indicator } = ifp;
    if (indicator === "no-signal") carrierDown(state, nowUs, out);
    else if (indicator !== "cng" && indicator !== "ced") {
      carrierUp(state, indicator === "v21-preamble" ? "v21" : TRAINED.get(indicator)!, nowUs, out);
    }
    return;
  }
  if (state.rx.signal !== ifp.modulation) {
    // The end of a signal alone begins none.
    if (ifp.fields.every(({ data }) => data === undefined)) return;
    carrierUp(state, ifp.modulation, nowUs, out);
  }
  state.rx.heardUs = nowUs;
  for (const field of ifp.fields) hearField(state, field, nowUs, out);
}

/** Something is lost for good: the frame begun is spoiled. */
export function hearGap(state: DceState): void {
  const { frames, image } = state.rx;
  const frame = frames.at(-1);
  if (frame && frame.end === undefined) frame.spoiled = true;
  if (image) image.spoiled = true;
}

/** When the signal heard counts as lost. */
export function signalLostUs({ rx }: DceState): number | undefined {
  return rx.signal === undefined ? undefined : rx.heardUs + LOST_US;
}

function carrierUp(state: DceState, signal: Modulation, nowUs: number, out: DceAction[]): void {
  const { rx } = state;
  // Indicators are repeated by those who fear loss.
  if (rx.signal === signal && !rx.hasData) {
    rx.heardUs = nowUs;
    return;
  }
  if (rx.signal !== undefined) carrierDown(state, nowUs, out);
  Object.assign(rx, { signal, hasData: false, heardUs: nowUs, frames: [], image: undefined, lossUntold: false });
  if (state.call.is === "up") delete state.call.cngUs;
  if (signal === "v21") {
    rx.final = false;
    if (state.mode.is === "wait-page") wrongCarrier(state, signal, out);
    return;
  }
  rx.image = newImage(signal);
  if (state.mode.is === "wait-frame") wrongCarrier(state, signal, out);
  else if (state.mode.is === "wait-page") takeImage(state, state.mode.code, out);
}

/** T.31 §8.3.4: another carrier than the one asked for; with +FAR=1 a V.21 one is taken in its place. */
function wrongCarrier(state: DceState, signal: Modulation, out: DceAction[]): void {
  if (state.profile.adaptive && signal === "v21") {
    say(state, "+FRH:3", out);
    state.mode = { is: "wait-frame" };
  } else conclude(state, "+FCERROR", out);
}

export function carrierDown(state: DceState, nowUs: number, out: DceAction[]): void {
  const { rx, mode } = state;
  if (rx.signal === undefined) return;
  const wasV21 = rx.signal === "v21";
  rx.signal = undefined;
  rx.endedUs = nowUs;
  if (wasV21) {
    endOfFrames(state, out);
    return;
  }
  if (!rx.image) return;
  if (rx.image.frame) endImageFrame(state, rx.image, false, out);
  rx.image.ended = true;
  if (rx.image.writer) giveImage(state, rx.image, finishHdlc(rx.image.writer), out);
  // A demodulator says a few bits more before it notices; who looks for RTC with bits to spare (efax) waits for them.
  else if (rx.hasData) giveImage(state, rx.image, new Uint8Array(TRAILING_OCTETS), out);
  if (mode.is === "page") endPage(state, out);
}

function endOfFrames(state: DceState, out: DceAction[]): void {
  const { rx, mode } = state;
  if (rx.frames.at(-1)?.end === undefined && rx.frames.length > 0) rx.frames.pop();
  if (mode.is === "frame") {
    out.push({ type: "dte", bytes: DLE_ETX });
    conclude(state, "NO CARRIER", out);
  } else if (mode.is === "wait-frame" && mode.untilUs === undefined && !rx.final) conclude(state, "NO CARRIER", out);
  else rx.lossUntold = !rx.final;
}

function hearField(state: DceState, field: Field, nowUs: number, out: DceAction[]): void {
  const { rx } = state;
  const { type, data } = field;
  if (rx.signal === undefined) return;
  if (data) rx.hasData = true;
  switch (field.type) {
    case "hdlc-data":
      if (data) hearOctets(state, data, out);
      return;
    case "hdlc-fcs-ok":
    case "hdlc-fcs-bad":
    case "hdlc-fcs-ok-sig-end":
    case "hdlc-fcs-bad-sig-end":
      endFrame(state, type.startsWith("hdlc-fcs-ok"), out);
      if (type.endsWith("sig-end")) carrierDown(state, nowUs, out);
      return;
    case "t4-non-ecm-data":
    case "t4-non-ecm-sig-end":
      if (data && rx.image) giveImage(state, rx.image, reverseAllBits(data), out);
      else if (data) state.dropped++;
      if (type === "t4-non-ecm-sig-end") carrierDown(state, nowUs, out);
      return;
    case "hdlc-sig-end":
      carrierDown(state, nowUs, out);
      return;
    default: {
      field.type satisfies never;
    }
  }
}

function hearOctets(state: DceState, data: Uint8Array, out: DceAction[]): void {
  const { rx } = state;
  if (rx.image) {
    rx.image.frame ??= [];
    append(rx.image.frame, data);
    return;
  }
  let frame = rx.frames.at(-1);
  if (!frame || frame.end !== undefined) {
    if (rx.frames.length >= MAX_FRAMES) {
      state.dropped++;
      rx.frames.push({ octets: [], told: 0, end: undefined, unwanted: true });
      return;
    }
    frame = { octets: [], told: 0, end: undefined };
    rx.frames.push(frame);
  }
  append(frame.octets, data);
  giveFrames(state, out);
}

function append(octets: number[], data: Uint8Array): void {
  for (const octet of data) if (octets.length <= MAX_FRAME) octets.push(reverseBits(octet));
}

function endFrame(state: DceState, ok: boolean, out: DceAction[]): void {
  const { rx } = state;
  if (rx.image) {
    if (rx.image.frame) endImageFrame(state, rx.image, ok, out);
    return;
  }
  const frame = rx.frames.at(-1);
  if (!frame || frame.end !== undefined) return;
  const isWhole = frame.octets.length >= 2 && frame.octets.length <= MAX_FRAME;
  frame.end = ok && isWhole && !frame.spoiled ? "ok" : "bad";
  rx.final = frame.end === "ok" && (frame.octets[1]! & FINAL_BIT) !== 0;
  if (frame.unwanted) rx.frames.pop();
  giveFrames(state, out);
}

/** Hands what there is of the oldest frame to a +FRH; one frame a command. */
function giveFrames(state: DceState, out: DceAction[]): void {
  const frame = state.rx.frames[0];
  if (!frame || frame.unwanted || (state.mode.is !== "wait-frame" && state.mode.is !== "frame")) return;
  if (state.mode.is === "wait-frame") {
    say(state, "CONNECT", out);
    state.mode = { is: "frame" };
  }
  if (frame.told < frame.octets.length) {
    out.push({ type: "dte", bytes: stuffDle(Uint8Array.from(frame.octets.slice(frame.told))) });
    frame.told = frame.octets.length;
  }
  if (frame.end !== undefined) endGiven(state, frame, out);
}

/** A frame ends with its FCS and DLE ETX; then OK, or ERROR when the FCS was wrong (T.31 §8.3.6). */
function endGiven(state: DceState, frame: HeardFrame, out: DceAction[]): void {
  state.rx.frames.shift();
  const ok = frame.end === "ok";
  const fcs = Uint8Array.from(fcsOctets(Uint8Array.from(frame.octets), ok));
  out.push({ type: "dte", bytes: stuffDle(fcs) }, { type: "dte", bytes: DLE_ETX });
  conclude(state, ok ? "OK" : "ERROR", out);
}

function newImage(modulation: Modulation): HeardImage {
  return { modulation, kept: [], keptOctets: 0, writer: undefined, frame: undefined, spoiled: false, ended: false };
}

/** A frame of page data becomes bits again: the terminal does HDLC itself. */
function endImageFrame(state: DceState, image: HeardImage, ok: boolean, out: DceAction[]): void {
  if (!image.writer) {
    image.writer = newHdlcWriter();
    giveImage(state, image, writeFlags(image.writer, OPENING_FLAGS), out);
  }
  const octets = Uint8Array.from(image.frame!);
  giveImage(state, image, writeFrame(image.writer, octets, ok && !image.spoiled), out);
  image.frame = undefined;
  image.spoiled = false;
}

function giveImage(state: DceState, image: HeardImage, octets: Uint8Array, out: DceAction[]): void {
  if (octets.length === 0) return;
  if (state.mode.is === "page") {
    out.push({ type: "dte", bytes: stuffDle(octets), page: true });
    return;
  }
  if (image.keptOctets + octets.length > MAX_KEPT) return;
  image.kept.push(octets);
  image.keptOctets += octets.length;
}

function endPage(state: DceState, out: DceAction[]): void {
  state.rx.image = undefined;
  out.push({ type: "dte", bytes: DLE_ETX });
  conclude(state, "NO CARRIER", out);
}

/** A page carrier is there: it is the one asked for, or +FCERROR. Training's length makes no difference to its reception. */
function takeImage(state: DceState, code: number, out: DceAction[]): void {
  const image = state.rx.image!;
  if (image.modulation !== faxModem(code)!.data) {
    wrongCarrier(state, image.modulation, out);
    return;
  }
  say(state, "CONNECT", out);
  state.mode = { is: "page" };
  for (const octets of image.kept) out.push({ type: "dte", bytes: stuffDle(octets), page: true });
  image.kept = [];
  if (image.ended) endPage(state, out);
}

/** +FRH=3. */
export function receiveFrames(state: DceState, nowUs: number, out: DceAction[]): void {
  const { rx } = state;
  state.mode = { is: "wait-frame" };
  if (rx.signal === undefined && nowUs - rx.endedUs > FRESH_US) rx.frames = [];
  if (rx.image?.ended) rx.image = undefined;
  giveFrames(state, out);
  if (state.mode.is !== "wait-frame" || rx.signal === "v21" || !rx.lossUntold) return;
  rx.lossUntold = false;
  if (nowUs - rx.endedUs <= FRESH_US) conclude(state, "NO CARRIER", out);
}

/** +FRM of a modem that exists. */
export function receivePage(state: DceState, code: number, nowUs: number, out: DceAction[]): void {
  const { rx } = state;
  state.mode = { is: "wait-page", code };
  if (rx.image && (!rx.image.ended || nowUs - rx.endedUs <= FRESH_US)) takeImage(state, code, out);
  // Behind a final frame only the last flags can still be on the line.
  else if (rx.signal === "v21" && !rx.final) wrongCarrier(state, "v21", out);
  else {
    rx.frames = [];
    rx.image = undefined;
  }
}

/** Frames nobody asked for are forgotten; the one that is on the line goes by to its end, for its rest is no frame. */
export function forgetFrames({ rx }: DceState): void {
  const underWay = rx.frames.at(-1);
  rx.frames = [];
  if (!underWay || underWay.end !== undefined) return;
  underWay.unwanted = true;
  rx.frames.push(underWay);
}

/** The terminal ends a reception, or waits no more. Data that is being handed over is closed by DLE ETX. */
export function abortReception(state: DceState, out: DceAction[]): void {
  const { mode, rx } = state;
  if (mode.is === "frame" || mode.is === "page") out.push({ type: "dte", bytes: DLE_ETX });
  if (mode.is === "frame") rx.frames[0]!.unwanted = true;
  if (rx.image && mode.is === "page") rx.image.kept = [];
  conclude(state, "OK", out);
}
