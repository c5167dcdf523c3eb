import { describe, expect, it } from "vitest";
import { decodeUdptl } from "./udptl.ts";
import { UdptlReceiver } from "./udptl-receiver.ts";
import { protectionFor, type UdptlProtection, UdptlSender } from "./udptl-sender.ts";

/** Packet n: its number in three octets, and more octets the higher it is. */
const packet = (n: number) =>
  Uint8Array.from({ length: 3 + (n % 5) }, (_, i) => [n >> 8, n & 0xff, 0x55][i] ?? n & 0xff);

function datagramOf(bytes: Uint8Array) {
  const decoded = decodeUdptl(bytes);
  if (!decoded.ok) throw new Error(decoded.problem);
  return decoded.datagram;
}

/** What arrives of 300 packets when those that `lost` names do not. */
function received(protection: UdptlProtection, lost: (n: number) => boolean): (number | string)[] {
  const sender = new UdptlSender({ protection });
  const receiver = new UdptlReceiver({ holdDatagrams: 20 });
  const out: (number | string)[] = [];
  for (let n = 0; n < 300; n++) {
    const datagram = datagramOf(sender.next(packet(n), true));
    if (lost(n)) continue;
    for (const one of receiver.receive(datagram)) {
      if (one.kind === "lost") out.push(`lost ${one.count}`);
      else {
        const number = (one.bytes[0]! << 8) | one.bytes[1]!;
        // Parity leaves zeros behind a packet that was shorter than others; what stands before them is the packet.
        expect([...one.bytes.subarray(0, packet(number).length)]).toEqual([...packet(number)]);
        out.push(number);
      }
    }
  }
  return out;
}

const ALL = Array.from({ length: 300 }, (_, n) => n);

describe("UdptlSender", () => {
  it("sends copies of control and of image data as often as agreed, newest first", () => {
    const sender = new UdptlSender({ protection: { kind: "redundancy", control: 3, image: 1 } });
    for (let n = 0; n < 5; n++) sender.next(packet(n), true);
    expect(datagramOf(sender.next(packet(5), false)).recovery).toEqual({ kind: "redundancy", packets: [packet(4)] });
    expect(datagramOf(sender.next(packet(6), true))).toEqual({
      sequence: 6,
      primary: packet(6),
      recovery: { kind: "redundancy", packets: [packet(5), packet(4), packet(3)] },
    });
  });

  it("repairs three in a row by three copies, and names a fourth", () => {
    const protection: UdptlProtection = { kind: "redundancy", control: 3, image: 1 };
    expect(received(protection, (n) => n >= 100 && n < 103)).toEqual(ALL);
    expect(received(protection, (n) => n >= 100 && n < 104)).toEqual([
      ...ALL.slice(0, 100),
      "lost 1",
      ...ALL.slice(101),
    ]);
  });

  it("repairs as many in a row as it has parities, and one in every span for ever", () => {
    for (const [span, entries] of [
      [3, 3],
      [4, 1],
      [2, 5],
    ] as const) {
      const protection: UdptlProtection = { kind: "fec", span, entries };
      expect(received(protection, (n) => n >= 100 && n < 100 + entries)).toEqual(ALL);
      expect(received(protection, (n) => n > 0 && n % (span * entries + 1) === 0)).toEqual(ALL);
    }
  });

  it("spans from the first datagrams on only what has been sent", () => {
    const sender = new UdptlSender({ protection: protectionFor("t38UDPFEC") });
    const recoveries = [0, 1, 2, 3].map((n) => datagramOf(sender.next(packet(n), true)).recovery);
    expect(recoveries.map((one) => (one.kind === "fec" ? [one.span, one.entries.length] : one.kind))).toEqual([
      [0, 0],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  it("leaves copies and parities out until a datagram fits", () => {
    for (const scheme of ["t38UDPRedundancy", "t38UDPFEC"] as const) {
      for (const maxDatagram of [15, 20, 25, 40]) {
        const sender = new UdptlSender({ protection: protectionFor(scheme), maxDatagram });
        for (let n = 0; n < 20; n++) expect(sender.next(packet(n), true).length).toBeLessThanOrEqual(maxDatagram);
      }
    }
  });

  it("counts on from 65535 to 0", () => {
    const sender = new UdptlSender({ protection: protectionFor("t38UDPNoEC") });
    for (let n = 0; n < 65_536; n++) sender.next(packet(0), true);
    expect(datagramOf(sender.next(packet(1), true)).sequence).toBe(0);
  });
});
