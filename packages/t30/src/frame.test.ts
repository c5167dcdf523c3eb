import { expect, test } from "vitest";
import { fcsOf } from "./fcs.ts";
import {
  decodeFrame,
  decodeFrameWithFcs,
  encodeFrame,
  encodeFrameWithFcs,
  FCF,
  fcfName,
  fcfOf,
  frame,
  X,
} from "./frame.ts";
import { decodeId, encodeId } from "./identity.ts";
import { reverseAllBits } from "./octets.ts";

const hex = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
const bytes = (text: string): Uint8Array => Uint8Array.from(text.split(" "), (octet) => Number.parseInt(octet, 16));

test("a frame is FF, C0 or C8, FCF and FIF as T.38 carries it", () => {
  expect(hex(encodeFrame(frame(FCF.MCF, true)))).toBe("ff c8 31");
  expect(hex(encodeFrame(frame(FCF.DCS | X, true, bytes("00 46 1f 22"))))).toBe("ff c8 c1 00 46 1f 22");
  expect(hex(encodeFrame(frame(FCF.CSI, false)))).toBe("ff c0 02");
});

test("the check value of the FCS's polynomial in line order is D64E", () => {
  expect(fcsOf(new TextEncoder().encode("123456789"))).toBe(0xd64e);
});

test("on a Class 1 data link the FCS is CRC-16/X.25 of the octets there, low octet first", () => {
  const line = reverseAllBits(encodeFrameWithFcs(frame(FCF.DCN | X, true)));
  expect(hex(line.subarray(0, 3))).toBe("ff 13 fb");
  let crc = 0xffff;
  for (const octet of line.subarray(0, 3)) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1;
  }
  crc ^= 0xffff;
  expect([line[3], line[4]]).toEqual([crc & 0xff, crc >> 8]);
});

test("a frame with FCS reads back, and one flipped bit is found", () => {
  const sent = frame(FCF.TSI | X, false, encodeId("+49 30 23125 900"));
  const octets = encodeFrameWithFcs(sent);
  expect(decodeFrameWithFcs(octets)).toEqual(sent);
  for (let bit = 0; bit < octets.length * 8; bit++) {
    const spoilt = octets.slice();
    spoilt[bit >> 3]! ^= 0x80 >> (bit & 7);
    expect(decodeFrameWithFcs(spoilt)).toMatchObject({ problem: "frame-fcs" });
  }
});

test("octets that are no frame are named problems", () => {
  expect(decodeFrame(bytes("ff c8"))).toEqual({ problem: "frame-too-short", at: 2 });
  expect(decodeFrame(bytes("fe c8 31"))).toEqual({ problem: "frame-address", at: 0 });
  expect(decodeFrame(bytes("ff 13 8c"))).toEqual({ problem: "frame-control", at: 1 });
  expect(decodeFrameWithFcs(bytes("ff c8 31"))).toEqual({ problem: "frame-too-short", at: 3 });
});

test("the X bit tells sender of commands, not DIS from DTC", () => {
  expect(fcfName(0xf4)).toBe("EOP");
  expect(fcfName(0x74)).toBe("EOP");
  expect(fcfName(0xdf)).toBe("DCN");
  expect(fcfName(0x01)).toBe("DIS");
  expect(fcfName(0x81)).toBe("DTC");
  expect(fcfOf(0x82)).toBe(FCF.CIG);
  expect(fcfName(0x00)).toBeUndefined();
});

test("a station id goes last character first, bits turned round, spaces before the number", () => {
  expect(hex(encodeId("+49 1"))).toBe(`8c 04 9c 2c d4 ${"04 ".repeat(15).trim()}`);
  expect(decodeId(encodeId("+49 30 23125 001"))).toBe("+49 30 23125 001");
  expect(decodeId(encodeId("ä 1"))).toBe("1");
  expect(decodeId(encodeId("123456789012345678901234"))).toBe("12345678901234567890");
  expect(decodeId(new Uint8Array(21))).toEqual({ problem: "id-too-long", at: 20 });
});
