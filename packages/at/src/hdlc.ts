/**
 * HDLC as a stream of bits (T.30 §5.3, T.4 annex A): flags, zeros inserted after five ones, FCS. A program that sends ECM
 * pages through +FTM makes this stream itself, and takes it as it is from +FRM (T.31 has no HDLC for page data). All octets
 * here are as on the terminal's side of a modem: the first bit on the line is the least significant.
 */

import { fcsOf, reverseBits } from "@depesche/t30";

export const FLAG = 0x7e;

/** A writer in the midst of a stream; plain. */
export interface HdlcWriter {
  /** Bits that do not fill an octet yet, the first at bit 0. */
  bits: number;
  count: number;
}

export function newHdlcWriter(): HdlcWriter {
  return { bits: 0, count: 0 };
}

/** So many flags. */
export function writeFlags(writer: HdlcWriter, count: number): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < count; i++) writeOctet(writer, FLAG, out);
  return Uint8Array.from(out);
}

/**
 * A frame with its FCS (wrong on purpose when `ok` is false) and its closing flag; a flag must have been written before.
 * `frame` has address to FIF.
 */
export function writeFrame(writer: HdlcWriter, frame: Uint8Array, ok = true): Uint8Array {
  const out: number[] = [];
  const fcs = fcsOctets(frame, ok);
  let ones = 0;
  const put = (octet: number) => {
    for (let bit = 0; bit < 8; bit++) {
      const one = (octet >> bit) & 1;
      writeBit(writer, one, out);
      ones = one ? ones + 1 : 0;
      if (ones === 5) {
        writeBit(writer, 0, out);
        ones = 0;
      }
    }
  };
  for (const octet of frame) put(octet);
  for (const octet of fcs) put(octet);
  writeOctet(writer, FLAG, out);
  return Uint8Array.from(out);
}

/** Fills the octet begun with the bits of one more flag, so that nothing waits. */
export function finishHdlc(writer: HdlcWriter): Uint8Array {
  if (writer.count === 0) return new Uint8Array(0);
  const out: number[] = [];
  writeOctet(writer, FLAG, out);
  writer.bits = 0;
  writer.count = 0;
  return Uint8Array.from(out);
}

/** The two octets of the FCS over `frame` in the terminal's bit order, in the order of the line. */
export function fcsOctets(frame: Uint8Array, ok = true): [number, number] {
  const written = new Uint8Array(frame.length);
  for (let i = 0; i < frame.length; i++) written[i] = reverseBits(frame[i]!);
  const fcs = ok ? fcsOf(written) : fcsOf(written) ^ 0xffff;
  return [reverseBits(fcs >> 8), reverseBits(fcs & 0xff)];
}

function writeBit(writer: HdlcWriter, bit: number, out: number[]): void {
  writer.bits |= bit << writer.count;
  writer.count++;
  if (writer.count < 8) return;
  out.push(writer.bits);
  writer.bits = 0;
  writer.count = 0;
}

function writeOctet(writer: HdlcWriter, octet: number, out: number[]): void {
  for (let bit = 0; bit < 8; bit++) writeBit(writer, (octet >> bit) & 1, out);
}

/** Longest frame of fax: FCD with 256 octets, address, control, FCF, number and FCS; what is longer is noise. */
const MAX_FRAME = 512;
const FCS_OCTETS = 2;

/** A reader in the midst of a stream; plain. */
export interface HdlcReader {
  ones: number;
  inFrame: boolean;
  bits: number;
  count: number;
  /** Octets of the frame so far, FCS included. */
  frame: number[];
}

export function newHdlcReader(): HdlcReader {
  return { ones: 0, inFrame: false, bits: 0, count: 0, frame: [] };
}

/** A frame read: address to FIF without FCS, and whether its FCS was right and its octets were whole. */
export interface HdlcFrame {
  frame: Uint8Array;
  ok: boolean;
}

/**
 * Reads octets of the stream; complete frames go into `out`. What lies between flags and is shorter than address, control
 * and FCS is no frame; seven ones abort one, and one that is longer than any of fax is dropped.
 */
export function readHdlc(reader: HdlcReader, octets: Uint8Array, out: HdlcFrame[]): void {
  for (const octet of octets) {
    for (let bit = 0; bit < 8; bit++) readBit(reader, (octet >> bit) & 1, out);
  }
}

function readBit(reader: HdlcReader, bit: number, out: HdlcFrame[]): void {
  if (bit === 0 && reader.ones === 6) {
    endFrame(reader, out);
    reader.inFrame = true;
    reader.ones = 0;
    return;
  }
  if (bit === 1) {
    reader.ones++;
    if (reader.ones >= 7) {
      reader.inFrame = false;
      restart(reader);
      return;
    }
  } else {
    const inserted = reader.ones === 5;
    reader.ones = 0;
    if (inserted) return;
  }
  if (!reader.inFrame) return;
  reader.bits |= bit << reader.count;
  reader.count++;
  if (reader.count < 8) return;
  reader.frame.push(reader.bits);
  reader.bits = 0;
  reader.count = 0;
  if (reader.frame.length <= MAX_FRAME) return;
  reader.inFrame = false;
  restart(reader);
}

/** A flag: six of its bits are already among those of the octet begun, so a whole frame leaves exactly these. */
function endFrame(reader: HdlcReader, out: HdlcFrame[]): void {
  const { frame, count, inFrame } = reader;
  const whole = count === 7;
  if (inFrame && frame.length > FCS_OCTETS + 1) {
    const data = Uint8Array.from(frame.slice(0, -FCS_OCTETS));
    const [first, second] = fcsOctets(data);
    out.push({ frame: data, ok: whole && frame.at(-2) === first && frame.at(-1) === second });
  }
  restart(reader);
}

function restart(reader: HdlcReader): void {
  reader.bits = 0;
  reader.count = 0;
  reader.frame = [];
}
