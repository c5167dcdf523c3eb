import { describe, expect, it } from "vitest";
import { encodeIfp } from "./ifp.ts";
import { type PcapPacket, renderPcap } from "./pcap.ts";
import { encodeUdptl } from "./udptl.ts";

const hex = (text: string) =>
  Uint8Array.from(text.replaceAll(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const addresses = {
  a: { ip: "192.0.2.1", sipPort: 5060, faxPort: 4000 },
  b: { ip: "192.0.2.2", sipPort: 5070, faxPort: 4002 },
};
const cng = encodeIfp({ kind: "indicator", indicator: "cng" });
const ced = encodeIfp({ kind: "indicator", indicator: "ced" });
const noSignal = encodeIfp({ kind: "indicator", indicator: "no-signal" });
const payloads = (file: Uint8Array) => {
  const view = new DataView(file.buffer);
  const out: Uint8Array[] = [];
  for (let at = 24; at < file.length; at += 16 + view.getUint32(at + 8, true)) {
    out.push(file.subarray(at + 16 + 42, at + 16 + view.getUint32(at + 8, true)));
  }
  return out;
};
const sipInvite = (media: string, contentLength: number) =>
  new TextEncoder().encode(
    `INVITE sip:b@192.0.2.2 SIP/2.0\r\nContent-Length: ${contentLength}\r\n\r\nv=0\r\nm=image 4000 ${media} t38\r\na=T38FaxVersion:0\r\n`,
  );

describe("renderPcap", () => {
  it("writes the octets of a one-packet file, checksums and all", () => {
    const file = renderPcap([{ fromA: true, atUs: 1_700_000_000_250_000, kind: "ifp", bytes: cng }], addresses);
    expect(file).toEqual(
      hex(`d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000
           00f15365 90d00300 30000000 30000000
           02000000000b 02000000000a 0800
           45 00 0022 0000 4000 40 11 b6c7 c0000201 c0000202
           0fa0 0fa2 000e 5b8a
           0000 01 02 00 00`),
    );
  });

  it("numbers each direction by itself and repeats the two packets before", () => {
    const packets: PcapPacket[] = [
      { fromA: true, atUs: 0, kind: "ifp", bytes: cng },
      { fromA: false, atUs: 1, kind: "ifp", bytes: ced },
      { fromA: true, atUs: 2, kind: "ifp", bytes: noSignal },
      { fromA: true, atUs: 3, kind: "ifp", bytes: cng },
      { fromA: true, atUs: 4, kind: "ifp", bytes: noSignal },
    ];
    expect(payloads(renderPcap(packets, addresses))).toEqual([
      hex("0000 0102 00 00"),
      hex("0000 0104 00 00"),
      hex("0001 0100 00 01 0102"),
      hex("0002 0102 00 02 0100 0102"),
      hex("0003 0100 00 02 0102 0100"),
    ]);
  });

  it("keeps datagrams and SIP messages of a UDPTL call byte for byte", () => {
    const datagram = encodeUdptl({ sequence: 77, primary: cng, recovery: { kind: "redundancy", packets: [ced] } });
    const invite = sipInvite("udptl", 99);
    const file = renderPcap(
      [
        { fromA: true, atUs: 0, kind: "sip", bytes: invite },
        { fromA: false, atUs: 0, kind: "udptl", bytes: datagram },
      ],
      addresses,
    );
    expect(payloads(file)).toEqual([invite, datagram]);
    expect(new DataView(file.buffer).getUint16(24 + 16 + 34)).toBe(5060);
  });

  it("shows T.38 over TCP as the UDPTL that the file holds, with the right Content-Length", () => {
    const file = renderPcap([{ fromA: true, atUs: 0, kind: "sip", bytes: sipInvite("tcp", 46) }], addresses);
    expect(payloads(file)).toEqual([sipInvite("udptl", 48)]);
  });

  it("sends a UDP checksum of zero as ones, for zero would mean that there is none", () => {
    const checksumOf = (payload: Uint8Array) => {
      const file = renderPcap([{ fromA: true, atUs: 0, kind: "udptl", bytes: payload }], addresses);
      return new DataView(file.buffer).getUint16(24 + 16 + 14 + 20 + 6);
    };
    const missing = checksumOf(Uint8Array.of(0, 0));
    expect(checksumOf(Uint8Array.of(missing >> 8, missing & 0xff))).toBe(0xffff);
  });

  it("refuses what is no address and what fits in no datagram", () => {
    const packet: PcapPacket = { fromA: true, atUs: 0, kind: "udptl", bytes: new Uint8Array(65536) };
    expect(() => renderPcap([packet], addresses)).toThrow(RangeError);
    expect(() => renderPcap([], { ...addresses, b: { ...addresses.b, ip: "192.0.2" } })).toThrow(RangeError);
  });
});
