import { expect, test } from "vitest";
import { encodeDcs, encodeDis, FULL_CAPABILITIES } from "./capabilities.ts";
import { pprFrame, ppsFrame } from "./ecm.ts";
import { FCF, frame, X } from "./frame.ts";
import { encodeId } from "./identity.ts";
import { describeFrame, nameOf } from "./ladder.ts";

const value = (description: ReturnType<typeof describeFrame>, name: string): string | undefined =>
  description.fields.find((field) => field.name === name)?.value;

test("DIS is told bit by bit with the clause", () => {
  const dis = describeFrame(frame(FCF.DIS, true, encodeDis(FULL_CAPABILITIES)));
  expect(dis).toMatchObject({ name: "DIS", sentBy: "answerer", final: true, clause: "T.30 §5.3.6.1.1" });
  expect(value(dis, "data rate")).toBe("V.27ter, V.29, V.17");
  expect(value(dis, "error correction mode (ECM)")).toBe("yes");
  expect(value(dis, "has a document to be polled")).toBe("no");
  expect(dis.fields.find((field) => field.name === "page length")).toEqual({
    bit: 19,
    bits: 2,
    name: "page length",
    value: "unlimited",
    clause: "T.30 table 2",
  });
});

test("the same bits mean other things in DCS", () => {
  const dcs = describeFrame(frame(FCF.DCS | X, true, Uint8Array.of(0x00, 0x46, 0x1f, 0x22)));
  expect(dcs.sentBy).toBe("caller");
  expect(value(dcs, "data rate")).toBe("14400 bit/s V.17");
  expect(value(dcs, "ECM frame size")).toBe("256 octets");
});

test("resolutions of the inch family, SUB and SID are told in DCS, and page data tells no sender", () => {
  const bits = { modulation: "v29-9600", coding: "mh", ecm: 0, width: 1728, length: "a4", minScanUs: 0 } as const;
  const fif = encodeDcs({ ...bits, resolution: "r16", inch: true, sub: true, sid: true });
  const dcs = describeFrame(frame(FCF.DCS, true, fif));
  expect(dcs.sentBy).toBe("answerer");
  expect(value(dcs, "resolution type")).toBe("inch-based");
  expect(value(dcs, "R16 x 15.4 lines/mm or 400 x 400 pels/inch")).toBe("yes");
  expect(value(dcs, "sub-address (SUB)")).toBe("yes");
  expect(value(dcs, "sender id (SID)")).toBe("yes");
  expect(describeFrame(frame(FCF.FCD, false, new Uint8Array(65))).sentBy).toBeUndefined();
});

test("reserved bits that are set are shown", () => {
  const dis = describeFrame(frame(FCF.DIS, true, Uint8Array.of(0x40, 0x50, 0x01, 0x80)));
  expect(value(dis, "bit 2")).toBe("set");
  expect(value(dis, "bit 25")).toBe("set");
});

test("names tell what PPS and EOR add, and unknown fields are not guessed", () => {
  expect(nameOf(ppsFrame({ end: "EOP", page: 0, block: 0, frames: 1 }))).toBe("PPS-EOP");
  expect(nameOf(ppsFrame({ end: "EOP", operator: true, page: 0, block: 0, frames: 1 }))).toBe("PPS-PRI-EOP");
  expect(nameOf(frame(FCF.PRI_EOP | X, true))).toBe("PRI-EOP");
  expect(describeFrame(frame(0x0f, true))).toMatchObject({ name: "FCF 0f", sentBy: undefined, meaning: "unknown" });
});

test("ids, counts and bad frames are read out", () => {
  expect(value(describeFrame(frame(FCF.CSI, false, encodeId("+49 1"))), "identification")).toBe("+49 1");
  expect(value(describeFrame(ppsFrame({ end: "MPS", page: 2, block: 1, frames: 73 })), "frames")).toBe("73");
  const got = Array.from({ length: 256 }, (_, i) => (i === 3 || (i > 6 && i < 10) ? undefined : new Uint8Array(1)));
  expect(value(describeFrame(pprFrame(got, 256)), "bad frames")).toBe("3 7-9");
});
