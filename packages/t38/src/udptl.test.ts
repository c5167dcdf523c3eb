import { describe, expect, it } from "vitest";
import { decodeUdptl, encodeUdptl, type UdptlDatagram } from "./udptl.ts";

const hex = (text: string) =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe("UDPTL on the wire", () => {
  const cases: [name: string, wire: string, datagram: UdptlDatagram][] = [
    [
      "a first packet has nothing to repeat",
      "0000 01 02 00 00",
      { sequence: 0, primary: hex("02"), recovery: { kind: "redundancy", packets: [] } },
    ],
    [
      "earlier packets follow, newest first",
      "0002 01 06 00 02 01 04 01 02",
      { sequence: 2, primary: hex("06"), recovery: { kind: "redundancy", packets: [hex("04"), hex("02")] } },
    ],
    [
      "parity carries its span",
      "ffff 01 06 80 01 03 01 02 0102",
      { sequence: 65535, primary: hex("06"), recovery: { kind: "fec", span: 3, entries: [hex("0102")] } },
    ],
    [
      "a span above 127 takes two octets, as a signed integer must",
      "0001 01 06 80 02 0080 00",
      { sequence: 1, primary: hex("06"), recovery: { kind: "fec", span: 128, entries: [] } },
    ],
  ];
  for (const [name, wire, datagram] of cases) {
    it(name, () => {
      expect(encodeUdptl(datagram)).toEqual(hex(wire));
      expect(decodeUdptl(hex(wire))).toEqual({ ok: true, datagram });
    });
  }

  it("a packet of 128 octets takes a two-octet length", () => {
    const primary = new Uint8Array(128).fill(7);
    const wire = encodeUdptl({ sequence: 1, primary, recovery: { kind: "redundancy", packets: [] } });
    expect(wire.subarray(0, 5)).toEqual(hex("0001 8080 07"));
    expect(decodeUdptl(wire)).toMatchObject({ ok: true, datagram: { primary } });
  });
});

describe("a peer's bad datagram is named with the octet", () => {
  const cases: [name: string, wire: string, problem: string, at: number][] = [
    ["nothing at all", "", "udptl-truncated", 0],
    ["no recovery part", "0000 01 02", "udptl-truncated", 4],
    ["a primary packet that is cut", "0000 05 02 03", "udptl-truncated", 5],
    ["a fragmented primary packet", "0000 c1 00", "udptl-length-unsupported", 2],
    ["fewer copies than counted", "0002 01 06 00 03 01 04", "udptl-truncated", 8],
    ["a fragmented copy", "0002 01 06 00 01 c4 00", "udptl-length-unsupported", 6],
    ["a negative span", "0002 01 06 80 01 ff 00", "udptl-fec-span", 5],
    ["a span of four octets", "0002 01 06 80 04 00000001 00", "udptl-fec-span", 5],
    ["more behind the end", "0000 01 02 00 00 00", "udptl-trailing-octets", 6],
  ];
  for (const [name, wire, problem, at] of cases) {
    it(name, () => expect(decodeUdptl(hex(wire))).toEqual({ ok: false, problem, at }));
  }
});
