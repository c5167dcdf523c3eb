// Calls that begin as sound, against a bare SIP end with a bare audio stream. The time of the media runs twenty times as fast.

import {
  cedTone,
  cngTone,
  createFaxEar,
  createV21,
  FLAG,
  type Heard,
  hearFax,
  modulateV21,
  playTone,
} from "@depesche/audio";
import type { FaxAnswerHandler, FaxCallOrder, FaxTrunk } from "@depesche/ports";
import { openRtp, type RtpPort, type RtpSource } from "@depesche/wire-rtp";
import {
  answerAudio,
  answerUdptl,
  type IncomingCall,
  offerAudio,
  offerUdptl,
  openSipEndpoint,
  readOffer,
  type SipEndpoint,
} from "@depesche/wire-sip";
import { decodeLadder, type Wall } from "@depesche/wire-t38";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openT38Trunk, type T38TrunkConfig } from "./index.ts";

const HOST = "127.0.0.1";
const OWN = "+493023125900";
const NEVER = new AbortController().signal;
const FAST = 20;

const wall: Wall = {
  nowUs: () => performance.now() * 1000 * FAST,
  at(atUs, then) {
    const timer = setTimeout(() => setImmediate(then), Math.max(0, atUs / FAST / 1000 - performance.now()));
    return () => clearTimeout(timer);
  },
};

let far: SipEndpoint;
let sound: RtpPort;
let trunk: FaxTrunk;
let onInvite: (call: IncomingCall) => void;

beforeEach(async () => {
  onInvite = (call) => call.reject(404);
  far = await openSipEndpoint({ host: HOST, port: 0, product: "far" }, { invite: (call) => onInvite(call) });
  sound = await openRtp({ host: HOST, wall });
  trunk = await open({ offers: ["audio"] });
});
afterEach(async () => {
  await trunk.close();
  await sound.close();
  await far.close();
});

function open(more: Partial<T38TrunkConfig>): Promise<FaxTrunk> {
  const exchange = { transport: "udp", host: HOST, port: far.port } as const;
  return openT38Trunk({ exchange, bind: HOST, register: false, wall, ...more });
}

const order: FaxCallOrder = {
  id: "1.0.1",
  to: "+493023125000",
  from: OWN,
  stationId: "",
  pages: { count: 1, page: async () => Uint8Array.of(0, 1) },
};

/** The far end picks up and says this; `then` when it is heard to have begun. */
function pickUp(source: RtpSource | undefined, then: (call: IncomingCall) => void = () => {}): void {
  onInvite = (call) => {
    const there = readOffer(call.invite.body);
    if (there.kind !== "audio") throw new Error(there.kind);
    call.answer(answerAudio(call.invite.body, { address: HOST, port: sound.port }));
    if (source) sound.play(source);
    if (source) void sound.start({ host: there.host, port: there.port, law: there.payload }, () => {});
    then(call);
  };
}

/** Sockets and the like; the far end's audio stream has a timer of its own. */
function openHandles(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind !== "Timeout" && kind !== "Immediate").length;
}

const silence: RtpSource = (into) => into.fill(0).length > 0;

function ced(): RtpSource {
  const tone = cedTone();
  return (into) => playTone(tone, into);
}

function preamble(): RtpSource {
  const samples = modulateV21(createV21(), new Uint8Array(37).fill(FLAG));
  let at = 0;
  return (into) => {
    into.fill(0);
    into.set(samples.subarray(at, at + into.length));
    at += into.length;
    return at < samples.length;
  };
}

/** Start lines of the SIP messages of a record. */
function starts(ladder: Uint8Array): string[] {
  return decodeLadder(ladder)!
    .entries.filter(({ kind }) => kind === "sip")
    .map(
      ({ bytes }) =>
        new TextDecoder()
          .decode(bytes)
          .replace(/^SIP\/2\.0 (\d+)[\s\S]*/, "$1")
          .split(" ", 1)[0]!,
    );
}

describe("a call answered as sound", () => {
  it.each([
    ["CED", ced],
    ["a V.21 preamble", preamble],
  ] as const)("is offered T.38 when %s is heard; refused, it is no service, and hung up", async (_, source) => {
    const offers: string[] = [];
    let over: Promise<void> | undefined;
    pickUp(source(), (call) => {
      over = call.over;
      call.onOffer((sdp) => {
        offers.push(readOffer(sdp).kind);
        return { status: 488 };
      });
    });
    const before = openHandles();
    const report = await trunk.call(order, NEVER);
    expect(report).toMatchObject({ outcome: "NOSERVICE", cause: { code: "t38-refused" }, pagesConfirmed: 0 });
    await over;
    await expect.poll(openHandles).toBeLessThanOrEqual(before);
    expect(offers).toEqual(["udptl"]);
    expect(starts(report.ladder).join(" ")).toMatch(/^INVITE 200 ACK INVITE 488 ACK BYE 200$/);
  });

  it("by a person is a voice when no fax tone came within T1", async () => {
    pickUp(silence);
    const report = await trunk.call(order, NEVER);
    expect(report).toMatchObject({ outcome: "VOICE", cause: { code: "no-fax-tone" } });
    expect(report.lineUs).toBeGreaterThan(34_900_000);
  });

  it("by something that only calls, as a machine set to send, is no machine to send to", async () => {
    const cng = cngTone();
    pickUp((into) => playTone(cng, into));
    expect(await trunk.call(order, NEVER)).toMatchObject({ outcome: "VOICE", cause: { code: "no-fax-tone" } });
  });

  it("without any sound is a fault with a name of its own", async () => {
    pickUp(undefined);
    expect(await trunk.call(order, NEVER)).toMatchObject({ outcome: "ISDNERR", cause: { code: "media-silent" } });
  });

  it("and hung up before a fax tone is a voice", async () => {
    pickUp(silence, (call) => void call.hangUp(1000));
    const early = await trunk.call(order, NEVER);
    expect(early).toMatchObject({ outcome: "VOICE", cause: { code: "hung-up-without-fax-tone" } });
  });

  it("and hung up behind a fax tone is a machine's failure", async () => {
    // Instead of answering our offer, which only follows a fax tone.
    const hangUp = (call: IncomingCall) => new Promise<never>(() => void call.hangUp(1000));
    pickUp(ced(), (call) => call.onOffer(() => hangUp(call)));
    const late = await trunk.call(order, NEVER);
    expect(late).toMatchObject({ outcome: "SENDFAIL", cause: { code: "hung-up-before-dis" } });
  });

  it("goes over to T.38 when the far end offers it, which then is what the call is", async () => {
    let answer = "";
    pickUp(silence, (call) => {
      void call.reoffer(offerUdptl({ address: HOST, port: 9 })).then(async ({ response }) => {
        answer = new TextDecoder().decode(response.body);
        await call.hangUp(1000);
      });
    });
    const report = await trunk.call(order, NEVER);
    expect(answer).toMatch(/\r\nm=image [1-9]\d* udptl t38\r\n/);
    // It has begun to speak T.30: what ended it is one of T.30's causes.
    expect(report).toMatchObject({ outcome: "VOICE", cause: { code: "hung-up-without-fax-tone" } });
    expect(starts(report.ladder).join(" ")).toMatch(/^INVITE 200 ACK INVITE 200 ACK BYE 200$/);
  });

  it("stopped is over at once, and the far end is told", async () => {
    const stop = new AbortController();
    let over: Promise<void> | undefined;
    pickUp(silence, (call) => {
      over = call.over;
      setImmediate(() => stop.abort());
    });
    expect(await trunk.call(order, stop.signal)).toMatchObject({ interrupted: true });
    await over;
  });
});

describe("a call that comes in as sound", () => {
  type Ended = Parameters<FaxAnswerHandler["ended"]>[1];

  /** Calls the trunk; what it says in sound, and how the call ended for it. */
  async function callIn(sdp: Uint8Array, onOffer?: Parameters<IncomingCall["onOffer"]>[0]) {
    let tell: (report: Ended) => void = () => {};
    const ended = new Promise<Ended>((resolve) => {
      tell = resolve;
    });
    await trunk.close();
    trunk = await open({ sipPort: 0 });
    const called: string[] = [];
    await trunk.answer([OWN], {
      accept: async (call) => {
        called.push(call.called);
        return { stationId: "x" };
      },
      page: async () => true,
      complete: async () => true,
      ended: (_, report) => tell(report),
    });
    const target = { transport: "udp", host: HOST, port: await portOf(trunk) } as const;
    const call = far.invite({ target, uri: `sip:900@${HOST}`, from: "<sip:030123@far.example>", user: "x", sdp });
    if (onOffer) call.onOffer(onOffer);
    return { call, ended, called };
  }

  /** The trunk's own SIP port, as its requests tell it. */
  async function portOf(one: FaxTrunk): Promise<number> {
    const via = new Promise<number>((resolve) => {
      onInvite = (call) => {
        resolve(call.source.port);
        call.reject(404);
      };
    });
    await one.call({ ...order, id: "0" }, NEVER);
    return via;
  }

  it("is answered with CED, then offered T.38; refused, it is hung up and told as such", async () => {
    const heard: Heard[] = [];
    const ear = createFaxEar();
    const offers: string[] = [];
    const { call, ended, called } = await callIn(offerAudio({ address: HOST, port: sound.port }), (sdp) => {
      offers.push(readOffer(sdp).kind);
      return { status: 488 };
    });
    const there = readOffer((await call.answered).response.body);
    if (there.kind !== "audio") throw new Error(there.kind);
    await sound.start({ host: there.host, port: there.port, law: there.payload }, (samples) =>
      hearFax(ear, samples, heard),
    );
    expect(await ended).toMatchObject({ outcome: "NOSERVICE", cause: { code: "t38-refused" }, pages: 0 });
    await call.over;
    expect([called, offers]).toEqual([[OWN], ["udptl"]]);
    // A process that was busy leaves a hole in it, twenty times as long in this time.
    expect(new Set(heard.map(({ signal }) => signal))).toEqual(new Set(["ced"]));
  });

  it("and whose caller is gone before T.38 stands is told at once", async () => {
    const { call, ended } = await callIn(offerAudio({ address: HOST, port: sound.port }));
    await call.answered;
    await call.bye();
    expect(await ended).toMatchObject({ outcome: "ISDNERR", cause: { code: "caller-gone" } });
  });

  it("takes the caller's own change to T.38", async () => {
    const { call, ended } = await callIn(offerAudio({ address: HOST, port: sound.port }));
    await call.answered;
    const { response } = await call.reoffer(offerUdptl({ address: HOST, port: 9 }));
    expect(readOffer(response.body).kind).toBe("udptl");
    await call.bye();
    expect((await ended).cause.code).toBe("caller-hung-up");
  });
});

it("a hundred calls at once, answered and hung up or never answered, leave no socket and no timer behind", async () => {
  pickUp(undefined, (call) => void call.hangUp(1000));
  await trunk.call(order, NEVER);
  const before = openHandles();
  let count = 0;
  onInvite = (call) => {
    count++;
    if (count % 2 === 0) call.reject(486);
    else {
      call.answer(answerAudio(call.invite.body, { address: HOST, port: 9 }));
      void call.hangUp(1000);
    }
  };
  const reports = await Promise.all(Array.from({ length: 100 }, () => trunk.call(order, NEVER)));
  expect(reports.filter(({ outcome }) => outcome === "BUSY")).toHaveLength(50);
  expect(reports.filter(({ cause }) => cause.code === "hung-up-without-fax-tone")).toHaveLength(50);
  await expect.poll(openHandles).toBeLessThanOrEqual(before);
});

it("a fax stream that is offered again is taken again, sound in its place is not", async () => {
  await trunk.close();
  trunk = await open({ offers: ["udptl"] });
  const answers: string[] = [];
  onInvite = (call) => {
    call.answer(answerUdptl(call.invite.body, { address: HOST, port: 9 }));
    void (async () => {
      // Another repair makes it another version of the description, of the same stream.
      for (const sdp of [
        offerUdptl({ address: HOST, port: 9, errorCorrection: "t38UDPFEC" }),
        offerUdptl({ address: HOST, port: 11 }),
        offerAudio({ address: HOST, port: 10 }),
      ]) {
        const { response } = await call.reoffer(sdp);
        answers.push(`${response.status} ${readOffer(response.body).kind}`);
      }
      await call.hangUp(1000);
    })();
  };
  await trunk.call(order, NEVER);
  expect(answers).toEqual(["200 udptl", "488 none", "488 none"]);
});

describe("offers one after the other", () => {
  it("an own offer that the far end does not take is followed by T.38 over UDPTL, then by sound", async () => {
    await trunk.close();
    trunk = await open({});
    const kinds: string[] = [];
    onInvite = (call) => {
      kinds.push(readOffer(call.invite.body).kind);
      call.reject(kinds.length < 3 ? 488 : 486);
    };
    expect(await trunk.call(order, NEVER)).toMatchObject({ outcome: "BUSY", cause: { code: "sip-486" } });
    expect(kinds).toEqual(["own", "udptl", "audio"]);
  });

  it("when none is taken the far end takes no T.38, in each of the words for it", async () => {
    await trunk.close();
    trunk = await open({ offers: ["udptl", "tcp", "audio"] });
    const kinds: string[] = [];
    onInvite = (call) => {
      kinds.push(readOffer(call.invite.body).kind);
      call.reject([415, 606, 488][kinds.length - 1]!);
    };
    expect(await trunk.call(order, NEVER)).toMatchObject({ outcome: "NOSERVICE", cause: { code: "t38-refused" } });
    expect(kinds).toEqual(["udptl", "tcp", "audio"]);
  });

  it("what our own exchange refuses for good is not offered again", async () => {
    await trunk.close();
    trunk = await open({});
    let calls = 0;
    onInvite = (call) => {
      calls++;
      call.reject(488, [["X-Depesche-Ring", "0"]]);
    };
    expect(await trunk.call(order, NEVER)).toMatchObject({ outcome: "NOSERVICE", cause: { code: "sip-488" } });
    expect(calls).toBe(1);
  });

  it("an answer with sound to T.38 is hung up on, and followed by an offer of sound", async () => {
    await trunk.close();
    trunk = await open({ offers: ["udptl", "audio"] });
    const kinds: string[] = [];
    const over: Promise<void>[] = [];
    onInvite = (call) => {
      kinds.push(readOffer(call.invite.body).kind);
      if (kinds.length > 1) return call.reject(486);
      over.push(call.over);
      call.answer(offerAudio({ address: HOST, port: 9 }));
    };
    expect(await trunk.call(order, NEVER)).toMatchObject({ outcome: "BUSY", cause: { code: "sip-486" } });
    expect(kinds).toEqual(["udptl", "audio"]);
    await Promise.all(over);
  });

  it("an answer that takes another stream than offered is met with a named cause", async () => {
    onInvite = (call) => call.answer(answerUdptl(offerUdptl({ address: HOST, port: 9 }), { address: HOST, port: 9 }));
    expect(await trunk.call(order, NEVER)).toMatchObject({ outcome: "NOSERVICE", cause: { code: "t38-transport" } });
  });
});
