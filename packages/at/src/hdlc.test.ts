import { expect, it } from "vitest";
import {
  fcsOctets,
  finishHdlc,
  type HdlcFrame,
  newHdlcReader,
  newHdlcWriter,
  readHdlc,
  writeFlags,
  writeFrame,
} from "./hdlc.ts";

const hex = (octets: Uint8Array | number[]) =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ");

function stream(...frames: { frame: Uint8Array; ok?: boolean }[]): Uint8Array {
  const writer = newHdlcWriter();
  const parts = [
    writeFlags(writer, 2),
    ...frames.map(({ frame, ok }) => writeFrame(writer, frame, ok)),
    finishHdlc(writer),
  ];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function read(octets: Uint8Array, piece = octets.length): HdlcFrame[] {
  const reader = newHdlcReader();
  const out: HdlcFrame[] = [];
  for (let at = 0; at < octets.length; at += piece) readHdlc(reader, octets.subarray(at, at + piece), out);
  return out;
}

it("the FCS of the check digits is the one of CRC-16/X.25, low octet first", () => {
  expect(hex(fcsOctets(new TextEncoder().encode("123456789")))).toBe("6e 90");
});

it("a zero follows five ones: an RCP frame stands on the line bit by bit", () => {
  // FF 03 86 with FCS, worked out by hand for the first two octets: 11111 0 111 11000 0 00 ...
  const bits = [...stream({ frame: Uint8Array.of(0xff, 0x03, 0x86) })]
    .flatMap((octet) => Array.from({ length: 8 }, (_, bit) => (octet >> bit) & 1))
    .join("");
  expect(bits.startsWith("0111111001111110" + "111110111" + "11000000")).toBe(true);
  expect(bits.slice(16)).not.toMatch(/^.{0,10}1111111/);
});

it("frames come back whole, whatever they hold and however the stream is cut", () => {
  const frames = [
    Uint8Array.of(0xff, 0x03, 0x06, 0x00, ...new Uint8Array(256).fill(0xff)),
    Uint8Array.of(0xff, 0x03, 0x06, 0x80, ...new Uint8Array(256).fill(0x7e)),
    Uint8Array.of(0xff, 0x03, 0x86),
    Uint8Array.of(0xff, 0x03, 0x86),
  ];
  const octets = stream(...frames.map((frame) => ({ frame })));
  for (const piece of [1, 3, octets.length]) {
    expect(read(octets, piece)).toEqual(frames.map((frame) => ({ frame, ok: true })));
  }
});

it("a bit wrong on the line is a frame with a bad FCS, and the next one is good again", () => {
  const frame = Uint8Array.of(0xff, 0x13, 0x84, 1, 2, 3, 4);
  const octets = stream({ frame }, { frame });
  octets[5]! ^= 0x01;
  expect(read(octets).map(({ ok }) => ok)).toEqual([false, true]);
});

it("a frame with bits to spare before its flag is damaged, though its octets agree with its FCS", () => {
  const octets = stream({ frame: Uint8Array.of(0xff, 0x13, 0x21) });
  const bits = [...octets].flatMap((octet) => Array.from({ length: 8 }, (_, bit) => (octet >> bit) & 1));
  const flag = bits.join("").indexOf("01111110", 20);
  bits.splice(flag, 0, 0, 1, 0);
  while (bits.length % 8 !== 0) bits.push(0);
  const spoilt = bits.reduce(
    (out, bit, i) => {
      out[i >> 3]! |= bit << (i & 7);
      return out;
    },
    new Uint8Array(bits.length / 8),
  );
  expect(read(octets).map(({ ok }) => ok)).toEqual([true]);
  expect(read(spoilt).map(({ ok }) => ok)).toEqual([false]);
});

it("a frame written as damaged is read as damaged", () => {
  const frame = Uint8Array.of(0xff, 0x03, 0x06, 9, 9);
  expect(read(stream({ frame, ok: false }, { frame }))).toEqual([
    { frame, ok: false },
    { frame, ok: true },
  ]);
});

it("seven ones abort a frame; flags alone and noise without flags are none", () => {
  const octets = Uint8Array.of(0x7e, 0xff, 0x03, 0x06, 0xff, 0xff, 0x7e, 0x7e, 0x7e);
  expect(read(octets)).toEqual([]);
  expect(read(new Uint8Array(4000).map((_, i) => (i * 37) & 0x1f))).toEqual([]);
});

it("what never ends is dropped without growing", () => {
  const reader = newHdlcReader();
  readHdlc(reader, Uint8Array.of(0x7e), []);
  readHdlc(reader, new Uint8Array(100_000), []);
  expect(reader.frame.length).toBeLessThan(600);
});
