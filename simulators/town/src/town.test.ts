import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { freePorts } from "@depesche/ports/contract/free-ports";
import { readTiff } from "@depesche/t4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PORT_VARIABLES, startTown, type Town, type TownPorts } from "./index.ts";

const FREE: TownPorts = { control: 0, sip: 0, modem: 0, twilio: 0, smtp: 0 };
const AUTHORIZATION = `Basic ${btoa(`AC${"0".repeat(32)}:geheim`)}`;

let folder: string;
let town: Town;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-town-"));
  town = await startTown({ ports: FREE, dataFolder: folder });
});
afterAll(async () => {
  await town.close();
  fs.rmSync(folder, { recursive: true });
});

const at = (place: string) => `http://127.0.0.1:${town.ports.control}${place}`;

async function ask(place: string, init: RequestInit = {}) {
  const response = await fetch(at(place), init);
  // What came is looked at field by field.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of every route
  return { status: response.status, body: (await response.json()) as any };
}

function send(method: string, body: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

async function base64(place: string): Promise<string> {
  return Buffer.from(await (await fetch(at(place))).arrayBuffer()).toString("base64");
}

function postSms(text: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${town.ports.twilio}/2010-04-01/Accounts/AC${"0".repeat(32)}/Messages.json`, {
    method: "POST",
    headers: { authorization: AUTHORIZATION },
    body: new URLSearchParams({ To: "+491713920001", From: "+4930231250", Body: text }),
  });
}

async function sms(text: string): Promise<void> {
  expect((await postSms(text)).status).toBe(201);
}

describe("the control API", () => {
  it("says that everything listens, and where", async () => {
    expect(await ask("/health")).toEqual({ status: 200, body: { ok: true, ports: town.ports } });
    expect(Object.values(town.ports).every((port) => port > 0)).toBe(true);
  });

  it("describes every route it answers", async () => {
    const { body } = await ask("/openapi.json");
    expect(body.openapi).toBe("3.1.0");
    expect(Object.keys(body.paths).sort()).toEqual([
      "/chaos",
      "/clock",
      "/exchange/attempts/{key}/fax.tif",
      "/exchange/calls",
      "/exchange/calls/{id}",
      "/exchange/calls/{id}/ladder",
      "/exchange/calls/{id}/ladder.pcap",
      "/exchange/machines",
      "/exchange/machines/{number}/faxes",
      "/exchange/machines/{number}/faxes/{n}.tif",
      "/exchange/modems",
      "/health",
      "/mail/messages",
      "/mail/messages/{id}",
      "/mail/messages/{id}/attachments/{n}",
      "/mail/messages/{id}/raw",
      "/print-shop/letters",
      "/print-shop/letters/{id}.pdf",
      "/print-shop/letters/{id}/pages/{n}.png",
      "/print-shop/letters/{id}/returned",
      "/scenario",
      "/scenario/numbers",
      "/sms/messages",
      "/wire-log",
    ]);
  });

  it("shows the text of a message, for one number or for all", async () => {
    await sms("Ihr Rezept liegt bereit. €");
    const { body } = await ask("/sms/messages");
    expect(body.messages[0]).toMatchObject({ to: "+491713920001", text: "Ihr Rezept liegt bereit. €", parts: 1 });
    const to = encodeURIComponent("+49 171 39200 02");
    expect((await ask(`/sms/messages?to=${to}`)).body).toEqual({ messages: [] });
  });

  it("lets a telephone send a message", async () => {
    const { status, body } = await ask(
      "/sms/messages",
      send("POST", { from: "+491713920001", to: "+4930231250", text: "Ja" }),
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: "received", direction: "inbound", text: "Ja" });
    expect((await ask("/sms/messages?limit=1")).body.messages[0].text).toBe("Ja");
  });

  it("has no mails and no letters to begin with", async () => {
    expect((await ask("/mail/messages")).body).toEqual({ messages: [] });
    expect((await ask("/print-shop/letters")).body).toEqual({ letters: [] });
    for (const part of ["", "/raw", "/attachments/0"]) expect((await ask(`/mail/messages/7${part}`)).status).toBe(404);
    expect((await ask("/print-shop/letters/..%2Fx.pdf")).status).toBe(404);
  });

  it("understands a number in a query with its plus bare or escaped", async () => {
    expect(await ask("/exchange/calls?number=+493023125777")).toEqual({ status: 200, body: { calls: [], onLine: [] } });
    expect((await ask("/exchange/calls?number=%2B493023125777")).status).toBe(200);
    expect((await ask("/exchange/calls?number=")).status).toBe(400);
  });

  it("refuses what is no base64, however long its blanks, at once", async () => {
    const order = { from: "+493023125001", to: "+493023125000", tiff: `${" ".repeat(300_000)}!` };
    const { status, body } = await ask("/exchange/calls", send("POST", order));
    expect([status, body.error]).toEqual([400, '"tiff" is not base64.']);
  });

  it("makes a simulated machine dial, and shows the call and the fax that arrived", async () => {
    const order = { from: "+49 30 23125 001", to: "+49 30 23125 000" };
    const document = Buffer.from("Guten Tag,\n\nhier sind die Unterlagen.\n").toString("base64");
    const { status, body } = await ask("/exchange/calls", send("POST", { ...order, document, name: "brief.txt" }));
    expect(status).toBe(201);
    expect(body).toMatchObject({ from: "+493023125001", to: "+493023125000", result: "OK", pages: 1 });
    const { body: held } = await ask(`/exchange/machines/${encodeURIComponent(order.to)}/faxes`);
    expect(held.faxes).toMatchObject([{ n: 0, from: "+493023125001", pages: 1 }]);
    const tiff = await fetch(at(held.faxes[0].tiff));
    expect(tiff.headers.get("content-type")).toBe("image/tiff");
    const read = readTiff(new Uint8Array(await tiff.arrayBuffer()));
    expect(read.ok && read.pages.map((page) => page.bitmap?.width)).toEqual([1728]);
    const calls = (await ask("/exchange/calls?number=%2B493023125000")).body.calls;
    expect(calls[0]).toMatchObject({ to: "+493023125000", result: "OK" });
    const log = await (await fetch(at("/wire-log?channel=fax"))).text();
    expect(log).toMatch(/^\{"channel":"fax",.*"to":"\+493023125000","result":"OK"/m);
    const again = await ask(
      "/exchange/calls",
      send("POST", { ...order, to: "+493023125100", tiff: await base64(held.faxes[0].tiff) }),
    );
    expect(again.body).toMatchObject({ result: "BUSY" });
    expect((await fetch(at("/exchange/machines/%2B493023125000/faxes/7.tif"))).status).toBe(404);
  });

  it("lists the kinds of machines, and lets those that dial send a text in their way", async () => {
    const { machines } = (await ask("/exchange/machines")).body;
    expect(machines).toContainEqual({ mood: "mh-4800", name: "no ECM, MH, 4800", dials: true, answers: true });
    expect(machines).toContainEqual({ mood: "hangs-up", name: "answers and hangs up", dials: false, answers: true });
    expect(machines).toContainEqual(expect.objectContaining({ mood: "cuts-in-page-1", dials: true, answers: false }));
    const order = { from: "+493023125001", to: "+493023125002", text: "Guten Tag", stationId: "PRAXIS" };
    const cut = await ask("/exchange/calls", send("POST", { ...order, mood: "cuts-in-page-1" }));
    expect(cut).toMatchObject({ status: 201, body: { result: "SENDFAIL", pages: 0 } });
    expect((await ask("/exchange/calls", send("POST", { ...order, mood: "mh-4800" }))).body.result).toBe("OK");
    const { faxes } = (await ask("/exchange/machines/%2B493023125002/faxes")).body;
    expect(faxes).toMatchObject([{ remoteId: "PRAXIS", pages: 1 }]);
    const refused = await ask("/exchange/calls", send("POST", { ...order, mood: "hangs-up" }));
    expect([refused.status, refused.body.error]).toEqual([
      400,
      expect.stringMatching(/"mood" must be one of modern, .*misdials/),
    ]);
  });

  it("places a call without waiting for its end, and tells by its id what became of it", async () => {
    const order = { from: "+493023125001", to: "+493023125002", text: "Guten Tag", wait: false };
    const { status, body } = await ask("/exchange/calls", send("POST", order));
    expect([status, body.result]).toEqual([202, ""]);
    await expect.poll(async () => (await ask(`/exchange/calls/${body.id}`)).body.result).toBe("OK");
    expect((await ask("/exchange/calls/777")).status).toBe(404);
    const { lines } = (await ask(`/exchange/calls/${body.id}/ladder`)).body;
    const names = lines.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(["INVITE", "DIS", "DCS", "PPS-EOP", "MCF"]));
    expect((await ask("/exchange/calls/777/ladder")).status).toBe(404);
    expect((await ask("/exchange/calls/seven/ladder.pcap")).status).toBe(404);
    expect((await ask("/exchange/calls", send("POST", { ...order, wait: "no" }))).status).toBe(400);
  });

  it("brings chaos over the calls to its machines, by each of the faults, and takes it away again", async () => {
    const order = { from: "+493023125001", to: "+493023125003", text: "Guten Tag" };
    const call = async () => (await ask("/exchange/calls", send("POST", order))).body;
    const { fax } = (await ask("/chaos")).body.channels;
    expect(fax).toMatchObject({ probability: 0, fault: "busy", hit: 0 });
    const ends: string[] = [];
    for (const { fault } of fax.faults) {
      await ask("/chaos", send("PUT", { fax: { probability: 1, fault } }));
      const { result, cause } = await call();
      ends.push(`${fault}: ${result} ${cause}`);
    }
    expect(ends).toEqual([
      "busy: BUSY sip-486",
      "no-answer: NOANSWER sip-480",
      "voice: VOICE hung-up-without-fax-tone",
      "unassigned: NORING sip-404",
      "network-fault: ISDNERR sip-503",
      "no-service: NOSERVICE sip-488",
      "cut-in-page: SENDFAIL hung-up-in-page",
      "hangs-up: SENDFAIL hung-up-before-dis",
      "out-of-paper: SENDFAIL disconnected-after-page",
      "refuses-once: OK completed",
      "damaged-frames: OK completed",
      "slow-modem: OK completed",
    ]);
    const calm = await ask("/chaos", send("PUT", { fax: { probability: 0, fault: "busy" } }));
    expect(calm.body.channels.fax).toMatchObject({ probability: 0, hit: 12, seen: fax.seen + 12 });
    expect(await call()).toMatchObject({ result: "OK" });
    expect((await ask("/chaos", send("PUT", { fax: { probability: 2, fault: "busy" } }))).status).toBe(400);
  });

  it("brings chaos over messages: throttled, a fault of the carrier, or not delivered", async () => {
    const answers: unknown[] = [];
    for (const fault of ["throttled", "carrier-fault", "rejected", "undelivered", "late"]) {
      await ask("/chaos", send("PUT", { sms: { probability: 1, fault } }));
      const response = await postSms(`chaos ${fault}`);
      answers.push([fault, response.status]);
    }
    await ask("/chaos", send("PUT", { sms: { probability: 1, fault: "answer-lost" } }));
    await expect(postSms("chaos answer-lost")).rejects.toThrow();
    expect((await ask("/chaos")).body.channels.sms.hit).toBe(6);
    await ask("/chaos", send("PUT", { sms: { probability: 0, fault: "late" } }));
    expect(answers).toEqual([
      ["throttled", 429],
      ["carrier-fault", 500],
      ["rejected", 400],
      ["undelivered", 201],
      ["late", 201],
    ]);
    const taken = (await ask("/sms/messages")).body.messages.map((message: { text: string }) => message.text);
    expect(taken.slice(0, 3)).toEqual(["chaos answer-lost", "chaos late", "chaos undelivered"]);
  });

  it("lets the numbers of a scenario ring and take messages", async () => {
    const numbers = { "+493023199001": { call: { kind: "voice" } }, "+491719999901": { sms: "delivered" } };
    expect((await ask("/scenario", send("PUT", { numbers }))).body).toEqual({ numbers });
    const document = Buffer.from("Hallo").toString("base64");
    const order = { from: "+493023125001", to: "+493023199001", document, name: "a.txt" };
    expect((await ask("/exchange/calls", send("POST", order))).body).toMatchObject({ result: "VOICE" });
    expect((await ask("/scenario")).body).toEqual({ numbers });
    expect((await ask("/scenario", send("PUT", { numbers: { x: {} } }))).status).toBe(400);
    const one = { "+493023199001": null, "+49 30 23199 002": { call: { kind: "busy" } } };
    expect((await ask("/scenario/numbers", send("POST", { numbers: one }))).body).toEqual({
      numbers: { "+491719999901": { sms: "delivered" }, "+493023199002": { call: { kind: "busy" } } },
    });
    expect((await ask("/scenario/numbers", send("POST", { numbers: { "+493023199002": { call: 7 } } }))).status).toBe(
      400,
    );
    expect((await ask("/scenario/numbers", send("POST", {}))).status).toBe(400);
  });

  it.each([
    [{ from: "+493023125001", to: "+493023125000" }, /text.*document.*tiff/],
    [{ from: "+493023125001", to: "+493023125000", tiff: "%%" }, /tiff.*base64/],
    [{ from: "+493023125001", to: "+493023125000", tiff: btoa("no tiff") }, /TIFF/],
    [{ from: "+493023125001", to: "+493023125000", document: btoa("%PDF-1.4"), name: "a.pdf" }, /faxed/],
    [{ from: "Anna", to: "+493023125000", tiff: btoa("x") }, /Anna/],
  ])("a call that cannot be placed is refused: %j", async (order, sentence) => {
    const { status, body } = await ask("/exchange/calls", send("POST", order));
    expect({ status, error: body.error }).toEqual({ status: 400, error: expect.stringMatching(sentence) });
  });

  it("takes the clock from the gateway and shows it", async () => {
    const setting = { anchorWall: Date.now(), anchorSim: Date.UTC(2031, 0, 1), speed: 1000, unpaced: true };
    const { status, body } = await ask("/clock", send("PUT", setting));
    expect(status).toBe(200);
    expect(body).toMatchObject(setting);
    expect(body.now).toBeGreaterThanOrEqual(setting.anchorSim);
    expect((await ask("/clock", send("PUT", { speed: 5 }))).status).toBe(400);
    expect((await ask("/clock")).body).toMatchObject(setting);
  });

  it("streams the wire logs with their channel, line by line", async () => {
    for (let i = 0; i < 30; i++) await sms(`Nr. ${i}`);
    const text = await (await fetch(at("/wire-log?channel=sms"))).text();
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.slice(-30).map((line) => line.text)).toEqual(Array.from({ length: 30 }, (_, i) => `Nr. ${i}`));
    expect(new Set(lines.map((line) => line.channel))).toEqual(new Set(["sms"]));
    expect((await ask("/wire-log?channel=telex")).status).toBe(400);
  });

  it.each([
    ["/sms/messages", send("POST", { from: "+491713920001", text: "Ja" }), 400],
    ["/sms/messages", send("POST", { from: "Anna", to: "+4930231250", text: "Ja" }), 400],
    ["/sms/messages", { method: "POST", body: "{" }, 400],
    ["/sms/messages?limit=viele", {}, 400],
    ["/nowhere", {}, 404],
    ["/sms/messages", send("PUT", {}), 405],
  ])("%s with a fault is answered with a sentence", async (place, init, status) => {
    expect(await ask(place, init)).toEqual({ status, body: { error: expect.stringMatching(/\w+ .+\.$/) } });
  });

  it.each([
    ["DELETE", "/exchange/calls", "GET, HEAD, POST"],
    ["POST", "/scenario", "GET, HEAD, PUT"],
    ["POST", "/exchange/machines/%2B493023125000/faxes/0.tif", "GET, HEAD"],
    ["PATCH", "/openapi.json", "GET, HEAD"],
  ])("%s %s is told which methods there are", async (method, place, allow) => {
    const response = await fetch(at(place), { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });

  it("HEAD goes wherever GET does", async () => {
    expect((await fetch(at("/health"), { method: "HEAD" })).status).toBe(200);
  });

  it("answers no request that comes under another name", async () => {
    const status = await new Promise((resolve, reject) => {
      http
        .get(at("/health"), { headers: { host: "evil.example" } }, (response) => resolve(response.resume().statusCode))
        .on("error", reject);
    });
    expect(status).toBe(403);
  });
});

describe("starting", () => {
  it.each(Object.entries(PORT_VARIABLES))("a taken port of %s is an error that names %s", async (port, variable) => {
    const squatter = http.createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    const taken = (squatter.address() as AddressInfo).port;
    const other = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-town-"));
    const starting = startTown({ ports: { ...FREE, [port]: taken }, dataFolder: other });
    await expect(starting).rejects.toThrow(new RegExp(`${variable}.*${taken}`));
    await new Promise((resolve) => squatter.close(resolve));
    fs.rmSync(other, { recursive: true });
  });

  it("closing can be repeated and frees the ports", async () => {
    const other = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-town-"));
    const [control = 0, sip = 0, modem = 0, twilio = 0, smtp = 0] = await freePorts(5);
    const first = await startTown({ ports: { control, sip, modem, twilio, smtp }, dataFolder: other });
    await first.close();
    await first.close();
    const again = await startTown({ ports: first.ports, dataFolder: other });
    expect(again.ports).toEqual(first.ports);
    await again.close();
    fs.rmSync(other, { recursive: true });
  });
});
