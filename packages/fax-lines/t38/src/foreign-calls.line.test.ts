// Two trunks with foreign settings face each other over real sockets, in real time: each is the other's exchange.

import type { FaxCallReport, FaxTrunk } from "@depesche/ports";
import { contractPage, contractSource, keepingHandler } from "@depesche/ports/contract/fax-trunk";
import { freePorts } from "@depesche/ports/contract/free-ports";
import { equalBitmaps } from "@depesche/t4";
import { renderLadder } from "@depesche/wire-t38";
import { describe, it } from "vitest";
import { openT38Trunk, type T38TrunkConfig } from "./index.ts";

const HOST = "127.0.0.1";
const OWN = "+493023125900";
const OTHER = "+493023125901";

/** A whole call at the pace of the line, on a machine that has other things to do. */
const CALL_MS = 120_000;

type Settings = Partial<T38TrunkConfig>;
type Report = Omit<FaxCallReport, "pagesConfirmed">;

/** A trunk that calls and one that is called, until the work is done. */
async function between<T>(ours: Settings, theirs: Settings, work: (from: FaxTrunk, to: FaxTrunk) => Promise<T>) {
  const [a, b] = (await freePorts(2)) as [number, number];
  const peer = (port: number) => ({ transport: "udp", host: HOST, port }) as const;
  const usual = { bind: HOST, register: false } as const;
  const trunks = await Promise.all([
    openT38Trunk({ ...usual, exchange: peer(b), sipPort: a, ...ours }),
    openT38Trunk({ ...usual, exchange: peer(a), sipPort: b, ...theirs }),
  ]);
  try {
    return await work(...trunks);
  } finally {
    await Promise.all(trunks.map((trunk) => trunk.close()));
  }
}

/** What became of a call of two pages, on both sides. */
async function call(from: FaxTrunk, to: FaxTrunk, signal = new AbortController().signal) {
  const { handler, pages } = keepingHandler();
  const sent = [contractPage(4), contractPage(5)];
  const heard = new Promise<Report>((resolve) => {
    void to.answer([OWN], { ...handler, ended: (_, report) => resolve(report) });
  });
  const order = { id: "1.0.1", to: OWN, from: OTHER, stationId: "+49 30 23125 901" };
  const report = await from.call({ ...order, pages: contractSource(sent) }, signal);
  const arrived = pages.length === 2 && sent.every((page, i) => equalBitmaps(pages[i]!, page));
  return { report, arrived, heard: await heard };
}

/** What a record tells, without the repetitions of the network. */
function told(ladder: Uint8Array): string[] {
  return renderLadder(ladder)!.map(({ name }) => name);
}

const FRAMES = ["CSI", "DIS", "TSI", "DCS", "CFR", "PPS-MPS", "PPS-EOP", "MCF", "DCN"];

describe("two pages arrive pixel for pixel, and both records tell all of the call", () => {
  it.concurrent.for<{ name: string; ours: Settings; sdp: string }>([
    { name: "as T.38 at once", ours: { offers: ["udptl"] }, sdp: "INVITE 180 Ringing 200 OK ACK" },
    {
      name: "with parity instead of repetition",
      ours: { offers: ["udptl"], udptl: { fec: true } },
      sdp: "INVITE 180 Ringing 200 OK ACK",
    },
    {
      name: "as sound that turns into T.38",
      ours: { offers: ["audio"] },
      sdp: "INVITE 180 Ringing 200 OK ACK INVITE 200 OK ACK",
    },
    {
      name: "within a range of ports, and with less repetition",
      ours: { offers: ["udptl"], udptl: { redundancy: { v21: 1, image: 0 }, portRange: [29_000, 29_099] } },
      sdp: "INVITE 180 Ringing 200 OK ACK",
    },
    { name: "as T.38 over TCP", ours: { offers: ["tcp"] }, sdp: "INVITE 180 Ringing 200 OK ACK" },
  ])("$name", { timeout: CALL_MS }, async ({ ours, sdp }, { expect }) => {
    const { report, arrived, heard } = await between(ours, {}, (from, to) => call(from, to));
    const coding = { ecm: true, coding: "MMR", rateBps: 14_400, yDpi: 196 };
    expect(report).toMatchObject({ outcome: "OK", interrupted: false, pagesConfirmed: 2, ...coding });
    expect(report.remoteId).toBe("+49 30 23125 900");
    expect(heard).toMatchObject({ outcome: "OK", pages: 2, remoteId: "+49 30 23125 901", ...coding });
    expect(arrived).toBe(true);
    // Real time: two short pages take what their signals take on the line, and the ends agree on it.
    expect(report.lineUs).toBeGreaterThan(15_000_000);
    expect(Math.abs(report.lineUs - heard.lineUs)).toBeLessThan(5_000_000);
    for (const ladder of [report.ladder, heard.ladder]) {
      const names = told(ladder);
      expect(names.filter((name) => /^(INVITE|ACK|\d{3} )/.test(name)).join(" ")).toContain(sdp);
      expect(FRAMES.filter((frame) => !names.includes(frame))).toEqual([]);
      expect(names.filter((name) => name.includes("malformed"))).toEqual([]);
    }
  });
});

it.concurrent(
  "stopped in its midst, the far end hears it at once and has nothing confirmed",
  async ({ expect }) => {
    const stop = new AbortController();
    const { report, heard } = await between({ offers: ["udptl"] }, {}, (from, to) => {
      setTimeout(() => stop.abort(), 5000);
      return call(from, to, stop.signal);
    });
    expect(report).toMatchObject({ interrupted: true, pagesConfirmed: 0 });
    expect(heard).toMatchObject({ outcome: "SENDFAIL", pages: 0 });
    expect(heard.lineUs).toBeLessThan(20_000_000);
  },
  CALL_MS,
);
