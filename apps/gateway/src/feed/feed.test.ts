import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import {
  type EventView,
  FEED_PROTOCOL,
  FEED_REFUSED,
  type FeedMessage,
  keyProtocol,
  type LineView,
} from "@depesche/client";
import type { Account, Scope } from "@depesche/core";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ManualClock, MemoryLedger } from "../memory-ledger.double.ts";
import { createAccountStats, createFeed, type FeedLimits, listenForFeeds } from "./index.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A feed on a real port; beats are the test's to make. */
async function feedHouse(limits: Partial<FeedLimits> = {}) {
  const wall = new ManualClock();
  const ledger = new MemoryLedger(wall);
  const lines: LineView[] = [];
  let tellLines: (changed: LineView[]) => void = () => {};
  const faults: unknown[] = [];
  const hub = createFeed({
    ledger,
    wall,
    lines: {
      snapshot: () => lines,
      onChange: (listener) => {
        tellLines = listener;
        return () => {};
      },
    },
    stats: createAccountStats(ledger),
    simulated: true,
    onFault: (fault) => faults.push(fault),
    limits,
  });
  const server: Server = createServer();
  listenForFeeds(server, { ledger, hub, onFault: (fault) => faults.push(fault) });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closers.push(async () => {
    await hub.close();
    server.closeAllConnections();
    return new Promise<void>((done) => server.close(() => done()));
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/feed`;

  /** Listens with a key; `next` waits for a message that holds `member`. */
  async function listen(query = "", key = "demo-key") {
    const socket = new WebSocket(url + query, { headers: { authorization: `Bearer ${key}` } });
    closers.push(() => socket.terminate());
    const messages: FeedMessage[] = [];
    let arrived = () => {};
    socket.on("message", (data) => {
      messages.push(JSON.parse(String(data)) as FeedMessage);
      arrived();
    });
    let read = 0;
    const next = async <M extends string>(member: M): Promise<Extract<FeedMessage, Record<M, unknown>>> => {
      for (;;) {
        while (read < messages.length) {
          const message = messages[read++] as FeedMessage;
          if (member in message) return message as Extract<FeedMessage, Record<M, unknown>>;
        }
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    };
    const { snapshot } = await next("snapshot");
    const events = () => messages.flatMap((m): EventView[] => ("events" in m ? m.events : []));
    return { socket, messages, next, snapshot, events };
  }

  const tell = (n: number, accountId = 1, job = 1) => {
    for (let i = 0; i < n; i++) ledger.addEvent({ account: accountId, type: "attempt.started", job, recipient: i });
  };
  return { wall, ledger, hub, server, url, listen, tell, lines, tellLines: (c: LineView[]) => tellLines(c), faults };
}

/**
 * Beats until `ready`; the socket's own events need turns of the event loop in between. However many: what is on its way between two
 * sockets is the kernel's, and a window that was closed may open again only when a timer of its own says so.
 */
async function beatUntil(hub: { beat(): Promise<void> }, ready: () => boolean): Promise<void> {
  for (const end = performance.now() + 15_000; !ready() && performance.now() < end; ) {
    await hub.beat();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(ready()).toBe(true);
}

describe("listening", () => {
  test("a snapshot comes first, then what happens, in one message per beat", async () => {
    const { ledger, listen, hub, tell } = await feedHouse();
    ledger.addJob({ id: 1, accountId: 1, final: 2, outcomes: { OK: 1, BUSY: 1 } }, 3);
    tell(2);
    const peer = await listen();
    expect(peer.snapshot).toMatchObject({ from: 2, head: 2, simulated: true, account: { name: "1000" } });
    expect(peer.snapshot.jobs.map((j) => j.id)).toEqual([1]);
    expect(peer.snapshot.today).toMatchObject({ jobs: 1, recipients: 3, final: 2, outcomes: { OK: 1, BUSY: 1 } });
    tell(3);
    await hub.beat();
    const { events, seq } = await peer.next("events");
    expect(events.map((e) => e.seq)).toEqual([3, 4, 5]);
    expect(events[0]?.at).toBe("2026-03-02T11:00:00.000Z");
    expect(seq).toBe(5);
  });

  test("figures come with the snapshot, and then what changed of them, at most once a second", async () => {
    const { ledger, listen, hub, wall } = await feedHouse();
    ledger.addJob({ id: 1, accountId: 1 }, 3);
    const ended = (pages: number) =>
      ledger.addEvent({ account: 1, type: "attempt.ended", job: 1, outcome: "OK", final: true, data: { pages } });
    ended(2);
    const peer = await listen();
    expect(peer.snapshot.stats.minutes).toHaveLength(60);
    expect(peer.snapshot.stats.minutes.at(-1)).toMatchObject({ pages: 2, outcomes: { OK: 1 } });
    expect(peer.snapshot.stats.queue).toEqual({ fax: { open: 3, dispatched: 0 } });
    await hub.beat();
    await peer.next("stats");
    ended(5);
    await hub.beat();
    await peer.next("events");
    wall.time += 1_000;
    await hub.beat();
    const { stats } = await peer.next("stats");
    expect(stats.minutes).toMatchObject([{ at: "2026-03-02T11:00:00.000Z", attempts: 2, pages: 7 }]);
    expect(peer.messages.filter((message) => "stats" in message)).toHaveLength(2);
  });

  test("each account hears its own events and those of the house", async () => {
    const { ledger, listen, hub, tell } = await feedHouse();
    const [mine, other] = [await listen(), await listen("", "other-key")];
    tell(1, 1);
    tell(1, 2);
    ledger.addEvent({ account: 0, type: "clock.changed" });
    await hub.beat();
    expect((await mine.next("events")).events.map((e) => e.seq)).toEqual([1, 3]);
    expect((await other.next("events")).events.map((e) => e.seq)).toEqual([2, 3]);
  });

  test("from=SEQ tells everything after it, over any number of batches, and goes on live", async () => {
    const { listen, hub, tell } = await feedHouse({ batch: 7 });
    tell(50, 1);
    tell(10, 2);
    tell(40, 1);
    const peer = await listen("?from=5");
    expect(peer.snapshot.from).toBe(5);
    tell(3, 1);
    await beatUntil(hub, () => peer.events().at(-1)?.seq === 103);
    const expected = Array.from({ length: 98 }, (_, i) => i + 6).filter((seq) => seq <= 50 || seq > 60);
    expect(peer.events().map((e) => e.seq)).toEqual(expected);
  });

  test("a sequence number from another log begins with what is", async () => {
    const { listen, tell } = await feedHouse();
    tell(2);
    expect((await listen("?from=99")).snapshot.from).toBe(2);
  });

  test("jobs that changed are told whole, with the counts that follow, at most twice a second", async () => {
    const { wall, ledger, listen, hub, tell } = await feedHouse();
    const job = ledger.addJob({ id: 1, accountId: 1 }, 2);
    const peer = await listen();
    tell(1);
    await hub.beat();
    expect((await peer.next("jobs")).jobs).toMatchObject([{ id: 1, final: 0 }]);
    job.final = 2;
    job.outcomes = { OK: 2 };
    tell(1);
    await hub.beat();
    wall.time += 500;
    await hub.beat();
    expect(await peer.next("jobs")).toMatchObject({
      jobs: [{ id: 1, final: 2 }],
      today: { jobs: 1, final: 2, outcomes: { OK: 2 } },
    });
    expect(peer.messages.filter((m) => "jobs" in m)).toHaveLength(2);
  });

  test("many jobs at once are counted exactly, however few are read in one go", async () => {
    const { wall, ledger, listen, hub } = await feedHouse({ recentJobs: 3, readsPerRefresh: 2 });
    const peer = await listen();
    for (let id = 1; id <= 20; id++) {
      ledger.addJob({ id, accountId: 1, final: 1, outcomes: { OK: 1 } });
      ledger.addEvent({ account: 1, type: "job.done", job: id });
    }
    for (let i = 0; i < 10; i++) {
      wall.time += 500;
      await hub.beat();
    }
    await beatUntil(hub, () => peer.messages.some((m) => "jobs" in m && m.today.jobs === 20));
    expect(peer.messages.findLast((m) => "jobs" in m)).toMatchObject({ today: { jobs: 20, outcomes: { OK: 20 } } });
  });

  test("a new day begins with counts of its own", async () => {
    const { wall, ledger, listen, hub, tell } = await feedHouse();
    ledger.addJob({ id: 1, accountId: 1, final: 1, outcomes: { OK: 1 } });
    const peer = await listen();
    wall.time += 86_400_000;
    tell(1);
    await hub.beat();
    expect((await peer.next("jobs")).today).toMatchObject({ day: "2026-03-03", jobs: 0, outcomes: {} });
  });

  test("lines that changed are told once a beat, the newest state, calls to their owner only", async () => {
    const { ledger, listen, hub, tellLines } = await feedHouse();
    ledger.addJob({ id: 1, accountId: 1 });
    const [mine, other] = [await listen(), await listen("", "other-key")];
    tellLines([{ line: 0, state: "dialling", attempt: "1.0.1", address: "+49302312500" }]);
    tellLines([{ line: 0, state: "sending", attempt: "1.0.1", address: "+49302312500", page: 1, pages: 1 }]);
    await hub.beat();
    expect(await mine.next("lines")).toMatchObject({ lines: [{ line: 0, state: "sending", page: 1 }] });
    expect(await other.next("lines")).toEqual({ lines: [{ line: 0, state: "sending" }] });
  });
});

/** A listener without a network: keeps what it is sent; how much of it waits is the test's to say. */
function peerDouble() {
  const messages: FeedMessage[] = [];
  const socket = {
    bufferedAmount: 0,
    send: (data: Buffer) => void messages.push(JSON.parse(data.toString()) as FeedMessage),
    close: () => {},
    ping: () => {},
    terminate: () => {},
  };
  return { socket, messages };
}

/** Holds the answers of the ledger's clock, which every snapshot waits for: `asked` when one does, until they are let go. */
function heldClock(ledger: MemoryLedger) {
  const clock = ledger.clock.bind(ledger);
  let [ask, letGo] = [() => {}, () => {}];
  const asked = new Promise<void>((done) => {
    ask = done;
  });
  const held = new Promise<void>((done) => {
    letGo = done;
  });
  ledger.clock = async () => {
    ask();
    await held;
    return clock();
  };
  return { asked, letGo };
}

describe("a snapshot that takes its time", () => {
  const caller = (ledger: MemoryLedger) =>
    ledger.keys.get("demo-key") as { account: Account; scopes: readonly Scope[] };

  test("for one who has caught up tells nothing again that it was told meanwhile", async () => {
    const { ledger, hub, tell, tellLines } = await feedHouse();
    const { socket, messages } = peerDouble();
    await hub.join(socket, caller(ledger), undefined).ready;
    socket.bufferedAmount = Number.POSITIVE_INFINITY;
    tellLines([{ line: 0, state: "idle" }]);
    await hub.beat();
    socket.bufferedAmount = 0;
    const { asked, letGo } = heldClock(ledger);
    const making = hub.beat();
    await asked;
    tell(2);
    const meanwhile = hub.beat();
    while (!messages.some((m) => "events" in m)) await new Promise((resolve) => setImmediate(resolve));
    letGo();
    await Promise.all([making, meanwhile]);
    await hub.beat();
    expect(messages.flatMap((m) => ("events" in m ? m.events.map((e) => e.seq) : []))).toEqual([1, 2]);
    expect(messages.flatMap((m) => ("snapshot" in m ? m.snapshot.from : []))).toEqual([0, 2]);
  });

  test("for a newcomer is followed by what has changed since it was begun", async () => {
    const { ledger, hub, lines, tellLines } = await feedHouse();
    const [first, late] = [peerDouble(), peerDouble()];
    await hub.join(first.socket, caller(ledger), undefined).ready;
    lines.push({ line: 0, state: "idle" });
    const { asked, letGo } = heldClock(ledger);
    const { ready } = hub.join(late.socket, caller(ledger), undefined);
    await asked;
    lines[0] = { line: 0, state: "dialling" };
    tellLines([lines[0]]);
    await hub.beat();
    letGo();
    await ready;
    await hub.beat();
    const known = late.messages.map((m) => ("snapshot" in m ? m.snapshot.lines : "lines" in m ? m.lines : []));
    expect(known.flat().at(-1)).toMatchObject({ state: "dialling" });
  });
});

describe("who cannot keep up", () => {
  test("a stalled peer is skipped with bounded memory while others go on, and resumes without a gap", async () => {
    const bufferedBytes = 64 * 1024;
    const { ledger, listen, hub, wall } = await feedHouse({ bufferedBytes, batch: 50 });
    ledger.addJob({ id: 1, accountId: 1 });
    const [fast, slow] = [await listen(), await listen()];
    slow.socket.pause();
    const filler = "x".repeat(10_000);
    const total = 2_000;
    for (let i = 0; i < total; i += 50) {
      for (let j = 0; j < 50; j++) ledger.addEvent({ account: 1, type: "attempt.started", job: 1, data: { filler } });
      wall.time += 100;
      await hub.beat();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await beatUntil(hub, () => fast.events().length === total);
    expect(hub.counts.skipped).toBeGreaterThan(0);
    expect(slow.events().length).toBeLessThan(total);
    slow.socket.resume();
    await beatUntil(hub, () => slow.events().length >= total);
    const all = Array.from({ length: total }, (_, i) => i + 1);
    expect(fast.events().map((e) => e.seq)).toEqual(all);
    expect(slow.events().map((e) => e.seq)).toEqual(all);
    // What it missed beside the events comes back as a second snapshot.
    await beatUntil(hub, () => slow.messages.filter((m) => "snapshot" in m).length === 2);
  });

  test("a peer that answers no ping is cut off", async () => {
    const { wall, listen, hub } = await feedHouse();
    const peer = await listen();
    peer.socket.pause();
    const closed = new Promise((resolve) => peer.socket.on("close", resolve));
    wall.time += 15_000;
    await hub.beat();
    wall.time += 15_000;
    await hub.beat();
    peer.socket.resume();
    await closed;
    expect(hub.counts.peers).toBe(0);
  });

  test("a goodbye is said to all, and who does not answer does not keep the server open", async () => {
    const { listen, hub, server } = await feedHouse({ goodbyeMs: 0 });
    const [good, stalled] = [await listen(), await listen()];
    stalled.socket.pause();
    const code = new Promise((resolve) => good.socket.on("close", resolve));
    const closed = new Promise((resolve) => server.close(resolve));
    await hub.close();
    expect(await code).toBe(1001);
    await closed;
  });

  test("a database that is away is said once and loses nothing", async () => {
    const { ledger, listen, hub, tell, faults } = await feedHouse();
    const peer = await listen();
    const events = ledger.events;
    ledger.events = async () => {
      throw new Error("away");
    };
    tell(3);
    await hub.beat();
    await hub.beat();
    expect(faults).toHaveLength(1);
    ledger.events = events;
    await hub.beat();
    expect((await peer.next("events")).events.map((e) => e.seq)).toEqual([1, 2, 3]);
  });
});

describe("who may listen", () => {
  const status = (url: string, headers: Record<string, string> = {}, protocols: string[] = []) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(url, protocols, { headers });
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
      socket.on("close", (code) => resolve(code));
      socket.on("message", () => {
        socket.terminate();
        resolve(200);
      });
      socket.on("error", () => {});
    });

  test("the key comes in the header, as a subprotocol, or in the query; another one is refused", async () => {
    const { url } = await feedHouse();
    expect(await status(url)).toBe(401);
    expect(await status(url, { authorization: "Bearer nobody" })).toBe(401);
    expect(await status(url, { authorization: "Bearer demo-key" })).toBe(200);
    expect(await status(`${url}?key=demo-key`)).toBe(200);
    expect(await status(url, {}, [FEED_PROTOCOL, keyProtocol("demo-key")])).toBe(200);
    // A browser cannot read the answer to a refused upgrade, but it can read a close code.
    expect(await status(url, {}, [FEED_PROTOCOL, keyProtocol("nobody")])).toBe(FEED_REFUSED);
  });

  test("a wrong place or number is refused, and so is one peer too many", async () => {
    const { url, listen } = await feedHouse({ peers: 1 });
    expect(await status(`${url}s`, { authorization: "Bearer demo-key" })).toBe(404);
    expect(await status(`${url}?from=-1`, { authorization: "Bearer demo-key" })).toBe(400);
    await listen();
    expect(await status(url, { authorization: "Bearer demo-key" })).toBe(503);
  });

  /** What a raw request is answered; ends with the connection. */
  const raw = (url: string, request: string) =>
    new Promise<string>((resolve) => {
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname, () => socket.write(request));
      let answer = "";
      socket.on("data", (data) => {
        answer += String(data);
      });
      socket.on("close", () => resolve(answer));
    });
  const WEBSOCKET =
    "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

  test("an upgrade to something that is no address is refused like any other wrong place", async () => {
    const { url } = await feedHouse();
    for (const target of ["//", "http://[", "*"]) {
      expect(await raw(url, `GET ${target} HTTP/1.1\r\n${WEBSOCKET}`)).toMatch(/^HTTP\/1\.1 404 /);
    }
  });

  test("a call that also asks for HTTP/2 is answered as the plain call it is, body included", async () => {
    const { url, server } = await feedHouse();
    server.on("request", async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      response.setHeader("connection", "close");
      response.end(`${request.method} ${request.url} ${body}`);
    });
    const head =
      "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n";
    expect(await raw(url, `${head}Content-Length: 5\r\n\r\nhello`)).toMatch(/\r\n\r\nPOST \/v1\/jobs hello$/);
  });
});
