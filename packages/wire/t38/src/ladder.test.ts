import { encodeFrame, FCF, frame } from "@depesche/t30";
import { encodeIfp, type Ifp } from "@depesche/t38";
import { describe, expect, it } from "vitest";
import { decodeLadder, encodeLadder, type Ladder, ladderPcap, Recorder, renderLadder } from "./index.ts";

const octets = (text: string) => new TextEncoder().encode(text);
const INVITE = octets(
  "INVITE sip:+493023125000@127.0.0.1:5070 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:6001;branch=z9hG4bK1\r\n" +
    "CSeq: 1 INVITE\r\nContent-Length: 30\r\n\r\nv=0\r\nm=image 9 tcp t38\r\n",
);
const OK = octets("SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\nContact: <sip:x@127.0.0.1:5070>\r\n\r\n");

function v21(fcf: number, fcs: "hdlc-fcs-ok-sig-end" | "hdlc-fcs-bad-sig-end" = "hdlc-fcs-ok-sig-end"): Uint8Array {
  const ifp: Ifp = {
    kind: "data",
    modulation: "v21",
    fields: [{ type: "hdlc-data", data: encodeFrame(frame(fcf, true)) }, { type: fcs }],
  };
  return encodeIfp(ifp);
}

function recorded(): Recorder {
  const recorder = new Recorder("caller");
  recorder.sip({ sent: true, bytes: INVITE });
  recorder.sip({ sent: false, bytes: OK });
  return recorder;
}

describe("a call's record", () => {
  it("is read as it was written, page data and times before connect included", () => {
    const ladder: Ladder = {
      recordedBy: "answerer",
      ringUs: 6_000_000,
      entries: [
        { kind: "sip", fromCaller: true, lineUs: -6_000_000, bytes: INVITE },
        { kind: "timer", fromCaller: false, lineUs: 3, bytes: octets("T4") },
        { kind: "ifp", fromCaller: true, lineUs: 4_000_000_000, bytes: new Uint8Array(5000).fill(7) },
        { kind: "ifp", fromCaller: false, lineUs: 4_000_000_001, bytes: v21(FCF.MCF) },
      ],
    };
    expect(decodeLadder(encodeLadder(ladder))).toEqual(ladder);
  });

  it("that is damaged or cut is refused, never thrown at", () => {
    const blob = recorded().finish(0);
    for (let i = 0; i < blob.length; i++) {
      expect(decodeLadder(blob.subarray(0, i))).toBeUndefined();
      for (const value of [0, 0x7f, 0xff]) renderLadder(blob.with(i, value));
    }
  });

  it("puts the ringing before connect and the connect at zero", () => {
    expect(renderLadder(recorded().finish(12_000_000))!.map(({ name, lineUs }) => `${name} ${lineUs}`)).toEqual([
      "INVITE -12000000",
      "200 OK 0",
    ]);
  });

  it("keeps offers that were refused, and challenges, in their order before the connect", () => {
    const recorder = new Recorder("caller");
    const said = [
      "INVITE sip:x SIP/2.0",
      "SIP/2.0 100 Trying",
      "SIP/2.0 407 Proxy Authentication Required",
      "ACK sip:x SIP/2.0",
    ];
    for (const [i, start] of said.entries())
      recorder.sip({ sent: i % 3 === 0, bytes: octets(`${start}\r\nCSeq: 1 INVITE\r\n\r\n`) });
    recorder.sip({ sent: true, bytes: INVITE });
    recorder.sip({ sent: false, bytes: OK });
    recorder.sip({ sent: true, bytes: octets("ACK sip:x SIP/2.0\r\nCSeq: 2 ACK\r\n\r\n") });
    expect(renderLadder(recorder.finish(80_000))!.map(({ name, lineUs }) => `${name} ${lineUs}`)).toEqual([
      "INVITE -80000",
      "100 Trying -80000",
      "407 Proxy Authentication Required -80000",
      "ACK -80000",
      "INVITE -80000",
      "200 OK 0",
      "ACK 0",
    ]);
  });

  it("has the goodbye last, also when it overtook what was said before it", () => {
    const recorder = recorded();
    recorder.sip({ sent: false, bytes: octets("BYE sip:x SIP/2.0\r\nCSeq: 7 BYE\r\n\r\n") });
    recorder.ifp(false, 200_000, v21(FCF.DCN));
    recorder.sip({ sent: true, bytes: octets("SIP/2.0 200 OK\r\nCSeq: 7 BYE\r\n\r\n") });
    recorder.endAt(2_800_000);
    expect(renderLadder(recorder.finish(0))!.map(({ name, lineUs }) => `${name} ${lineUs}`)).toEqual([
      "INVITE 0",
      "200 OK 0",
      "DCN 200000",
      "BYE 2800000",
      "200 OK 2800000",
    ]);
  });

  it("marks damaged frames, and repeated ones only when the peer said nothing between", () => {
    const recorder = recorded();
    recorder.ifp(true, 1000, v21(FCF.EOP));
    recorder.timer(true, 4000, "T4");
    recorder.ifp(true, 5000, v21(FCF.EOP));
    recorder.ifp(false, 6000, v21(FCF.MCF, "hdlc-fcs-bad-sig-end"));
    recorder.ifp(true, 7000, v21(FCF.EOP));
    const rows = renderLadder(recorder.finish(0))!.filter(({ kind }) => kind !== "sip");
    expect(rows.map(({ from, name, damaged, repeated }) => [from, name, damaged ?? false, repeated ?? false])).toEqual([
      ["caller", "EOP", false, false],
      ["caller", "T4", false, false],
      ["caller", "EOP", false, true],
      ["answerer", "MCF", true, false],
      ["caller", "EOP", false, false],
    ]);
  });

  it("forgets what was sent behind a cut of the line", () => {
    const recorder = recorded();
    recorder.ifp(true, 1000, v21(FCF.EOP));
    recorder.ifp(true, 9000, v21(FCF.DCN));
    recorder.cutAt(5000);
    expect(renderLadder(recorder.finish(0))!.map(({ name }) => name)).toEqual(["INVITE", "200 OK", "EOP"]);
  });

  it("becomes a pcap with the ports that SIP named", () => {
    const recorder = recorded();
    recorder.ifp(true, 1000, v21(FCF.DCN));
    const pcap = ladderPcap(recorder.finish(0))!;
    const view = new DataView(pcap.buffer, pcap.byteOffset);
    // Behind global header, record header, Ethernet and IPv4: source and destination port of the INVITE.
    expect([view.getUint16(24 + 16 + 34), view.getUint16(24 + 16 + 36)]).toEqual([6001, 5070]);
    expect(ladderPcap(octets("nothing"))).toBeUndefined();
  });
});
