import type { Header, SipRequest } from "@depesche/sip";
import { beforeEach, describe, expect, it } from "vitest";
import { Registrar } from "./registrar.ts";

let now: number;
let registrar: Registrar;
let seq: number;
const SOURCE = { transport: "udp", host: "127.0.0.1", port: 5060 } as const;

beforeEach(() => {
  now = 1_000_000.4;
  seq = 0;
  registrar = new Registrar(() => now);
});

function register(contacts: string[], more: { expires?: string; callId?: string; seq?: number; via?: string } = {}) {
  const headers: Header[] = [
    ["Via", more.via ?? "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1"],
    ["From", "<sip:+493023125900@x.example>;tag=1"],
    ["To", "<sip:+493023125900@x.example>"],
    ["Call-ID", more.callId ?? "c1"],
    ["CSeq", `${more.seq ?? ++seq} REGISTER`],
    ...contacts.map((contact): Header => ["Contact", contact]),
    ...(more.expires === undefined ? [] : [["Expires", more.expires] as const]),
  ];
  const request: SipRequest = { kind: "request", method: "REGISTER", uri: "sip:x", headers, body: new Uint8Array(0) };
  const { status, headers: told = [] } = registrar.register(request, SOURCE);
  return [status, ...told.map(([, value]) => value)];
}

const contacts = () => registrar.contacts("493023125900").map(({ uri }) => uri);

describe("a registrar", () => {
  it("lists every contact with its own time left, and tries the one refreshed last first", () => {
    expect(register(["<sip:a@10.0.0.1>;expires=60", "<sip:b@10.0.0.2>"], { expires: "30" })).toEqual([
      200,
      "<sip:b@10.0.0.2>;expires=30",
      "<sip:a@10.0.0.1>;expires=60",
    ]);
    now += 10_000;
    expect(register(["<sip:a@10.0.0.1>"], { expires: "60" }).at(1)).toBe("<sip:a@10.0.0.1>;expires=60");
    expect(contacts()).toEqual(["sip:a@10.0.0.1", "sip:b@10.0.0.2"]);
    now += 21_000;
    expect(register([])).toEqual([200, "<sip:a@10.0.0.1>;expires=39"]);
    now += 40_000;
    expect([contacts(), registrar.numbers()]).toEqual([[], []]);
  });

  it("refuses a time too short with the shortest there is, and one that is no time", () => {
    expect(register(["<sip:a@10.0.0.1>"], { expires: "9" })).toEqual([423, "10"]);
    expect(register(["<sip:a@10.0.0.1>;expires=soon"])).toEqual([400]);
    expect(contacts()).toEqual([]);
  });

  it("takes back one contact, or with a star and no time all of them", () => {
    register(["<sip:a@10.0.0.1>", "<sip:b@10.0.0.2>"]);
    expect(register(["<sip:a@10.0.0.1>;expires=0"]).at(1)).toMatch(/^<sip:b@10\.0\.0\.2>/);
    expect(register(["*"])).toEqual([400]);
    expect(register(["*", "<sip:c@10.0.0.3>"], { expires: "0" })).toEqual([400]);
    expect(register(["*"], { expires: "0" })).toEqual([200]);
    expect(contacts()).toEqual([]);
  });

  it("lets a late copy of an earlier request change nothing", () => {
    register(["<sip:a@10.0.0.1>"], { seq: 7 });
    expect(register(["<sip:a@10.0.0.1>"], { seq: 6, expires: "0" })).toEqual([500]);
    expect(register(["*"], { seq: 7, expires: "0" })).toEqual([500]);
    expect(register(["<sip:a@10.0.0.1>"], { callId: "restarted", seq: 1 }).at(0)).toBe(200);
    expect(contacts()).toEqual(["sip:a@10.0.0.1"]);
  });

  it("keeps so many contacts of a number and no more", () => {
    for (let i = 1; i <= 12; i++) register([`<sip:a@10.0.0.${i}>`]);
    expect(contacts()).toHaveLength(8);
    expect(contacts()[0]).toBe("sip:a@10.0.0.12");
  });

  it("calls back the way the request came when an address translator stands between", () => {
    register(["<sip:a@192.168.0.9:5062>"], { via: "SIP/2.0/UDP 192.168.0.9:5062;branch=z9hG4bK1;received=127.0.0.1" });
    expect(registrar.contacts("493023125900")[0]!.target).toEqual(SOURCE);
    register(["<sip:b@127.0.0.1:5062;transport=tcp>"]);
    expect(registrar.contacts("493023125900")[0]!.target).toMatchObject({ transport: "tcp", port: 5062 });
  });
});
