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

  it("hold no NUL and hardly any control character", () => {
    expect(looksLikeText(new TextEncoder().encode("a\tb\r\n\f\x1a"))).toBe(true);
    expect(looksLikeText(Uint8Array.of(65, 0, 66))).toBe(false);
    expect(looksLikeText(Uint8Array.of(65, 1, 2, 3, 66))).toBe(false);
  });
});
