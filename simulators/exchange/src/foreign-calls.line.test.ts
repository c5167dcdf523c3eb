// Calls of the exchange with ends that are none of ours, in real time: all at once, so that the file takes as long as one call.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answeringMachine, type SendingMachine, sendingMachine } from "@depesche/fax-machine";
import { blankBitmap, equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import { openRtp } from "@depesche/wire-rtp";
import {
  answerUdptl,
  type Call,
  type FaxOffer,
  type IncomingCall,
  newSeries,
  offerAudio,
  offerFax,
  offerTcp,
  offerUdptl,
  openSipEndpoint,
  readOffer,
  type SipEndpoint,
} from "@depesche/wire-sip";
import {
  bindUdptl,
  type CallEnd,
  connectTpkt,
  type IfpPort,
  monotonicWall,
  protectionFor,
  runPacedCall,
  tpktPort,
  type UdptlSocket,
  udptlPort,
} from "@depesche/wire-t38";
import { afterAll, beforeAll, describe, type ExpectStatic, expect, it } from "vitest";
import { type Exchange, type Extensions, openExchange } from "./index.ts";

const HOST = "127.0.0.1";
let folder: string;
let exchange: Exchange;
let phone: SipEndpoint;
/** Who answers at the phone, by the number that is dialled. */
const residents = new Map<string, (call: IncomingCall) => void>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-foreign-"));
  exchange = await openExchange({ port: 0, wireLog: join(folder, "fax.log") });
  phone = await openSipEndpoint(
    { host: HOST, port: 0, product: "phone" },
    { invite: (call) => (residents.get(call.called) ?? ((unwanted) => unwanted.reject(404)))(call) },
  );
});
afterAll(async () => {
  await exchange.close();
  await phone.close();
  await rm(folder, { recursive: true });
});

function page() {
  const bitmap = blankBitmap(1728, 200);
  for (let i = 0; i < bitmap.data.length; i++) if (i % 13 === 0) bitmap.data[i] = 0x3c;
  return bitmap;
}

function sender(): SendingMachine {
  const made = sendingMachine({
    tiff: writeTiff([{ bitmap: page(), xDpi: 204, yDpi: 196 }]),
    stationId: "+49 30 23125 099",
    mood: "modern",
  });
  if (!made.ok) throw new Error(made.detail);
  return made.machine;
}

function place(number: string, sdp: Uint8Array) {
  return phone.invite({
    target: { transport: "udp", host: HOST, port: exchange.port },
    uri: `sip:${number}@${HOST}:${exchange.port}`,
    from: `<sip:+493023125099@${HOST}>`,
    user: "+493023125099",
    sdp,
  });
}

function sendOn(port: IfpPort, call: Call, tcf: "transferred" | "local"): Promise<CallEnd> {
  const machine = sender();
  const needPage = async (...[index, format]: Parameters<SendingMachine["page"]>) => machine.page(index, format);
  return runPacedCall({ side: "caller", party: machine, port, tcf, over: call.over, needPage });
}

function udptlTo(socket: UdptlSocket, far: FaxOffer, side: "caller" | "answerer"): IfpPort {
  if (far.kind !== "udptl") throw new Error(far.kind);
  return udptlPort({
    side,
    socket,
    remote: { host: far.host, port: far.port },
    send: protectionFor(far.fax.udpErrorCorrection),
  });
}

/** The page at a machine is the one that was sent, and the call stands in the book. */
async function arrived(expect: ExpectStatic, number: string): Promise<void> {
  const tiff = exchange.faxTiff(number, 0);
  const read = tiff && readTiff(tiff);
  expect(read?.ok && read.pages.map(({ bitmap }) => bitmap && equalBitmaps(bitmap, page()))).toEqual([true]);
  expect(exchange.calls().filter(({ to }) => to === number)).toMatchObject([{ result: "OK", pages: 1 }]);
  await told(expect, number);
}

/** Everything both ends said stands in the ladder of the latest call to the number, once, in order. */
async function told(expect: ExpectStatic, number: string): Promise<void> {
  const call = exchange.calls().findLast(({ to }) => to === number);
  const rows = () => exchange.ladder(call?.id ?? 0) ?? [];
  const frames = () => rows().flatMap(({ kind, from, name }) => (kind === "frame" ? [`${from[0]} ${name}`] : []));
  // DCN may be under way.
  const wanted = ["a CSI", "a DIS", "c TSI", "c DCS", "a CFR", "c PPS-EOP", "a MCF", "c DCN"];
  await expect.poll(frames).toEqual(wanted);
  expect(rows().filter(({ damaged }) => damaged)).toEqual([]);
  expect(rows().map(({ kind }) => kind)).toEqual(expect.arrayContaining(["tone", "training", "page"]));
  const times = rows().map(({ lineUs }) => lineUs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
}

async function register(number: string, answer: (call: IncomingCall) => void): Promise<void> {
  residents.set(number, answer);
  const { response } = await phone.request({
    method: "REGISTER",
    target: { transport: "udp", host: HOST, port: exchange.port },
    uri: `sip:${HOST}`,
    from: `<sip:${number}@${HOST}>`,
    to: `<sip:${number}@${HOST}>`,
    series: newSeries(),
    headers: [["Contact", phone.contact(number, "udp")]],
  });
  expect(response.status).toBe(200);
}

describe.concurrent("a foreign SIP end", () => {
  it.for(["t38UDPRedundancy", "t38UDPFEC"] as const)(
    "sends a fax over UDPTL with %s",
    { timeout: 120_000 },
    async (errorCorrection, { expect }) => {
      const number = errorCorrection === "t38UDPFEC" ? "+493023125011" : "+493023125010";
      const socket = await bindUdptl({ host: HOST });
      const call = place(number, offerUdptl({ address: HOST, port: socket.port, errorCorrection }));
      const { response } = await call.answered;
      const far = readOffer(response.body);
      expect(far).toMatchObject({ kind: "udptl", fax: { udpErrorCorrection: errorCorrection } });
      const end = await sendOn(udptlTo(socket, far, "caller"), call, "transferred");
      expect(end).toMatchObject({ cause: "completed", pages: 1 });
      await call.hangUp(1000);
      await arrived(expect, number);
    },
  );

  it("sends a fax over TCP, which it opens itself", async ({ expect }) => {
    const call = place("+493023125012", offerTcp(HOST));
    const { response } = await call.answered;
    const far = readOffer(response.body);
    if (far.kind !== "tcp") throw new Error(far.kind);
    const socket = await connectTpkt({ host: far.host, port: far.port });
    const end = await sendOn(tpktPort({ socket: socket! }), call, "local");
    expect(end).toMatchObject({ cause: "completed", pages: 1 });
    await call.hangUp(1000);
    await arrived(expect, "+493023125012");
  }, 120_000);

  it("calls with audio, hears CED, is asked over to T.38 and sends a fax", async ({ expect }) => {
    const rtp = await openRtp({ host: HOST, wall: monotonicWall });
    const call = place("+493023125013", offerAudio({ address: HOST, port: rtp.port }));
    const fax = new Promise<CallEnd>((resolve) => {
      call.onOffer(async (sdp) => {
        const socket = await bindUdptl({ host: HOST });
        setImmediate(() => void sendOn(udptlTo(socket, readOffer(sdp), "caller"), call, "transferred").then(resolve));
        return { status: 200, sdp: answerUdptl(sdp, { address: HOST, port: socket.port }) };
      });
    });
    const { response } = await call.answered;
    const far = readOffer(response.body);
    if (far.kind !== "audio") throw new Error(far.kind);
    let loudest = 0;
    await rtp.start({ host: far.host, port: far.port, law: far.payload }, (samples) => {
      for (const sample of samples) loudest = Math.max(loudest, sample);
    });
    expect(await fax).toMatchObject({ cause: "completed", pages: 1 });
    expect(loudest).toBeGreaterThan(1000);
    await rtp.close();
    await call.hangUp(1000);
    await arrived(expect, "+493023125013");
  }, 120_000);

  it("that changes to T.38 by itself before the machine asks is taken at once", async ({ expect }) => {
    const rtp = await openRtp({ host: HOST, wall: monotonicWall });
    const call = place("+493023125014", offerAudio({ address: HOST, port: rtp.port }));
    await call.answered;
    const socket = await bindUdptl({ host: HOST });
    const { response } = await call.reoffer(offerUdptl({ address: HOST, port: socket.port }));
    const end = await sendOn(udptlTo(socket, readOffer(response.body), "caller"), call, "transferred");
    expect(end).toMatchObject({ cause: "completed", pages: 1 });
    await rtp.close();
    await call.hangUp(1000);
    await arrived(expect, "+493023125014");
  }, 120_000);

  it("that will have no T.38 is hung up on, and the book says so", async ({ expect }) => {
    const rtp = await openRtp({ host: HOST, wall: monotonicWall });
    const call = place("+493023125015", offerAudio({ address: HOST, port: rtp.port }));
    call.onOffer(() => ({ status: 488 }));
    await call.answered;
    await call.over;
    const booked = () => exchange.calls().find(({ to }) => to === "+493023125015");
    await expect.poll(booked).toMatchObject({ result: "NOSERVICE", cause: "t38-refused" });
    await rtp.close();
  }, 120_000);

  it("reaches a person in audio, who knows no T.38", async ({ expect }) => {
    const rtp = await openRtp({ host: HOST, wall: monotonicWall });
    const direct = place("+493023125301", offerUdptl({ address: HOST, port: 4000 }));
    expect((await direct.answered).response.status).toBe(488);
    const call = place("+493023125302", offerAudio({ address: HOST, port: rtp.port }));
    const { response } = await call.answered;
    expect(readOffer(response.body).kind).toBe("audio");
    expect((await call.reoffer(offerUdptl({ address: HOST, port: 4000 }))).response.status).toBe(488);
    await call.bye();
    const booked = () => exchange.calls().find(({ to }) => to === "+493023125302");
    await expect.poll(booked).toMatchObject({ result: "VOICE", cause: "caller-hung-up" });
    await rtp.close();
  }, 120_000);

  it("registers a number and is called by a machine, which offers what it understands after what it does not", async ({
    expect,
  }) => {
    const number = "+49309900011";
    const offered: string[] = [];
    const receiver = answeringMachine({ mood: "modern", stationId: "phone" });
    const fax = new Promise<CallEnd>((resolve) => {
      void register(number, async (call) => {
        const far = readOffer(call.invite.body);
        offered.push(far.kind);
        if (far.kind !== "udptl") return call.reject(488);
        const socket = await bindUdptl({ host: HOST });
        call.answer(answerUdptl(call.invite.body, { address: HOST, port: socket.port }));
        const port = udptlTo(socket, far, "answerer");
        const receivedPage = async (got: { octets: Uint8Array; format: Parameters<typeof receiver.receive>[1] }) =>
          receiver.receive(got.octets, got.format);
        const party = receiver;
        resolve(runPacedCall({ side: "answerer", party, port, tcf: "transferred", over: call.over, receivedPage }));
      });
    });
    await expect.poll(() => exchange.registered()).toContain("49309900011");
    const tiff = writeTiff([{ bitmap: page(), xDpi: 204, yDpi: 196 }]);
    const placed = await exchange.placeCall({ from: "+493023125001", to: number, tiff });
    expect(placed).toMatchObject({ ok: true, record: { result: "OK", pages: 1 } });
    expect(await fax).toMatchObject({ cause: "completed", pages: 1 });
    expect(offered).toEqual(["own", "udptl"]);
    const lines = (await readFile(exchange.wireLog, "utf8")).trimEnd().split("\n");
    expect(lines.filter((line) => line.includes(number))).toHaveLength(1);
  }, 120_000);

  it("that takes our own kind of stream for T.38 over UDPTL is called again with what it meant", async ({ expect }) => {
    const number = "+49309900013";
    const offered: string[] = [];
    const left: Promise<void>[] = [];
    await register(number, (call) => {
      const { kind } = readOffer(call.invite.body);
      offered.push(kind);
      if (kind !== "own") return call.reject(486);
      left.push(call.over);
      call.answer(offerUdptl({ address: HOST, port: 4040 }));
    });
    const tiff = writeTiff([{ bitmap: page(), xDpi: 204, yDpi: 196 }]);
    const placed = await exchange.placeCall({ from: "+493023125001", to: number, tiff });
    expect(placed).toMatchObject({ ok: true, record: { result: "BUSY", cause: "sip-486" } });
    expect(offered).toEqual(["own", "udptl"]);
    const { response } = await place(number, offerFax(HOST)).answered;
    expect(response).toMatchObject({ status: 488 });
    await Promise.all(left);
    expect(left).toHaveLength(2);
    const lines = (await readFile(exchange.wireLog, "utf8")).trimEnd().split("\n");
    expect(lines.filter((line) => line.includes(number))).toHaveLength(1);
  }, 60_000);

  it("is joined to another one, and what either changes in the midst passes through", async ({ expect }) => {
    const number = "+49309900012";
    let called: IncomingCall | undefined;
    await register(number, (call) => {
      called = call;
      call.answer(offerAudio({ address: HOST, port: 4010 }));
    });
    const call = place(number, offerAudio({ address: HOST, port: 4012 }));
    await call.answered;
    for (const [from, to, port] of [
      [call, called!, 4020],
      [called!, call, 4030],
    ] as const) {
      let seen: FaxOffer | undefined;
      to.onOffer((sdp) => {
        seen = readOffer(sdp);
        return { status: 200, sdp: answerUdptl(sdp, { address: HOST, port: port + 1 }) };
      });
      const { response } = await from.reoffer(offerUdptl({ address: HOST, port }));
      expect([seen, readOffer(response.body)]).toMatchObject([{ port }, { port: port + 1 }]);
      to.onOffer(() => ({ status: 606 }));
      expect((await from.reoffer(offerUdptl({ address: HOST, port: port + 2 }))).response.status).toBe(606);
    }
    await called!.bye();
    await call.over;
  }, 120_000);
});

describe.concurrent("an extension", () => {
  /** A modem's place: whoever calls gets a machine, unless the line is taken. */
  const received: CallEnd[] = [];
  const extensions: Extensions = {
    has: (number) => number.startsWith("+49302312592"),
    async ring({ to }) {
      if (to.endsWith("3")) return { answered: false, kind: "busy" };
      return {
        answered: true,
        join: async ({ port, over }) => {
          const party = answeringMachine({ mood: "modern", stationId: to });
          const receivedPage = async (got: { octets: Uint8Array; format: Parameters<typeof party.receive>[1] }) =>
            party.receive(got.octets, got.format);
          received.push(await runPacedCall({ side: "answerer", party, port, tcf: "transferred", over, receivedPage }));
        },
      };
    },
  };
  beforeAll(() => exchange.plug(extensions));

  it("is called by a machine of the exchange, and its line is busy like any other", async ({ expect }) => {
    const tiff = writeTiff([{ bitmap: page(), xDpi: 204, yDpi: 196 }]);
    const placed = await exchange.placeCall({ from: "+493023125001", to: "+493023125920", tiff });
    expect(placed).toMatchObject({ ok: true, record: { result: "OK", pages: 1 } });
    const busy = await exchange.placeCall({ from: "+493023125001", to: "+493023125923", tiff });
    expect(busy).toMatchObject({ ok: true, record: { result: "BUSY", cause: "sip-486" } });
    expect(exchange.calls().filter(({ to }) => to === "+493023125920")).toHaveLength(1);
    await told(expect, "+493023125920");
  }, 120_000);

  it("is called over SIP; our own kind of stream is refused without a ring time", async ({ expect }) => {
    const socket = await bindUdptl({ host: HOST });
    const call = place("+493023125921", offerUdptl({ address: HOST, port: socket.port }));
    const { response } = await call.answered;
    const end = await sendOn(udptlTo(socket, readOffer(response.body), "caller"), call, "transferred");
    expect(end).toMatchObject({ cause: "completed", pages: 1 });
    await call.hangUp(1000);
    expect(exchange.calls().filter(({ to }) => to === "+493023125921")).toMatchObject([{ result: "BRIDGED" }]);
    await told(expect, "+493023125921");
  }, 120_000);

  it("dials a machine, another extension, and numbers where nobody answers", async ({ expect }) => {
    const gone = new AbortController().signal;
    const dial = async (to: string) => {
      const dialled = await exchange.dial({ from: "+493023125920", to, gone });
      if (!dialled.answered) return dialled.kind;
      const machine = sender();
      const needPage = async (...[index, format]: Parameters<SendingMachine["page"]>) => machine.page(index, format);
      const { port, over } = dialled;
      const end = await runPacedCall({ side: "caller", party: machine, port, tcf: "transferred", over, needPage });
      dialled.hangUp();
      return end.cause;
    };
    const numbers = ["493023125016", "+493023125922", "493023125100", "493023125200", "+493023125400", "123"];
    expect(await Promise.all(numbers.map(dial))).toEqual([
      "completed",
      "completed",
      "busy",
      "no-answer",
      "unassigned",
      "unassigned",
    ]);
    await arrived(expect, "+493023125016");
    await told(expect, "+493023125922");
  }, 120_000);

  it("that hangs up in the midst ends the machine's side at once", async ({ expect }) => {
    const gone = new AbortController().signal;
    const dialled = await exchange.dial({ from: "+493023125920", to: "+493023125017", gone });
    if (!dialled.answered) throw new Error(dialled.kind);
    dialled.port.listen({ ifp: () => dialled.hangUp(), gap: () => {}, lost: () => {} });
    const booked = () => exchange.calls().find(({ to }) => to === "+493023125017");
    await expect.poll(booked, { timeout: 15_000 }).toMatchObject({ result: "SENDFAIL", cause: "caller-hung-up" });
  }, 120_000);
});
