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
  expect(value(dis, "bit 2, reserved")).toBe("set");
  expect(value(dis, "bit 25, reserved")).toBe("set");
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

/** Three octets that say nothing, then those after them, each announced by the last bit of the one before. */
const extendedTo = (bit: number, set: number): Uint8Array => {
  const fif = new Uint8Array(bit / 8);
  for (let octet = 2; octet + 1 < fif.length; octet++) fif[octet] = 1;
  fif[(set - 1) >> 3]! |= 0x80 >> ((set - 1) & 7);
  return fif;
};

test("each of the 128 bits has a name or is said to be reserved", () => {
  for (let bit = 1; bit <= 128; bit++) {
    const { fields } = describeFrame(frame(FCF.DIS, true, extendedTo(128, bit)));
    const there = fields.filter((field) => field.bit <= bit && bit < field.bit + field.bits);
    expect(there, `bit ${bit}`).toHaveLength(1);
    expect(["no", "-"], `bit ${bit}`).not.toContain(there[0]!.value);
  }
});

test("octets 11 to 16 of DIS are told", () => {
  const dis = (bit: number) => describeFrame(frame(FCF.DIS, true, extendedTo(128, bit)));
  expect(value(dis(105), "600 x 600 pels/inch")).toBe("yes");
  expect(value(dis(117), "shared data memory")).toBe("2 MB");
  expect(value(dis(126), "application profiles of T.88 (T.89)")).toBe("profile 1");
  expect(value(dis(123), "internet-aware fax (T.38), whatever the data rate bits say")).toBe("yes");
  expect(value(dis(91), "bit 91, reserved")).toBe("set");
});

test("what is only offered is reserved in DCS: told when it is set", () => {
  const dcs = (fif: Uint8Array) => describeFrame(frame(FCF.DCS | X, true, fif));
  const [plain, odd] = [dcs(Uint8Array.of(0, 0x40, 0)), dcs(Uint8Array.of(0x02, 0xc0, 0))];
  expect(plain.fields.map(({ bit }) => bit)).not.toContain(9);
  expect(value(odd, "bit 7, reserved")).toBe("set");
  expect(value(odd, "bit 9, reserved")).toBe("set");
  expect(describeFrame(frame(FCF.DIS, true, Uint8Array.of(0, 0x40, 1, 0))).fields.map(({ bit }) => bit)).not.toContain(
    28,
  );
});

test("non-standard frames name the country of their maker, whichever bit came first", () => {
  const country = (...fif: number[]) => value(describeFrame(frame(FCF.NSF, false, Uint8Array.from(fif))), "country");
  expect(country(0xb5, 0, 1)).toBe("United States (T.35 code b5)");
  expect(country(0xad, 0, 0x36)).toBe("United States (T.35 code b5, last bit first)");
  expect(country(0x00, 0, 0x0e)).toBe("Japan (T.35 code 00)");
  expect(country(0x20, 0x41)).toBe("Canada (T.35 code 20) or Germany (T.35 code 04, last bit first)");
  expect(country(0x03)).toBe("T.35 code 03");
  const own = describeFrame(frame(FCF.NSS | X, false, Uint8Array.of(0xb5, 0xde, 0xad)));
  expect(own.fields[1]).toMatchObject({ bit: 9, bits: 16, name: "maker's own", value: "de ad" });
});

test("sub-address, password and the like are called what they are", () => {
  const told = (fcf: number) => describeFrame(frame(fcf, false, encodeId("123#45"))).fields[0];
  expect(told(FCF.SUB | X)).toMatchObject({ name: "sub-address", value: "123#45" });
  expect(told(FCF.PWD)).toMatchObject({ name: "password", value: "123#45" });
  expect(told(FCF.SEP)).toMatchObject({ name: "document", value: "123#45" });
  expect(told(FCF.SID | X)).toMatchObject({ name: "sender id", value: "123#45" });
});
