// The exchange seen by foreign SIP programs (bare sockets) and by its own machines.

import { createSocket, type Socket } from "node:dgram";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIALLING_MOODS, type DiallingMood } from "@depesche/fax-machine";
import { blankBitmap, equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import { offerFax, readOffer } from "@depesche/wire-sip";
import { connectMedia, MediaConnections } from "@depesche/wire-t38";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Exchange, openExchange } from "./index.ts";

const HOST = "127.0.0.1";
let folder: string;
let exchange: Exchange;
let socket: Socket;
let branches = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-exchange-"));
  exchange = await openExchange({ port: 0, wireLog: join(folder, "log", "fax.log"), now: () => 1_000 });
  socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, HOST, () => resolve()));
});
afterEach(async () => {
  await exchange.close();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  await rm(folder, { recursive: true });
});

function strokes() {
  const page = blankBitmap(1728, 50);
  for (let i = 0; i < page.data.length; i++) if (i % 13 === 0) page.data[i] = 0x3c;
  return page;
}

/** Sends a request as a foreign program would, and gives the first answer that is no 1xx. */
function ask(
  method: string,
  uri: string,
  headers: string[] = [],
  body = "",
  own: { contact?: string } = {},
): Promise<string> {
  branches++;
  const { port } = socket.address();
  const contact = own.contact ?? `Contact: <sip:+493023125001@${HOST}:${port}>`;
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${HOST}:${port};branch=z9hG4bKtest${branches};rport`,
    "From: <sip:+493023125001@foreign.example>;tag=f1",
    `To: <${uri}>`,
    `Call-ID: call${branches}`,
    `CSeq: 1 ${method}`,
    contact,
    ...headers,
    `Content-Length: ${body.length}`,
  ];
  return new Promise((resolve) => {
    const listen = (bytes: Buffer) => {
      const text = bytes.toString();
      if (text.startsWith("SIP/2.0 1") || !text.includes(`z9hG4bKtest${branches};`)) return;
      socket.off("message", listen);
      resolve(text);
    };
    socket.on("message", listen);
    socket.send(`${lines.join("\r\n")}\r\n\r\n${body}`, exchange.port, HOST);
  });
}

const sip = (number: string) => `sip:${number}@${HOST}`;

describe("the exchange and foreign programs", () => {
  it("answers for subscribers that take no call as a network would, with cause and ring time", async () => {
    const busy = await ask("INVITE", sip("+493023125100"));
    expect(busy).toMatch(/^SIP\/2\.0 486 Busy Here\r\n/);
    expect(busy).toContain("Reason: Q.850;cause=17");
    const noAnswer = await ask("INVITE", sip("+493023125200"));
    expect(noAnswer).toMatch(/^SIP\/2\.0 480 /);
    expect(noAnswer).toContain("X-Depesche-Ring: 60");
    expect(await ask("INVITE", sip("+493023125999"))).toMatch(/^SIP\/2\.0 404 /);
    expect(await ask("INVITE", sip("alice"))).toMatch(/^SIP\/2\.0 404 /);
  });

  it("takes T.38 over UDPTL, refuses what it cannot take, and offers audio to who leaves the choice to it", async () => {
    const session = `v=0\r\no=- 1 1 IN IP4 ${HOST}\r\ns=-\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\n`;
    const headers = ["Content-Type: application/sdp"];
    const invite = (media: string) => ask("INVITE", sip("+493023125000"), headers, media && `${session}${media}\r\n`);
    const taken = await invite("m=audio 4000 RTP/AVP 8\r\nm=image 4002 udptl t38\r\na=T38FaxUdpEC:t38UDPFEC");
    expect(taken).toMatch(/^SIP\/2\.0 200 [\s\S]*\r\nm=audio 0 RTP\/AVP 8\r\nm=image [1-9]\d* udptl t38\r\n/);
    expect(taken).toContain("a=T38FaxUdpEC:t38UDPFEC\r\n");
    expect(await invite("m=video 4000 RTP/AVP 31")).toMatch(/^SIP\/2\.0 488 /);
    expect(await invite("m=audio 4000 RTP/AVP 18")).toMatch(/^SIP\/2\.0 488 /);
    expect(exchange.calls().map(({ result }) => result)).toEqual(["NOSERVICE", "NOSERVICE"]);
    expect(await ask("INVITE", sip("+493023125000"))).toMatch(
      /^SIP\/2\.0 200 [\s\S]*\r\nm=audio [1-9]\d* RTP\/AVP 8 0\r\n/,
    );
  });

  it("registers a number, tells for how long, and gives it back only to its holder", async () => {
    const own = await ask("REGISTER", sip("+493023125900"), ["Expires: 30"]);
    expect(own).toMatch(/^SIP\/2\.0 200 /);
    expect(own).toMatch(/Contact: <sip:\+493023125001@127\.0\.0\.1:\d+>;expires=30/);
    expect(exchange.registered()).toEqual(["493023125900"]);
    expect(await ask("REGISTER", sip("+493023125900"), ["Expires: soon"])).toMatch(/^SIP\/2\.0 400 /);
    await ask("REGISTER", sip("+493023125900"), ["Expires: 0"], "", {
      contact: `Contact: <sip:somebody-else@${HOST}>`,
    });
    expect(exchange.registered()).toEqual(["493023125900"]);
    await ask("REGISTER", sip("+493023125900"), ["Expires: 0"]);
    expect(exchange.registered()).toEqual([]);
  });

  it("ends a call that goes in a circle when its hops are used up", async () => {
    const circle = `Contact: <sip:+49309900001@${HOST}:${exchange.port};transport=tcp>`;
    expect(await ask("REGISTER", sip("+49309900001"), [], "", { contact: circle })).toMatch(/^SIP\/2\.0 200 /);
    expect(await ask("INVITE", sip("+49309900001"), ["Max-Forwards: 5"])).toMatch(/^SIP\/2\.0 483 /);
    expect(exchange.calls().map(({ cause }) => cause)).toEqual(Array.from({ length: 6 }, () => "sip-483"));
  });

  it("tells the caller when a registered end answers with something that is no session description", async () => {
    await ask("REGISTER", sip("+49309900002"));
    socket.on("message", (bytes, from) => {
      const text = bytes.toString();
      if (!text.startsWith("INVITE")) return;
      const copied = text.split("\r\n").filter((line) => /^(Via|From|Call-ID|CSeq):/.test(line));
      const to = `${/^To: .*$/m.exec(text)![0]};tag=c1`;
      const contact = `Contact: <sip:c@${HOST}:${socket.address().port}>`;
      const own = [to, contact, "Content-Type: text/plain", "Content-Length: 5"];
      socket.send(`${["SIP/2.0 200 OK", ...copied, ...own].join("\r\n")}\r\n\r\nhello`, from.port, HOST);
    });
    expect(await ask("INVITE", sip("+49309900002"))).toMatch(/^SIP\/2\.0 488 /);
  });

  it("ends calls whose caller never opens the fax stream when it closes", async () => {
    const sdp =
      `v=0\r\no=- 1 1 IN IP4 ${HOST}\r\ns=-\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\n` +
      "m=image 9 tcp t38\r\na=x-depesche-line-time:1\r\n";
    const answer = await ask("INVITE", sip("+493023125000"), ["Content-Type: application/sdp"], sdp);
    expect(answer).toMatch(/^SIP\/2\.0 200 /);
    expect(answer).toMatch(/a=x-depesche-media:[0-9a-f]{16}/);
    await exchange.close();
    expect(exchange.calls().at(-1)).toMatchObject({ result: "ISDNERR", cause: "media-lost" });
  });

  it("refuses nobody while it closes: who hears nothing more from it may call again", async () => {
    await ask("INVITE", sip("+493023125000"), [], new TextDecoder().decode(offerFax(HOST)));
    // Its BYE to that call gets no answer, so closing takes its time.
    const closing = exchange.close();
    const answers: string[] = [];
    socket.on("message", (bytes) => {
      const text = bytes.toString();
      if (text.startsWith("SIP/2.0") && text.includes("23125100")) answers.push(text);
    });
    void ask("INVITE", sip("+493023125100"));
    await closing;
    expect(answers).toEqual([]);
  });

  it("logs no voice for a call whose stream broke before the person had spoken", async () => {
    const answer = await ask(
      "INVITE",
      sip("+493023125300"),
      ["Content-Type: application/sdp"],
      Buffer.from(offerFax(HOST)).toString(),
    );
    const fax = readOffer(Buffer.from(answer.slice(answer.indexOf("\r\n\r\n") + 4)));
    if (fax.kind !== "own") throw new Error(fax.kind);
    connectMedia(fax, new MediaConnections()).close();
    await expect.poll(() => exchange.calls().at(-1)).toMatchObject({ result: "ISDNERR", cause: "media-lost" });
  });

  it("cuts off a stream that speaks another protocol", async () => {
    const stream = connect(exchange.port, HOST);
    stream.on("error", () => {});
    stream.write(`POST / HTTP/1.1\r\n${"a: b\r\n".repeat(20_000)}`);
    await new Promise<void>((resolve) => stream.on("close", () => resolve()));
    expect(exchange.drops()["sip-too-large"]).toBe(1);
  });
});

describe("machines of the exchange", () => {
  it("send to each other, and the call has one line in the log", async () => {
    const tiff = writeTiff([
      { bitmap: strokes(), xDpi: 204, yDpi: 196 },
      { bitmap: strokes(), xDpi: 204, yDpi: 196 },
    ]);
    const placed = await exchange.placeCall({ from: "+49 30 23125 001", to: "0049 30 23125 002", tiff });
    expect(placed).toMatchObject({ ok: true, record: { result: "OK", pages: 2, simAt: 1_000 } });
    const read = readTiff(exchange.faxTiff("+49 30 23125 002", 0)!);
    expect(read.ok && read.pages.every((page) => equalBitmaps(page.bitmap!, strokes()))).toBe(true);
    expect(exchange.faxes("+493023125002")[0]).toMatchObject({ from: "+493023125001", remoteId: "+49 30 23125 001" });
    const lines = (await readFile(exchange.wireLog, "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).to)).toEqual(["+493023125002"]);
  });

  it("dial as what they are: an old machine sends without error correction, in its own coding and resolution", async () => {
    const tiff = writeTiff([
      { bitmap: strokes(), xDpi: 204, yDpi: 196 },
      { bitmap: strokes(), xDpi: 204, yDpi: 196 },
    ]);
    const sent: unknown[] = [];
    for (const xyz of ["001", "910", "912", "914"]) {
      const placed = await exchange.placeCall({ from: `+493023125${xyz}`, to: "+493023125003", tiff });
      expect(placed).toMatchObject({ ok: true, record: { result: "OK", pages: 2 } });
      const { pages } = exchange.faxes("+493023125003").at(-1)!;
      sent.push(pages.map(({ coding, yDpi }) => `${coding} ${yDpi}`));
    }
    const [modern, mr, mh, standard] = ["MMR 196", "MR 196", "MH 196", "MH 98"];
    expect(sent).toEqual([
      [modern, modern],
      [mr, mr],
      [mh, mh],
      [standard, standard],
    ]);
    for (const index of [1, 2]) {
      const read = readTiff(exchange.faxTiff("+493023125003", index)!);
      expect(read.ok && read.pages.every((page) => equalBitmaps(page.bitmap!, strokes()))).toBe(true);
    }
  });

  it("meet the same moods as everybody", async () => {
    const tiff = writeTiff([{ bitmap: strokes(), xDpi: 204, yDpi: 196 }]);
    const results: string[] = [];
    for (const xyz of ["100", "300", "700", "801", "801"]) {
      const placed = await exchange.placeCall({ from: "+493023125001", to: `+493023125${xyz}`, tiff });
      results.push(placed.ok ? placed.record.result : placed.refused);
    }
    expect(results).toEqual(["BUSY", "VOICE", "SENDFAIL", "BUSY", "OK"]);
  });

  it("meet the same calls again in another exchange: what is left to chance follows from the number and its count", async () => {
    const tiff = writeTiff([{ bitmap: strokes(), xDpi: 204, yDpi: 196 }]);
    const again = await openExchange({ port: 0, wireLog: join(folder, "again.log"), now: () => 1_000 });
    for (const each of [exchange, again]) {
      for (const xyz of ["001", "001", "300", "300", "802", "916", "912"])
        await each.placeCall({ from: "+493023125003", to: `+493023125${xyz}`, tiff });
    }
    const seen = (each: Exchange) => each.calls().map((call) => ({ ...call, at: 0 }));
    expect(seen(again)).toEqual(seen(exchange));
    expect(new Set(seen(exchange).map(({ ringUs }) => ringUs)).size).toBeGreaterThan(2);
    await again.close();
  });

  it("refuse an order that cannot be carried out, in words", async () => {
    const tiff = new TextEncoder().encode("hello");
    expect(await exchange.placeCall({ from: "+493023125001", to: "+493023125002", tiff })).toMatchObject({
      ok: false,
      refused: expect.stringContaining("TIFF"),
    });
    expect(await exchange.placeCall({ from: "me", to: "+493023125002", tiff })).toEqual({
      ok: false,
      refused: '"me" is no telephone number.',
    });
  });

  it("misbehave as they are told while they dial, and the other end hangs up by its rules", async () => {
    const tiff = writeTiff([
      { bitmap: strokes(), xDpi: 204, yDpi: 196 },
      { bitmap: strokes(), xDpi: 204, yDpi: 196 },
    ]);
    const ends: string[] = [];
    const plain = await exchange.placeCall({ from: "+493023125001", to: "+493023125009", tiff });
    for (const mood of Object.keys(DIALLING_MOODS) as DiallingMood[]) {
      const placed = await exchange.placeCall({ from: "+493023125001", to: "+493023125009", tiff, mood });
      if (!placed.ok) throw new Error(placed.refused);
      const { to, result, cause, pages } = exchange.calls().at(-1)!;
      const isLonger = plain.ok && placed.record.lineUs > plain.record.lineUs;
      const length = isLonger ? "longer" : "no longer";
      ends.push(`${mood}: ${to.slice(-3)} ${result} ${pages} ${cause}, ${placed.record.cause}, ${length}`);
    }
    expect(ends).toEqual([
      "cuts-in-page-1: 009 SENDFAIL 0 caller-hung-up, hung-up-on-purpose, no longer",
      "hangs-up-after-page-1: 009 SENDFAIL 1 caller-hung-up, hung-up-on-purpose, no longer",
      "never-ends: 009 SENDFAIL 1 no-command, hung-up-after-page, longer",
      "never-commands: 009 SENDFAIL 0 caller-disconnected, no-answer-to-dcs, no longer",
      "trains-down: 009 OK 2 completed, completed, longer",
      "loses-frames: 009 OK 2 completed, completed, longer",
      "misdials: 000 OK 2 completed, completed, no longer",
    ]);
    expect(exchange.onLine()).toEqual([]);
  });

  it("keep what came of a page that was cut off, for the name of its call alone", async () => {
    const page = blankBitmap(1728, 2000);
    for (let i = 0; i < page.data.length; i++) if (i % 13 === 0) page.data[i] = 0x3c;
    const tiff = writeTiff([{ bitmap: page, xDpi: 204, yDpi: 196 }]);
    for (const [mood, to] of [
      ["cuts-in-page-1", "002"],
      ["mh-9600", "700"],
      ["modern", "700"],
    ] as const) {
      const name = `${mood} ${to}`;
      const order = { from: "+493023125001", to: `+493023125${to}`, tiff, mood, name };
      await exchange.placeCall(order);
      const read = readTiff(exchange.attemptTiff(name)!);
      if (!read.ok) throw new Error(read.problem);
      const { height, bitmap = page } = read.pages[0]!;
      expect([name, height > 0 && height < 2000]).toEqual([name, true]);
      const lines = height - 1;
      expect(bitmap.data.subarray(0, lines * 216)).toEqual(page.data.subarray(0, lines * 216));
      expect(exchange.faxes(order.to)).toEqual([]);
    }
  });

  it("leave a ladder, each end its own; of calls too long ago none is kept", async () => {
    const tiff = writeTiff([{ bitmap: strokes(), xDpi: 204, yDpi: 196 }]);
    const order = { from: "+493023125001", to: "+493023125002", tiff };
    const placed = await exchange.placeCall(order);
    const id = placed.ok ? placed.record.id : 0;
    const names = (of: number) => exchange.ladder(of)?.map(({ name }) => name) ?? [];
    for (const end of [id, id + 1])
      expect(names(end)).toEqual(expect.arrayContaining(["INVITE", "200 OK", "DIS", "DCS", "TCF", "page data", "DCN"]));
    expect(exchange.ladderPcap(id)?.length).toBeGreaterThan(1000);
    expect(exchange.ladder(id + 2)).toBeUndefined();
    await Promise.all(Array.from({ length: 60 }, () => exchange.placeCall({ ...order, to: "+493023125100" })));
    expect(exchange.ladder(id)).toBeUndefined();
    expect(names(id + 121)).toContain("486 Busy Here");
    exchange.reset();
    expect(exchange.ladder(id + 121)).toBeUndefined();
  });

  it("are on the line while a call stands", async () => {
    await ask("INVITE", sip("+493023125000"), [], Buffer.from(offerFax(HOST)).toString());
    expect(exchange.onLine()).toMatchObject([{ from: "+493023125001", to: "+493023125000", result: "" }]);
    expect(exchange.calls()).toEqual([]);
  });

  it("can be begun and looked up by the call's id", async () => {
    const tiff = writeTiff([{ bitmap: strokes(), xDpi: 204, yDpi: 196 }]);
    const begun = exchange.beginCall({ from: "+493023125001", to: "+493023125002", tiff });
    if (!begun.ok) throw new Error(begun.refused);
    expect(exchange.call(begun.record.id)).toMatchObject({ result: "" });
    await begun.over;
    expect(exchange.onLine()).toEqual([]);
    expect(exchange.call(begun.record.id)).toMatchObject({ result: "OK", pages: 1, to: "+493023125002" });
    expect(exchange.call(77)).toBeUndefined();
  });

  it("forget everything on reset, but the log stays", async () => {
    const tiff = writeTiff([{ bitmap: strokes(), xDpi: 204, yDpi: 196 }]);
    await exchange.placeCall({ from: "+493023125001", to: "+493023125802", tiff });
    exchange.reset();
    expect([exchange.calls().length, exchange.faxes("+493023125802").length]).toEqual([0, 0]);
    await exchange.placeCall({ from: "+493023125001", to: "+493023125802", tiff });
    expect(exchange.calls().map(({ result }) => result)).toEqual(["BUSY"]);
    expect((await readFile(exchange.wireLog, "utf8")).trimEnd().split("\n")).toHaveLength(2);
  });
});
