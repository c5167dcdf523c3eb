// The record of a call in real time: datagrams as they were on the wire, read as the signals they carried.

import { encodeFrame, FCF, FULL_CAPABILITIES, frame, X } from "@depesche/t30";
import { decodeUdptl, encodeIfp, type Ifp, protectionFor, type UdptlProtection } from "@depesche/t38";
import { expect, it } from "vitest";
import { ifpPair, type LadderRow, ladderPcap, Recorder, renderLadder, type UdptlSocket, udptlPort } from "./index.ts";
import { A, B, memoryNetwork, type Weather } from "./memory-network.ts";
import { call, type TestCall } from "./test-support.ts";

const NO_ECM = { capabilities: { ...FULL_CAPABILITIES, ecm: false, mmr: false } };
const REDUNDANCY = protectionFor("t38UDPRedundancy");

/** What passes a socket, in order: everything it sends, and everything it is given. */
function watched(socket: UdptlSocket, passed: { sent: string[]; received: string[] }): UdptlSocket {
  return {
    ...socket,
    send(bytes, to) {
      passed.sent.push(Buffer.from(bytes).toString("hex"));
      socket.send(bytes, to);
    },
    listen: (listener) =>
      socket.listen({
        ...listener,
        datagram(bytes, from) {
          passed.received.push(Buffer.from(bytes).toString("hex"));
          listener.datagram(bytes, from);
        },
      }),
  };
}

/** A call over UDPTL as its called side has recorded it. */
async function recorded(set: TestCall & { weather?: Weather; send?: UdptlProtection } = {}) {
  const { weather = { seed: 1 }, send = REDUNDANCY } = set;
  const recorder = new Recorder("answerer");
  const passed = { sent: [] as string[], received: [] as string[] };
  const ran = await call({
    ...set,
    ports: (wall) => {
      const { a, b } = memoryNetwork(wall, weather);
      return [
        udptlPort({ side: "caller", socket: a, remote: B, send, wall }),
        udptlPort({ side: "answerer", socket: watched(b, passed), remote: A, send, wall, recorder }),
      ];
    },
    more: { answerer: { recorder } },
  });
  return { ran, passed, recorder, rows: renderLadder(recorder.finish(0))! };
}

function namesOf(rows: readonly LadderRow[]): string[] {
  return rows.map(({ from, name }) => `${from === "caller" ? ">" : "<"} ${name}`);
}

const FLAGS = "v21-preamble";
const BEGIN = [
  "> CNG",
  "< CED",
  `< ${FLAGS}`,
  "< CSI",
  "< DIS",
  `> ${FLAGS}`,
  "> TSI",
  "> DCS",
  "> TCF",
  `< ${FLAGS}`,
  "< CFR",
];
const GOODBYE = [`> ${FLAGS}`, "> DCN"];

it("tells each signal once, in whole frames, however many pieces and copies it had", async () => {
  const { rows } = await recorded();
  const page = ["> training", "> page data", `> ${FLAGS}`, "> PPS-EOP", `< ${FLAGS}`, "< MCF"];
  expect(namesOf(rows)).toEqual([...BEGIN, ...page, ...GOODBYE]);
  const find = (name: string) => rows.find((row) => row.name === name)!;
  expect(find("CED")).toMatchObject({ airUs: 2_600_000 });
  // 2,700 octets of zeros take 1.5 s behind 1.4 s of training.
  expect(find("TCF")).toMatchObject({ airUs: 2_893_000, fields: [{ name: "octets", value: "2700" }] });
  expect(find("training").airUs).toBe(142_000);
  const [coding, pels] = find("page data").fields;
  expect([coding, pels]).toMatchObject([
    { name: "coding", value: "MMR" },
    { name: "pels per line", value: "1728" },
  ]);
  expect(find("page data")).toMatchObject({ ecm: { block: 0, frames: 20, damaged: [], repeated: [] } });
  expect(find("page data").lineUs - find("page data").airUs!).toBe(find("training").lineUs + 142_000);
  expect(rows.some(({ damaged, repeated }) => damaged || repeated)).toBe(false);
});

it("reads pages without error correction, MPS and all, and records over TPKT or in memory the same way", async () => {
  const pages = [`> ${FLAGS}`, "> MPS", `< ${FLAGS}`, "< MCF", "> training", "> page data", `> ${FLAGS}`, "> EOP"];
  const wanted = [...BEGIN, "> training", "> page data", ...pages, `< ${FLAGS}`, "< MCF", ...GOODBYE];
  expect(namesOf((await recorded({ pages: 2, answerer: NO_ECM })).rows)).toEqual(wanted);
  for (const tcf of ["transferred", "local"] as const) {
    const recorder = new Recorder("caller");
    await call({ pages: 2, tcf, answerer: NO_ECM, ports: (wall) => ifpPair({ wall }), more: { caller: { recorder } } });
    expect(namesOf(renderLadder(recorder.finish(0))!)).toEqual(wanted);
  }
});

it("names what was lost, and what it has spoilt", async () => {
  let data = 0;
  const drop: Weather["drop"] = (from, _count, bytes) => {
    const decoded = decodeUdptl(bytes);
    // Frame data at 14400 begins thus. Three datagrams of the block in a row: one copy of image data cannot mend that.
    const isData = decoded.ok && decoded.datagram.primary[0] === 0xd0 && decoded.datagram.primary[2] === 0x80;
    return from === "a" && isData && data++ >= 40 && data <= 43;
  };
  const { rows, ran } = await recorded({ pages: 2, weather: { seed: 1, drop } });
  expect(ran.caller.cause).toBe("completed");
  const lost = rows.filter(({ name }) => name === "packets lost");
  expect(lost).toMatchObject([{ from: "caller", damaged: true, meaning: "2 IFPs that nothing brought back" }]);
  const block = rows.find(({ ecm }) => ecm?.damaged.length)!;
  expect(block).toMatchObject({ damaged: true, name: "page data" });
  expect(rows.filter(({ repeated }) => repeated).map(({ name }) => name)).toEqual(["page data"]);
  expect(namesOf(rows)).toContain("< PPR");
});

it("shows a damaged training check as one", () => {
  const recorder = new Recorder("caller");
  recorder.inRealTime();
  const ifps: Ifp[] = [
    {
      kind: "data",
      modulation: "v21",
      fields: [
        { type: "hdlc-data", data: encodeFrame(frame(FCF.DCS | X, true, Uint8Array.of(0, 0x46, 0x1f, 0x22))) },
        { type: "hdlc-fcs-ok-sig-end" },
      ],
    },
    { kind: "indicator", indicator: "v17-14400-long-training" },
    {
      kind: "data",
      modulation: "v17-14400",
      fields: [{ type: "t4-non-ecm-data", data: Uint8Array.of(0, 0, 0, 0x40, 0, 0) }],
    },
    { kind: "indicator", indicator: "no-signal" },
  ];
  for (const [i, ifp] of ifps.entries()) recorder.ifp(true, i * 1_000_000, encodeIfp(ifp));
  const check = renderLadder(recorder.finish(0))!.find(({ name }) => name === "TCF")!;
  const fields = [
    { name: "octets", value: "6" },
    { name: "damaged octets", value: "1" },
  ];
  expect(check).toMatchObject({ damaged: true, airUs: 2_000_000, fields });
});

const NO_SIP = Buffer.from("the call itself had no SIP").toString("hex");

it("is a capture with the datagrams of the wire, octet for octet, whichever way they went", async () => {
  for (const weather of [{ seed: 1 }, { seed: 2, loss: 0.05, duplicates: 0.05, jitterUs: 100_000 }]) {
    const { recorder, passed } = await recorded({ weather });
    const pcap = ladderPcap(recorder.finish(0))!;
    const view = new DataView(pcap.buffer, pcap.byteOffset, pcap.length);
    const payloads: { sent: string[]; received: string[] } = { sent: [], received: [] };
    for (let at = 24; at < pcap.length; at += 16 + view.getUint32(at + 8, true)) {
      const payload = Buffer.from(pcap.subarray(at + 16 + 42, at + 16 + view.getUint32(at + 8, true))).toString("hex");
      // Of a call that no SIP has described the capture says so first, and names 6000 and 6002 for its ports.
      if (payload.startsWith(Buffer.from("INVITE ").toString("hex"))) expect(payload).toContain(NO_SIP);
      if (view.getUint16(at + 16 + 34) === 5060) continue;
      payloads[view.getUint16(at + 16 + 34) === 6000 ? "received" : "sent"].push(payload);
    }
    expect(payloads).toEqual(passed);
  }
});

it("finds the fax's addresses in a re-INVITE, and leaves that in the call, behind its ringing", () => {
  const octets = (text: string) => new TextEncoder().encode(text);
  const invite = (seq: number, media: string) =>
    octets(
      `INVITE sip:x@198.51.100.2:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1:5062\r\nCSeq: ${seq} INVITE\r\n\r\n` +
        `v=0\r\nc=IN IP4 198.51.100.1\r\n${media}\r\n`,
    );
  const ok = (seq: number, media: string) =>
    octets(
      `SIP/2.0 200 OK\r\nCSeq: ${seq} INVITE\r\nContact: <sip:x@198.51.100.2:5070>\r\n\r\nv=0\r\nc=IN IP4 198.51.100.2\r\n${media}\r\n`,
    );
  const recorder = new Recorder("caller");
  recorder.sip({ sent: true, bytes: invite(1, "m=audio 7000 RTP/AVP 8") });
  recorder.sip({ sent: false, bytes: ok(1, "m=audio 7002 RTP/AVP 8") });
  recorder.endAt(3_000_000);
  recorder.sip({ sent: true, bytes: invite(2, "m=image 7004 udptl t38") });
  recorder.sip({ sent: false, bytes: ok(2, "m=audio 0 RTP/AVP 8\r\nm=image 7006 udptl t38\r\nc=IN IP4 203.0.113.9") });
  recorder.udptl(true, 3_500_000, Uint8Array.of(0, 0, 1, 2, 0, 0));
  const blob = recorder.finish(5_000_000);
  expect(renderLadder(blob)!.map(({ name, lineUs }) => [name, lineUs])).toEqual([
    ["INVITE", -5_000_000],
    ["200 OK", 0],
    ["INVITE", 3_000_000],
    ["200 OK", 3_000_000],
    ["CNG", 3_500_000],
  ]);
  const pcap = ladderPcap(blob)!;
  const last = pcap.subarray(pcap.length - 6 - 42);
  expect([...last.subarray(26, 38)]).toEqual([
    198,
    51,
    100,
    1,
    203,
    0,
    113,
    9,
    7004 >> 8,
    7004 & 0xff,
    7006 >> 8,
    7006 & 0xff,
  ]);
});
