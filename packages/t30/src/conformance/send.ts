/** What a tester puts on the line: each signal as the events the machine hears, at their times. */

import { LINE_TIME, octetsUs, trainingUs, v21FrameUs } from "../duration.ts";
import { tcfOctets } from "../modulation.ts";
import { reverseBits } from "../octets.ts";
import type { Send } from "./case.ts";
import { readFrame } from "./frame-text.ts";
import type { Line } from "./line.ts";
import { codedSheet } from "./sheet.ts";

const BLOCK_FRAMES = 256;
const RCP = Uint8Array.of(0xff, 0xc0, 0x61);
const PIECES = 4;

/** Schedules a signal that starts at `atUs`; gives the line time of its end. */
export function transmit(line: Line, step: Send, atUs: number): number {
  switch (step.send) {
    case "tone": {
      const endUs = atUs + (step.tone === "ced" ? LINE_TIME.cedUs : 0);
      line.deliver(endUs, { type: "tone", tone: step.tone });
      return endUs;
    }
    case "frames":
      return burst(line, step, atUs);
    case "training": {
      const { modulation, errors = 0, octets = tcfOctets(modulation) } = step;
      const upUs = carrierUp(line, step, atUs);
      const endUs = upUs + trainingUs(modulation, false) + octetsUs(octets, modulation);
      line.deliverTuned(endUs, modulation, false, { type: "training", octets, errors });
      return carrierDown(line, step, endUs);
    }
    case "page":
      return page(line, step, atUs);
    case "block":
      return block(line, step, atUs);
    case "carrier": {
      const endUs = carrierUp(line, step, atUs) + step.forUs;
      return carrierDown(line, step, endUs);
    }
    case "hang-up":
      line.deliver(atUs, { type: "hangup-by-peer", sending: step.sending ?? false });
      return atUs;
    case "local":
      line.deliver(atUs, { type: "local", what: step.what });
      return atUs;
    default:
      return step satisfies never;
  }
}

type Modulated = Extract<Send, { modulation: unknown }>;

function carrierUp(line: Line, { modulation }: Modulated, atUs: number): number {
  const upUs = atUs + LINE_TIME.silenceUs;
  if (modulation === "v21") line.deliver(upUs, { type: "carrier", modulation, up: true });
  else line.deliverTuned(upUs, modulation, false, { type: "carrier", modulation, up: true });
  return upUs;
}

function carrierDown(line: Line, { modulation }: Modulated, endUs: number): number {
  if (modulation === "v21") line.deliver(endUs, { type: "carrier", modulation, up: false });
  else line.deliverTuned(endUs, modulation, false, { type: "carrier", modulation, up: false });
  return endUs;
}

function burst(line: Line, step: Extract<Send, { send: "frames" }>, atUs: number): number {
  const upUs = atUs + LINE_TIME.silenceUs;
  line.deliver(upUs, { type: "carrier", modulation: "v21", up: true });
  let endUs = upUs + (step.preambleUs ?? LINE_TIME.preambleUs);
  for (const text of step.frames) {
    const { bytes, ok } = readFrame(text);
    endUs += v21FrameUs(bytes.length);
    line.deliver(endUs, { type: "frame", bytes, ok });
  }
  line.deliver(endUs, { type: "carrier", modulation: "v21", up: false });
  return endUs;
}

function page(line: Line, step: Extract<Send, { send: "page" }>, atUs: number): number {
  const { modulation, short = false, sheet, coding, spoil, cut } = step;
  const octets = codedSheet(sheet, { coding, ...(sheet.width && { width: sheet.width }) }).slice(0, cut);
  if (spoil !== undefined) octets.fill(0x55, ...spoil);
  let endUs = carrierUp(line, step, atUs) + trainingUs(modulation, short);
  const length = Math.ceil(octets.length / PIECES);
  for (let from = 0; from < octets.length; from += length) {
    const piece = octets.subarray(from, from + length);
    endUs += octetsUs(piece.length, modulation);
    line.deliverTuned(endUs, modulation, short, { type: "page-data", octets: piece });
  }
  return carrierDown(line, step, endUs);
}

function block(line: Line, step: Extract<Send, { send: "block" }>, atUs: number): number {
  const { modulation, short = false, sheet, coding, size, only, damaged = [], missing = [], rcp = 3 } = step;
  const octets = codedSheet(sheet, { coding, ...(sheet.width && { width: sheet.width }) });
  const from = (step.block ?? 0) * BLOCK_FRAMES * size;
  const count = Math.min(BLOCK_FRAMES, Math.ceil((octets.length - from) / size));
  let endUs = carrierUp(line, step, atUs) + trainingUs(modulation, short) + LINE_TIME.ecmFlagsUs / 2;
  const hdlc = (bytes: Uint8Array, ok: boolean): void => {
    endUs += octetsUs(bytes.length + 3, modulation);
    line.deliverTuned(endUs, modulation, short, { type: "frame", bytes, ok });
  };
  for (const number of only ?? Array.from({ length: count }, (_, index) => index)) {
    const bytes = new Uint8Array(4 + size);
    bytes.set([0xff, 0xc0, 0x60, reverseBits(number)]);
    bytes.set(octets.subarray(from + number * size, from + (number + 1) * size), 4);
    if (!missing.includes(number)) hdlc(bytes, !damaged.includes(number));
  }
  for (let time = 0; time < rcp; time++) hdlc(RCP, true);
  return carrierDown(line, step, endUs + LINE_TIME.ecmFlagsUs / 2);
}
