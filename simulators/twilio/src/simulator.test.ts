import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import twilio from "twilio";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MoodName } from "./moods.ts";
import { DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, openTwilioSimulator, type TwilioSimulator } from "./simulator.ts";

const FROM = "+4930231250";
const to = (xy: string) => `+4917139200${xy}`;

/** A simulated clock that stands until it is moved. */
class ManualClock {
  #now = Date.UTC(2026, 0, 5, 9);
  #waits = new Set<{ sim: number; go: () => void }>();
  now = () => this.#now;
  until = (sim: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (sim <= this.#now) return resolve();
      const wait = { sim, go: resolve };
      this.#waits.add(wait);
      signal?.addEventListener("abort", () => {
        this.#waits.delete(wait);
        reject(signal.reason);
      });
    });
  /** Moves on, and lets everything that is due happen. */
  async forward(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#waits].filter((w) => w.sim <= end).sort((a, b) => a.sim - b.sim)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.sim);
      this.#waits.delete(due);
      due.go();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = end;
  }
}

/** Somebody's web server that takes callbacks. */
class Receiver {
  readonly forms: { url: string; form: Record<string, string>; signature: string }[] = [];
  statuses: number[] = [];
  #waiting: { count: number; go: () => void } | undefined;
  readonly #server = http.createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const status = this.statuses.shift() ?? 200;
    response.writeHead(status).end();
    const url = `http://${request.headers.host}${request.url}`;
    const signature = String(request.headers["x-twilio-signature"]);
    this.forms.push({ url, form: Object.fromEntries(new URLSearchParams(body)), signature });
    if (this.#waiting !== undefined && this.forms.length >= this.#waiting.count) this.#waiting.go();
  });
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/callbacks/twilio?attempt=7.12.1`;
  }
  async got(count: number): Promise<Record<string, string>[]> {
    if (this.forms.length < count) await new Promise<void>((go) => (this.#waiting = { count, go }));
    return this.forms.map((f) => f.form);
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let clock: ManualClock;
let simulator: TwilioSimulator;
let receiver: Receiver;
let callback: string;
let folder: string;
let wireLog: string;

async function open(keep?: number, callbackRetryGapsMs = [1, 1, 1]): Promise<void> {
  simulator = await openTwilioSimulator({ port: 0, clock, wireLog, keep, callbackRetryGapsMs });
}

function client(token = DEMO_AUTH_TOKEN) {
  const made = twilio(DEMO_ACCOUNT_SID, token);
  made.api.baseUrl = `http://127.0.0.1:${simulator.port}`;
  return made;
}

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-twilio-"));
  wireLog = path.join(folder, "wire", "sms.ndjson");
  clock = new ManualClock();
  receiver = new Receiver();
  callback = await receiver.listen();
  await open();
});
afterEach(async () => {
  await simulator.close();
  await receiver.stop();
  fs.rmSync(folder, { recursive: true });
});

describe("a message sent with the twilio client", () => {
  it("is queued, sent and delivered as simulated time goes by", async () => {
    const before = Date.now();
    const sent = await client().messages.create({ to: to("01"), from: FROM, body: "Grüße €" });
    expect(sent).toMatchObject({ status: "queued", numSegments: "1", price: null, direction: "outbound-api" });
    expect(sent.sid).toMatch(/^SM[0-9a-f]{32}$/);
    // Told in whole seconds.
    expect(sent.dateCreated.getTime()).toBeGreaterThan(before - 1_000);
    expect(sent.dateCreated.getTime()).toBeLessThanOrEqual(Date.now());
    await clock.forward(1_000);
    expect((await client().messages(sent.sid).fetch()).status).toBe("sent");
    await clock.forward(2_000);
    const delivered = await client().messages(sent.sid).fetch();
    expect(delivered).toMatchObject({ status: "delivered", errorCode: null, price: "-0.07500" });
  });

  it("counts its true parts", async () => {
    const sent = await client().messages.create({ to: to("01"), from: FROM, body: "€".repeat(153) });
    expect(sent.numSegments).toBe("3");
    const smart = await client().messages.create({ to: to("01"), from: FROM, body: "„a“", smartEncoded: true });
    expect(smart.numSegments).toBe("1");
    expect(simulator.messages()[0]).toMatchObject({ encoding: "gsm", text: "„a“" });
  });

  it("tells its states by signed callbacks in order, without the first one", async () => {
    await client().messages.create({ to: to("01"), from: FROM, body: "Hallo", statusCallback: callback });
    await clock.forward(3_000);
    const forms = await receiver.got(2);
    expect(forms.map((f) => f.MessageStatus)).toEqual(["sent", "delivered"]);
    expect(forms[1]).toMatchObject({
      To: to("01"),
      From: FROM,
      AccountSid: DEMO_ACCOUNT_SID,
      ApiVersion: "2010-04-01",
    });
    for (const { url, form, signature } of receiver.forms) {
      expect(twilio.validateRequest(DEMO_AUTH_TOKEN, signature, url, form)).toBe(true);
      expect(twilio.validateRequest("anders", signature, url, form)).toBe(false);
    }
  });

  it("a callback is tried again while the receiver fails, and not once it was refused", async () => {
    receiver.statuses = [503, 500, 200, 404];
    await client().messages.create({ to: to("01"), from: FROM, body: "Hallo", statusCallback: callback });
    await clock.forward(3_000);
    expect((await receiver.got(4)).map((f) => f.MessageStatus)).toEqual(["sent", "sent", "sent", "delivered"]);
    await expect.poll(() => simulator.callbacks).toEqual({ delivered: 1, failed: 1, dropped: 0, waiting: 0 });
  });

  it("goes out with a messaging service from accepted over queued", async () => {
    const sent = await client().messages.create({
      to: to("01"),
      messagingServiceSid: "MG0",
      body: "Hallo",
      statusCallback: callback,
    });
    expect(sent).toMatchObject({ status: "accepted", from: null });
    await clock.forward(3_000);
    expect((await receiver.got(3)).map((f) => f.MessageStatus)).toEqual(["queued", "sent", "delivered"]);
  });

  it("can be scheduled and cancelled", async () => {
    const order = { to: to("01"), messagingServiceSid: "MG0", body: "Hallo", scheduleType: "fixed" as const };
    const sendAt = new Date(clock.now() + 3_600_000);
    const kept = await client().messages.create({ ...order, sendAt });
    const dropped = await client().messages.create({ ...order, sendAt });
    await clock.forward(3_000_000);
    expect((await client().messages(kept.sid).fetch()).status).toBe("scheduled");
    expect((await client().messages(dropped.sid).update({ status: "canceled" })).status).toBe("canceled");
    await clock.forward(1_000_000);
    expect((await client().messages(kept.sid).fetch()).status).toBe("delivered");
    expect((await client().messages(dropped.sid).fetch()).status).toBe("canceled");
    await expect(client().messages(kept.sid).update({ status: "canceled" })).rejects.toMatchObject({ code: 30409 });
  });

  it("can be redacted, and removed once it has ended", async () => {
    const { sid } = await client().messages.create({ to: to("01"), from: FROM, body: "Hallo" });
    await expect(client().messages(sid).remove()).rejects.toMatchObject({ status: 409, code: 20009 });
    await clock.forward(3_000);
    expect((await client().messages(sid).update({ body: "" })).body).toBe("");
    expect(await client().messages(sid).remove()).toBe(true);
    await expect(client().messages(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});

describe("the moods of the numbers", () => {
  it.each([
    ["50", "undelivered", 30003],
    ["57", "undelivered", 30007],
    ["91", "undelivered", 30005],
    ["80", "sent", null],
    ["00", "delivered", null],
    ["49", "delivered", null],
  ])("%s ends %s %s", async (xy, status, errorCode) => {
    const { sid } = await client().messages.create({ to: to(xy), from: FROM, body: "Hallo" });
    await clock.forward(3_000);
    expect(await client().messages(sid).fetch()).toMatchObject({ status, errorCode });
  });

  it("x = 8 delivers late", async () => {
    const { sid } = await client().messages.create({ to: to("80"), from: FROM, body: "Hallo" });
    await clock.forward(599_999);
    expect((await client().messages(sid).fetch()).status).toBe("sent");
    await clock.forward(1);
    expect((await client().messages(sid).fetch()).status).toBe("delivered");
  });

  it("x = 7 throttles every message once", async () => {
    for (const body of ["eins", "zwei"]) {
      const create = () => client().messages.create({ to: to("70"), from: FROM, body });
      await expect(create()).rejects.toMatchObject({ status: 429, code: 20429 });
      expect((await create()).status).toBe("queued");
    }
  });

  it.each([
    [to("60"), 21612],
    [to("61"), 21610],
    [to("90"), 21614],
    ["+493023125000", 21614],
    ["+15005550001", 21211],
    ["+15005550002", 21612],
    ["+15005550003", 21408],
    ["+15005550004", 21610],
    ["+15005550009", 21614],
  ])("%s is refused with %i and is not in the list", async (number, code) => {
    const sent = client().messages.create({ to: number, from: FROM, body: "Hallo" });
    await expect(sent).rejects.toMatchObject({ status: 400, code });
    expect(simulator.messages()).toEqual([]);
  });

  it("a scenario goes before them", async () => {
    await simulator.close();
    const moodOf = (number: string) => (number === "+493023125000" ? "delivered" : undefined);
    simulator = await openTwilioSimulator({ port: 0, clock, moodOf });
    expect((await client().messages.create({ to: "+493023125000", from: FROM, body: "x" })).status).toBe("queued");
  });
});

describe("moods of a scenario", () => {
  /** Opens anew with one mood for all; gives a promise of the first message's arrival. */
  const withMood = async (mood: "answer-lost" | "silent") => {
    await simulator.close();
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const moodOf = () => {
      arrive();
      return mood;
    };
    simulator = await openTwilioSimulator({ port: 0, clock, moodOf });
    return { arrived };
  };

  it("an answer can be lost although the message was taken", async () => {
    await withMood("answer-lost");
    await expect(client().messages.create({ to: to("01"), from: FROM, body: "x" })).rejects.toMatchObject({
      code: "ECONNRESET",
    });
    expect((await client().messages.list()).map((m) => m.body)).toEqual(["x"]);
  });

  it("the carrier can be silent until it is closed", async () => {
    const { arrived } = await withMood("silent");
    const sent = client().messages.create({ to: to("01"), from: FROM, body: "x" });
    const failed = expect(sent).rejects.toMatchObject({ code: "ECONNRESET" });
    await arrived;
    await simulator.close();
    await failed;
  });
});

describe("what the API refuses", () => {
  it.each([
    [{ to: "", from: FROM, body: "x" }, 21604],
    [{ to: "0171 39200", from: FROM, body: "x" }, 21211],
    [{ to: to("01"), body: "x" }, 21603],
    [{ to: to("01"), from: "Ein langer Name", body: "x" }, 21212],
    [{ to: to("01"), from: "+15005550001", body: "x" }, 21212],
    [{ to: to("01"), from: "+15005550007", body: "x" }, 21606],
    [{ to: to("01"), from: "+15005550008", body: "x" }, 21611],
    [{ to: to("01"), from: FROM, body: "" }, 21602],
    [{ to: to("01"), from: FROM, body: "x".repeat(1601) }, 21617],
    [{ to: to("01"), from: FROM, body: "x", statusCallback: "ftp://x.example" }, 21609],
    [{ to: to("01"), from: FROM, body: "x", validityPeriod: 36_001 }, 20001],
    [{ to: to("01"), from: FROM, body: "x", scheduleType: "fixed" as const }, 35118],
    [{ to: to("01"), messagingServiceSid: "MG0", body: "x", scheduleType: "fixed" as const }, 35111],
  ])("%o with %i", async (order, code) => {
    const moreInfo = `https://www.twilio.com/docs/errors/${code}`;
    await expect(client().messages.create(order)).rejects.toMatchObject({ status: 400, code, moreInfo });
  });

  it("a wrong token, another account, an unknown path and a form too large", async () => {
    await expect(client("falsch").messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
    await expect(
      client()
        .api.accounts(`AC${"1".repeat(32)}`)
        .messages.list(),
    ).rejects.toMatchObject({ status: 404 });
    await expect(client().messages("SM1").fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    const huge = client().messages.create({ to: to("01"), from: FROM, body: "x".repeat(70_000) });
    await expect(huge).rejects.toMatchObject({ status: 400, code: 20001 });
  });
});

function ask(what: string, method = "GET", scheme = "Basic"): Promise<Response> {
  const authorization = `${scheme} ${btoa(`${DEMO_ACCOUNT_SID}:${DEMO_AUTH_TOKEN}`)}`;
  const url = `http://127.0.0.1:${simulator.port}/2010-04-01/Accounts/${DEMO_ACCOUNT_SID}/${what}`;
  return fetch(url, { method, headers: { authorization } });
}

describe("the list", () => {
  it("comes newest first, in pages, each message once", async () => {
    for (let i = 0; i < 7; i++) await client().messages.create({ to: to("01"), from: FROM, body: `${i}` });
    const bodies = (await client().messages.list({ pageSize: 3 })).map((m) => m.body);
    expect(bodies).toEqual(["6", "5", "4", "3", "2", "1", "0"]);
    expect(await client().messages.list({ pageSize: 3, limit: 2 })).toHaveLength(2);
    const first = await client().messages.page({ pageSize: 3 });
    await client().messages.create({ to: to("01"), from: FROM, body: "new" });
    const second = await first.nextPage();
    expect(second?.instances.map((m) => m.body)).toEqual(["3", "2", "1"]);
  });

  it("is filtered by recipient, sender and day", async () => {
    // Midnight may pass between sending and asking.
    const yesterday = new Date(Date.now() - 86_400_000);
    await client().messages.create({ to: to("01"), from: FROM, body: "a" });
    await client().messages.create({ to: to("02"), from: "Depesche", body: "b" });
    await clock.forward(3_000);
    await client().messages.create({ to: to("02"), from: FROM, body: "c" });
    const bodies = async (filter: object) => (await client().messages.list(filter)).map((m) => m.body);
    expect(await bodies({ to: to("02") })).toEqual(["c", "b"]);
    expect(await bodies({ from: "Depesche" })).toEqual(["b"]);
    expect(await bodies({ dateSent: new Date() })).toEqual(expect.not.arrayContaining(["c"]));
    expect(await bodies({ dateSentAfter: yesterday })).toEqual(["b", "a"]);
    expect(await bodies({ dateSentBefore: yesterday })).toEqual([]);
  });

  it("is paged by number alone, too", async () => {
    for (let i = 0; i < 7; i++) await client().messages.create({ to: to("01"), from: FROM, body: `${i}` });
    const bodies = async (page: number) => {
      const answer = await ask(`Messages.json?PageSize=3&Page=${page}`);
      const { messages } = (await answer.json()) as { messages: { body: string }[] };
      return messages.map((m) => m.body).join("");
    };
    expect([await bodies(0), await bodies(1), await bodies(2), await bodies(3)]).toEqual(["654", "321", "0", ""]);
  });

  it("refuses other methods by name, and knows its scheme in lower case", async () => {
    const answer = await ask("Messages.json", "PUT", "basic");
    expect([answer.status, await answer.json()]).toEqual([405, expect.objectContaining({ code: 20004 })]);
  });

  it("refuses a page that cannot be", async () => {
    expect((await ask("Messages.json?PageToken=x")).status).toBe(400);
  });

  it("keeps a bounded number of messages", async () => {
    await simulator.close();
    await open(10);
    for (let i = 0; i < 30; i++) await client().messages.create({ to: to("01"), from: FROM, body: `${i}` });
    const kept = simulator.messages();
    expect(kept.length).toBeLessThanOrEqual(11);
    expect(kept[0]?.text).toBe("29");
  });
});

describe("the wire log", () => {
  const lines = () =>
    fs
      .readFileSync(wireLog, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));

  it("has a line for every message taken and none for one refused", async () => {
    const { sid } = await client().messages.create({ to: to("01"), from: FROM, body: "abc", statusCallback: callback });
    await client()
      .messages.create({ to: to("60"), from: FROM, body: "abc" })
      .catch(() => {});
    expect(lines()).toEqual([
      expect.objectContaining({
        sid,
        to: to("01"),
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        attempt: "7.12.1",
        simAt: clock.now(),
      }),
    ]);
  });

  /** So many callbacks have their answers: only then is it noted what has been told. */
  const told = (delivered: number) => expect.poll(() => simulator.callbacks).toMatchObject({ delivered, waiting: 0 });

  it("lets a restarted simulator know its messages again and bring them to their end", async () => {
    const done = await client().messages.create({ to: to("51"), from: FROM, body: "fertig", statusCallback: callback });
    await clock.forward(3_000);
    await told(2);
    const open1 = await client().messages.create({ to: to("01"), from: FROM, body: "offen", statusCallback: callback });
    await simulator.close();
    fs.appendFileSync(wireLog, '{"sid":"half');
    await open();
    expect(await client().messages(done.sid).fetch()).toMatchObject({ status: "undelivered", errorCode: 30001 });
    expect((await client().messages(open1.sid).fetch()).body).toBe("offen");
    await clock.forward(3_000);
    const forms = await receiver.got(4);
    expect(forms.slice(2).map((f) => [f.MessageSid, f.MessageStatus])).toEqual([
      [open1.sid, "sent"],
      [open1.sid, "delivered"],
    ]);
    const { sid } = await client().messages.create({ to: to("01"), from: FROM, body: "neu" });
    expect(fs.readFileSync(wireLog, "utf8").trimEnd().split("\n").at(-1)).toContain(sid);
  });

  it("does not draw anew what a message meets when the simulator is restarted", async () => {
    await simulator.close();
    const asked: string[] = [];
    const openWith = async (mood: MoodName) => {
      const moodOf = (number: string) => {
        asked.push(number);
        return mood;
      };
      simulator = await openTwilioSimulator({ port: 0, clock, wireLog, moodOf });
    };
    await openWith("failed");
    const { sid } = await client().messages.create({ to: to("01"), from: FROM, body: "gezogen" });
    await simulator.close();
    await openWith("silent");
    await clock.forward(3_000);
    expect(await client().messages(sid).fetch()).toMatchObject({ status: "failed", errorCode: 30008 });
    expect(asked).toEqual([to("01")]);
  });

  it("lets a restarted simulator tell the end that nobody took before, and only that", async () => {
    const [heard, unheard] = [to("01"), to("51")];
    await simulator.close();
    await open(undefined, [600_000]);
    await client().messages.create({ to: heard, from: FROM, body: "gesagt", statusCallback: callback });
    await clock.forward(3_000);
    await told(2);
    await client().messages.create({ to: unheard, from: FROM, body: "ungesagt", statusCallback: callback });
    receiver.statuses = Array(20).fill(503);
    await clock.forward(3_000);
    await receiver.got(3);
    await simulator.close();
    receiver.statuses = [];
    const before = receiver.forms.length;
    await open();
    const forms = await receiver.got(before + 1);
    expect(forms.slice(before).map((f) => [f.To, f.MessageStatus])).toEqual([[unheard, "undelivered"]]);
  });
});

describe("a message from a telephone", () => {
  it("stands in the list and is posted with a signature", async () => {
    const got = simulator.receive({ from: to("01"), to: FROM, text: "Ja bitte", url: callback });
    expect(got).toMatchObject({ direction: "inbound", status: "received", text: "Ja bitte" });
    const [form] = await receiver.got(1);
    expect(form).toMatchObject({ Body: "Ja bitte", From: to("01"), To: FROM, NumSegments: "1", SmsStatus: "received" });
    const { url, signature } = receiver.forms[0]!;
    expect(twilio.validateRequest(DEMO_AUTH_TOKEN, signature, url, form!)).toBe(true);
    expect((await client().messages.list())[0]).toMatchObject({ direction: "inbound", body: "Ja bitte" });
  });
});

describe("a subscriber who writes STOP", () => {
  const send = (fields = {}) => client().messages.create({ to: to("01"), from: FROM, body: "Werbung", ...fields });
  const write = (text: string) => simulator.receive({ from: to("01"), to: FROM, text });

  it("gets nothing more from that number, and again after START, also when the simulator was restarted", async () => {
    write("  stop ");
    await simulator.close();
    await open();
    await expect(send()).rejects.toMatchObject({ status: 400, code: 21610 });
    expect((await send({ from: "Depesche" })).status).toBe("queued");
    expect((await send({ to: to("02") })).status).toBe("queued");
    write("START");
    expect((await send()).status).toBe("queued");
  });

  it("must write nothing else", async () => {
    write("Bitte nicht stop machen");
    expect((await send()).status).toBe("queued");
  });
});

it("a taken port is an error that says so", async () => {
  await expect(openTwilioSimulator({ port: simulator.port, clock })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
