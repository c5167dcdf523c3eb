// Changes of a call's session, and who may place it: two endpoints on the loopback, and bare sockets where the wire counts.

import { createSocket, type Socket } from "node:dgram";
import { Gatekeeper, header, headerList, parseMessage, type SipMessage, type SipRequest } from "@depesche/sip";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  answerAudio,
  answerUdptl,
  digestHash,
  type IncomingCall,
  newId,
  newSeries,
  type OutgoingCall,
  type OutgoingOrder,
  offerAudio,
  offerUdptl,
  openSipEndpoint,
  readOffer,
  type SipEndpoint,
  type SipHandlers,
  type Target,
} from "./index.ts";

const HOST = "127.0.0.1";
const AUDIO = { address: HOST, port: 4000 };
const FAX = { address: HOST, port: 5000 };
let called: SipEndpoint;
let calling: SipEndpoint;
let handlers: SipHandlers;
let socket: Socket;

beforeEach(async () => {
  handlers = { invite: (call) => call.answer(answerAudio(call.invite.body, AUDIO)) };
  called = await openSipEndpoint(
    { host: HOST, port: 0, product: "called" },
    {
      invite: (call) => handlers.invite(call),
      admit: (request) => handlers.admit?.(request),
      register: (request, source) => handlers.register?.(request, source) ?? { status: 200 },
    },
  );
  calling = await openSipEndpoint({ host: HOST, port: 0, product: "calling" }, { invite: (call) => call.reject(486) });
  socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, HOST, () => resolve()));
});
afterEach(async () => {
  await calling.close();
  await called.close();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
});

function order(more: Partial<OutgoingOrder> = {}): OutgoingOrder {
  return {
    target: { transport: "udp", host: HOST, port: called.port },
    uri: `sip:+493023125000@${HOST}:${called.port}`,
    from: `<sip:+493023125900@${HOST}>`,
    user: "+493023125900",
    sdp: offerAudio({ address: HOST, port: 4002 }),
    ...more,
  };
}

/** A call that stands, seen from both sides. */
async function standing(transport: Target["transport"] = "udp"): Promise<{ out: OutgoingCall; in: IncomingCall }> {
  let incoming: IncomingCall | undefined;
  handlers.invite = (call) => {
    incoming = call;
    call.answer(answerAudio(call.invite.body, AUDIO));
  };
  const out = calling.invite(order({ target: { transport, host: HOST, port: called.port } }));
  await out.answered;
  return { out, in: incoming! };
}

const originOf = (sdp: Uint8Array) => /^o=\S+ (\d+) (\d+)/m.exec(new TextDecoder().decode(sdp))!.slice(1).map(Number);

for (const transport of ["udp", "tcp"] as const) {
  describe(`a call over ${transport}`, () => {
    it("goes over from audio to T.38 at the wish of either side, and its description counts up", async () => {
      const call = await standing(transport);
      const seen: Uint8Array[] = [];
      for (const [from, to] of [
        [call.in, call.out],
        [call.out, call.in],
      ] as const) {
        to.onOffer((sdp) => {
          seen.push(sdp);
          return { status: 200, sdp: answerUdptl(sdp, FAX) };
        });
        const { response } = await from.reoffer(offerUdptl({ address: HOST, port: 5002 }));
        expect([response.status, readOffer(response.body)]).toMatchObject([200, { kind: "udptl", port: 5000 }]);
      }
      expect(seen.map((sdp) => readOffer(sdp))).toMatchObject(Array(2).fill({ kind: "udptl", port: 5002 }));
      const [first, second] = seen.map(originOf);
      // The called side: audio was version 1. The calling side: audio 1, its answer with T.38 2, this offer 3.
      expect([first![1], second![1]]).toEqual([2, 3]);
      await call.out.hangUp(1000);
    });

    it("goes on as it was when the change is refused", async () => {
      const call = await standing(transport);
      expect((await call.in.reoffer(offerUdptl(FAX))).response.status).toBe(488);
      call.out.onOffer(() => {
        throw new Error("our own fault");
      });
      expect((await call.in.reoffer(offerUdptl(FAX))).response.status).toBe(500);
      expect([call.in.stands, call.out.stands]).toEqual([true, true]);
      await call.out.hangUp(1000);
      expect((await call.in.reoffer(offerUdptl(FAX))).local).toBe(true);
    });
  });
}

describe("changes of a session", () => {
  it("that cross each other both come about, one after the other", async () => {
    const call = await standing();
    const order: string[] = [];
    for (const [name, side] of Object.entries(call)) {
      side.onOffer((sdp) => {
        order.push(name);
        return { status: 200, sdp: answerUdptl(sdp, FAX) };
      });
    }
    const offer = () => offerUdptl({ address: HOST, port: 5002 });
    const answers = await Promise.all([call.out.reoffer(offer()), call.in.reoffer(offer())]);
    expect(answers.map(({ response }) => response.status)).toEqual([200, 200]);
    expect(order.toSorted()).toEqual(["in", "out"]);
    await call.out.hangUp(1000);
  }, 30_000);

  it("wished twice by one side are made one after the other", async () => {
    const call = await standing();
    let atOnce = 0;
    call.in.onOffer(async (sdp) => {
      expect(++atOnce).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce--;
      return { status: 200, sdp: answerUdptl(sdp, FAX) };
    });
    const answers = await Promise.all([call.out.reoffer(offerUdptl(FAX)), call.out.reoffer(offerUdptl(AUDIO))]);
    expect(answers.map(({ response }) => response.status)).toEqual([200, 200]);
    await call.out.hangUp(1000);
  });

  it("are over when the call ends before they are answered", async () => {
    const call = await standing();
    call.out.onOffer(() => new Promise(() => {}));
    const change = call.in.reoffer(offerUdptl(FAX));
    await expect.poll(() => called.load().transactions).toBeGreaterThan(0);
    void call.out.bye();
    expect((await change).response.status).toBeGreaterThanOrEqual(481);
  });

  it("end the call when the peer knows nothing of it any more", async () => {
    const call = await standing();
    // The other side forgets without a word, as after a crash.
    called.removeDialog(keyOf(call.in));
    expect((await call.out.reoffer(offerUdptl(FAX))).response.status).toBe(481);
    await call.out.over;
  });
});

/** The dialog's key as the called endpoint keeps it. */
function keyOf(call: IncomingCall): string {
  const { dialog } = call as unknown as { dialog: { callId: string; localTag: string; remoteTag: string } };
  return `${dialog.callId} ${dialog.localTag} ${dialog.remoteTag}`;
}

/** A peer of bare datagrams. */
function peer() {
  const heard: SipMessage[] = [];
  const waiting: { wanted: (message: SipMessage) => boolean; resolve: (message: SipMessage) => void }[] = [];
  socket.on("message", (bytes) => {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) throw new Error(parsed.problem);
    const index = waiting.findIndex(({ wanted }) => wanted(parsed.message));
    if (index >= 0) waiting.splice(index, 1)[0]!.resolve(parsed.message);
    else heard.push(parsed.message);
  });
  const until = (wanted: (message: SipMessage) => boolean): Promise<SipMessage> => {
    const index = heard.findIndex(wanted);
    if (index >= 0) return Promise.resolve(heard.splice(index, 1)[0]!);
    return new Promise((resolve) => waiting.push({ wanted, resolve }));
  };
  const { port } = socket.address();
  let branch = 0;
  return {
    heard,
    port,
    target: { transport: "udp", host: HOST, port } as const,
    request: (method: string) => until((m) => m.kind === "request" && m.method === method) as Promise<SipRequest>,
    answer: (to: number) =>
      until((m) => m.kind === "response" && m.status >= 200 && header(m, "CSeq")!.startsWith(`${to} `)),
    provisional: (status: number) => until((m) => m.kind === "response" && m.status === status),
    send: (endpoint: SipEndpoint, lines: readonly string[], body: string | Uint8Array = "") => {
      branch++;
      const via = `Via: SIP/2.0/UDP ${HOST}:${port};branch=z9hG4bKp${branch}`;
      const octets = Buffer.from(body);
      const [start, ...rest] = lines;
      const text = [start, via, ...rest, `Content-Length: ${octets.length}`, "", ""].join("\r\n");
      socket.send(Buffer.concat([Buffer.from(text), octets]), endpoint.port, HOST);
    },
    reply: (request: SipRequest, status: number, lines: readonly string[] = [], body: string | Uint8Array = "") => {
      const copied = request.headers.filter(([name]) => /^(Via|From|Call-ID|CSeq|Record-Route)$/.test(name));
      const octets = Buffer.from(body);
      const text = [
        `SIP/2.0 ${status} Said`,
        ...copied.map(([name, value]) => `${name}: ${value}`),
        ...lines,
        `Content-Length: ${octets.length}`,
        "",
        "",
      ].join("\r\n");
      socket.send(Buffer.concat([Buffer.from(text), octets]), calling.port, HOST);
    },
  };
}

describe("an INVITE without a description", () => {
  it("leaves the offer to the called side, whose caller answers in the ACK", async () => {
    const raw = peer();
    let answered: Uint8Array | undefined;
    handlers.invite = async (call) => {
      expect(call.invite.body).toHaveLength(0);
      call.answer(offerAudio(AUDIO));
      answered = await call.acknowledgement;
    };
    const head = ["From: <sip:a@a.example>;tag=1", "Call-ID: late"];
    const contact = `Contact: <sip:a@${HOST}:${raw.port}>`;
    raw.send(called, ["INVITE sip:b@b.example SIP/2.0", ...head, "To: <sip:b@b.example>", "CSeq: 1 INVITE", contact]);
    const answer = await raw.answer(1);
    expect(readOffer(answer.body)).toMatchObject({ kind: "audio", port: 4000, payload: "pcma" });
    const to = `To: ${header(answer, "To")}`;
    raw.send(
      called,
      ["ACK sip:b@b.example SIP/2.0", ...head, to, "CSeq: 1 ACK", "Content-Type: application/sdp"],
      answerAudio(answer.body, { address: HOST, port: 4444 }),
    );
    await expect.poll(() => answered && readOffer(answered)).toMatchObject({ kind: "audio", port: 4444 });
    raw.send(called, ["BYE sip:b@b.example SIP/2.0", ...head, to, "CSeq: 2 BYE"]);
    expect(await raw.answer(2)).toMatchObject({ status: 200 });
  });

  it("can be placed: the ACK waits for our answer", async () => {
    let incoming: IncomingCall | undefined;
    handlers.invite = (call) => {
      incoming = call;
      call.answer(offerAudio(AUDIO));
    };
    const call = calling.invite(order({ sdp: new Uint8Array(0) }));
    const { response } = await call.answered;
    call.acknowledge(answerAudio(response.body, { address: HOST, port: 4646 }));
    expect(readOffer((await incoming!.acknowledgement)!)).toMatchObject({ kind: "audio", port: 4646 });
    await call.hangUp(1000);
  });
});

describe("what a foreign peer does within a call", () => {
  /** A peer's call that stands; its requests are numbered from 2. */
  async function placed() {
    const raw = peer();
    let incoming: IncomingCall | undefined;
    handlers.invite = (call) => {
      incoming = call;
      call.answer(answerAudio(call.invite.body, AUDIO));
    };
    const contact = `Contact: <sip:a@${HOST}:${raw.port}>`;
    const head = ["From: <sip:a@a.example>;tag=1", "Call-ID: within", contact];
    const sdp = offerAudio({ address: HOST, port: 4002 });
    const type = "Content-Type: application/sdp";
    raw.send(called, ["INVITE sip:b@b.example SIP/2.0", ...head, "To: <sip:b@b.example>", "CSeq: 1 INVITE", type], sdp);
    const answer = await raw.answer(1);
    const to = `To: ${header(answer, "To")}`;
    const within = (method: string, seq: number, body: string | Uint8Array = "") =>
      raw.send(called, [`${method} sip:b@b.example SIP/2.0`, ...head, to, `CSeq: ${seq} ${method}`, type], body);
    within("ACK", 1);
    return { raw, within, answer, sdp, incoming: incoming! };
  }

  it("an offer that changes nothing (a session timer's refresh) gets what holds already", async () => {
    const { raw, within, answer, sdp } = await placed();
    within("INVITE", 2, sdp);
    const again = await raw.answer(2);
    expect([again, Buffer.from(again.body)]).toMatchObject([{ status: 200 }, Buffer.from(answer.body)]);
    within("ACK", 2);
    within("INVITE", 3);
    expect(readOffer((await raw.answer(3)).body)).toMatchObject({ kind: "audio", port: 4000 });
    within("ACK", 3);
  });

  it("UPDATE and other methods are refused with those there are, the call goes on", async () => {
    const { raw, within, incoming } = await placed();
    for (const [index, method] of ["UPDATE", "INFO", "REFER"].entries()) {
      within(method, 2 + index);
      const refusal = await raw.answer(2 + index);
      expect(refusal).toMatchObject({ status: 405 });
      expect(header(refusal, "Allow")).toBe("INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER");
    }
    expect(incoming.stands).toBe(true);
  });

  it("a second offer before the first is answered gets 500 with a time to wait, and the first its answer", async () => {
    const { raw, within, incoming } = await placed();
    let decide = (_: { status: number; sdp?: Uint8Array }) => {};
    incoming.onOffer(
      () =>
        new Promise((resolve) => {
          decide = resolve;
        }),
    );
    const offer = offerUdptl({ address: HOST, port: 5002 });
    within("INVITE", 2, offer);
    // It waits for an answer, so that its sender stops repeating it.
    await raw.provisional(100);
    within("INVITE", 3, offerUdptl({ address: HOST, port: 5004 }));
    const second = await raw.answer(3);
    expect([second, header(second, "Retry-After")]).toMatchObject([{ status: 500 }, expect.stringMatching(/^\d$/)]);
    decide({ status: 200, sdp: answerUdptl(offer, FAX) });
    expect(await raw.answer(2)).toMatchObject({ status: 200 });
  });

  it("an offer taken back by CANCEL gets 487, one under way at the BYE too", async () => {
    const { raw, within, incoming } = await placed();
    incoming.onOffer(() => new Promise(() => {}));
    const contact = `Contact: <sip:a@${HOST}:${raw.port}>`;
    within("INVITE", 2, offerUdptl(FAX));
    const trying = await raw.provisional(100);
    const lines = ["Via", "From", "To", "Call-ID"].map((name) => `${name}: ${header(trying, name)}`);
    const cancel = ["CANCEL sip:b@b.example SIP/2.0", ...lines, "CSeq: 2 CANCEL", contact, "Content-Length: 0", "", ""];
    socket.send(cancel.join("\r\n"), called.port, HOST);
    const both = [await raw.answer(2), await raw.answer(2)] as { status: number }[];
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 487]);
    within("INVITE", 3, offerUdptl(FAX));
    await raw.provisional(100);
    within("BYE", 4);
    expect([await raw.answer(4), await raw.answer(3)]).toMatchObject([{ status: 200 }, { status: 487 }]);
  });

  it("requests of a call nobody knows get 481, a copy of an INVITE that came another way 482", async () => {
    const { raw, sdp } = await placed();
    const head = ["From: <sip:a@a.example>;tag=1", "Call-ID: within"];
    const contact = `Contact: <sip:a@${HOST}:${raw.port}>`;
    for (const [index, method] of ["INVITE", "OPTIONS", "BYE"].entries()) {
      raw.send(called, [
        `${method} sip:b@b.example SIP/2.0`,
        ...head,
        "To: <sip:b@b.example>;tag=nobody",
        `CSeq: ${70 + index} ${method}`,
        contact,
      ]);
      expect(await raw.answer(70 + index)).toMatchObject({ status: 481 });
    }
    const lines = ["INVITE sip:b@b.example SIP/2.0", ...head, "To: <sip:b@b.example>", "CSeq: 1 INVITE", contact];
    raw.send(called, [...lines, "Content-Type: application/sdp"], sdp);
    expect(await raw.answer(1)).toMatchObject({ status: 482 });
  });
});

describe("a call placed to a foreign peer", () => {
  const contact = (port: number) => `Contact: <sip:c@${HOST}:${port}>`;
  const type = "Content-Type: application/sdp";

  it("follows the route its proxies have recorded, and the peer's Contact at the end of it", async () => {
    const raw = peer();
    const call = calling.invite(order({ target: raw.target }));
    const invite = await raw.request("INVITE");
    raw.reply(
      invite,
      200,
      [
        `To: ${header(invite, "To")};tag=p`,
        "Contact: <sip:callee@u2.example:5099>",
        `Record-Route: <sip:${HOST}:${raw.port};lr>`,
        type,
      ],
      answerAudio(invite.body, AUDIO),
    );
    const ack = await raw.request("ACK");
    void call.answered.then(() => call.bye());
    const bye = await raw.request("BYE");
    for (const request of [ack, bye]) {
      expect([request.uri, ...headerList(request, "Route")]).toEqual([
        "sip:callee@u2.example:5099",
        `<sip:${HOST}:${raw.port};lr>`,
      ]);
    }
    raw.reply(bye, 200, [`To: ${header(bye, "To")}`]);
    await call.over;
  });

  it("answered by two ends behind a forking proxy stands with the first; the second gets ACK and BYE", async () => {
    const raw = peer();
    const call = calling.invite(order({ target: raw.target }));
    const invite = await raw.request("INVITE");
    const answer = (tag: string) =>
      raw.reply(
        invite,
        200,
        [`To: ${header(invite, "To")};tag=${tag}`, contact(raw.port), type],
        answerAudio(invite.body, AUDIO),
      );
    answer("first");
    expect(header(await raw.request("ACK"), "To")).toMatch(/;tag=first$/);
    answer("second");
    expect(header(await raw.request("ACK"), "To")).toMatch(/;tag=second$/);
    const bye = await raw.request("BYE");
    expect(header(bye, "To")).toMatch(/;tag=second$/);
    raw.reply(bye, 200, [`To: ${header(bye, "To")}`]);
    expect(call.stands).toBe(true);
    void call.bye();
    const last = await raw.request("BYE");
    expect(header(last, "To")).toMatch(/;tag=first$/);
    raw.reply(last, 200, [`To: ${header(last, "To")}`]);
  });

  it("acknowledges a repeated 200 to its re-INVITE again, with the number of that INVITE", async () => {
    const raw = peer();
    const call = calling.invite(order({ target: raw.target }));
    const invite = await raw.request("INVITE");
    const to = `To: ${header(invite, "To")};tag=p`;
    raw.reply(invite, 200, [to, contact(raw.port), type], answerAudio(invite.body, AUDIO));
    await raw.request("ACK");
    await call.answered;
    const change = call.reoffer(offerUdptl(FAX));
    const again = await raw.request("INVITE");
    for (let i = 0; i < 2; i++) {
      raw.reply(again, 200, [to, contact(raw.port), type], answerUdptl(again.body, FAX));
      expect(header(await raw.request("ACK"), "CSeq")).toBe("2 ACK");
    }
    expect((await change).response.status).toBe(200);
    void call.bye();
    const bye = await raw.request("BYE");
    raw.reply(bye, 200, [to]);
  });

  it("tells where the peer has moved to and does not follow by itself", async () => {
    const raw = peer();
    const call = calling.invite(order({ target: raw.target }));
    const invite = await raw.request("INVITE");
    raw.reply(invite, 302, [`To: ${header(invite, "To")};tag=p`, "Contact: <sip:elsewhere@there.example>"]);
    expect((await call.answered).response.status).toBe(302);
    await raw.request("ACK");
  });
});

describe("a peer that asks who calls", () => {
  const credentials = { user: "anna", password: "geheim" };

  function guarded(status: 401 | 407 = 407) {
    const gate = new Gatekeeper({
      realm: "house.example",
      users: [credentials],
      hash: digestHash,
      now: () => performance.now(),
      random: newId,
    });
    const asked: string[] = [];
    handlers.admit = (request) => {
      const verdict = gate.judge(request, status);
      asked.push(`${request.method} ${verdict.ok ? "ok" : verdict.status}`);
      return verdict.ok ? undefined : verdict;
    };
    return asked;
  }

  it.each([401, 407] as const)(
    "gets the answer to its %i, and the call its ACK with the same proof",
    async (status) => {
      const asked = guarded(status);
      const seen: string[] = [];
      const call = calling.invite(
        order({
          credentials,
          trace: ({ sent, bytes }) => sent && seen.push(Buffer.from(bytes).toString()),
        }),
      );
      expect((await call.answered).response.status).toBe(200);
      expect(asked).toEqual([`INVITE ${status}`, "INVITE ok"]);
      const name = status === 401 ? "Authorization" : "Proxy-Authorization";
      const proof = (text: string) => new RegExp(`\r\n${name}: Digest [^\r]*response="([0-9a-f]+)"`).exec(text)?.[1];
      const [, , invite, ack] = seen.map(proof);
      expect([invite !== undefined, ack]).toEqual([true, invite]);
      await call.hangUp(1000);
    },
  );

  it("is not asked again and again by who has the wrong password, or none", async () => {
    const asked = guarded();
    const wrong = calling.invite(order({ credentials: { user: "anna", password: "falsch" } }));
    expect((await wrong.answered).response.status).toBe(407);
    expect((await calling.invite(order()).answered).response.status).toBe(407);
    expect(asked).toEqual(["INVITE 407", "INVITE 407", "INVITE 407"]);
  });

  it("sees the refreshes of a registration proved at once, each with the next number", async () => {
    const asked = guarded(401);
    const numbers: string[] = [];
    handlers.register = (request) => {
      numbers.push(header(request, "CSeq")!);
      return { status: 200 };
    };
    const series = newSeries(credentials);
    for (let i = 0; i < 3; i++) {
      const { response } = await calling.request({
        method: "REGISTER",
        target: { transport: "udp", host: HOST, port: called.port },
        uri: `sip:${HOST}`,
        from: "<sip:anna@house.example>",
        to: "<sip:anna@house.example>",
        series,
      });
      expect(response.status).toBe(200);
    }
    expect(asked).toEqual(["REGISTER 401", "REGISTER ok", "REGISTER ok", "REGISTER ok"]);
    expect(numbers).toEqual(["2 REGISTER", "3 REGISTER", "4 REGISTER"]);
  });
});
