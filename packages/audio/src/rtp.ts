/** RTP packets (RFC 3550 §5.1) with the static payload types of telephone audio (RFC 3551 §6). */

/** Payload types that mean something here; comfort noise is RFC 3389. */
export const RTP_PAYLOAD = { pcmu: 0, pcma: 8, comfortNoise: 13 } as const;

export interface RtpPacket {
  payloadType: number;
  /** Begins a talkspurt. */
  marker: boolean;
  /** 16 bits. */
  sequence: number;
  /** 32 bits, in samples. */
  timestamp: number;
  /** 32 bits. */
  ssrc: number;
  payload: Uint8Array;
}

export type RtpProblem = "rtp-short" | "rtp-version" | "rtp-rtcp" | "rtp-extension" | "rtp-padding";

const HEADER = 12;

/** A packet without contributing sources, extension or padding. */
export function encodeRtp(packet: RtpPacket): Uint8Array {
  const bytes = new Uint8Array(HEADER + packet.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, (packet.marker ? 0x80 : 0) | (packet.payloadType & 0x7f));
  view.setUint16(2, packet.sequence & 0xffff);
  view.setUint32(4, packet.timestamp >>> 0);
  view.setUint32(8, packet.ssrc >>> 0);
  bytes.set(packet.payload, HEADER);
  return bytes;
}

/** The packet in a datagram, or what is wrong with it. The payload is a view into `bytes`. */
export function decodeRtp(
  bytes: Uint8Array,
): { ok: true; packet: RtpPacket } | { ok: false; problem: RtpProblem; at: number } {
  const fault = (problem: RtpProblem, at: number) => ({ ok: false, problem, at }) as const;
  if (bytes.length < HEADER) return fault("rtp-short", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint8(0);
  if (first >> 6 !== 2) return fault("rtp-version", 0);
  const second = view.getUint8(1);
  // RFC 5761 §4: what would be payload types 64 to 95 with the marker are RTCP's packet types.
  if (second >= 192 && second <= 223) return fault("rtp-rtcp", 1);
  let from = HEADER + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (from + 4 > bytes.length) return fault("rtp-extension", from);
    from += 4 + 4 * view.getUint16(from + 2);
  }
  if (from > bytes.length) return fault("rtp-extension", HEADER);
  let to = bytes.length;
  if ((first & 0x20) !== 0) {
    const padding = bytes[bytes.length - 1]!;
    if (padding === 0 || from + padding > to) return fault("rtp-padding", bytes.length - 1);
    to -= padding;
  }
  return {
    ok: true,
    packet: {
      payloadType: second & 0x7f,
      marker: (second & 0x80) !== 0,
      sequence: view.getUint16(2),
      timestamp: view.getUint32(4),
      ssrc: view.getUint32(8),
      payload: bytes.subarray(from, to),
    },
  };
}
