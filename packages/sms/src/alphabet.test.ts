import { describe, expect, it } from "vitest";
import { decodeGsm, encodeGsm, gsmUnits } from "./alphabet.ts";
import { packSeptets, unpackSeptets } from "./septets.ts";

describe("the GSM default alphabet", () => {
  it("has 127 characters of one septet and ten of two", () => {
    const counts = { 0: 0, 1: 0, 2: 0 };
    for (let code = 0; code < 0x10000; code++) counts[gsmUnits(String.fromCharCode(code))]++;
    expect(counts).toEqual({ 0: 0x10000 - 137, 1: 127, 2: 10 });
  });

  it("every septet reads back as the character that was written", () => {
    for (let septet = 0; septet < 128; septet++) {
      if (septet === 0x1b) continue;
      expect([...encodeGsm(decodeGsm(Uint8Array.of(septet)))]).toEqual([septet]);
    }
  });

  it.each([
    ["@", "00"],
    ["Ç", "09"],
    ["Δ", "10"],
    ["É", "1f"],
    ["¤", "24"],
    ["¡", "40"],
    ["§", "5f"],
    ["¿", "60"],
    ["à", "7f"],
    ["€", "1b65"],
    ["|", "1b40"],
    ["\f", "1b0a"],
  ])("%j is %s", (char, hex) => {
    expect(Buffer.from(encodeGsm(char)).toString("hex")).toBe(hex);
  });

  it("an unknown extension reads as the main table's character, escape escape as a space", () => {
    expect(decodeGsm(Uint8Array.of(0x1b, 0x61, 0x1b, 0x1b, 0x62, 0x1b))).toBe("a b ");
  });
});

describe("septets", () => {
  it("read back whatever the fill bits", () => {
    for (let fill = 0; fill < 7; fill++) {
      for (let length = 0; length < 20; length++) {
        const septets = Uint8Array.from({ length }, (_, i) => (i * 37 + fill) & 0x7f);
        expect(unpackSeptets(packSeptets(septets, fill), length, fill)).toEqual(septets);
      }
    }
  });

  it("end where the octets end", () => {
    expect(unpackSeptets(Uint8Array.of(0xff), 100)).toEqual(Uint8Array.of(0x7f));
  });
});
