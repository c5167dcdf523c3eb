import { describe, expect, it } from "vitest";
import type { UdptlDatagram } from "./udptl.ts";
import { type Received, UdptlReceiver } from "./udptl-receiver.ts";

/** Packet n holds the octets of n, so that what comes out can be read as numbers. */
const packet = (n: number) => Uint8Array.of(n >> 8, n & 0xff, 0x55);
const withCopies = (n: number, copies: number): UdptlDatagram => ({
  sequence: n & 0xffff,
  primary: packet(n & 0xffff),
  recovery: { kind: "redundancy", packets: Array.from({ length: copies }, (_, i) => packet((n - 1 - i) & 0xffff)) },
});
const plain = (n: number) => withCopies(n, 0);
const withParity = (n: number, span: number, entries: number): UdptlDatagram => ({
  sequence: n,
  primary: packet(n),
  recovery: {
    kind: "fec",
    span,
    entries: Array.from({ length: entries }, (_, m) => {
      const parity = new Uint8Array(3);
      for (let k = 0; k < span; k++) {
        for (const [i, octet] of packet(n - span * entries + m + k * entries).entries()) parity[i]! ^= octet;
      }
      return parity;
    }),
  },
});
const read = (received: Received[]) =>
  received.map((r) => (r.kind === "lost" ? `lost ${r.sequence}+${r.count}` : (r.bytes[0]! << 8) | r.bytes[1]!));

function feed(receiver: UdptlReceiver, ...datagrams: UdptlDatagram[]): (string | number)[] {
  return datagrams.flatMap((datagram) => read(receiver.receive(datagram)));
}

describe("UdptlReceiver", () => {
  it("hands on packets that come in order", () => {
    expect(feed(new UdptlReceiver(), plain(0), plain(1), plain(2))).toEqual([0, 1, 2]);
  });
  it("drops duplicates and latecomers", () => {
    expect(feed(new UdptlReceiver(), plain(0), plain(1), plain(1), plain(0))).toEqual([0, 1]);
  });
  it("takes lost packets from the copies in a later datagram", () => {
    expect(feed(new UdptlReceiver(), plain(0), withCopies(3, 2))).toEqual([0, 1, 2, 3]);
  });
  it("puts swapped datagrams back in order", () => {
    expect(feed(new UdptlReceiver(), plain(0), plain(2), plain(1), plain(3))).toEqual([0, 1, 2, 3]);
  });
  it("names a loss once two datagrams have passed it, and goes on", () => {
    const receiver = new UdptlReceiver();
    expect(feed(receiver, plain(0), plain(2), plain(3))).toEqual([0]);
    expect(feed(receiver, plain(4), plain(1), plain(5))).toEqual(["lost 1+1", 2, 3, 4, 5]);
  });
  it("gives everything held when the call ends", () => {
    const receiver = new UdptlReceiver({ holdDatagrams: 10 });
    expect(feed(receiver, plain(0), plain(3), plain(5))).toEqual([0]);
    expect(read(receiver.flush())).toEqual(["lost 1+2", 3, "lost 4+1", 5]);
    expect(receiver.flush()).toEqual([]);
  });
  it("knows that packets before the first one seen are lost, unless the stream began long ago", () => {
    expect(feed(new UdptlReceiver({ holdDatagrams: 0 }), plain(2))).toEqual(["lost 0+2", 2]);
    expect(feed(new UdptlReceiver(), plain(5000), plain(5001))).toEqual([5000, 5001]);
  });
  it("counts on from 65535 to 0, round after round", () => {
    const receiver = new UdptlReceiver();
    let next = 0;
    for (let n = 0; n < 150_001; n++) {
      if (n % 7 === 3) continue; // lost; its copy comes with the next one
      for (const received of receiver.receive(withCopies(n, 2))) {
        if (read([received])[0] === (next & 0xffff)) next++;
      }
    }
    expect(next).toBe(150_001);
  });
  it("rebuilds one lost packet of each parity group", () => {
    const receiver = new UdptlReceiver({ holdDatagrams: 6 });
    // groups of datagram 6: {0,2,4} and {1,3,5}
    expect(feed(receiver, plain(0), plain(1), plain(4), plain(5), withParity(6, 3, 2))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
  it("cannot rebuild two of one parity group", () => {
    const receiver = new UdptlReceiver({ holdDatagrams: 3 });
    const out = feed(receiver, plain(0), plain(1), plain(3), plain(5), withParity(6, 3, 2), plain(7));
    expect(out).toEqual([0, 1, "lost 2+1", 3, "lost 4+1", 5, 6, 7]);
  });
  it("a leap no repair could bridge is one named loss", () => {
    const receiver = new UdptlReceiver();
    expect(feed(receiver, plain(0), plain(2), plain(900), plain(901))).toEqual([
      0,
      "lost 1+1",
      2,
      "lost 3+897",
      900,
      901,
    ]);
  });
});
