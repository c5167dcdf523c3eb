// Digest authentication against the examples of RFC 2617 §3.5 and RFC 7616 §3.9, and both sides against each other.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  authorisation,
  type DigestHash,
  digestResponse,
  Gatekeeper,
  type GatekeeperOptions,
  type Header,
  newDigest,
  noteChallenges,
  respond,
  type SipRequest,
} from "./index.ts";

const NAMES = { MD5: "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const;
const hash: DigestHash = (algorithm, octets) => createHash(NAMES[algorithm]).update(octets).digest("hex");
const NO_BODY = new Uint8Array(0);

describe("the response to a challenge", () => {
  const rfc7616 = {
    user: "Mufasa",
    password: "Circle of Life",
    realm: "http-auth@example.org",
    nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    nc: "00000001",
    qop: "auth",
  };
  const get = { method: "GET", uri: "/dir/index.html", body: NO_BODY };

  it("is that of RFC 7616 with SHA-256 and with MD5", () => {
    expect(digestResponse({ ...rfc7616, algorithm: "SHA-256" }, get, hash)).toBe(
      "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    );
    expect(digestResponse({ ...rfc7616, algorithm: "MD5" }, get, hash)).toBe("8ca523f5e9506fed4657c9700eebdbec");
  });

  it("is that of RFC 2617, and without qop that of RFC 2069 as its errata have it", () => {
    const rfc2617 = {
      user: "Mufasa",
      password: "Circle Of Life",
      realm: "testrealm@host.com",
      nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
      cnonce: "0a4f113b",
      nc: "00000001",
      algorithm: undefined,
    };
    expect(digestResponse({ ...rfc2617, qop: "auth" }, get, hash)).toBe("6629fae49393a05397450978507c4ef1");
    expect(digestResponse({ ...rfc2617, qop: undefined }, get, hash)).toBe("670fd8c2df070c60b045671b8b24ff02");
  });

  it("of a session hashes nonces into the secret, of auth-int the body into the request", () => {
    const secret = createHash("md5").update("Mufasa:http-auth@example.org:Circle of Life").digest("hex");
    const md5 = (text: string) => createHash("md5").update(text).digest("hex");
    const a1 = md5(`${secret}:${rfc7616.nonce}:${rfc7616.cnonce}`);
    const a2 = md5(`GET:/dir/index.html:${md5("hello")}`);
    const body = new TextEncoder().encode("hello");
    expect(digestResponse({ ...rfc7616, qop: "auth-int", algorithm: "MD5-sess" }, { ...get, body }, hash)).toBe(
      md5(`${a1}:${rfc7616.nonce}:00000001:${rfc7616.cnonce}:auth-int:${a2}`),
    );
  });
});

function request(headers: Header[] = []): SipRequest {
  const uri = "sip:exchange.example";
  return { kind: "request", method: "REGISTER", uri, headers: [["CSeq", "1 REGISTER"], ...headers], body: NO_BODY };
}

let clock = 0;
let randoms = 0;

function gatekeeper(more: Partial<GatekeeperOptions> = {}): Gatekeeper {
  clock = 1000;
  return new Gatekeeper({
    realm: "exchange.example",
    users: [{ user: "anna", password: "geheim" }],
    hash,
    now: () => clock,
    random: () => `r${randoms++}`,
    ...more,
  });
}

/** Plays a caller against a gatekeeper until it is let in or gives up; one word a round. */
function caller(gate: Gatekeeper, password = "geheim", status: 401 | 407 = 401) {
  const state = newDigest({ user: "anna", password });
  return () => {
    const rounds: string[] = [];
    let signed = new Set<string>();
    for (let round = 0; round < 5; round++) {
      const proof = authorisation(state, request(), hash);
      const verdict = gate.judge(request(proof), status);
      if (verdict.ok) return [...rounds, verdict.user].join(", ");
      const stale = verdict.headers.some(([, value]) => value.includes("stale=true"));
      rounds.push(`${verdict.status}${stale ? " stale" : ""}`);
      const response = respond(request(), verdict.status, { headers: verdict.headers });
      if (!noteChallenges(state, response, signed, () => "c1")) break;
      signed = new Set(state.realms.map(({ challenge }) => challenge.realm));
    }
    return rounds.join(", ");
  };
}

describe("a caller and who asks for its name", () => {
  it.each([401, 407] as const)("a %i is answered once, later requests prove themselves unasked", (status) => {
    const send = caller(gatekeeper(), "geheim", status);
    expect([send(), send(), send()]).toEqual([`${status}, anna`, "anna", "anna"]);
  });

  it.each(["MD5", "SHA-256", "SHA-512-256"] as const)("they meet with %s alone", (algorithm) => {
    expect(caller(gatekeeper({ algorithms: [algorithm] }))()).toBe("401, anna");
  });

  it("of several challenges of one realm the strongest is answered", () => {
    const verdict = gatekeeper().judge(request(), 401);
    if (verdict.ok) throw new Error("let in unasked");
    const state = newDigest({ user: "anna", password: "geheim" });
    noteChallenges(state, respond(request(), 401, { headers: verdict.headers }), new Set(), () => "c");
    expect(authorisation(state, request(), hash)).toEqual([["Authorization", expect.stringContaining("=SHA-256,")]]);
  });

  it("a wrong password is tried once, not again and again", () => {
    expect(caller(gatekeeper(), "falsch")()).toBe("401, 401");
  });

  it("a nonce that has grown old is stale, and a fresh one is answered", () => {
    const send = caller(gatekeeper({ nonceMs: 5000 }));
    send();
    clock += 5001;
    expect(send()).toBe("401 stale, anna");
  });

  it("an answer that was overheard opens nothing a second time", () => {
    const gate = gatekeeper();
    const state = newDigest({ user: "anna", password: "geheim" });
    const first = gate.judge(request(), 401);
    noteChallenges(state, respond(request(), 401, { headers: first.ok ? [] : first.headers }), new Set(), () => "c");
    const overheard = request(authorisation(state, request(), hash));
    expect(gate.judge(overheard, 401)).toMatchObject({ ok: true });
    expect(gate.judge(overheard, 401)).toMatchObject({ ok: false });
  });

  it("a nonce of another house, of another realm, or changed in its date is none", () => {
    const gate = gatekeeper();
    const other = gatekeeper();
    const foreign = caller(other);
    foreign();
    const state = newDigest({ user: "anna", password: "geheim" });
    const challenge = other.judge(request(), 401);
    noteChallenges(
      state,
      respond(request(), 401, { headers: challenge.ok ? [] : challenge.headers }),
      new Set(),
      () => "c",
    );
    expect(gate.judge(request(authorisation(state, request(), hash)), 401)).toMatchObject({ ok: false });
    state.realms[0]!.challenge.nonce = state.realms[0]!.challenge.nonce.replace(/^[^.]+/, "zz");
    expect(other.judge(request(authorisation(state, request(), hash)), 401)).toMatchObject({ ok: false });
  });

  it("uses of nonces are counted for so many only; an older one is stale then, never free", () => {
    const gate = gatekeeper();
    const first = caller(gate);
    first();
    clock += 1;
    for (let i = 0; i < 10_000; i++) caller(gate)();
    expect(first()).toBe("401 stale, anna");
  }, 60_000);

  it("what is no digest, or asks for what we do not have, is not answered", () => {
    for (const challenge of [
      "Basic realm=x",
      'Digest realm="x"',
      'Digest realm="x", nonce="n", algorithm=AKAv1-MD5',
      'Digest realm="x", nonce="n", qop="token"',
    ]) {
      const response = respond(request(), 401, { headers: [["WWW-Authenticate", challenge]] });
      expect(noteChallenges(newDigest({ user: "a", password: "b" }), response, new Set(), () => "c")).toBe(false);
    }
  });

  it("quotation marks within a name or realm stay within it", () => {
    const state = newDigest({ user: 'an"na', password: "x" });
    const headers: Header[] = [["WWW-Authenticate", 'Digest realm="a\\"b", nonce="n,1", opaque="o=1, p=2"']];
    expect(noteChallenges(state, respond(request(), 401, { headers }), new Set(), () => "c")).toBe(true);
    const [[, value]] = authorisation(state, request(), hash) as [Header];
    expect(value).toMatch(/^Digest username="an\\"na", realm="a\\"b", nonce="n,1", uri="sip:exchange\.example", /);
    expect(value).toMatch(/opaque="o=1, p=2"$/);
  });
});
