/** UDPTL datagrams, ITU-T T.38 §9.1 and Annex A: a numbered IFP packet with earlier ones (or their parity) as insurance. */

import { BitReader, BitWriter } from "./per.ts";

/**
 * How losses are to be repaired. `redundancy` repeats the packets sequence-1, sequence-2, ... as they were. `fec` carries
 * parity: entry m is the XOR of `span` packets, every `entries.length`-th one from sequence - span*entries.length + m on.
 */
export type UdptlRecovery =
  | { kind: "redundancy"; packets: Uint8Array[] }
  | { kind: "fec"; span: number; entries: Uint8Array[] };

/** `sequence` counts modulo 65536; `primary` and the packets of `recovery` are encoded IFPs. */
export type UdptlDatagram = { sequence: number; primary: Uint8Array; recovery: UdptlRecovery };

export type UdptlProblem = "udptl-truncated" | "udptl-length-unsupported" | "udptl-fec-span" | "udptl-trailing-octets";

const FEC_CHOICE = 0x80;

/** A datagram as octets. Throws RangeError when a packet is longer than 16383 octets or the FEC span above 255: our own mistake. */
export function encodeUdptl({ sequence, primary, recovery }: UdptlDatagram): Uint8Array {
  const extra = recovery.kind === "redundancy" ? recovery.packets : recovery.entries;
  let capacity = 2 + 2 + primary.length + 1 + 2 + 2;
  for (const packet of extra) capacity += 2 + packet.length;
  const writer = new BitWriter(capacity);
  writer.uint16(sequence & 0xffff);
  writer.length(primary.length);
  writer.octets(primary);
  writer.bits(recovery.kind === "fec" ? FEC_CHOICE : 0, 8);
  if (recovery.kind === "fec") writeSpan(writer, recovery.span);
  writer.length(extra.length);
  for (const packet of extra) {
    writer.length(packet.length);
    writer.octets(packet);
  }
  return writer.finish();
}

/** fec-npackets is an unconstrained INTEGER: a length octet and two's complement, so 128 to 255 take two octets. */
function writeSpan(writer: BitWriter, span: number): void {
  if (!Number.isInteger(span) || span < 0 || span > 0xff) throw new RangeError(`FEC span ${span}`);
  if (span < 0x80) {
    writer.length(1);
    writer.bits(span, 8);
  } else {
    writer.length(2);
    writer.uint16(span);
  }
}

/** The datagram in `bytes`, its packets as views; or what is wrong with it and at which octet. */
export function decodeUdptl(
  bytes: Uint8Array,
): { ok: true; datagram: UdptlDatagram } | { ok: false; problem: UdptlProblem; at: number } {
  const reader = new BitReader(bytes);
  const sequence = reader.uint16();
  const primary = readOpenType(reader);
  if (primary === undefined) return { ok: false, problem: "udptl-length-unsupported", at: 2 };
  const fec = (reader.bits(8) & FEC_CHOICE) !== 0;
  if (reader.overrun) return { ok: false, problem: "udptl-truncated", at: bytes.length };

  let span = 0;
  if (fec) {
    const at = reader.at;
    const spanOctets = reader.length();
    if (spanOctets !== 1 && spanOctets !== 2) return { ok: false, problem: "udptl-fec-span", at };
    span = spanOctets === 1 ? reader.bits(8) : reader.uint16();
    if (span > (spanOctets === 1 ? 0x7f : 0xff)) return { ok: false, problem: "udptl-fec-span", at };
  }
  const countAt = reader.at;
  const count = reader.length();
  if (count === undefined) return { ok: false, problem: "udptl-length-unsupported", at: countAt };
  const extra: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const at = reader.at;
    const packet = readOpenType(reader);
    if (packet === undefined) return { ok: false, problem: "udptl-length-unsupported", at };
    if (reader.overrun) break;
    extra.push(packet);
  }
  if (reader.overrun) return { ok: false, problem: "udptl-truncated", at: bytes.length };
  if (reader.at !== bytes.length) return { ok: false, problem: "udptl-trailing-octets", at: reader.at };
  const recovery: UdptlRecovery = fec ? { kind: "fec", span, entries: extra } : { kind: "redundancy", packets: extra };
  return { ok: true, datagram: { sequence, primary, recovery } };
}

function readOpenType(reader: BitReader): Uint8Array | undefined {
  const length = reader.length();
  return length === undefined ? undefined : reader.octets(length);
}
