import { describe, expect, it } from "vitest";
import { header, headerList, parseMessage, reasonPhrase, respond, type SipRequest, serialiseMessage } from "./index.ts";

const octets = (text: string) => new TextEncoder().encode(text.replaceAll("\n", "\r\n"));
const REQUIRED =
  "Via: SIP/2.0/UDP a.example;branch=z9hG4bKx\nFrom: <sip:a@a.example>;tag=1\nTo: <sip:b@b.example>\nCall-ID: c1\n";

function problemOf(text: string): string {
  const parsed = parseMessage(octets(text));
  return parsed.ok ? "ok" : parsed.problem;
}

describe("a SIP message", () => {
  it("is read whatever its spacing, folding, case and short names, as in RFC 4475 §3.1.1.1", () => {
    const parsed = parseMessage(
      octets(
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\n" +
          "TO :\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\n" +
          'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8\n' +
          "MaX-fOrWaRdS: 0068\nCall-ID: wsinv.ndaksdj@192.0.2.1\nContent-Length   : 4\ncseq: 0009\n  INVITE\n" +
          "Via  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skdjuw\ns :\n" +
          "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\n  branch  =   z9hG4bK9ikj8  ,\n" +
          " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239\n\nbody beyond",
      ),
    );
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(header(parsed.message, "CSeq")).toBe("0009 INVITE");
    expect(headerList(parsed.message, "Via")).toHaveLength(3);
    expect(header(parsed.message, "Max-Forwards")).toBe("0068");
    expect(new TextDecoder().decode(parsed.message.body)).toBe("body");
  });

  it("of a class that nobody has defined yet is an answer all the same", () => {
    for (const status of [799, 999])
      expect(problemOf(`SIP/2.0 ${status} Strange\n${REQUIRED}CSeq: 1 INVITE\n\n`)).toBe("ok");
  });

  it("with something missing or wrong is refused by name", () => {
    const rest = `${REQUIRED}CSeq: 1 OPTIONS\n\n`;
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\n${rest}`)).toBe("ok");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/7.0\n${rest}`)).toBe("sip-version");
    expect(problemOf(`OPTIONS  sip:b@b.example SIP/2.0\n${rest}`)).toBe("sip-start-line");
    expect(problemOf(`SIP/2.0 4294967301 better not break the receiver\n${rest}`)).toBe("sip-start-line");
    expect(problemOf(`SIP/2.0 099 Strange\n${rest}`)).toBe("sip-start-line");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\n${REQUIRED}CSeq: 1 INVITE\n\n`)).toBe("sip-cseq");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\n${REQUIRED}CSeq: 99999999999 OPTIONS\n\n`)).toBe("sip-cseq");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\n${REQUIRED}\n`)).toBe("sip-header-missing");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\nTo: x\n${rest}`)).toBe("sip-header-repeated");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\nno colon\n${rest}`)).toBe("sip-header-line");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\nContent-Length: -5\n${rest}`)).toBe("sip-content-length");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\nContent-Length: 5\n${rest}abc`)).toBe("sip-body-short");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\n${"X: y\n".repeat(300)}${rest}`)).toBe("sip-too-many-headers");
    expect(problemOf(`OPTIONS sip:b@b.example SIP/2.0\n${REQUIRED}`)).toBe("sip-no-end-of-headers");
    expect(problemOf("x".repeat(70_000))).toBe("sip-too-large");
    expect(problemOf("")).toBe("sip-no-end-of-headers");
  });

  it("never throws, whatever octet is changed or wherever it is cut", () => {
    const whole = octets(`INVITE sip:b@b.example SIP/2.0\n${REQUIRED}CSeq: 1 INVITE\nContent-Length: 3\n\nabc`);
    for (let i = 0; i < whole.length; i++) {
      for (const value of [0, 0x0a, 0x0d, 0x22, 0x3a, 0x3c, 0xff]) parseMessage(whole.with(i, value));
      parseMessage(whole.subarray(0, i));
    }
  });

  it("is written as it was read, with its true length", () => {
    const text = `BYE sip:b@b.example SIP/2.0\n${REQUIRED}CSeq: 2 BYE\nX-Own: ä\nContent-Length: 2\n\nhi`;
    const parsed = parseMessage(octets(text));
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(new TextDecoder().decode(serialiseMessage(parsed.message)).replaceAll("\r\n", "\n")).toBe(text);
  });

  it("has a phrase for every status of RFC 3261, so that one passed on from elsewhere is named", () => {
    const statuses = [
      [100, 180, 181, 182, 183, 200, 300, 301, 302, 305, 380],
      [400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 413, 414, 415, 416, 420, 421, 423],
      [480, 481, 482, 483, 484, 485, 486, 487, 488, 491, 493],
      [500, 501, 502, 503, 504, 505, 513, 600, 603, 604, 606],
    ].flat();
    expect(statuses.filter((status) => reasonPhrase(status) === "Unknown")).toEqual([]);
    expect([reasonPhrase(302), reasonPhrase(699)]).toEqual(["Moved Temporarily", "Unknown"]);
  });

  it("is answered with its own Via, From, Call-ID and CSeq, and a tag in To", () => {
    const parsed = parseMessage(octets(`INVITE sip:b@b.example SIP/2.0\n${REQUIRED}CSeq: 1 INVITE\n\n`));
    const answer = respond((parsed as { message: SipRequest }).message, 486, { toTag: "t9" });
    expect(answer.reason).toBe("Busy Here");
    expect(answer.headers.map(([name]) => name)).toEqual(["Via", "From", "To", "Call-ID", "CSeq"]);
    expect(header(answer, "To")).toBe("<sip:b@b.example>;tag=t9");
  });
});
