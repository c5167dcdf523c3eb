import { describe, expect, it } from "vitest";
import { encodeTpkt, TpktSplitter } from "./tpkt.ts";

const hex = (text: string) =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe("TPKT", () => {
  it("frames an IFP with version 3 and the length of the whole packet", () => {
    expect(encodeTpkt(hex("c00221"))).toEqual(hex("03 00 0007 c00221"));
    expect(() => encodeTpkt(new Uint8Array(65532))).toThrow(RangeError);
  });

  it("gives the same IFPs however the stream is cut", () => {
    const ifps = [hex("02"), hex("06"), new Uint8Array(700).fill(9), hex("00")];
    const stream = Uint8Array.from(ifps.flatMap((ifp) => [...encodeTpkt(ifp)]));
    for (const piece of [1, 2, 3, 5, 7, 64, 1000]) {
      const splitter = new TpktSplitter();
      const out: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += piece) {
        const result = splitter.push(stream.subarray(at, at + piece));
        expect(result.ok).toBe(true);
        out.push(...result.ifps);
      }
      expect(out).toEqual(ifps);
    }
  });

  it("names a lost frame with the octet of the stream, hands out what came before, and stays closed", () => {
    const splitter = new TpktSplitter();
    splitter.push(hex("03 00 0005 02"));
    expect(splitter.push(hex("03 00 0005 06 47 45 54 20"))).toEqual({
      ok: false,
      problem: "tpkt-version",
      at: 10,
      ifps: [hex("06")],
    });
    expect(splitter.push(hex("03 00 0005 02"))).toEqual({ ok: false, problem: "tpkt-version", at: 10, ifps: [] });
  });

  it("refuses an empty packet and one above the bound before its octets arrive", () => {
    expect(new TpktSplitter().push(hex("03 00 0004"))).toMatchObject({ problem: "tpkt-length", at: 0 });
    expect(new TpktSplitter({ maxOctets: 512 }).push(hex("03 00 0201"))).toMatchObject({ problem: "tpkt-too-large" });
  });
});
