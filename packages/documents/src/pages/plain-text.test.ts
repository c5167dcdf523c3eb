import { describe, expect, it } from "vitest";
import { decodeText, looksLikeText } from "./plain-text.ts";

describe("text files", () => {
  it("are read as UTF-8, and as windows-1252 when they are not that", () => {
    expect(decodeText(new TextEncoder().encode("Grüße, 5 €"))).toBe("Grüße, 5 €");
    expect(decodeText(Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65, 0x20, 0x80))).toBe("Grüße €");
  });

  it("are read as UTF-16 by their byte order mark, which is no part of the text", () => {
    expect(decodeText(Uint8Array.of(0xff, 0xfe, 0x4d, 0, 0xfc, 0))).toBe("Mü");
    expect(decodeText(Uint8Array.of(0xfe, 0xff, 0, 0x4d, 0, 0xfc))).toBe("Mü");
    expect(looksLikeText(Uint8Array.of(0xff, 0xfe, 0x4d, 0, 0xfc, 0))).toBe(true);
  });

  it("are read as UTF-32 by its mark, which begins like that of UTF-16", () => {
    const little = Uint8Array.of(0xff, 0xfe, 0, 0, 0x4d, 0, 0, 0, 0xfc, 0, 0, 0, 0x00, 0xf6, 0x01, 0);
    const big = Uint8Array.of(0, 0, 0xfe, 0xff, 0, 0, 0, 0x4d, 0, 0, 0, 0xfc, 0, 0x01, 0xf6, 0x00);
    for (const bytes of [little, big]) {
      expect(looksLikeText(bytes)).toBe(true);
      expect(decodeText(bytes)).toBe("Mü\u{1f600}");
    }
    expect(decodeText(Uint8Array.of(0, 0, 0xfe, 0xff, 0, 0, 0xd8, 0, 0x7f, 0, 0, 0))).toBe("\ufffd\ufffd");
    const long = new Uint8Array(400_004);
    long.set([0, 0, 0xfe, 0xff]);
    expect(decodeText(long).length).toBe(100_000);
  });

  it("hold no NUL and hardly any control character", () => {
    expect(looksLikeText(new TextEncoder().encode("a\tb\r\n\f\x1a"))).toBe(true);
    expect(looksLikeText(Uint8Array.of(65, 0, 66))).toBe(false);
    expect(looksLikeText(Uint8Array.of(65, 1, 2, 3, 66))).toBe(false);
  });
});
