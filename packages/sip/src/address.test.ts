import { describe, expect, it } from "vitest";
import { formatUri, numberOf, parseNameAddress, parseUri, parseVia, tagOf } from "./index.ts";

describe("SIP addresses", () => {
  it("telephone numbers are read from sip and tel URIs", () => {
    expect(numberOf(parseUri("sip:+49(30)23125-000@exchange.example:5070;user=phone")!)).toBe("+493023125000");
    expect(numberOf(parseUri("tel:+49-30-23125-000;phone-context=x")!)).toBe("+493023125000");
    expect(numberOf(parseUri("sip:alice@exchange.example")!)).toBeUndefined();
  });

  it("a URI keeps its parts and can be written again", () => {
    const uri = "sip:%2B49301@[2001:db8::1]:5070;transport=tcp;lr";
    expect(parseUri(uri)).toEqual({
      scheme: "sip",
      user: "+49301",
      host: "[2001:db8::1]",
      port: 5070,
      params: { transport: "tcp", lr: "" },
    });
    expect(formatUri(parseUri(uri)!)).toBe("sip:+49301@[2001:db8::1]:5070;transport=tcp;lr");
  });

  it("what is no URI is none", () => {
    for (const bad of ["", "http://x", "sip:", "sip:a@b:99999", "sip:%zz@b", `sip:${"a".repeat(2000)}@b`]) {
      expect(parseUri(bad)).toBeUndefined();
    }
  });

  it("names, brackets and tags of From and To", () => {
    expect(parseNameAddress('"Fax, \\"A\\"" <sip:a@b;x=1>;tag=7')).toEqual({
      display: 'Fax, "A"',
      uri: "sip:a@b;x=1",
      params: { tag: "7" },
    });
    expect(tagOf("sip:a@b;tag=8")).toBe("8");
    expect(tagOf("<sip:a@b;tag=no>")).toBeUndefined();
    expect(parseNameAddress("<unclosed")).toBeUndefined();
  });

  it("Via with and without port and branch", () => {
    expect(parseVia("SIP/2.0/TCP 127.0.0.1:5070;branch=z9hG4bKa;rport")).toEqual({
      transport: "TCP",
      host: "127.0.0.1",
      port: 5070,
      params: { branch: "z9hG4bKa", rport: "" },
    });
    expect(parseVia("HTTP/1.1 x")).toBeUndefined();
  });
});
