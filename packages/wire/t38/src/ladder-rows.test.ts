// What a ladder tells beside the words: octets, bits, airtime, and the frames of page data, from the octets of a record.

import {
  encodeBlock,
  encodeFrame,
  FCF,
  frame,
  LINE_TIME,
  pprFrame,
  ppsFrame,
  trainingUs,
  v21FrameUs,
  X,
} from "@depesche/t30";
import { encodeIfp, type Field, type Indicator } from "@depesche/t38";
import { expect, it } from "vitest";
import { type LadderRow, Recorder, renderLadder } from "./index.ts";

const PPS = { end: "EOP", page: 0, block: 0, frames: 3 } as const;

function rowsOf(record: (recorder: Recorder) => void, untilUs?: number): LadderRow[] {
  const recorder = new Recorder("caller");
  record(recorder);
  return renderLadder(recorder.finish(0), untilUs)!;
}

function v21(...octets: Uint8Array[]): Uint8Array {
  const fields = octets.flatMap((data, i): Field[] => [
    { type: "hdlc-data", data },
    { type: i === octets.length - 1 ? "hdlc-fcs-ok-sig-end" : "hdlc-fcs-ok" },
  ]);
  return encodeIfp({ kind: "data", modulation: "v21", fields });
}

function indicator(name: Indicator): Uint8Array {
  return encodeIfp({ kind: "indicator", indicator: name });
}

/** Frames of a block of four octets each, by number; those of `bad` with a wrong FCS. */
function block(numbers: readonly number[], bad: readonly number[] = []): Uint8Array {
  const frames = encodeBlock(new Uint8Array(3 * 64).fill(0x5a), 0, 64);
  const fields = numbers.flatMap((number): Field[] => [
    { type: "hdlc-data", data: frames[number]! },
    { type: bad.includes(number) ? "hdlc-fcs-bad" : "hdlc-fcs-ok" },
  ]);
  return encodeIfp({ kind: "data", modulation: "v17-14400", fields });
}

it("a frame shows its octets, where its information field begins, and its fields' bits in it", () => {
  const dis = encodeFrame(frame(FCF.DIS, true, Uint8Array.of(0x00, 0x77, 0x5f, 0x23, 0x01)));
  const [row] = rowsOf((r) => r.ifp(false, 5_000_000, v21(dis)));
  expect(row).toMatchObject({ name: "DIS", octets: "ffc80100775f2301", fifAt: 3, airUs: v21FrameUs(dis.length) });
  const rate = row!.fields.find(({ name }) => name === "data rate")!;
  // 0x77 = 0111 0111 is octet 2, bits 9 to 16; bits 11 to 14 are 1101.
  expect(rate).toMatchObject({ bit: 11, bits: 4, value: "V.27ter, V.29, V.17" });
});

it("EOR names what follows by its bits, and a frame without information field has no fields", () => {
  const rows = rowsOf((r) => {
    r.ifp(true, 1, v21(encodeFrame(frame(FCF.EOR | X, true, Uint8Array.of(FCF.EOP | X)))));
    r.ifp(false, 2, v21(encodeFrame(frame(FCF.CSI, true))));
  });
  expect(rows.map(({ fields }) => fields)).toEqual([
    [{ bit: 1, bits: 8, name: "what follows", value: "EOP", clause: "T.30 annex A.4.3" }],
    [],
  ]);
});

it("a SIP message keeps its text, up to 2,000 octets", () => {
  const message = new TextEncoder().encode(`SIP/2.0 486 Busy Here\r\nReason: ${"x".repeat(3000)}\r\n\r\n`);
  const [row] = rowsOf((r) => r.sip({ sent: false, bytes: message }));
  expect(row!.octets).toHaveLength(4000);
  expect(row!.octets!.startsWith("5349502f322e3020343836")).toBe(true);
});

it("tells how long tones, flags, training, training check and page data were on the line", () => {
  const rows = rowsOf((r) => {
    r.ifp(true, 0, indicator("cng"));
    r.ifp(false, 200_000, indicator("ced"));
    r.ifp(false, 2_875_000, indicator("v21-preamble"));
    const mcf = encodeFrame(frame(FCF.MCF, true));
    r.ifp(false, 2_875_000 + 1_000_000 + v21FrameUs(mcf.length), v21(mcf));
    r.ifp(true, 5_000_000, indicator("v17-14400-long-training"));
    r.ifp(true, 7_500_000, indicator("no-signal"));
    r.ifp(true, 9_000_000, indicator("v17-14400-short-training"));
    r.ifp(true, 9_400_000, block([0, 1]));
    r.ifp(true, 9_900_000, block([2]));
  });
  const short = trainingUs("v17-14400", true);
  expect(rows.map(({ name, lineUs, airUs }) => [name, lineUs, airUs])).toEqual([
    ["CNG", 0, 500_000],
    ["CED", 200_000, LINE_TIME.cedUs],
    ["v21-preamble", 2_875_000, LINE_TIME.preambleUs],
    ["MCF", 2_875_000 + 1_000_000 + v21FrameUs(3), v21FrameUs(3)],
    ["TCF", 5_000_000, 2_500_000],
    ["training", 9_000_000 - short, short],
    ["page data", 9_900_000, 900_000],
  ]);
});

it("a block whose frames the receiver asks for again shows them damaged, and the second time repeated", () => {
  const missing = pprFrame([new Uint8Array(1), undefined, undefined], 3);
  const rows = rowsOf((r) => {
    r.ifp(true, 1, indicator("v17-14400-short-training"));
    r.ifp(true, 2, block([0, 1, 2]));
    r.ifp(true, 3, v21(encodeFrame(ppsFrame(PPS))));
    r.ifp(false, 4, v21(encodeFrame(missing)));
    r.ifp(true, 5, indicator("v17-14400-short-training"));
    r.ifp(true, 6, block([1, 2], [2]));
    r.ifp(true, 7, v21(encodeFrame(ppsFrame(PPS))));
  }).filter(({ kind }) => kind === "page");
  expect(rows).toMatchObject([
    { damaged: true, ecm: { block: 0, frames: 3, damaged: [1, 2], repeated: [] } },
    { damaged: true, repeated: true, ecm: { block: 0, frames: 3, damaged: [2], repeated: [1, 2] } },
  ]);
  expect(rows[0]!.repeated).toBeUndefined();
});

it("the next block begins anew: the same numbers there are no repetition", () => {
  const rows = rowsOf((r) => {
    for (const number of [0, 1]) {
      r.ifp(true, 10 * number + 1, indicator("v17-14400-short-training"));
      r.ifp(true, 10 * number + 2, block([0, 1, 2]));
      r.ifp(true, 10 * number + 3, v21(encodeFrame(ppsFrame({ ...PPS, block: number }))));
      r.ifp(false, 10 * number + 4, v21(encodeFrame(frame(FCF.MCF, true))));
    }
  }).filter(({ kind }) => kind === "page");
  expect(rows.map(({ ecm, repeated }) => [ecm?.block, ecm?.repeated, repeated])).toEqual([
    [0, [], undefined],
    [1, [], undefined],
  ]);
});

it("page data after RTN is the same page again", () => {
  const page = encodeIfp({
    kind: "data",
    modulation: "v29-9600",
    fields: [{ type: "t4-non-ecm-data", data: new Uint8Array(9) }],
  });
  const rows = rowsOf((r) => {
    r.ifp(true, 1, page);
    r.ifp(true, 2, v21(encodeFrame(frame(FCF.EOP | X, true))));
    r.ifp(false, 3, v21(encodeFrame(frame(FCF.RTN, true))));
    r.ifp(true, 4, indicator("v29-9600-training"));
    r.ifp(true, 5, page);
  }).filter(({ kind }) => kind === "page");
  expect(rows.map(({ repeated, ecm }) => [repeated, ecm])).toEqual([
    [undefined, undefined],
    [true, undefined],
  ]);
});

it("of a call that is still on the line it tells what has happened by now, a page as far as it has come", () => {
  const record = (r: Recorder) => {
    r.ifp(true, 1_000, indicator("v17-14400-short-training"));
    r.ifp(true, 2_000, block([0, 1]));
    r.ifp(true, 3_000, block([2]));
    r.ifp(true, 4_000, v21(encodeFrame(ppsFrame(PPS))));
  };
  const pageAt = (us: number) => rowsOf(record, us).find(({ kind }) => kind === "page");
  expect(pageAt(1_999)).toBeUndefined();
  expect(pageAt(2_999)).toMatchObject({ lineUs: 2_000, ecm: { frames: 2 } });
  expect(rowsOf(record, 3_999).map(({ name }) => name)).toEqual(["training", "page data"]);
});
