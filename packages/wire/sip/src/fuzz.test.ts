// Twenty thousand damaged messages, as datagrams and in streams: nothing is thrown, neighbours are answered, nothing is left behind.

import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { offerAudio, offerUdptl, openSipEndpoint, type SipEndpoint } from "./index.ts";

const HOST = "127.0.0.1";
let endpoint: SipEndpoint;

afterEach(async () => {
  vi.useRealTimers();
  await endpoint.close();
});

/** xorshift32: the same damage in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const text = (sdp: Uint8Array) => Buffer.from(sdp).toString();

/** One of every kind that an endpoint meets; `n` makes it new, `port` leads the answer back. */
function corpus(n: number, port: number): string[] {
  const head = (method: string, to = "") =>
    [
      `Via: SIP/2.0/UDP ${HOST}:${port};branch=z9hG4bKf${n};rport`,
      `From: "F" <sip:f@f.example>;tag=f${n}`,
      `To: <sip:+493023125000@x.example>${to}`,
      `Call-ID: fuzz${n}@f.example`,
      `CSeq: ${1 + (n % 9)} ${method}`,
      `Contact: <sip:f@${HOST}:${port}>;expires=60`,
      "Max-Forwards: 70",
      "Record-Route: <sip:p.example;lr>, <sip:q.example;lr>",
      'Authorization: Digest username="a", realm="r", nonce="n", uri="sip:x", response="00", nc=00000001, cnonce="c", qop=auth',
    ].join("\r\n");
  const message = (start: string, method: string, body = "", to = "") =>
    `${start}\r\n${head(method, to)}\r\n${body === "" ? "" : "Content-Type: application/sdp\r\n"}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const request = (method: string, body = "", to = "") =>
    message(`${method} sip:+493023125000@${HOST} SIP/2.0`, method, body, to);
  return [
    request("INVITE", text(offerUdptl({ address: HOST, port: 4000 }))),
    request("INVITE", text(offerAudio({ address: HOST, port: 4000 }))),
    request("INVITE", "", ";tag=t"),
    request("ACK"),
    request("CANCEL"),
    request("BYE", "", ";tag=t"),
    request("OPTIONS"),
    request("REGISTER"),
    request("UPDATE"),
    message("SIP/2.0 200 OK", "INVITE", "", ";tag=t"),
    message("SIP/2.0 401 Unauthorized", "REGISTER"),
  ];
}

/** Flips, cuts, doubles and swaps octets of the message. */
function damaged(whole: string, draw: (below: number) => number): Buffer {
  let octets = Buffer.from(whole);
  for (let i = 1 + draw(4); i > 0; i--) {
    const at = draw(octets.length || 1);
    const more = draw(40);
    switch (draw(5)) {
      case 0:
        octets = Buffer.concat([octets.subarray(0, at), octets.subarray(at + more)]);
        break;
      case 1:
        octets = Buffer.concat([octets.subarray(0, at + more), octets.subarray(at)]);
        break;
      case 2:
        octets = Buffer.concat([octets.subarray(0, at), Buffer.alloc(more, draw(256)), octets.subarray(at)]);
        break;
      default:
        if (octets.length > 0) octets[at] = [0, 0x0a, 0x0d, 0x20, 0x22, 0x3c, 0x3b, 0xff, draw(256)][draw(9)]!;
    }
  }
  return octets;
}

it("twenty thousand damaged datagrams and streams leave an endpoint as it was", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let calls = 0;
  endpoint = await openSipEndpoint(
    { host: HOST, port: 0, product: "fuzzed" },
    {
      invite: (call) => {
        calls++;
        if (calls % 2 === 0 || !call.answer(offerAudio({ address: HOST, port: 4000 }))) call.reject(486);
        else void call.bye();
      },
      register: () => ({ status: 200 }),
    },
  );
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, HOST, () => resolve()));
  const { port } = socket.address();
  const draw = random(20_261_123);
  /** Answered when everything sent before has been looked at. */
  const ping = (n: number) =>
    new Promise<void>((resolve) => {
      const branch = `z9hG4bKping${n}`;
      const heard = (bytes: Buffer) => {
        if (!bytes.includes(branch)) return;
        socket.off("message", heard);
        expect(bytes.toString()).toMatch(/^SIP\/2\.0 200 /);
        resolve();
      };
      socket.on("message", heard);
      const options = corpus(n, port)[6]!.replace(`z9hG4bKf${n}`, branch);
      socket.send(options, endpoint.port, HOST);
    });
  /** After the longest timers (our own BYEs are answered by nobody) nothing is left. */
  const forgotten = () => {
    for (let i = 0; i < 3; i++) vi.advanceTimersByTime(40_000);
    expect(endpoint.load()).toEqual({ transactions: 0, dialogs: 0 });
  };
  for (let batch = 0; batch < 170; batch++) {
    for (let i = 0; i < 100; i++) {
      const all = corpus(batch * 1000 + i, port);
      socket.send(damaged(all[draw(all.length)]!, draw), endpoint.port, HOST);
    }
    await ping(batch * 1000 + 999);
    if (batch % 5 === 4) forgotten();
  }
  for (let stream = 0; stream < 100; stream++) {
    const connection = connect(endpoint.port, HOST);
    connection.on("error", () => {});
    const pieces = Array.from({ length: 30 }, (_, i) => {
      const all = corpus(500_000 + stream * 100 + i, port);
      return i % 3 === 0 ? damaged(all[draw(all.length)]!, draw) : Buffer.from(all[draw(all.length)]!);
    });
    connection.end(Buffer.concat(pieces));
    connection.resume();
    await new Promise<void>((resolve) => connection.on("close", () => resolve()));
    if (stream % 20 === 19) forgotten();
  }
  await ping(999_999);
  expect(calls).toBeGreaterThan(500);
  expect(Object.values(endpoint.drops).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1000);
  forgotten();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}, 120_000);
