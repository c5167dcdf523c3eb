// sipp, a SIP user agent nobody here wrote, at an exchange of its own: calls out of audio into T.38, registration, digest, CANCEL,
// lost datagrams, TCP, compact headers; and a recorded fax, played by sipp as UDPTL, that arrives at a machine page by page.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Exchange, openExchange } from "@depesche/exchange";
import { sendingMachine } from "@depesche/fax-machine";
import { blankBitmap, equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import { offerUdptl, openSipEndpoint, readOffer, type SipEndpoint } from "@depesche/wire-sip";
import { bindUdptl, protectionFor, runPacedCall, udptlPort } from "@depesche/wire-t38";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../../house/house.ts";
import { freePorts } from "../../house/ports.ts";
import { asRoot } from "./as-root.ts";

const HOST = "127.0.0.1";
let folder: string;
/** One that takes everybody, and one that asks who is there. */
let open: Exchange;
let guarded: Exchange;
let phone: SipEndpoint;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-sipp-"));
  const users = [{ user: "anna", password: "geheim" }];
  open = await openExchange({ port: 0, wireLog: join(folder, "open.log") });
  guarded = await openExchange({ port: 0, wireLog: join(folder, "guarded.log"), users });
  // Rings and is never picked up.
  phone = await openSipEndpoint({ host: HOST, port: 0, product: "phone" }, { invite: (call) => call.ring() });
});
afterAll(async () => {
  await Promise.all([open.close(), guarded.close()]);
  await phone.close();
  await rm(folder, { recursive: true });
});

const scenario = (...steps: string[]) =>
  `<?xml version="1.0" encoding="ISO-8859-1" ?><!DOCTYPE scenario SYSTEM "sipp.dtd"><scenario name="depesche">${steps.join("\n")}</scenario>`;

/** A request of a call; "tagged" once the exchange has given its tag. */
function send(
  method: string,
  seq: number,
  more: { body?: string; head?: string; tagged?: boolean; again?: boolean } = {},
) {
  const { body = "", head = "", tagged = false, again = method !== "ACK" } = more;
  const lines = [
    `${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0`,
    "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
    "Max-Forwards: 70",
    "From: <sip:+493023125098@[local_ip]:[local_port]>;tag=[call_number]",
    `To: <sip:[service]@[remote_ip]:[remote_port]>${tagged ? "[peer_tag_param]" : ""}`,
    "Call-ID: [call_id]",
    `CSeq: ${seq} ${method}`,
    "Contact: <sip:+493023125098@[local_ip]:[local_port]>",
    ...(head === "" ? [] : [head]),
    ...(body === "" ? ["Content-Length: 0", ""] : ["Content-Type: application/sdp", "Content-Length: [len]", "", body]),
  ];
  return `<send${again ? ' retrans="500"' : ""}><![CDATA[\n${lines.join("\n")}\n]]></send>`;
}

/** An answer to the exchange's own request. */
const reply = (status: string, body = "") =>
  `<send><![CDATA[\nSIP/2.0 ${status}\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]
Contact: <sip:+493023125098@[local_ip]:[local_port]>
${body === "" ? "Content-Length: 0\n" : `Content-Type: application/sdp\nContent-Length: [len]\n\n${body}`}\n]]></send>`;

const maybe = (...statuses: number[]) =>
  statuses.map((status) => `<recv response="${status}" optional="true"/>`).join("");
const answered = (status: number, more = "") => `${maybe(100, 180, 183)}<recv response="${status}" ${more}/>`;

const SESSION = "v=0\no=sipp 1 [call_number] IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n";
const AUDIO = `${SESSION}m=audio [media_port] RTP/AVP 8 0\na=rtpmap:8 PCMA/8000\n`;
const FAX = `${SESSION.replace("[call_number]", "2")}m=image [media_port] udptl t38
a=T38FaxVersion:0
a=T38MaxBitRate:14400
a=T38FaxRateManagement:transferredTCF
a=T38FaxMaxDatagram:400
a=T38FaxUdpEC:t38UDPRedundancy
`;

let files = 0;

async function plays(exchange: { port: number }, number: string, xml: string, more: string[] = []): Promise<void> {
  const file = join(folder, `scenario-${++files}.xml`);
  await writeFile(file, xml);
  const [mediaPort] = (await freePorts(1)) as [number];
  const limits = ["-m", "1", "-nostdin", "-timeout", "90s", "-timeout_error", "-i", HOST, "-mi", HOST];
  const media = ["-mp", String(mediaPort - (mediaPort % 2))];
  const log = ["-trace_err", "-error_file", join(folder, `errors-${files}.log`)];
  const args = [`${HOST}:${exchange.port}`, "-sf", file, "-s", number, ...limits, ...media, ...log, ...more];
  // It plays captures over a raw socket.
  const [command, given] = xml.includes("play_pcap_image") ? asRoot("sipp", args) : (["sipp", args] as const);
  const ran = await runProgram(command, given, { timeoutMs: 120_000 });
  expect(ran.code, ran.stdout.slice(-2500) + ran.stderr).toBe(0);
}

const booked = (exchange: Exchange, number: string) => exchange.calls().find(({ to }) => to === number);

describe.concurrent("sipp", () => {
  it("calls with audio and agrees to the change to T.38", async ({ expect }) => {
    await plays(
      open,
      "+493023125021",
      scenario(
        send("INVITE", 1, { body: AUDIO }),
        answered(200),
        send("ACK", 1, { tagged: true }),
        '<recv request="INVITE"><action><ereg regexp="m=image [1-9][0-9]* udptl t38" search_in="body" check_it="true" assign_to="1"/></action></recv><Reference variables="1"/>',
        reply("200 OK", FAX),
        '<recv request="ACK"/>',
        '<pause milliseconds="300"/>',
        send("BYE", 2, { tagged: true }),
        answered(200),
      ),
    );
    await expect
      .poll(() => booked(open, "+493023125021"))
      .toMatchObject({ result: "SENDFAIL", cause: "caller-hung-up" });
  });

  it("calls with audio, refuses T.38 with 488, and is hung up on", async ({ expect }) => {
    await plays(
      open,
      "+493023125022",
      scenario(
        send("INVITE", 1, { body: AUDIO }),
        answered(200),
        send("ACK", 1, { tagged: true }),
        '<recv request="INVITE"/>',
        reply("488 Not Acceptable Here"),
        '<recv request="ACK"/>',
        '<recv request="BYE"/>',
        reply("200 OK"),
      ),
    );
    await expect.poll(() => booked(open, "+493023125022")).toMatchObject({ result: "NOSERVICE", cause: "t38-refused" });
  });

  it("registers a number and is called there: our own kind of stream is not understood, T.38 finds it busy", async ({
    expect,
  }) => {
    const [port] = (await freePorts(1)) as [number];
    const number = "+493023125098";
    const at = ["-p", String(port)];
    await plays(open, number, scenario(send("REGISTER", 1, { head: "Expires: 60" }), answered(200)), at);
    const refusing = scenario(
      '<recv request="INVITE"><action><ereg regexp="x-depesche-line-time" search_in="body" assign_to="1"/></action></recv>',
      '<nop next="own" test="1"/>',
      reply("486 Busy Here").replace("[last_To:]", "[last_To:];tag=[call_number]"),
      '<recv request="ACK"/><nop next="end"/><label id="own"/>',
      reply("488 Not Acceptable Here").replace("[last_To:]", "[last_To:];tag=[call_number]"),
      '<recv request="ACK"/><label id="end"/>',
    );
    const tiff = writeTiff([{ bitmap: blankBitmap(1728, 20), xDpi: 204, yDpi: 196 }]);
    const listening = plays(open, number, refusing, [...at, "-m", "2"]);
    // Who is not there yet hears the call when it is repeated.
    const placed = await open.placeCall({ from: "+493023125001", to: number, tiff });
    await listening;
    expect(placed).toMatchObject({ ok: true, record: { result: "BUSY", cause: "sip-486" } });
  });

  it("proves who it is by digest, for a registration and for a call; a wrong password opens nothing", async ({
    expect,
  }) => {
    const auth = (password: string) => `[authentication username=anna password=${password}]`;
    const register = (seq: number, head = "") => send("REGISTER", seq, { head: `Expires: 60${head && `\n${head}`}` });
    const known = scenario(register(1), answered(401, 'auth="true"'), register(2, auth("geheim")), answered(200));
    await plays(guarded, "+49309900021", known);
    const wrong = scenario(register(1), answered(401, 'auth="true"'), register(2, auth("falsch")), answered(401));
    await plays(guarded, "+49309900022", wrong);
    const invite = (seq: number, head = "") => send("INVITE", seq, { body: FAX, head });
    await plays(
      guarded,
      "+493023125101",
      scenario(
        invite(1),
        answered(407, 'auth="true"'),
        send("ACK", 1, { tagged: true }),
        invite(2, auth("geheim")),
        answered(486),
        send("ACK", 2, { tagged: true }),
      ),
    );
    expect(guarded.registered()).toEqual(["49309900021"]);
  });

  it("takes a call back while it rings", async ({ expect }) => {
    const number = "+49309900023";
    const { response } = await phone.request({
      method: "REGISTER",
      target: { transport: "udp", host: HOST, port: open.port },
      uri: `sip:${HOST}`,
      from: `<sip:${number}@${HOST}>`,
      to: `<sip:${number}@${HOST}>`,
      headers: [["Contact", phone.contact(number, "udp")]],
    });
    expect(response.status).toBe(200);
    const cancel = send("CANCEL", 1).replace("branch=[branch]", "branch=[branch-3]");
    await plays(
      open,
      number,
      scenario(
        send("INVITE", 1, { body: FAX }),
        '<recv response="100" optional="true"/>',
        '<recv response="180"/>',
        cancel,
        '<recv response="200"/>',
        '<recv response="487"/>',
        send("ACK", 1, { tagged: true }).replace("branch=[branch]", "branch=[branch-6]"),
      ),
    );
  });

  const busy = scenario(send("INVITE", 1, { body: FAX }), answered(486), send("ACK", 1, { tagged: true }));

  it("hears its answers though every fifth datagram is lost", async ({ expect }) => {
    await plays(open, "+493023125102", busy, ["-m", "20", "-r", "10", "-lost", "20", "-max_retrans", "12"]);
    expect(open.calls().filter(({ to }) => to === "+493023125102").length).toBeGreaterThan(0);
  });

  it("calls over TCP, twenty on one connection", async ({ expect }) => {
    await plays(open, "+493023125103", busy.replaceAll(' retrans="500"', ""), ["-t", "t1", "-m", "20", "-r", "20"]);
    expect(open.calls().filter(({ to }) => to === "+493023125103")).toHaveLength(20);
  });

  it("is understood in compact headers", async () => {
    const short = [
      ["Via", "v"],
      ["From", "f"],
      ["To", "t"],
      ["Call-ID", "i"],
      ["Contact", "m"],
      ["Content-Type", "c"],
      ["Content-Length", "l"],
    ];
    const invite = short.reduce(
      (xml, [long, letter]) => xml.replace(`\n${long}: `, `\n${letter}: `),
      send("INVITE", 1, { body: FAX }),
    );
    await plays(open, "+493023125104", scenario(invite, answered(486), send("ACK", 1, { tagged: true })));
  });

  it("plays a recorded fax over UDPTL, and the page arrives", async ({ expect }) => {
    const capture = join(folder, "fax.pcap");
    await writeFile(capture, pcapOf(await recordedFax("+493023125023")));
    await plays(
      open,
      "+493023125024",
      scenario(
        send("INVITE", 1, { body: FAX }),
        answered(200),
        send("ACK", 1, { tagged: true }),
        `<nop><action><exec play_pcap_image="${capture}"/></action></nop>`,
        '<recv request="BYE" timeout="80000"/>',
        reply("200 OK"),
      ),
    );
    const tiff = open.faxTiff("+493023125024", 0);
    const read = tiff && readTiff(tiff);
    expect(read?.ok && read.pages.map(({ bitmap }) => bitmap && equalBitmaps(bitmap, page()))).toEqual([true]);
    expect(booked(open, "+493023125024")).toMatchObject({ result: "OK", pages: 1 });
  });
});

function page() {
  const bitmap = blankBitmap(1728, 200);
  for (let i = 0; i < bitmap.data.length; i++) if (i % 13 === 0) bitmap.data[i] = 0x3c;
  return bitmap;
}

/** What a machine says into UDPTL while it sends a fax to a machine of the exchange, with the time since the answer. */
async function recordedFax(number: string): Promise<{ us: number; bytes: Uint8Array }[]> {
  const socket = await bindUdptl({ host: HOST });
  const caller = await openSipEndpoint(
    { host: HOST, port: 0, product: "caller" },
    { invite: (call) => call.reject(486) },
  );
  const call = caller.invite({
    target: { transport: "udp", host: HOST, port: open.port },
    uri: `sip:${number}@${HOST}`,
    from: `<sip:+493023125098@${HOST}>`,
    user: "+493023125098",
    sdp: offerUdptl({ address: HOST, port: socket.port }),
  });
  const { response } = await call.answered;
  const far = readOffer(response.body);
  if (far.kind !== "udptl") throw new Error(far.kind);
  const began = performance.now();
  const said: { us: number; bytes: Uint8Array }[] = [];
  const overheard = {
    ...{ host: socket.host, port: socket.port },
    send: (bytes: Uint8Array, to: { host: string; port: number }) => {
      said.push({ us: Math.round((performance.now() - began) * 1000), bytes });
      socket.send(bytes, to);
    },
    listen: socket.listen.bind(socket),
    settle: socket.settle.bind(socket),
    close: () => socket.close(),
  };
  const { host, port } = far;
  const stream = udptlPort({
    side: "caller",
    socket: overheard,
    remote: { host, port },
    send: protectionFor(far.fax.udpErrorCorrection),
  });
  const tiff = writeTiff([{ bitmap: page(), xDpi: 204, yDpi: 196 }]);
  const made = sendingMachine({ tiff, stationId: "+49 30 23125 098", mood: "modern" });
  if (!made.ok) throw new Error(made.detail);
  const end = await runPacedCall({
    side: "caller",
    party: made.machine,
    port: stream,
    tcf: "transferred",
    over: call.over,
    needPage: async (index, format) => made.machine.page(index, format),
  });
  expect(end).toMatchObject({ cause: "completed" });
  await call.hangUp(1000);
  await caller.close();
  return said;
}

/** A capture file (libpcap, Ethernet) with the datagrams as UDP over IPv4. */
function pcapOf(datagrams: readonly { us: number; bytes: Uint8Array }[]): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  const packets = datagrams.map(({ us, bytes }) => {
    const head = Buffer.alloc(16 + 14 + 20 + 8);
    const octets = 42 + bytes.length;
    head.writeUInt32LE(Math.floor(us / 1_000_000), 0);
    head.writeUInt32LE(us % 1_000_000, 4);
    head.writeUInt32LE(octets, 8);
    head.writeUInt32LE(octets, 12);
    head.writeUInt16BE(0x0800, 28);
    head.writeUInt8(0x45, 30);
    head.writeUInt16BE(28 + bytes.length, 32);
    head.writeUInt8(64, 38);
    head.writeUInt8(17, 39);
    head.set([127, 0, 0, 1, 127, 0, 0, 1], 42);
    head.writeUInt16BE(6000, 50);
    head.writeUInt16BE(6002, 52);
    head.writeUInt16BE(8 + bytes.length, 54);
    return Buffer.concat([head, bytes]);
  });
  return Buffer.concat([header, ...packets]);
}
