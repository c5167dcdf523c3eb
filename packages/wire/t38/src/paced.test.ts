import { type Action, durationOf, encodeBlock, FCF, frame, LINE_TIME } from "@depesche/t30";
import { encodeIfp, type Ifp } from "@depesche/t38";
import { describe, expect, it } from "vitest";
import { cutIfp, piecesOf } from "./paced.ts";

const START_US = 5_000_000;
const PAGE = Uint8Array.from({ length: 1000 }, (_, i) => i & 0xff);
const BURST: Action = {
  type: "send-frames",
  frames: [frame(FCF.CSI, false, new Uint8Array(20)), frame(FCF.DIS, true, new Uint8Array(8))],
};
const ACTIONS: Action[] = [
  BURST,
  { type: "send-tone", tone: "ced" },
  { type: "send-training", modulation: "v17-14400", octets: 2700 },
  { type: "send-page", modulation: "v29-9600", shortTraining: false, octets: PAGE },
  { type: "send-ecm-block", modulation: "v27ter-2400", shortTraining: false, frames: encodeBlock(PAGE, 0, 64), rcp: 3 },
];

function octetsOf(ifp: Ifp): number {
  if (ifp.kind === "indicator") return 0;
  return ifp.fields.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
}

describe("what goes out in real time", () => {
  it("begins after the silence, ends with the action, and never goes back", () => {
    for (const action of ACTIONS) {
      const pieces = [...piecesOf(action, START_US, "transferred")];
      expect(pieces[0]!.atUs).toBeGreaterThanOrEqual(START_US + LINE_TIME.silenceUs);
      expect(pieces.at(-1)).toEqual({
        ifp: { kind: "indicator", indicator: "no-signal" },
        atUs: START_US + durationOf(action),
      });
      for (const [i, { atUs }] of pieces.entries()) expect(atUs).toBeGreaterThanOrEqual(pieces[i - 1]?.atUs ?? 0);
    }
  });

  it("carries at most 40 ms of the line in a piece", () => {
    const octetsOfForty = { 0: 1, 2: 72, 3: 48, 4: 12 };
    for (const [i, most] of Object.entries(octetsOfForty)) {
      const sizes = [...piecesOf(ACTIONS[Number(i)]!, 0, "transferred")].map(({ ifp }) => octetsOf(ifp));
      expect(Math.max(...sizes)).toBe(most);
    }
  });

  it("leaves each octet of V.21 when it is on the line: flags for a second, then 37 a second", () => {
    const times = [...piecesOf(BURST, 0, "transferred")].map(({ atUs }) => atUs);
    expect(times[1]! - times[0]!).toBeGreaterThan(1_000_000);
    expect(times[11]! - times[1]!).toBeGreaterThan(260_000);
    expect(times[11]! - times[1]!).toBeLessThan(320_000);
  });

  it("sends the training check as zeros or, when each side makes it itself, only its begin and its end", () => {
    const training = ACTIONS[2]!;
    const sent = [...piecesOf(training, 0, "transferred")].map(({ ifp }) => octetsOf(ifp));
    expect(sent.reduce((sum, octets) => sum + octets)).toBe(2700);
    expect([...piecesOf(training, 0, "local")].map(({ ifp }) => ifp)).toEqual([
      { kind: "indicator", indicator: "v17-14400-long-training" },
      { kind: "indicator", indicator: "no-signal" },
    ]);
  });

  it("repeats CNG every three and a half seconds", () => {
    const pieces = piecesOf({ type: "send-tone", tone: "cng" }, 0, "transferred");
    const first = Array.from({ length: 4 }, () => pieces.next().value);
    expect(first.map((piece) => piece && [piece.ifp.kind === "indicator" && piece.ifp.indicator, piece.atUs])).toEqual([
      ["cng", 0],
      ["no-signal", 500_000],
      ["cng", 3_500_000],
      ["no-signal", 4_000_000],
    ]);
  });
});

describe("an IFP that is cut to a limit", () => {
  const frameEnd: Ifp = {
    kind: "data",
    modulation: "v17-14400",
    fields: [
      { type: "hdlc-data", data: PAGE.subarray(0, 100) },
      { type: "hdlc-fcs-ok" },
      { type: "hdlc-data", data: PAGE.subarray(0, 5) },
      { type: "hdlc-fcs-ok-sig-end" },
    ],
  };

  it("keeps to it in both syntaxes, and says the same octets and ends in the same order", () => {
    for (let limit = 10; limit < 125; limit++) {
      const pieces = cutIfp(frameEnd, limit);
      for (const piece of pieces) {
        expect(encodeIfp(piece).length).toBeLessThanOrEqual(limit);
        expect(encodeIfp(piece, "corrigendum").length).toBeLessThanOrEqual(limit);
      }
      const said = pieces.flatMap((piece) => (piece.kind === "data" ? piece.fields : []));
      const whole = said.flatMap(({ type, data }): (number | string)[] => (data ? [...data] : [type]));
      expect(whole).toEqual([...PAGE.subarray(0, 100), "hdlc-fcs-ok", ...PAGE.subarray(0, 5), "hdlc-fcs-ok-sig-end"]);
    }
  });

  it("is divided between ends, too, when it has nothing else", () => {
    const ends: Ifp = { kind: "data", modulation: "v21", fields: Array(60).fill({ type: "hdlc-fcs-bad" }) };
    const pieces = cutIfp(ends, 16);
    for (const piece of pieces) expect(encodeIfp(piece, "corrigendum").length).toBeLessThanOrEqual(16);
    expect(pieces.flatMap((piece) => (piece.kind === "data" ? piece.fields : []))).toHaveLength(60);
  });

  it("stays whole when it fits", () => expect(cutIfp(frameEnd, 200)).toEqual([frameEnd]));
});
