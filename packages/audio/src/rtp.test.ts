// RTP headers written out from RFC 3550 §5.1.

import { expect, it } from "vitest";
import { decodeRtp, encodeRtp } from "./rtp.ts";

const bytes = (hex: string) => Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (octet) => Number.parseInt(octet, 16));

const PLAIN = "80 88 1234 00000320 deadbeef d5d5";
const PACKET = { payloadType: 8, marker: true, sequence: 0x1234, timestamp: 800, ssrc: 0xdeadbeef };

it("a packet is written as the standard draws it, and read back", () => {
  expect(encodeRtp({ ...PACKET, payload: bytes("d5d5") })).toEqual(bytes(PLAIN));
  expect(decodeRtp(bytes(PLAIN))).toEqual({ ok: true, packet: { ...PACKET, payload: bytes("d5d5") } });
});

it("contributing sources, an extension and padding lie round the payload and are not part of it", () => {
  const packed = "b2 08 0001 00000000 00000001 0000000a 0000000b bede0001 11223344 aabb 000003";
  const read = decodeRtp(bytes(packed));
  expect(read).toMatchObject({ ok: true, packet: { payload: bytes("aabb"), sequence: 1, payloadType: 8 } });
});

it.each([
  ["", "rtp-short"],
  ["80 08 0001 00000000 000000", "rtp-short"],
  ["00 08 0001 00000000 00000001", "rtp-version"],
  ["80 c8 0006 00000000 00000001", "rtp-rtcp"],
  ["82 08 0001 00000000 00000001 0000000a", "rtp-extension"],
  ["90 08 0001 00000000 00000001 bede", "rtp-extension"],
  ["90 08 0001 00000000 00000001 bedeffff 00", "rtp-extension"],
  ["a0 08 0001 00000000 00000001 00", "rtp-padding"],
  ["a0 08 0001 00000000 00000001 aaff", "rtp-padding"],
])("%s is told as %s", (hex, problem) => {
  expect(decodeRtp(bytes(hex))).toMatchObject({ ok: false, problem });
});

it("20,000 damaged packets are read or refused, never thrown at", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % below;
  };
  const whole = bytes("b2 08 0001 00000000 00000001 0000000a 0000000b bede0001 11223344 aabb 000003");
  for (let i = 0; i < 20_000; i++) {
    const damaged = whole.slice(0, random(whole.length + 1));
    for (let n = random(4); n > 0 && damaged.length > 0; n--) damaged[random(damaged.length)] = random(256);
    const read = decodeRtp(damaged);
    if (read.ok) expect(read.packet.payload.length).toBeLessThanOrEqual(damaged.length);
  }
});
