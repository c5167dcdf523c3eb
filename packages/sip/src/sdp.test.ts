import { describe, expect, it } from "vitest";
import { type AudioMedia, buildSdp, continueSdp, type FaxMedia, parseSdp } from "./index.ts";

const octets = (...lines: string[]) => new TextEncoder().encode(`${lines.join("\r\n")}\r\n`);
const text = (body: Uint8Array) => new TextDecoder().decode(body);

const fax: FaxMedia = {
  transport: "udptl",
  port: 5000,
  version: 0,
  maxBitRate: 14_400,
  rateManagement: "transferredTCF",
  maxBuffer: 1024,
  maxDatagram: 400,
  udpErrorCorrection: "t38UDPRedundancy",
};
const audio: AudioMedia = {
  port: 4000,
  codecs: [
    { name: "pcma", payloadType: 8 },
    { name: "pcmu", payloadType: 0 },
  ],
  direction: "recvonly",
};

describe("session descriptions for fax", () => {
  it("what is built is read back", () => {
    const built = buildSdp({
      address: "192.0.2.7",
      sessionId: 1,
      streams: [
        { kind: "fax", fax },
        { kind: "audio", audio },
        { kind: "refused", line: "video 9000 RTP/AVP 31" },
      ],
    });
    expect(parseSdp(built)).toMatchObject({
      ok: true,
      sdp: {
        origin: "depesche 1 1 IN IP4 192.0.2.7",
        streams: [
          { kind: "fax", address: "192.0.2.7", fax, line: "image 5000 udptl t38" },
          { kind: "audio", address: "192.0.2.7", audio },
          { kind: "other", line: "video 0 RTP/AVP 31" },
        ],
      },
    });
  });

  it("a gateway's odd spelling of attributes is understood, each stream has its own address", () => {
    const parsed = parseSdp(
      octets(
        "v=0",
        "o=- 1 1 IN IP4 192.0.2.1",
        "s=-",
        "t=0 0",
        "m=audio 4000 RTP/AVP 18 97 101 8",
        "c=IN IP4 192.0.2.2",
        "a=rtpmap:97 pcmu/8000",
        "a=rtpmap:101 telephone-event/8000",
        "m=image 4002 UDPTL t38",
        "c=IN IP4 192.0.2.3/127",
        "a=T38FaxVersion:3",
        "a=T38maxBitRate:9600",
        "a=T38FaxRateManagement:transferredtcf",
        "a=T38FaxUdpEC:t38UDPfec",
        "a=whatever",
      ),
    );
    expect(parsed).toMatchObject({
      ok: true,
      sdp: {
        streams: [
          {
            kind: "audio",
            address: "192.0.2.2",
            audio: {
              port: 4000,
              codecs: [
                { name: "pcmu", payloadType: 97 },
                { name: "pcma", payloadType: 8 },
              ],
              direction: "sendrecv",
            },
          },
          {
            kind: "fax",
            address: "192.0.2.3",
            fax: { port: 4002, version: 3, maxBitRate: 9600, udpErrorCorrection: "t38UDPFEC" },
          },
        ],
      },
    });
  });

  it("a payload type that is mapped to another codec or clock is not the G.711 of its number", () => {
    const mapped = (map: string) =>
      parseSdp(octets("v=0", "c=IN IP4 192.0.2.1", "m=audio 4000 RTP/AVP 8", `a=rtpmap:8 ${map}`));
    expect(mapped("PCMA/8000/1")).toMatchObject({ sdp: { streams: [{ audio: { codecs: [{ name: "pcma" }] } }] } });
    expect(mapped("PCMA/16000")).toMatchObject({ sdp: { streams: [{ audio: { codecs: [] } }] } });
    expect(mapped("G729/8000")).toMatchObject({ sdp: { streams: [{ audio: { codecs: [] } }] } });
  });

  it("a direction of the session holds for streams that say none", () => {
    const parsed = parseSdp(
      octets("v=0", "c=IN IP4 192.0.2.1", "a=sendonly", "m=audio 1 RTP/AVP 8", "m=audio 2 RTP/AVP 8", "a=inactive"),
    );
    expect(parsed).toMatchObject({
      sdp: { streams: [{ audio: { direction: "sendonly" } }, { audio: { direction: "inactive" } }] },
    });
  });

  it("a stream refused with port 0 needs no address", () => {
    expect(parseSdp(octets("v=0", "m=image 0 udptl t38"))).toMatchObject({
      ok: true,
      sdp: { streams: [{ kind: "fax", fax: { port: 0 } }] },
    });
  });

  it("what is malformed is refused by name", () => {
    const problem = (body: Uint8Array) => {
      const parsed = parseSdp(body);
      return parsed.ok ? "ok" : parsed.problem;
    };
    expect(problem(octets("hello"))).toBe("sdp-no-session");
    expect(problem(octets("v=0", "m=image 70000 udptl t38", "c=IN IP4 1.2.3.4"))).toBe("sdp-media");
    expect(problem(octets("v=0", ...Array.from({ length: 17 }, () => "m=video 0 RTP/AVP 31")))).toBe("sdp-media");
    expect(problem(octets("v=0", "m=image 7000 udptl t38"))).toBe("sdp-no-connection");
    expect(problem(octets("v=0", "nonsense"))).toBe("sdp-line");
    expect(problem(new Uint8Array(9000))).toBe("sdp-too-large");
  });

  it("a changed description goes on with the session's id and the next version, an unchanged one with the same version", () => {
    const streams = [{ kind: "audio", audio }] as const;
    const first = buildSdp({ address: "192.0.2.7", sessionId: 5, streams });
    const changed = continueSdp(
      first,
      buildSdp({ address: "192.0.2.7", sessionId: 6, streams: [{ kind: "fax", fax }] }),
    );
    expect(text(changed)).toMatch(/^o=depesche 5 2 IN IP4 192\.0\.2\.7\r$/m);
    const same = continueSdp(first, buildSdp({ address: "192.0.2.7", sessionId: 7, streams }));
    expect(text(same)).toBe(text(first));
    const again = continueSdp(changed, buildSdp({ address: "192.0.2.7", sessionId: 8, streams }));
    expect(text(again)).toMatch(/^o=depesche 5 3 /m);
  });

  it("a description that is passed on for somebody else keeps the version its author gave it", () => {
    const first = octets("v=0", "o=pbx 77 4 IN IP4 192.0.2.9", "c=IN IP4 192.0.2.9", "m=audio 4000 RTP/AVP 8");
    const next = octets("v=0", "o=pbx 77 9 IN IP4 192.0.2.9", "c=IN IP4 192.0.2.9", "m=image 4000 udptl t38");
    expect(text(continueSdp(first, next))).toBe(text(next));
  });
});
