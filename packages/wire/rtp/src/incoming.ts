/** RTP packets in the order of their sequence numbers, as samples: what comes late is waited for a little, gaps are silence. */

import { decodeG711, type G711Law, RTP_PAYLOAD, type RtpPacket } from "@depesche/audio";

export interface IncomingCounts {
  packets: number;
  /** Never came, or too late to be waited for. */
  lost: number;
  /** Came after it was given up, or twice. */
  late: number;
  /** Comfort noise, dialled digits, codecs nobody agreed on. */
  otherPayload: number;
}

/** Plain data. */
export interface Incoming {
  readonly law: G711Law;
  readonly payloadType: number;
  ssrc: number | undefined;
  /** What comes next. */
  sequence: number;
  /** Of the next sample. */
  timestamp: number | undefined;
  /** Ahead of their turn; at most HELD. */
  held: RtpPacket[];
  readonly counts: IncomingCounts;
}

/** 100 ms of packets of 20 ms: jitter of one network, not of a day. */
const HELD = 5;
/** RFC 3550 appendix A.1: a jump further than this is a source that began again. */
const MAX_JUMP = 3000;
/** A pause of the sender up to this is played as silence, longer ones are none of our time: samples. */
const MAX_PAUSE = 8000;

export function createIncoming(law: G711Law, payloadType: number = RTP_PAYLOAD[law]): Incoming {
  const counts = { packets: 0, lost: 0, late: 0, otherPayload: 0 };
  return { law, payloadType, ssrc: undefined, sequence: 0, timestamp: undefined, held: [], counts };
}

/** Takes a packet as it arrives and hands on the samples that are now in order, silence where there was nothing. */
export function takeRtp(state: Incoming, packet: RtpPacket, hear: (samples: Int16Array) => void): void {
  state.counts.packets++;
  let ahead = signed16(packet.sequence - state.sequence);
  if (packet.ssrc !== state.ssrc || Math.abs(ahead) > MAX_JUMP) {
    state.ssrc = packet.ssrc;
    state.sequence = packet.sequence;
    state.timestamp = undefined;
    state.held = [];
    ahead = 0;
  }
  if (ahead < 0 || state.held.some(({ sequence }) => sequence === packet.sequence)) {
    state.counts.late++;
    return;
  }
  state.held.push(packet);
  state.held.sort((a, b) => signed16(a.sequence - b.sequence));
  if (state.held.length > HELD) {
    const first = state.held[0]!.sequence;
    state.counts.lost += (first - state.sequence) & 0xffff;
    state.sequence = first;
  }
  while (state.held[0]?.sequence === state.sequence) {
    const next = state.held.shift()!;
    state.sequence = (state.sequence + 1) & 0xffff;
    play(state, next, hear);
  }
}

function play(state: Incoming, packet: RtpPacket, hear: (samples: Int16Array) => void): void {
  if (packet.payloadType !== state.payloadType) {
    // Time goes on meanwhile: the next audio packet tells by its timestamp how long.
    state.counts.otherPayload++;
    return;
  }
  const pause = state.timestamp === undefined ? 0 : (packet.timestamp - state.timestamp) | 0;
  if (pause > 0 && pause <= MAX_PAUSE) hear(new Int16Array(pause));
  state.timestamp = (packet.timestamp + packet.payload.length) >>> 0;
  if (packet.payload.length > 0) hear(decodeG711(state.law, packet.payload));
}

function signed16(difference: number): number {
  return (difference << 16) >> 16;
}
