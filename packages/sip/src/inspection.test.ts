import { describe, expect, it } from "vitest";
import { type Header, refusalOf, type SipRequest, sessionBody } from "./index.ts";

const octets = (text: string) => new TextEncoder().encode(text.replaceAll("\n", "\r\n"));

function invite(headers: Header[], body = "", over: Partial<SipRequest> = {}): SipRequest {
  return { kind: "request", method: "INVITE", uri: "sip:b@b.example", headers, body: octets(body), ...over };
}

describe("a request", () => {
  it("is refused for its method, address, demands or body, each with what would do instead", () => {
    const refusals = [
      invite([], "", { method: "PUBLISH" }),
      invite([], "", { uri: "mailto:b@b.example" }),
      invite([], "", { uri: "sip:" }),
      invite([["Require", "100rel, timer"]]),
      invite([["Content-Type", "text/plain"]], "hello"),
      invite(
        [
          ["Content-Type", "application/sdp"],
          ["Content-Encoding", "gzip"],
        ],
        "v=0",
      ),
    ].map(refusalOf);
    expect(refusals).toEqual([
      { status: 405, headers: [["Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER"]] },
      { status: 416, headers: [] },
      { status: 400, headers: [] },
      { status: 420, headers: [["Unsupported", "100rel, timer"]] },
      { status: 415, headers: [["Accept", "application/sdp"]] },
      { status: 415, headers: [["Accept-Encoding", "identity"]] },
    ]);
  });

  it("is let pass with a description, or without a body", () => {
    expect(refusalOf(invite([]))).toBeUndefined();
    expect(refusalOf(invite([["Content-Type", "Application/SDP; charset=utf-8"]], "v=0"))).toBeUndefined();
  });

  it("a CANCEL is never refused for what it demands", () => {
    expect(refusalOf(invite([["Require", "x"]], "", { method: "CANCEL" }))).toBeUndefined();
  });
});

describe("the session description in a body", () => {
  const mixed = (boundary: string, parts: string) =>
    sessionBody(invite([["Content-Type", `multipart/mixed; boundary=${boundary}`]], parts));

  it("is the part that is one, beside a gateway's ISUP", () => {
    const found = mixed(
      '"unique-1"',
      "--unique-1\nContent-Type: application/ISUP; version=nxv3\n\n\u0001\u0002\n--unique-1\nContent-Type: application/sdp\n" +
        "Content-Disposition: session\n\nv=0\ns=x\n--unique-1--\n",
    );
    expect(new TextDecoder().decode(found)).toBe("v=0\r\ns=x");
  });

  it("is missing where no part is one, or the parts do not end", () => {
    expect(mixed("b", "--b\nContent-Type: text/plain\n\nhello\n--b--\n")).toBeUndefined();
    expect(mixed("b", "--b\nContent-Type: application/sdp\n\nv=0\n")).toBeUndefined();
    expect(mixed("b", "nothing")).toBeUndefined();
    expect(sessionBody(invite([["Content-Type", "multipart/mixed"]], "v=0"))).toBeUndefined();
  });
});
