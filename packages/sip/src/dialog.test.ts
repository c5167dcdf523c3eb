// Requests within a call through proxies, with the URIs of RFC 3261 §16.12.

import { describe, expect, it } from "vitest";
import {
  dialogOfCalled,
  dialogOfCaller,
  type Header,
  header,
  headerList,
  nextHopUri,
  refreshTarget,
  requestInDialog,
  respond,
  type SipRequest,
} from "./index.ts";

const VIA = "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK9";

function invite(recordRoute: string[]): SipRequest {
  const headers: Header[] = [
    ["Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"],
    ...recordRoute.map((route): Header => ["Record-Route", route]),
    ["From", "<sip:caller@u1.example.com>;tag=f"],
    ["To", "<sip:callee@domain.com>"],
    ["Call-ID", "c1"],
    ["CSeq", "5 INVITE"],
    ["Contact", "<sip:caller@u1.example.com:5080>"],
  ];
  return { kind: "request", method: "INVITE", uri: "sip:callee@domain.com", headers, body: new Uint8Array(0) };
}

/** Both sides' dialogs of a call that went through the proxies. */
function dialogs(recordRoute: string[]) {
  const sent = invite(recordRoute);
  const answer = respond(sent, 200, { toTag: "t", headers: [["Contact", "<sip:callee@u2.domain.com>"]] });
  return { caller: dialogOfCaller(sent, answer)!, called: dialogOfCalled(sent, answer)! };
}

const lines = (request: SipRequest) => [request.uri, ...headerList(request, "Route")];

describe("a request within a call", () => {
  it("goes to the peer's Contact when no proxy wants to see it", () => {
    const { caller } = dialogs([]);
    expect(lines(requestInDialog(caller, "BYE", { via: VIA }))).toEqual(["sip:callee@u2.domain.com"]);
    expect(nextHopUri(caller)).toBe("sip:callee@u2.domain.com");
    expect(header(requestInDialog(caller, "BYE", { via: VIA }), "CSeq")).toBe("7 BYE");
  });

  it("goes along the route, each side seeing it from its end, with the peer as Request-URI", () => {
    const { caller, called } = dialogs(["<sip:p2.domain.com;lr>", "<sip:p1.example.com;lr>"]);
    expect(lines(requestInDialog(caller, "BYE", { via: VIA }))).toEqual([
      "sip:callee@u2.domain.com",
      "<sip:p1.example.com;lr>",
      "<sip:p2.domain.com;lr>",
    ]);
    expect(nextHopUri(caller)).toBe("sip:p1.example.com;lr");
    expect(lines(requestInDialog(called, "BYE", { via: VIA }))).toEqual([
      "sip:caller@u1.example.com:5080",
      "<sip:p2.domain.com;lr>",
      "<sip:p1.example.com;lr>",
    ]);
  });

  it("gives a strict router the request as its own and puts the peer at the end of the route", () => {
    const { caller } = dialogs(["<sip:p2.domain.com;lr>", "<sip:p1.example.com>"]);
    expect(lines(requestInDialog(caller, "BYE", { via: VIA }))).toEqual([
      "sip:p1.example.com",
      "<sip:p2.domain.com;lr>",
      "<sip:callee@u2.domain.com>",
    ]);
  });

  it("follows the peer where its latest Contact says", () => {
    const { caller } = dialogs([]);
    refreshTarget(caller, { ...invite([]), headers: [["Contact", "<sip:moved@192.0.2.77:5070>"]] });
    expect(requestInDialog(caller, "BYE", { via: VIA }).uri).toBe("sip:moved@192.0.2.77:5070");
    refreshTarget(caller, { ...invite([]), headers: [] });
    expect(caller.remoteTarget).toBe("sip:moved@192.0.2.77:5070");
  });
});
