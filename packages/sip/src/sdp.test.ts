import { describe, expect, it } from "vitest";
import { buildSdp, type FaxMedia, parseSdp } from "./index.ts";

const octets = (...lines: string[]) => new TextEncoder().encode(`${lines.join("\r\n")}\r\n`);

describe("session descriptions for fax", () => {
  it("what is built is read back", () => {
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
    const parsed = parseSdp(buildSdp({ address: "192.0.2.7", sessionId: 1, fax }));
    expect(parsed).toMatchObject({ ok: true, sdp: { address: "192.0.2.7", fax, media: ["image 5000 udptl t38"] } });
  });

  it("a gateway's odd spelling of attributes is understood, and its audio stream passed over", () => {
    const parsed = parseSdp(
      octets(
        "v=0",
        "o=- 1 1 IN IP4 192.0.2.1",
        "s=-",
        "t=0 0",
        "m=audio 4000 RTP/AVP 8",
        "c=IN IP4 192.0.2.2",
        "m=image 4002 UDPTL t38",
        "c=IN IP4 192.0.2.3",
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
        address: "192.0.2.3",
        fax: { port: 4002, version: 3, maxBitRate: 9600, udpErrorCorrection: "t38UDPFEC" },
        media: ["audio 4000 RTP/AVP 8", "image 4002 UDPTL t38"],
      },
    });
  });

  it("what is malformed is refused by name", () => {
    const problem = (body: Uint8Array) => {
      const parsed = parseSdp(body);
      return parsed.ok ? "ok" : parsed.problem;
    };
    expect(problem(octets("hello"))).toBe("sdp-no-session");
    expect(problem(octets("v=0", "m=image 70000 udptl t38", "c=IN IP4 1.2.3.4"))).toBe("sdp-media");
    expect(problem(octets("v=0", "m=image 7000 udptl t38"))).toBe("sdp-no-connection");
    expect(problem(octets("v=0", "nonsense"))).toBe("sdp-line");
    expect(problem(new Uint8Array(9000))).toBe("sdp-too-large");
  });
});
