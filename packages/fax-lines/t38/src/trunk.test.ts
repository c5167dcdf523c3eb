// The trunk against a bare SIP endpoint that plays an exchange nobody would want.

import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { FaxAnswerHandler, FaxCallOrder, FaxTrunk } from "@depesche/ports";
import { freePorts } from "@depesche/ports/contract/free-ports";
import { buildSdp } from "@depesche/sip";
import { createAnswerer, createCaller, step } from "@depesche/t30";
import {
  answerFax,
  type IncomingCall,
  offerFax,
  openSipEndpoint,
  readOffer,
  type SipEndpoint,
  type Target,
} from "@depesche/wire-sip";
import { connectMedia, decodeLadder, MediaConnections, openMediaPort, runCall } from "@depesche/wire-t38";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openT38Trunk, type T38TrunkConfig } from "./index.ts";

const HOST = "127.0.0.1";
const OWN = "+493023125900";
const NEVER = new AbortController().signal;

let exchange: SipEndpoint;
let trunk: FaxTrunk;
let onInvite: (call: IncomingCall) => void;
let registers: string[];
let registerStatus: number;
/** Given before `registerStatus` is. */
let registerAnswers: { status: number; headers: [string, string][] }[];
let lifetimes: string[];

beforeEach(async () => {
  registers = [];
  registerAnswers = [];
  lifetimes = [];
  registerStatus = 200;
  onInvite = (call) => call.reject(404);
  exchange = await openExchange(0);
  trunk = await openTrunk();
});
afterEach(async () => {
  vi.useRealTimers();
  await trunk.close();
  await exchange.close();
});

function openExchange(port: number): Promise<SipEndpoint> {
  return openSipEndpoint(
    { host: HOST, port, product: "exchange" },
    {
      invite: (call) => onInvite(call),
      register: (request) => {
        registers.push(request.headers.find(([name]) => name === "Contact")![1]);
        lifetimes.push(request.headers.find(([name]) => name === "Expires")![1]);
        return registerAnswers.shift() ?? { status: registerStatus };
      },
    },
  );
}

/** The sockets stay real, time passes only when it is told to: no deadline hits because the machine is busy. */
function holdTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
}

function openTrunk(limits: Partial<T38TrunkConfig> = {}): Promise<FaxTrunk> {
  const target = { transport: "tcp", host: HOST, port: exchange.port } as const;
  return openT38Trunk({ exchange: target, bind: HOST, ...limits });
}

/** Where the trunk is, as it registered. */
function trunkTarget(): Target {
  const contact = /@([\d.]+):(\d+)/.exec(registers[0]!)!;
  return { transport: "tcp", host: contact[1]!, port: Number(contact[2]) };
}

function order(): FaxCallOrder {
  const pages = { count: 1, page: async () => Uint8Array.of(0, 1) };
  return { id: "1.0.1", to: "+493023125000", from: OWN, stationId: "", pages };
}

const foreignSdp = buildSdp({
  address: HOST,
  sessionId: 1,
  streams: [
    {
      kind: "fax",
      fax: { transport: "udptl", port: 4000, version: 0, maxBitRate: 14_400, rateManagement: "transferredTCF" },
    },
  ],
});

const pictures = new TextEncoder().encode(
  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\n",
);

describe("a call that comes to nothing", () => {
  it("answered without a fax stream is a voice", async () => {
    for (const sdp of [
      answerFax({ address: HOST, port: 0, token: "t" }),
      new TextEncoder().encode("v=0\r\nm=audio"),
      new Uint8Array(0),
    ]) {
      let over: Promise<void> | undefined;
      onInvite = (call) => {
        over = call.over;
        call.answer(sdp);
      };
      expect(await trunk.call(order(), NEVER)).toMatchObject({ outcome: "VOICE", cause: { code: "no-fax-media" } });
      await over;
    }
  });

  it("answered with another T.38 transport than offered is no service", async () => {
    onInvite = (call) => call.answer(foreignSdp);
    expect(await trunk.call(order(), NEVER)).toMatchObject({ outcome: "NOSERVICE", cause: { code: "t38-transport" } });
  });

  it("whose fax stream leads nowhere is a fault between our own ends, and passes", async () => {
    // Discard: nobody listens there, and nobody is given that port meanwhile.
    onInvite = (call) => call.answer(answerFax({ address: HOST, port: 9, token: "t" }));
    expect(await trunk.call(order(), NEVER)).toMatchObject({
      outcome: "ISDNERR",
      cause: { code: "media-lost" },
      temporary: true,
    });
  });

  it.each([
    [503, "ISDNERR"],
    [799, "ISDNERR"],
    [486, "BUSY"],
  ] as const)("refused with %i is %s and final, whatever the class", async (status, outcome) => {
    onInvite = (call) => call.reject(status);
    const report = await trunk.call(order(), NEVER);
    expect(report).toMatchObject({ outcome, cause: { code: `sip-${status}` } });
    expect(report.temporary).toBeUndefined();
  });

  it("whose fax stream is lost behind the first of a page is final: the far end may hold the page", async () => {
    const media = await openMediaPort({ host: HOST });
    onInvite = async (call) => {
      const stream = media.expect("t", NEVER);
      call.answer(answerFax({ address: HOST, port: media.port, token: "t" }));
      const machine = createAnswerer({ stationId: "1" });
      const connection = (await stream)!;
      await runCall({
        side: "answerer",
        party: { step: (event, out) => step(machine, event, out) },
        media: connection,
        receivedPage: () => {
          connection.destroy();
          return new Promise(() => {});
        },
      });
    };
    const report = await trunk.call(order(), NEVER);
    expect(report).toMatchObject({ outcome: "ISDNERR", cause: { code: "media-lost" }, pagesConfirmed: 0 });
    expect(report.temporary).toBeUndefined();
    await media.close();
  });

  it("whose far end says BYE in its midst is over at once, not after the guard", async () => {
    const server = createServer((socket) => socket.resume()).listen(0, HOST);
    await new Promise<void>((resolve) => server.once("listening", () => resolve()));
    const { port } = server.address() as { port: number };
    onInvite = (call) => {
      call.answer(answerFax({ address: HOST, port, token: "t" }));
      server.once("connection", () => void call.hangUp(1000));
    };
    expect(await trunk.call(order(), NEVER)).toMatchObject({ outcome: "ISDNERR", cause: { code: "media-lost" } });
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it("that nobody answers at all is given up after the guard", async () => {
    await trunk.close();
    trunk = await openTrunk({ stallMs: 40 });
    onInvite = () => {};
    expect(await trunk.call(order(), NEVER)).toMatchObject({
      outcome: "ISDNERR",
      cause: { code: "sip-timeout" },
      temporary: true,
    });
  });

  it("that rings too long is taken back", async () => {
    await trunk.close();
    trunk = await openTrunk({ ringMs: 40 });
    onInvite = (call) => call.ring();
    const report = await trunk.call(order(), NEVER);
    expect(report).toMatchObject({ outcome: "NOANSWER", cause: { code: "sip-487" } });
    const starts = decodeLadder(report.ladder)!.entries.map(
      ({ bytes }) => new TextDecoder().decode(bytes).split(" ", 1)[0],
    );
    expect(starts).toEqual(["INVITE", "SIP/2.0", "CANCEL", "SIP/2.0", "SIP/2.0", "ACK"]);
  });

  it("that rings and does not even answer being taken back is NOANSWER too, and hung up when it is answered late", async () => {
    holdTime();
    let takenBack: Promise<void> | undefined;
    const ringing = new Promise<IncomingCall>((resolve) => {
      onInvite = (call) => {
        takenBack = new Promise((heard) => {
          call.receiveCancel = heard;
        });
        call.ring();
        resolve(call);
      };
    });
    const reporting = trunk.call(order(), NEVER);
    const call = await ringing;
    // Answered behind what was said before on the same connection: now the trunk has heard the ringing.
    await exchange.request({ method: "OPTIONS", target: call.source, uri: "sip:x", from: "<sip:a>", to: "<sip:b>" });
    vi.advanceTimersByTime(120_000);
    await takenBack;
    vi.advanceTimersByTime(30_000);
    const report = await reporting;
    expect(report).toMatchObject({ outcome: "NOANSWER", cause: { code: "ring-limit" }, interrupted: false });
    expect(report.temporary).toBeUndefined();
    call.answer(answerFax({ address: HOST, port: 0, token: "t" }));
    await call.over;
  });

  it("stopped while it rings is interrupted, and the other side is told", async () => {
    const stop = new AbortController();
    let cancelled: Promise<void> | undefined;
    onInvite = (call) => {
      cancelled = call.cancelled;
      call.ring();
      stop.abort();
    };
    expect(await trunk.call(order(), stop.signal)).toMatchObject({ interrupted: true });
    await cancelled;
  });
});

describe("an exchange that goes away", () => {
  beforeEach(async () => {
    await trunk.close();
    await exchange.close();
    // While the exchange is away, nobody may be given its port.
    const [port] = (await freePorts(1)) as [number];
    exchange = await openExchange(port);
    trunk = await openTrunk();
  });

  it("fails the call it was needed for, and the next ones wait for it to come back", async () => {
    const { port } = exchange;
    await exchange.close();
    expect(await trunk.call(order(), NEVER)).toMatchObject({ cause: { code: "sip-unreachable" }, temporary: true });
    const waiting = [trunk.call(order(), NEVER), trunk.call(order(), NEVER)];
    exchange = await openExchange(port);
    for (const report of await Promise.all(waiting)) expect(report).toMatchObject({ outcome: "NORING" });
  });

  it("keeps no call that is stopped waiting", async () => {
    await exchange.close();
    await trunk.call(order(), NEVER);
    const stop = new AbortController();
    const call = trunk.call(order(), stop.signal);
    stop.abort();
    const report = await call;
    expect(report).toMatchObject({ interrupted: true });
    expect(report.temporary).toBeUndefined();
  });
});

describe("a call that comes in", () => {
  function handler(ended: (outcome: string) => void): FaxAnswerHandler {
    return {
      accept: async () => ({ stationId: "x" }),
      page: async () => true,
      complete: async () => true,
      ended: (_, report) => ended(`${report.outcome} ${report.cause.code}`),
    };
  }

  function inviteTrunk(sdp: Uint8Array, number = OWN) {
    return exchange.invite({
      target: trunkTarget(),
      uri: `sip:${number}@${HOST}`,
      from: "<sip:+493023125001@foreign.example>",
      user: "x",
      sdp,
    });
  }

  it("for another number, or with a stream that carries neither fax nor sound, is refused", async () => {
    await trunk.answer(
      [OWN],
      handler(() => {}),
    );
    expect((await inviteTrunk(offerFax(HOST), "+493023125901").answered).response.status).toBe(404);
    expect((await inviteTrunk(pictures).answered).response.status).toBe(488);
  });

  it("whose last page could not be made durable gets it again, and the page is handed on once", async () => {
    const taken: number[] = [];
    const refusals = [false, true];
    let ended: (outcome: string) => void = () => {};
    const over = new Promise<string>((resolve) => {
      ended = resolve;
    });
    await trunk.answer([OWN], {
      ...handler((outcome) => ended(outcome)),
      page: async (_, { octets }) => taken.push(octets.length) > 0,
      complete: async () => refusals.shift() ?? true,
    });
    const call = inviteTrunk(offerFax(HOST));
    const fax = readOffer((await call.answered).response.body);
    if (fax.kind !== "own") throw new Error(fax.kind);
    const pages = [1, 2].map(() => ({ width: 1728, resolution: "fine" }) as const);
    const session = createCaller({ stationId: "1", pages, ecm: false });
    const end = await runCall({
      side: "caller",
      party: { step: (event, out) => step(session, event, out) },
      media: connectMedia(fax, new MediaConnections()),
      needPage: async (index) => new Uint8Array(1000 + index),
    });
    await call.bye();
    expect([end.cause, end.pages, refusals.length]).toEqual(["completed", 2, 0]);
    expect(taken).toEqual([1000, 1001]);
    expect(await over).toBe("OK completed");
  });

  it("and whose caller says BYE before it opens its fax stream is over at once, not after the guard", async () => {
    holdTime();
    let ended: (outcome: string) => void = () => {};
    const over = new Promise<string>((resolve) => {
      ended = resolve;
    });
    await trunk.answer([OWN], handler(ended));
    const call = inviteTrunk(offerFax(HOST));
    await call.answered;
    await call.bye();
    expect(await over).toBe("ISDNERR caller-gone");
  });

  it("whose caller is gone before the fax begins is told to the handler all the same", async () => {
    const ended = new Promise<string>((resolve) => {
      void trunk.answer([OWN], handler(resolve)).then(async () => {
        const call = inviteTrunk(offerFax(HOST));
        await call.answered;
        await trunk.close();
      });
    });
    expect(await ended).toBe("ISDNERR caller-gone");
  });
});

describe("the registration", () => {
  const nobody: FaxAnswerHandler = {
    accept: async () => undefined,
    page: async () => true,
    complete: async () => true,
    ended: () => {},
  };

  it("asks for the lifetime the registrar wants, and comes back in half of what it was given", async () => {
    holdTime();
    registerAnswers = [
      { status: 423, headers: [["Min-Expires", "300"]] },
      { status: 200, headers: [["Expires", "120"]] },
    ];
    await trunk.answer([OWN], nobody);
    expect(lifetimes).toEqual(["60", "300"]);
    expect(trunk.answered()).toEqual([OWN]);
    vi.advanceTimersByTime(59_900);
    await exchange.request({ method: "OPTIONS", target: trunkTarget(), uri: "sip:x", from: "<sip:a>", to: "<sip:b>" });
    expect(lifetimes).toHaveLength(2);
    vi.advanceTimersByTime(200);
    await expect.poll(() => lifetimes).toEqual(["60", "300", "300"]);
  });

  it("that is refused for what we are is not asked for again at once: it might lock the account", async () => {
    holdTime();
    registerStatus = 403;
    await trunk.answer([OWN], nobody);
    vi.advanceTimersByTime(59_000);
    await exchange.request({ method: "OPTIONS", target: trunkTarget(), uri: "sip:x", from: "<sip:a>", to: "<sip:b>" });
    expect(registers).toHaveLength(1);
    expect(trunk.answered()).toEqual([]);
    registerStatus = 200;
    vi.advanceTimersByTime(1_000);
    await expect.poll(() => trunk.answered()).toEqual([OWN]);
  });

  it("that nobody answers holds up nothing, and goes on being asked for", async () => {
    const silent = createSocket("udp4");
    await new Promise<void>((resolve) => silent.bind(0, HOST, resolve));
    await trunk.close();
    holdTime();
    const target = { transport: "udp", host: HOST, port: silent.address().port } as const;
    trunk = await openTrunk({ exchange: target });
    const answering = trunk.answer([OWN], nobody);
    vi.advanceTimersByTime(5_000);
    await answering;
    expect(trunk.answered()).toEqual([]);
    vi.useRealTimers();
    silent.close();
  });

  it("is not made where the exchange knows us: calls are taken all the same", async () => {
    await trunk.close();
    trunk = await openTrunk({ register: false });
    await trunk.answer([OWN], nobody);
    expect([trunk.answered(), registers]).toEqual([[OWN], []]);
  });

  it("is tried again until the exchange takes it, and given back at the end", async () => {
    holdTime();
    registerStatus = 503;
    await trunk.answer([OWN], {
      accept: async () => undefined,
      page: async () => true,
      complete: async () => true,
      ended: () => {},
    });
    expect(registers).toHaveLength(1);
    registerStatus = 200;
    vi.advanceTimersByTime(200);
    await expect.poll(() => trunk.answered()).toEqual([OWN]);
    expect(registers).toHaveLength(2);
    await trunk.close();
    expect(registers).toHaveLength(3);
  });
});
