import { describe, expect, it } from "vitest";
import { SipSplitter } from "./index.ts";

const octets = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const FIRST = "INVITE a SIP/2.0\r\nl: 5\r\nCall-ID: 1\r\n\r\nab\r\nc";
const SECOND = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";
const THIRD = "BYE a SIP/2.0\nCSeq: 1\n\n";

describe("a stream of SIP messages", () => {
  it("is cut by Content-Length wherever the pieces end, keep-alives between messages left out", () => {
    const stream = octets(`\r\n\r\n${FIRST}\r\n${SECOND}${THIRD}`);
    for (let a = 0; a <= stream.length; a++) {
      for (let b = a; b <= stream.length; b += 7) {
        const splitter = new SipSplitter();
        const pieces = [stream.slice(0, a), stream.slice(a, b), stream.slice(b)];
        const messages = pieces.flatMap((piece) => splitter.push(piece).messages.map(text));
        expect(messages).toEqual([FIRST, SECOND, THIRD]);
      }
    }
  });

  it("comes apart octet by octet too", () => {
    const splitter = new SipSplitter();
    const messages = [...octets(FIRST + SECOND)].flatMap((octet) =>
      splitter.push(Uint8Array.of(octet)).messages.map(text),
    );
    expect(messages).toEqual([FIRST, SECOND]);
  });

  it("that loses its frame stays refused, and what came before is still given", () => {
    const splitter = new SipSplitter();
    const pushed = splitter.push(octets(`${SECOND}INVITE a SIP/2.0\r\nContent-Length: many\r\n\r\n`));
    expect(pushed.messages.map(text)).toEqual([SECOND]);
    expect(pushed.problem).toBe("sip-content-length");
    expect(splitter.push(octets(SECOND))).toEqual({ messages: [], problem: "sip-content-length" });
  });

  it("that never ends its headers is refused before it fills the memory", () => {
    const splitter = new SipSplitter();
    let problem: string | undefined;
    for (let i = 0; i < 70 && problem === undefined; i++) problem = splitter.push(octets("x".repeat(1000))).problem;
    expect(problem).toBe("sip-too-large");
  });
});
