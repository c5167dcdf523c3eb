import { describe, expect, it } from "vitest";
import { answerAudio, answerFax, answerTcp, answerUdptl, offerFax, offerTcp, readOffer } from "./index.ts";

const octets = (...media: string[]) =>
  new TextEncoder().encode(["v=0", "o=p 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", ...media, ""].join("\r\n"));
const linesOf = (sdp: Uint8Array) => new TextDecoder().decode(sdp).split("\r\n");
const media = { address: "127.0.0.1", port: 5000 };

describe("an offer", () => {
  it("of audio and T.38 is taken as T.38; each stream is answered in its place, the others with port 0", () => {
    const offer = octets(
      "m=audio 4000 RTP/AVP 8",
      "m=image 4002 udptl t38",
      "a=T38FaxVersion:3",
      "a=T38FaxUdpEC:t38UDPFEC",
      "m=video 4004 RTP/AVP 31",
    );
    expect(readOffer(offer)).toMatchObject({ kind: "udptl", host: "192.0.2.9", port: 4002 });
    const answer = linesOf(answerUdptl(offer, media));
    expect(answer.filter((line) => line.startsWith("m="))).toEqual([
      "m=audio 0 RTP/AVP 8",
      "m=image 5000 udptl t38",
      "m=video 0 RTP/AVP 31",
    ]);
    // Version 0 is all we speak, and an answer may be lower than the offer (T.38 §D.2.3.3).
    expect(answer).toContain("a=T38FaxVersion:0");
    expect(answer).toContain("a=T38FaxUdpEC:t38UDPFEC");
  });

  it("of audio is answered with one codec under the caller's payload type, and the direction turned round", () => {
    const offer = octets("m=audio 4000 RTP/AVP 18 97 8", "a=rtpmap:97 PCMU/8000", "a=sendonly", "m=image 0 udptl t38");
    expect(readOffer(offer)).toMatchObject({ kind: "audio", payload: "pcmu", payloadType: 97 });
    const answer = linesOf(answerAudio(offer, media));
    expect(answer).toContain("m=audio 5000 RTP/AVP 97");
    expect(answer).toContain("a=recvonly");
    expect(answer).toContain("m=image 0 udptl t38");
  });

  it("over TCP is answered by who listens, or by who connects", () => {
    expect(readOffer(offerTcp("127.0.0.1"))).toMatchObject({ kind: "tcp", fax: { setup: "active" } });
    expect(linesOf(answerTcp(offerTcp("127.0.0.1"), media))).toContain("a=setup:passive");
    const passive = octets("m=image 4000 tcp t38", "a=setup:passive");
    const answer = linesOf(answerTcp(passive, { address: "127.0.0.1", port: undefined }));
    expect([answer.includes("m=image 9 tcp t38"), answer.includes("a=setup:active")]).toEqual([true, true]);
  });

  it("of our own kind is told from a foreign one over TCP by its rule of time", () => {
    expect(readOffer(offerFax("127.0.0.1"))).toMatchObject({ kind: "own" });
    expect(readOffer(answerFax({ ...media, token: "t1" }))).toMatchObject({ kind: "own", port: 5000, token: "t1" });
    expect(readOffer(octets("m=image 4000 tcp t38", "a=x-depesche-line-time:2"))).toMatchObject({ kind: "tcp" });
  });

  it("of a fax to nobody, to all, or to the other family of addresses is none; sound may be on hold", () => {
    const to = (address: string, media: string) =>
      new TextEncoder().encode(`v=0\r\nc=IN ${address}\r\nm=${media}\r\nm=audio 4000 RTP/AVP 8\r\n`);
    const kind = (address: string, ours = "127.0.0.1") => readOffer(to(address, "image 4002 udptl t38"), ours).kind;
    expect(["IP4 0.0.0.0", "IP4 224.0.0.1/127", "IP4 255.255.255.255"].map((one) => kind(one))).toEqual(
      Array(3).fill("audio"),
    );
    expect(["IP6 ::", "IP6 ff02::1"].map((one) => kind(one, "::1"))).toEqual(["audio", "audio"]);
    expect([kind("IP4 192.0.2.9"), kind("IP4 fax.example"), kind("IP6 2001:db8::9", "::1")]).toEqual(
      Array(3).fill("udptl"),
    );
    expect([kind("IP6 2001:db8::9"), kind("IP4 192.0.2.9", "::1")]).toEqual(["none", "none"]);
    // The same streams are passed over when the offer is answered.
    const offer = to("IP4 0.0.0.0", "image 4002 udptl t38");
    expect(linesOf(answerAudio(offer, media)).filter((line) => line.startsWith("m="))).toEqual([
      "m=image 0 udptl t38",
      "m=audio 5000 RTP/AVP 8",
    ]);
  });

  it("of nothing we could take is none, and cannot be answered by mistake", () => {
    const none = octets("m=audio 4000 RTP/AVP 18", "m=image 0 udptl t38");
    expect(readOffer(none)).toEqual({ kind: "none" });
    expect(readOffer(new TextEncoder().encode("hello"))).toEqual({ kind: "none" });
    expect(() => answerUdptl(none, media)).toThrow(RangeError);
    expect(() => answerUdptl(offerTcp("127.0.0.1"), media)).toThrow("no stream over udptl");
  });
});
