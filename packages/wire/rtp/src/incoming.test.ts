// What a listener gets of packets that come in any order. Each packet carries one octet, so that it can be told from the others.

import { decodeG711, RTP_PAYLOAD, type RtpPacket } from "@depesche/audio";
import { expect, it } from "vitest";
import { createIncoming, takeRtp } from "./incoming.ts";

const packet = (sequence: number, over: Partial<RtpPacket> = {}): RtpPacket => ({
  payloadType: RTP_PAYLOAD.pcmu,
  marker: false,
  sequence: sequence & 0xffff,
  timestamp: sequence >>> 0,
  ssrc: 1,
  payload: Uint8Array.of(0x80 | (sequence & 0x7f)),
  ...over,
});

/** The octets heard, as the numbers of their packets; silence as "-" for each sample. */
function heard(packets: readonly RtpPacket[]) {
  const state = createIncoming("pcmu");
  const names: string[] = [];
  const names128 = new Map(
    Array.from({ length: 127 }, (_, n) => [decodeG711("pcmu", Uint8Array.of(0x80 | n))[0], String(n)]),
  );
  for (const one of packets) {
    takeRtp(state, one, (samples) => names.push(...[...samples].map((sample) => names128.get(sample) ?? "-")));
  }
  return { line: names.join(" "), counts: state.counts };
}

it("packets that overtake each other are heard in order, each once", () => {
  const order = [10, 12, 11, 11, 13, 15, 14, 10].map((n) => packet(n));
  expect(heard(order)).toEqual({
    line: "10 11 12 13 14 15",
    counts: { packets: 8, lost: 0, late: 2, otherPayload: 0 },
  });
});

it("one that never comes is given up when five others wait for it, and is silence", () => {
  const order = [10, 12, 13, 14, 15, 16, 17, 11].map((n) => packet(n));
  expect(heard(order)).toEqual({
    line: "10 - 12 13 14 15 16 17",
    counts: { packets: 8, lost: 1, late: 1, otherPayload: 0 },
  });
});

it("sequence numbers and timestamps go round", () => {
  const order = [-2, -1, 1, 0, 2].map((n) => packet(n, { payload: Uint8Array.of(0x80 | (n + 10)) }));
  expect(heard(order).line).toBe("8 9 10 11 12");
});

it("comfort noise and dialled digits are not heard, but their time passes", () => {
  const order = [
    packet(10),
    packet(11, { payloadType: RTP_PAYLOAD.comfortNoise }),
    packet(12, { payloadType: 101, timestamp: 11 }),
    packet(13),
  ];
  expect(heard(order)).toMatchObject({ line: "10 - - 13", counts: { lost: 0, otherPayload: 2 } });
});

it("a sender that pauses leaves silence, one that pauses for long only its absence", () => {
  const order = [packet(10), packet(11, { timestamp: 14 }), packet(12, { timestamp: 100_000 })];
  expect(heard(order).line).toBe("10 - - - 11 12");
});

it("a source that begins again, with another name or far away in its numbers, is followed at once", () => {
  const order = [packet(10), packet(50, { ssrc: 2 }), packet(51, { ssrc: 2 }), packet(20_090, { ssrc: 2 })];
  expect(heard(order)).toMatchObject({ line: "10 50 51 122", counts: { lost: 0, late: 0 } });
});
