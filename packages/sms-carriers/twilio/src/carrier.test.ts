import { once } from "node:events";
import * as http from "node:http";
import { systemClock } from "@depesche/ports";
import { freePorts } from "@depesche/ports/contract/free-ports";
import { type SmsCarrierRig, smsCarrierContract } from "@depesche/ports/contract/sms-carrier";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTwilio, type TwilioConfig } from "./carrier.ts";

const ACCOUNT = `AC${"0".repeat(32)}`;
const NUMBERS = {
  good: "+491713920001",
  unknown: "+491713920090",
  throttledFirst: "+491713920070",
  silent: "+491713920011",
};
const NEVER = new AbortController().signal;

interface Posted {
  form: URLSearchParams;
  path: string;
  authorization: string;
  connection: http.IncomingMessage["socket"];
}

/** A counterpart with literal answers, so that the wire is seen here and nothing is shared with our own simulator. */
class Stub {
  readonly posted: Posted[] = [];
  readonly messages: { sid: string; to: string; body: string; date_created: string; direction: string }[] = [];
  readonly taken: { to: string; text: string }[] = [];
  answers: { status: number; body: string }[] = [];
  loseNext = false;
  /** What is taken is answered only then. */
  hold: Promise<void> | undefined;
  /** Called when a list has been handed out. */
  listed: (() => void) | undefined;
  /** So many requests for the list are answered with 503. */
  listFailures = 0;
  readonly silentAsked: Promise<void>;
  #sayAsked: () => void = () => {};
  #throttled = new Set<string>();
  readonly #server = http.createServer((request, response) => void this.#serve(request, response));

  constructor() {
    this.silentAsked = new Promise((resolve) => {
      this.#sayAsked = resolve;
    });
  }

  async listen(): Promise<string> {
    // One that nobody is given when the stub is gone.
    const [port] = (await freePorts(1)) as [number];
    await once(this.#server.listen(port, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.method === "GET") {
      if (this.listFailures-- > 0) return answer(response, 503, "");
      const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
      const [to, at, size] = [
        searchParams.get("To"),
        Number(searchParams.get("Page")),
        Number(searchParams.get("PageSize")),
      ];
      const found = this.messages.filter((m) => m.to === to).map((m) => ({ ...m, status: "queued" }));
      const messages = found.reverse().slice(at * size, (at + 1) * size);
      searchParams.set("Page", `${at + 1}`);
      const next_page_uri = found.length > (at + 1) * size ? `${pathname}?${searchParams}` : null;
      return answer(response, 200, JSON.stringify({ messages, page: at, page_size: size, next_page_uri }), this.listed);
    }
    const form = new URLSearchParams(body);
    const to = form.get("To") ?? "";
    this.posted.push({
      form,
      path: request.url ?? "",
      authorization: request.headers.authorization ?? "",
      connection: request.socket,
    });
    const canned = this.answers.shift();
    if (canned) return answer(response, canned.status, canned.body);
    if (to === NUMBERS.silent) return this.#sayAsked();
    if (to === NUMBERS.unknown) return answer(response, 400, JSON.stringify({ code: 21211, message: "Invalid 'To'" }));
    if (to === NUMBERS.throttledFirst && !this.#throttled.has(to)) {
      this.#throttled.add(to);
      return answer(response, 429, JSON.stringify({ code: 20429, message: "Too many requests" }));
    }
    const sid = `SM${(this.messages.length + 1).toString(16).padStart(32, "0")}`;
    const text = form.get("Body") ?? "";
    this.messages.push({ sid, to, body: text, date_created: new Date().toUTCString(), direction: "outbound-api" });
    this.taken.push({ to, text });
    await this.hold;
    if (this.loseNext) {
      this.loseNext = false;
      return void request.socket.destroy();
    }
    answer(response, 201, JSON.stringify({ sid, status: "queued" }));
  }
}

function answer(response: http.ServerResponse, status: number, body: string, ended?: () => void): void {
  response.writeHead(status, { "content-type": "application/json" }).end(body, ended);
}

function config(baseUrl: string): TwilioConfig {
  return { accountSid: ACCOUNT, authToken: "geheim", baseUrl, from: "+4930231250", stopGraceMs: 20, timeoutMs: 15_000 };
}

smsCarrierContract("twilio", async (): Promise<SmsCarrierRig> => {
  const stub = new Stub();
  const carrier = openTwilio(config(await stub.listen()));
  return {
    carrier,
    numbers: NUMBERS,
    taken: () => stub.taken,
    silentAsked: () => stub.silentAsked,
    loseNextAnswer: () => {
      stub.loseNext = true;
    },
    leave: () => stub.stop(),
    dispose: () => stub.stop(),
  };
});

describe("twilio on the wire", () => {
  let stub: Stub;
  let baseUrl: string;
  beforeEach(async () => {
    stub = new Stub();
    baseUrl = await stub.listen();
  });
  afterEach(() => stub.stop());

  const message = (text = "Hallo") => ({ id: "7.12.1", to: NUMBERS.good, text, flash: false, parts: 1 });

  it("posts To, From, Body and the callback with the attempt key, signed in by Basic auth", async () => {
    const carrier = openTwilio({
      ...config(baseUrl),
      statusCallback: "http://127.0.0.1:8080/callbacks/twilio?attempt={attempt}",
    });
    await carrier.submit(message("Grüße & €"), NEVER);
    await carrier.close();
    const [{ form, path, authorization }] = stub.posted as [Posted];
    expect(path).toBe(`/2010-04-01/Accounts/${ACCOUNT}/Messages.json`);
    expect(authorization).toBe(`Basic ${Buffer.from(`${ACCOUNT}:geheim`).toString("base64")}`);
    expect(Object.fromEntries(form)).toEqual({
      To: NUMBERS.good,
      From: "+4930231250",
      Body: "Grüße & €",
      StatusCallback: "http://127.0.0.1:8080/callbacks/twilio?attempt=7.12.1",
    });
  });

  it("a message's own sender goes before the service, the service before the configured sender", async () => {
    const carrier = openTwilio({ ...config(baseUrl), messagingServiceSid: "MG1" });
    await carrier.submit({ ...message(), from: "Depesche" }, NEVER);
    await carrier.submit({ ...message(), from: "4930231250" }, NEVER);
    await carrier.submit({ ...message(), from: "12345" }, NEVER);
    await carrier.submit(message(), NEVER);
    await carrier.close();
    expect(stub.posted.map((p) => [p.form.get("From"), p.form.get("MessagingServiceSid")])).toEqual([
      ["Depesche", null],
      ["+4930231250", null],
      ["12345", null],
      [null, "MG1"],
    ]);
  });

  it("connections are used again", async () => {
    const carrier = openTwilio(config(baseUrl));
    for (let i = 0; i < 20; i++) await carrier.submit(message(`${i}`), NEVER);
    await carrier.close();
    expect(new Set(stub.posted.map((p) => p.connection)).size).toBe(1);
  });

  it.each([
    [400, '{"code":21211,"message":"m"}', "NORING", undefined, "carrier-21211"],
    [400, '{"code":21614,"message":"m"}', "NORING", undefined, "carrier-21614"],
    [400, '{"code":21610,"message":"m"}', "BLACKLIST", undefined, "carrier-21610"],
    [400, '{"code":21617,"message":"m"}', "SENDFAIL", undefined, "carrier-21617"],
    [401, '{"code":20003,"message":"m"}', "SENDFAIL", undefined, "carrier-20003"],
    [429, '{"code":20429,"message":"m"}', "SENDFAIL", true, "carrier-20429"],
    [429, "", "SENDFAIL", true, "carrier-http-429"],
    [503, "<html>no</html>", "SENDFAIL", true, "carrier-http-503"],
    [500, '{"code":"x"}', "SENDFAIL", true, "carrier-http-500"],
    [302, "{}", "SENDFAIL", undefined, "carrier-http-302"],
    [201, "{}", "SENDFAIL", undefined, "carrier-answer-unreadable"],
    [201, "not json", "SENDFAIL", undefined, "carrier-answer-unreadable"],
  ])("%i %s is %s", async (status, body, outcome, temporary, code) => {
    stub.answers = [{ status, body }];
    const carrier = openTwilio(config(baseUrl));
    const report = await carrier.submit(message(), NEVER);
    await carrier.close();
    expect({ outcome: report.outcome, temporary: report.temporary, code: report.cause.code }).toEqual({
      outcome,
      temporary,
      code,
    });
  });

  it("an answer that comes while we stop still counts, however busy we are", async () => {
    const stop = new AbortController();
    const carrier = openTwilio(config(baseUrl));
    let release = () => {};
    stub.hold = new Promise((resolve) => {
      release = resolve;
    });
    const report = carrier.submit(message(), stop.signal);
    while (stub.messages.length === 0) await new Promise((resolve) => setImmediate(resolve));
    // Behind the stub, which waits for the same: the answer leaves, then nobody reads it until the time for it is over.
    void stub.hold.then(() => {
      const until = performance.now() + 60;
      while (performance.now() < until);
    });
    stop.abort();
    release();
    expect(await report).toMatchObject({ outcome: "OK" });
    await carrier.close();
  });

  it("a silent carrier is a temporary failure once the time is up", async () => {
    const carrier = openTwilio({ ...config(baseUrl), timeoutMs: 30 });
    const report = await carrier.submit({ ...message(), to: NUMBERS.silent }, NEVER);
    await carrier.close();
    expect(report).toMatchObject({ outcome: "SENDFAIL", temporary: true, cause: { code: "carrier-answer-lost" } });
  });

  it("after a lost answer two equal messages never share one id", async () => {
    const carrier = openTwilio(config(baseUrl));
    const first = await carrier.submit({ ...message(), id: "1.0.1" }, NEVER);
    stub.answers = [{ status: 502, body: "" }];
    const second = await carrier.submit({ ...message(), id: "2.0.1" }, NEVER);
    expect(first.outcome).toBe("OK");
    expect(second).toMatchObject({ temporary: true });
    expect(await carrier.submit({ ...message(), id: "2.0.2" }, NEVER)).toMatchObject({ outcome: "OK" });
    await carrier.close();
    expect(stub.taken).toHaveLength(2);
  });

  it("a message whose answer and list were both out of reach is found by the next attempt", async () => {
    const carrier = openTwilio(config(baseUrl));
    stub.loseNext = true;
    stub.listFailures = 1;
    const first = await carrier.submit({ ...message(), id: "1.0.1" }, NEVER);
    expect(first).toMatchObject({ temporary: true, cause: { code: "carrier-answer-lost" } });
    const second = await carrier.submit({ ...message(), id: "1.0.2" }, NEVER);
    await carrier.close();
    expect(second).toMatchObject({ outcome: "OK", carrierId: stub.messages[0]?.sid });
    expect(stub.taken).toHaveLength(1);
  });

  it("a message is found behind hundreds of later ones to the same number", async () => {
    const carrier = openTwilio(config(baseUrl));
    stub.loseNext = true;
    stub.listFailures = 1;
    await carrier.submit({ ...message(), id: "1.0.1" }, NEVER);
    const later = {
      to: NUMBERS.good,
      body: "Anderes",
      date_created: new Date().toUTCString(),
      direction: "outbound-api",
    };
    for (let i = 0; i < 350; i++)
      stub.messages.push({ sid: `SM${(4096 + i).toString(16).padStart(32, "0")}`, ...later });
    const second = await carrier.submit({ ...message(), id: "1.0.2" }, NEVER);
    await carrier.close();
    expect(second).toMatchObject({ outcome: "OK", carrierId: stub.messages[0]?.sid });
    expect(stub.taken).toHaveLength(1);
  });

  it("of two equal messages the one asked about first takes the older, so that the later finds its own", async () => {
    let now = Date.now() - 60_000;
    const carrier = openTwilio(config(baseUrl), { ...systemClock, now: () => now });
    const first = { ...message(), id: "1.0.1" };
    stub.loseNext = true;
    stub.listFailures = 1;
    await carrier.submit(first, NEVER);
    (stub.messages[0] as { date_created: string }).date_created = new Date(now).toUTCString();
    now = Date.now();
    stub.loseNext = true;
    stub.listFailures = 1;
    await carrier.submit({ ...message(), id: "1.1.1" }, NEVER);
    for (const id of ["1.0.2", "1.1.2"]) await carrier.submit({ ...message(), id }, NEVER);
    await carrier.close();
    expect(stub.taken).toHaveLength(2);
  });

  it("an equal message whose answer is still on its way is not taken for the one that was lost", async () => {
    const carrier = openTwilio(config(baseUrl));
    let release = () => {};
    stub.hold = new Promise((resolve) => {
      release = resolve;
    });
    const slow = carrier.submit({ ...message(), id: "1.0.1" }, NEVER);
    while (stub.messages.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stub.answers = [{ status: 502, body: "" }];
    stub.listed = () => setImmediate(release);
    const never = await carrier.submit({ ...message(), id: "1.1.1" }, NEVER);
    expect([(await slow).outcome, never.outcome]).toEqual(["OK", "SENDFAIL"]);
    await carrier.close();
  });

  it.each([
    ["of yesterday", { date_created: new Date(Date.now() - 86_400_000).toUTCString(), direction: "outbound-api" }],
    ["from the telephone", { date_created: new Date().toUTCString(), direction: "inbound" }],
  ])("an equal message %s is not taken for the one whose answer was lost", async (_which, fields) => {
    stub.messages.push({ sid: `SM${"e".repeat(32)}`, to: NUMBERS.good, body: "Hallo", ...fields });
    stub.answers = [{ status: 502, body: "" }];
    const carrier = openTwilio(config(baseUrl));
    expect(await carrier.submit({ ...message(), id: "1.0.1" }, NEVER)).toMatchObject({ temporary: true });
    const second = await carrier.submit({ ...message(), id: "1.0.2" }, NEVER);
    await carrier.close();
    expect(second).toMatchObject({ outcome: "OK", carrierId: stub.messages[1]?.sid });
    expect(stub.taken).toHaveLength(1);
  });

  it("an account that cannot be one is refused at the start", () => {
    expect(() => openTwilio({ ...config(baseUrl), accountSid: "nobody" })).toThrow(/AC/);
    expect(() => openTwilio({ ...config(baseUrl), baseUrl: "no url" })).toThrow();
  });
});
