// Two endpoints, or an endpoint and a bare socket, on the loopback.

import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  answerFax,
  type IncomingCall,
  offerFax,
  openSipEndpoint,
  readOffer,
  type SipEndpoint,
  type Target,
} from "./index.ts";

const HOST = "127.0.0.1";
let called: SipEndpoint;
let calling: SipEndpoint;
let onInvite: (call: IncomingCall) => void;

beforeEach(async () => {
  onInvite = (call) => call.reject(404);
  called = await openSipEndpoint({ host: HOST, port: 0, product: "called" }, { invite: (call) => onInvite(call) });
  calling = await openSipEndpoint({ host: HOST, port: 0, product: "calling" }, { invite: (call) => call.reject(486) });
});
afterEach(async () => {
  await calling.close();
  await called.close();
});

function invite(transport: Target["transport"], onProvisional?: (status: number) => void) {
  return calling.invite({
    target: { transport, host: HOST, port: called.port },
    // As carriers that have looked the number up write it (RFC 4694).
    uri: `sip:+493023125000;npdi@${HOST}:${called.port}`,
    from: `<sip:+493023125900@${HOST}>`,
    user: "+493023125900",
    sdp: offerFax(HOST),
    onProvisional: (response) => onProvisional?.(response.status),
  });
}

/**
 * Sends a datagram and gives the start line (or with `whole` all) of each answer to it (and to `then`, sent behind it), until
 * `count` have come. Answers to whoever had its port before, repeated because no ACK came, are none of its own.
 */
function ask(text: string, count: number, whole = false, then = ""): Promise<string[]> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const answers: string[] = [];
    const branch = `z9hG4bK${Math.random()}`;
    socket.on("message", (bytes) => {
      if (!bytes.includes(branch) && then === "") return;
      answers.push(whole ? bytes.toString() : bytes.toString().split("\r\n", 1)[0]!);
      if (answers.length === count) socket.close(() => resolve(answers));
    });
    socket.bind(0, HOST, () => {
      const via = `Via: SIP/2.0/UDP ${HOST}:${socket.address().port};branch=${branch}`;
      socket.send(`${text.replace("VIA", via).replaceAll("\n", "\r\n")}\r\n\r\n`, called.port, HOST);
      if (then !== "") socket.send(then, called.port, HOST);
    });
  });
}

const REST = "VIA\nFrom: <sip:a@a.example>;tag=1\nTo: <sip:b@b.example>\nCall-ID: c1";

for (const transport of ["tcp", "udp"] as const) {
  describe(`a call over ${transport}`, () => {
    it("rings, is answered and ended by BYE, and both sides forget it", async () => {
      const statuses: number[] = [];
      let incoming: IncomingCall | undefined;
      onInvite = (call) => {
        incoming = call;
        call.ring();
        call.answer(answerFax({ address: HOST, port: 5, token: "t1" }));
      };
      const call = invite(transport, (status) => statuses.push(status));
      const { response, local } = await call.answered;
      expect([response.status, local, statuses]).toEqual([200, false, [180]]);
      expect(readOffer(response.body)).toEqual({ kind: "own", host: HOST, port: 5, token: "t1" });
      expect(incoming).toMatchObject({ called: "+493023125000", from: "+493023125900" });
      await call.bye();
      await incoming!.over;
      expect([calling.load().dialogs, called.load().dialogs]).toEqual([0, 0]);
    });

    it("can be ended by the called side", async () => {
      let incoming: IncomingCall | undefined;
      onInvite = (call) => {
        incoming = call;
        call.answer(answerFax({ address: HOST, port: 5, token: "t1" }));
      };
      const call = invite(transport);
      await call.answered;
      await incoming!.hangUp(1000);
      await call.over;
    });

    it("is taken back while it rings", async () => {
      let incoming: IncomingCall | undefined;
      onInvite = (call) => {
        incoming = call;
        call.ring();
      };
      const call = invite(transport, () => call.cancel());
      expect((await call.answered).response.status).toBe(487);
      await incoming!.cancelled;
    });

    it("is refused with what the called side says", async () => {
      onInvite = (call) => call.reject(486, [["Reason", "Q.850;cause=17"]]);
      expect((await invite(transport).answered).response).toMatchObject({ status: 486, reason: "Busy Here" });
    });
  });
}

describe("an endpoint", () => {
  it("refuses a request within a call that comes out of its turn", async () => {
    let incoming: IncomingCall | undefined;
    onInvite = (call) => {
      incoming = call;
      call.answer(answerFax({ address: HOST, port: 5, token: "t1" }));
    };
    const invited = `INVITE sip:x@y.example SIP/2.0\n${REST}\nCSeq: 7 INVITE\nContact: <sip:a@${HOST}:9>`;
    const [answer] = await ask(invited, 1, true);
    const to = /\r\n(To: [^\r]*)/.exec(answer!)![1]!;
    const bye = (seq: number) => `BYE sip:x@y.example SIP/2.0\n${REST.replace(/To: .*/, to)}\nCSeq: ${seq} BYE`;
    expect(await ask(bye(6), 1)).toEqual(["SIP/2.0 500 Server Internal Error"]);
    expect(await ask(bye(8), 1)).toEqual(["SIP/2.0 200 OK"]);
    await incoming!.over;
  });

  it("whose peer is not there says 503 of its own", async () => {
    const answer = await calling.request({
      method: "OPTIONS",
      // Discard: nobody listens there. A port just given back could be somebody else's by now.
      target: { transport: "tcp", host: HOST, port: 9 },
      uri: "sip:x@y.example",
      from: "<sip:a@a.example>",
      to: "<sip:b@b.example>",
    });
    expect([answer.local, answer.response.status]).toEqual([true, 503]);
  });

  it("answers OPTIONS, refuses what it does not know, and says 481 outside of calls", async () => {
    expect(await ask(`OPTIONS sip:x@y.example SIP/2.0\n${REST}\nCSeq: 1 OPTIONS`, 1)).toEqual(["SIP/2.0 200 OK"]);
    expect(await ask(`SUBSCRIBE sip:x@y.example SIP/2.0\n${REST}\nCSeq: 1 SUBSCRIBE`, 1)).toEqual([
      "SIP/2.0 405 Method Not Allowed",
    ]);
    for (const method of ["BYE", "CANCEL"]) {
      expect(await ask(`${method} sip:x@y.example SIP/2.0\n${REST}\nCSeq: 1 ${method}`, 1)).toEqual([
        "SIP/2.0 481 Call/Transaction Does Not Exist",
      ]);
    }
    expect(await ask(`REGISTER sip:y.example SIP/2.0\n${REST}\nCSeq: 1 REGISTER`, 1)).toEqual([
      "SIP/2.0 405 Method Not Allowed",
    ]);
  });

  it("repeats a refusal over UDP until its ACK comes", async () => {
    const answers = await ask(`INVITE sip:x@y.example SIP/2.0\n${REST}\nCSeq: 1 INVITE`, 2);
    expect(answers).toEqual(["SIP/2.0 404 Not Found", "SIP/2.0 404 Not Found"]);
  });

  it("drops and counts what is no SIP, and goes on", async () => {
    const socket = createSocket("udp4");
    for (const text of ["", "\0\0\0\0", "INVITE", "SIP/2.0 200 OK\r\n\r\n", `SIP/2.0 200 OK\r\n${"x".repeat(9000)}`]) {
      socket.send(text, called.port, HOST);
    }
    const stream = connect(called.port, HOST);
    stream.on("error", () => {});
    stream.write("GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n");
    await new Promise<void>((resolve) => stream.on("close", () => resolve()));
    expect(await ask(`OPTIONS sip:x@y.example SIP/2.0\n${REST}\nCSeq: 1 OPTIONS`, 1)).toEqual(["SIP/2.0 200 OK"]);
    await expect.poll(() => Object.values(called.drops).reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(5);
    expect(called.drops["sip-content-length"]).toBe(1);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  });

  it("says what is wrong with a request that can be answered, and nothing to an ACK", async () => {
    const bad = "SIP/2.0 400 Bad Request";
    expect(await ask(`OPTIONS sip:x@y.example SIP/2.0\n${REST}\nCSeq: 1 INVITE`, 1)).toEqual([bad]);
    expect(await ask(`OPTIONS sip:x@y.example SIP/2.0\n${REST}\nCSeq: soon`, 1)).toEqual([bad]);
    const short = `INVITE sip:x@y.example SIP/2.0\n${REST}\nCSeq: 1 INVITE\nContent-Length: 10`;
    expect(await ask(short, 1)).toEqual([bad]);
    const faultyAck = `ACK sip:x@y.example SIP/2.0\n${REST}\nCSeq: 1 ACK\nContent-Length: 10`;
    const later = `OPTIONS sip:x@y.example SIP/3.0\n${REST}\nCSeq: 1 OPTIONS`;
    expect(await ask(later, 1)).toEqual(["SIP/2.0 505 Version Not Supported"]);
    const next = `OPTIONS sip:x@y.example SIP/2.0\r\n${REST.replace("VIA", `Via: SIP/2.0/UDP ${HOST};rport;branch=z9hG4bKn`)}`;
    expect(await ask(`${faultyAck}`, 1, false, `${next}\nCSeq: 1 OPTIONS\n\n`)).toEqual(["SIP/2.0 200 OK"]);
  });

  it("refuses what demands an extension, and names the extension", async () => {
    const [answer] = await ask(
      `INVITE sip:x@y.example SIP/2.0\n${REST}\nCSeq: 1 INVITE\nRequire: 100rel, timer`,
      1,
      true,
    );
    expect(answer).toMatch(/^SIP\/2\.0 420 Bad Extension\r\n/);
    expect(answer).toContain("\r\nUnsupported: 100rel, timer\r\n");
  });

  it("cuts off who connects and says nothing, or begins a message and never ends it", async () => {
    const quick = await openSipEndpoint({ host: HOST, port: 0, product: "x", patienceMs: 20 }, { invite: () => {} });
    const speaking = connect(quick.port, HOST);
    const via = "Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKs";
    const whole = `OPTIONS sip:x@y.example SIP/2.0\n${REST.replace("VIA", via)}\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n`;
    speaking.once("connect", () => {
      speaking.write(whole);
      // It has said something whole in time, whenever this process comes to read it.
      const until = performance.now() + 60;
      while (performance.now() < until);
    });
    await new Promise((resolve) => speaking.once("data", resolve));
    for (const text of ["", "INVITE sip:x"]) {
      const silent = connect(quick.port, HOST);
      silent.write(text);
      await new Promise<void>((resolve) => silent.on("close", () => resolve()));
    }
    expect(quick.drops["tcp-silent"]).toBe(2);
    speaking.write(whole.replace("z9hG4bKs", "z9hG4bKt"));
    await new Promise((resolve) => speaking.once("data", resolve));
    speaking.destroy();
    await quick.close();
  });

  it("drops a request whose Via names no possible way back", async () => {
    const socket = createSocket("udp4");
    const via = "Via: SIP/2.0/UDP 127.0.0.1:99999;branch=z9hG4bKx";
    const text = `OPTIONS sip:x@y.example SIP/2.0\n${REST.replace("VIA", via)}\nCSeq: 1 OPTIONS\n\n`;
    socket.send(text.replaceAll("\n", "\r\n"), called.port, HOST);
    await expect.poll(() => called.drops["sip-via"]).toBe(1);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  });

  it("whose port is taken does not open", async () => {
    await expect(
      openSipEndpoint({ host: HOST, port: called.port, product: "x" }, { invite: () => {} }),
    ).rejects.toThrow("EADDRINUSE");
  });

  it("closing fails what is under way and leaves no timer", async () => {
    onInvite = () => {};
    const call = invite("udp");
    await calling.close();
    expect((await call.answered).local).toBe(true);
    expect(calling.load()).toEqual({ transactions: 0, dialogs: 0 });
  });
});
