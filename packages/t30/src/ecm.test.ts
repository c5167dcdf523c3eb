import { expect, test } from "vitest";
import { decodeFcd, decodePpr, decodePps, encodeBlock, eorFrame, pprFrame, ppsFrame, RCP_FRAME } from "./ecm.ts";
import { decodeFrame, encodeFrame, type Frame } from "./frame.ts";
import { octets } from "./test-support.ts";

const hex = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ");

test("the PPS-MPS of a page of 18,664 octets is the one seen on the wire", () => {
  const frames = encodeBlock(new Uint8Array(18_664), 0, 256).length;
  expect(frames).toBe(73);
  expect(hex(encodeFrame(ppsFrame({ end: "MPS", page: 0, block: 0, frames })))).toBe("ff c8 fd f2 00 00 12");
  expect(decodePps(Uint8Array.of(0xf2, 0, 0, 0x12))).toEqual({ end: "MPS", page: 0, block: 0, frames: 73 });
});

test("numbers in PPS go least significant bit first", () => {
  expect(hex(ppsFrame({ end: "NULL", page: 1, block: 2, frames: 256 }).fif)).toBe("00 80 40 ff");
  expect(hex(encodeFrame(eorFrame("EOP")))).toBe("ff c8 f3 f4");
});

test("a block is FCD frames of the size agreed, the last one filled with zeros", () => {
  const page = octets(300);
  const frames = encodeBlock(page, 0, 256);
  expect(frames.map((frame) => frame.length)).toEqual([260, 260]);
  expect(hex(frames[1]!.subarray(0, 4))).toBe("ff c0 60 80");
  const fcd = decodeFcd((decodeFrame(frames[1]!) as Frame).fif) as { number: number; data: Uint8Array };
  expect(fcd.number).toBe(1);
  expect(hex(fcd.data.subarray(0, 44))).toBe(hex(page.subarray(256)));
  expect(fcd.data.subarray(44).every((octet) => octet === 0)).toBe(true);
  expect(hex(RCP_FRAME)).toBe("ff c0 61");
});

test("a block has 256 frames at most; the next starts behind it", () => {
  const page = new Uint8Array(256 * 64 + 10);
  expect(encodeBlock(page, 0, 64).length).toBe(256);
  expect(encodeBlock(page, 256 * 64, 64).length).toBe(1);
});

test("PPR has a bit for each bad frame, the first frame's first, and ones behind the block", () => {
  const got = [1, 1, undefined, 1, 1, 1, 1, 1, 1, undefined].map((ok) => (ok ? new Uint8Array(1) : undefined));
  const { fif } = pprFrame(got, 10);
  expect(hex(fif.subarray(0, 3))).toBe("20 7f ff");
  expect(fif.length).toBe(32);
  expect(decodePpr(fif, 10)).toEqual([2, 9]);
});

test("short FCD, PPS and PPR are named problems", () => {
  expect(decodeFcd(new Uint8Array(1))).toEqual({ problem: "fcd-too-short", at: 1 });
  expect(decodePps(new Uint8Array(3))).toEqual({ problem: "pps-too-short", at: 3 });
  expect(decodePpr(new Uint8Array(31), 4)).toEqual({ problem: "ppr-too-short", at: 31 });
});
