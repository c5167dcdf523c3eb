import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { ManualClock, MemoryLedger } from "../memory-ledger.double.ts";
import {
  addressAllowed,
  createDeliverer,
  createPost,
  literalTargetProblem,
  newSecret,
  RETRY_GAPS_MS,
  sign,
} from "./index.ts";
import type { Resolve } from "./post.ts";

const SECRET = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;

interface Delivery {
  url: string;
  headers: Record<string, string>;
  body: { type: string; data: { seq: number } };
  raw: string;
}

/** A deliverer whose customer's server answers what `answers` says, in turn; then always ok. */
async function hookHouse(answers: boolean[] = [], types: string[] = []) {
  const wall = new ManualClock();
  const ledger = new MemoryLedger(wall);
  const deliveries: Delivery[] = [];
  const faults: unknown[] = [];
  const deliverer = createDeliverer({
    ledger,
    wall,
    onFault: (fault) => faults.push(fault),
    post: async (url, headers, raw) => {
      deliveries.push({ url, headers, raw, body: JSON.parse(raw) });
      return (answers.shift() ?? true) ? { ok: true } : { ok: false, reason: "answered 500" };
    },
  });
  const hook = await ledger.addWebhook(1, { url: "https://hook.example/in", types, secret: SECRET });
  const seqs = () => deliveries.map((d) => d.body.data.seq);
  const hookNow = () => ledger.hooks.get(hook.id);
  return { wall, ledger, deliverer, deliveries, faults, seqs, hookNow };
}

describe("delivering", () => {
  test("an event goes out once, signed over id, time and body", async () => {
    const { ledger, deliverer, deliveries } = await hookHouse();
    ledger.addEvent({ account: 1, type: "job.accepted", job: 7 });
    await deliverer.round();
    await deliverer.round();
    expect(deliveries).toHaveLength(1);
    const { url, headers, body, raw } = deliveries[0] as Delivery;
    expect(url).toBe("https://hook.example/in");
    expect(body).toMatchObject({
      type: "job.accepted",
      timestamp: "2026-03-02T11:00:00.000Z",
      data: { seq: 1, job: 7 },
    });
    expect(headers["webhook-id"]).toBe("evt_1_1");
    expect(headers["webhook-timestamp"]).toBe("1772449200");
    const key = Buffer.from("0123456789abcdef0123456789abcdef");
    const mac = createHmac("sha256", key).update(`evt_1_1.1772449200.${raw}`).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${mac}`);
  });

  test("only wanted types of the hook's own account go out, and the others are passed over for good", async () => {
    const { ledger, deliverer, seqs, hookNow } = await hookHouse([], ["job.done"]);
    ledger.addEvent({ account: 1, type: "job.accepted", job: 7 });
    ledger.addEvent({ account: 2, type: "job.done", job: 8 });
    ledger.addEvent({ account: 1, type: "job.done", job: 7 });
    ledger.addEvent({ account: 0, type: "clock.changed" });
    await deliverer.round();
    expect(seqs()).toEqual([3]);
    expect(hookNow()?.cursor).toBe(4);
  });

  test("a failed delivery is tried again at growing intervals with the same id, and nothing overtakes it", async () => {
    const { wall, ledger, deliverer, deliveries, seqs, hookNow } = await hookHouse([true, false, false]);
    for (let i = 0; i < 3; i++) ledger.addEvent({ account: 1, type: "job.done", job: i });
    await deliverer.round();
    expect(seqs()).toEqual([1, 2]);
    expect(hookNow()).toMatchObject({ cursor: 1, failures: 1, nextTryAt: wall.now() + (RETRY_GAPS_MS[0] as number) });
    wall.time += (RETRY_GAPS_MS[0] as number) - 1;
    await deliverer.round();
    expect(seqs()).toEqual([1, 2]);
    wall.time += 1;
    await deliverer.round();
    expect(seqs()).toEqual([1, 2, 2]);
    expect(hookNow()).toMatchObject({ failures: 2, nextTryAt: wall.now() + (RETRY_GAPS_MS[1] as number) });
    wall.time += RETRY_GAPS_MS[1] as number;
    await deliverer.round();
    expect(seqs()).toEqual([1, 2, 2, 2, 3]);
    expect(new Set(deliveries.filter((d) => d.body.data.seq === 2).map((d) => d.headers["webhook-id"])).size).toBe(1);
    expect(hookNow()).toMatchObject({ cursor: 3, failures: 0 });
  });

  test("a hook for all types hears of its account, not of the house", async () => {
    const { ledger, deliverer, seqs } = await hookHouse();
    ledger.addEvent({ account: 0, type: "clock.changed" });
    ledger.addEvent({ account: 1, type: "job.paused", job: 7 });
    await deliverer.round();
    expect(seqs()).toEqual([2]);
  });

  test("many events go out in order, over lots, none twice", async () => {
    const { ledger, deliverer, seqs } = await hookHouse();
    for (let i = 0; i < 350; i++) ledger.addEvent({ account: 1, type: "attempt.ended", job: 1, recipient: i });
    await Promise.all([deliverer.round(), deliverer.round()]);
    expect(seqs()).toEqual(Array.from({ length: 350 }, (_, i) => i + 1));
  });

  test("a hook that was served while a later round still read is not served again as it was before", async () => {
    const { ledger, deliverer, seqs } = await hookHouse();
    ledger.addEvent({ account: 1, type: "job.done", job: 1 });
    const read = ledger.allWebhooks.bind(ledger);
    let arrive = () => {};
    const arrived = new Promise<void>((done) => {
      arrive = done;
    });
    ledger.allWebhooks = async () => {
      const hooks = await read();
      await arrived;
      return hooks;
    };
    const late = deliverer.round();
    ledger.allWebhooks = read;
    await deliverer.round();
    arrive();
    await late;
    expect(seqs()).toEqual([1]);
    ledger.addEvent({ account: 1, type: "job.done", job: 2 });
    await deliverer.round();
    expect(seqs()).toEqual([1, 2]);
  });

  test("a ledger that is away is our fault, not the customer's", async () => {
    const { ledger, deliverer, faults, hookNow } = await hookHouse();
    ledger.addEvent({ account: 1, type: "job.done", job: 1 });
    ledger.events = async () => {
      throw new Error("away");
    };
    await deliverer.round();
    expect(faults).toHaveLength(1);
    expect(hookNow()?.failures).toBe(0);
  });
});

describe("posting", () => {
  async function server(status: number) {
    const got: string[] = [];
    const http = createServer((request, response) => {
      request.on("data", (chunk) => got.push(String(chunk)));
      request.on("end", () => response.writeHead(status, { location: "http://127.0.0.1:1/" }).end("thanks"));
    });
    await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
    const close = () => {
      http.closeAllConnections();
      http.close();
    };
    return { port: (http.address() as AddressInfo).port, got, close };
  }

  test("2xx is taken; anything else, a redirect too, is a failure with its reason", async () => {
    const { post, close } = createPost({ allowLoopback: true, allowPrivate: false });
    const [good, moved] = [await server(204), await server(302)];
    expect(await post(`http://127.0.0.1:${good.port}/`, {}, "hello")).toEqual({ ok: true });
    expect(good.got).toEqual(["hello"]);
    expect(await post(`http://127.0.0.1:${moved.port}/`, {}, "hello")).toEqual({ ok: false, reason: "answered 302" });
    for (const s of [good, moved]) s.close();
    // Nobody listens there, and nobody is given that port: that of a closed server may be another's already.
    expect((await post("http://127.0.0.1:1/", {}, "hello")).ok).toBe(false);
    close();
  });

  test("a server that never answers ends as a failure", async () => {
    const { post, close } = createPost({ allowLoopback: true, allowPrivate: false }, { timeoutMs: 50 });
    const silent = createServer(() => {});
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const { port } = silent.address() as AddressInfo;
    expect((await post(`http://127.0.0.1:${port}/`, {}, "hello")).ok).toBe(false);
    silent.closeAllConnections();
    silent.close();
    close();
  });

  test("a name that resolves to a forbidden address is not connected to", async () => {
    const resolve: Resolve = (_name, _options, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]);
    const { post, close } = createPost({ allowLoopback: false, allowPrivate: false }, { resolve });
    const inside = await server(200);
    expect((await post(`http://127.0.0.1:${inside.port}/`, {}, "x")).ok).toBe(false);
    expect((await post(`http://localhost:${inside.port}/`, {}, "x")).ok).toBe(false);
    expect(await post(`http://hook.example:${inside.port}/`, {}, "x")).toEqual({
      ok: false,
      reason: "hook.example is not a public address",
    });
    expect(inside.got).toEqual([]);
    const open = createPost({ allowLoopback: true, allowPrivate: false }, { resolve });
    expect((await open.post(`http://hook.example:${inside.port}/`, {}, "x")).ok).toBe(true);
    open.close();
    inside.close();
    close();
  });
});

describe("targets", () => {
  const PUBLIC = { allowLoopback: false, allowPrivate: false };

  test.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "::ffff:a00:1",
    "::ffff:7f00:1",
    "64:ff9b::a00:1",
    "not an address",
  ])("%s is refused", (address) => {
    expect(addressAllowed(address, PUBLIC)).toBe(false);
  });

  test("public addresses are allowed; loopback where it is said", () => {
    expect(addressAllowed("9.9.9.9", PUBLIC)).toBe(true);
    expect(addressAllowed("2620:fe::fe", PUBLIC)).toBe(true);
    expect(addressAllowed("127.0.0.1", { allowLoopback: true, allowPrivate: false })).toBe(true);
    expect(addressAllowed("10.0.0.1", { allowLoopback: true, allowPrivate: false })).toBe(false);
    expect(addressAllowed("10.0.0.1", { allowLoopback: false, allowPrivate: true })).toBe(true);
  });

  test("spellings of inner addresses that a URL parser straightens are seen through", () => {
    for (const url of ["http://2130706433/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/", "http://localhost/"]) {
      expect(literalTargetProblem(new URL(url), PUBLIC)).toBeDefined();
    }
    expect(literalTargetProblem(new URL("https://user:pw@hook.example/"), PUBLIC)).toBeDefined();
    expect(literalTargetProblem(new URL("https://hook.example/"), PUBLIC)).toBeUndefined();
  });
});

test("a fresh secret signs, and two are not alike", () => {
  const [one, two] = [newSecret(), newSecret()];
  expect(sign(one, "a", 1, "b")).not.toBe(sign(two, "a", 1, "b"));
});
