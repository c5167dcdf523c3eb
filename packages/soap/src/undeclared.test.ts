import { describe, expect, it } from "vitest";
import { decodeUndeclared } from "./undeclared.ts";

describe("text", () => {
  it.each([
    ["UTF-8", Buffer.from("Müller")],
    ["what Excel writes", Buffer.from("Müller", "latin1")],
    ["UTF-16", Buffer.from("\ufeffMüller", "utf16le")],
    ["UTF-16, the other way round", Buffer.from("\ufeffMüller", "utf16le").swap16()],
  ])("%s is read", (_name, bytes) => {
    expect(decodeUndeclared(bytes)).toBe("Müller");
  });

  it("what Excel writes has a euro sign, which Node 20's own decoder does not know", () => {
    expect(decodeUndeclared(Uint8Array.of(0x31, 0x20, 0x80, 0xfc))).toBe("1 €ü");
  });
});
