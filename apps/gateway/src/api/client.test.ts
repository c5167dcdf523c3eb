// The client against the real API and feed, over doubles of the ports.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  ApiError,
  createClient,
  type FeedMessage,
  type FeedSocketConstructor,
  type FeedState,
  Unreachable,
} from "@depesche/client";
import { getRequestListener } from "@hono/node-server";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createFeed, listenForFeeds } from "../feed/index.ts";
import { NOON } from "../memory-ledger.double.ts";
import { house } from "./house.double.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

function client(key = "demo-key") {
  const behind = house();
  const api = createClient({
    baseUrl: "http://gateway.example/",
    apiKey: key,
    fetch: async (request) => behind.app.fetch(request),
  });
  return { api, ...behind };
}

describe("the client", () => {
  test("hands in, looks, commands: every route of jobs", async () => {
    const { api, ledger } = client();
    const made = await api.createJob({ channel: "fax", recipients: ["+49 30 23125 042"], text: "Hallo" }, "key-1");
    expect(made.id).toBe(1);
    expect((await api.createJob({ channel: "fax", recipients: ["+49 30 23125 042"], text: "Hallo" }, "key-1")).id).toBe(
      1,
    );
    expect((await api.jobs({ limit: 10, channel: "fax" })).items.map((j) => j.id)).toEqual([1]);
    expect(await api.job(1)).toMatchObject({ channel: "fax", total: 1 });
    expect((await api.recipients(1, { from: 0 })).items).toHaveLength(1);
    expect((await api.attempts(1, 0)).items).toEqual([]);
    expect((await api.pauseJob(1)).paused).toBe(true);
    expect((await api.resumeJob(1)).paused).toBe(false);
    expect(await api.cancelJob(1)).toEqual({ cancelled: 1, inFlight: 0 });
    Object.assign(ledger.rows.get(1)?.[0] ?? {}, { outcome: "BUSY" });
    expect(await api.resendJob(1, { dryRun: true })).toEqual({ recipients: 1 });
    ledger.ladders.set("1.0.1", Uint8Array.of(1));
    expect((await api.ladder("1.0.1")).lines[0]?.name).toBe("DIS");
    expect((await api.ladderPcap("1.0.1")).size).toBe(4);
  });

  test("documents, inbound faxes and the house", async () => {
    const { api, ledger, blobs } = client();
    const { hash } = await api.uploadDocument(new TextEncoder().encode("%PDF-1"));
    expect((await api.documentPage(hash, 1)).type).toBe("image/png");
    ledger.faxes.set(1, {
      id: 1,
      accountId: 1,
      receivedAt: NOON,
      originator: "+493023125007",
      called: "+493023125900",
      remoteId: "",
      pages: 1,
      complete: true,
      badLines: 0,
      tiffHash: await blobs.put(Uint8Array.of(0x25)),
      state: "new",
    });
    expect((await api.inbounds()).items).toHaveLength(1);
    expect((await api.inbound(1)).originator).toBe("+493023125007");
    expect((await api.inboundFile(1, "tif")).type).toBe("image/tiff");
    expect((await api.inboundFile(1, "pdf")).type).toBe("application/pdf");
    expect((await api.inboundPage(1, 1)).type).toBe("image/png");
    await api.deleteInbound(1);
    expect((await api.inbounds()).items).toHaveLength(0);
    expect((await api.lines()).items).toEqual([]);
    expect((await api.account()).scopes).toContain("admin");
    expect((await api.changeClock({ speed: 60 })).speed).toBe(60);
    expect((await api.clock()).speed).toBe(60);
    const hook = await api.addWebhook({ url: "https://hook.example/" });
    expect(hook.secret).toMatch(/^whsec_/);
    expect((await api.webhooks()).items).toHaveLength(1);
    await api.removeWebhook(hook.id);
    expect((await api.webhooks()).items).toHaveLength(0);
  });

  test("an error is the gateway's problem, word for word", async () => {
    const { api } = client();
    const error = (await api.job(99).catch((e: unknown) => e)) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    expect(error.status).toBe(404);
    expect(error.problem.code).toBe("not-found");
    const refused = (await client("nobody")
      .api.jobs()
      .catch((e: unknown) => e)) as ApiError;
    expect(refused.problem.code).toBe("unauthorized");
  });

  test("no answer, and an answer that is no problem document, are told apart", async () => {
    const gone = createClient({
      baseUrl: "http://gateway.example",
      fetch: async () => {
        throw new TypeError("fetch failed");
      },
    });
    await expect(gone.jobs()).rejects.toBeInstanceOf(Unreachable);
    const odd = createClient({
      baseUrl: "http://gateway.example",
      fetch: async () => new Response("<h1>proxy</h1>", { status: 502 }),
    });
    await expect(odd.jobs()).rejects.toMatchObject({ status: 502, problem: { code: "unexpected-answer" } });
  });
});

describe("the client's feed", () => {
  /** The gateway's HTTP server with API and feed; `restart` drops all connections. */
  async function gateway() {
    const behind = house();
    const hub = createFeed({ ...behind.deps, limits: {}, simulated: true });
    const server = createServer(getRequestListener(behind.app.fetch));
    listenForFeeds(server, { ledger: behind.ledger, hub, onFault: behind.deps.onFault });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    closers.push(() => {
      void hub.close();
      server.closeAllConnections();
      server.close();
    });
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { ...behind, hub, baseUrl };
  }

  test("breaks are mended: it comes back by itself and goes on after the last event", async () => {
    const { baseUrl, ledger, hub } = await gateway();
    const sockets: WebSocket[] = [];
    const Socket = class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    } as unknown as FeedSocketConstructor;
    const seqs: number[] = [];
    const states: FeedState[] = [];
    let arrived = () => {};
    const feed = createClient({ baseUrl, apiKey: "demo-key", WebSocket: Socket }).feed({
      onMessage: (message: FeedMessage) => {
        if ("events" in message) seqs.push(...message.events.map((e) => e.seq));
        arrived();
      },
      onState: (state) => states.push(state),
    });
    closers.push(() => feed.close());
    const until = async (ready: () => boolean) => {
      while (!ready()) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    };
    const event = () => ledger.addEvent({ account: 1, type: "job.done", job: 1 });

    await until(() => states.includes("live"));
    event();
    await hub.beat();
    await until(() => seqs.length === 1);
    sockets[0]?.terminate();
    event();
    await until(() => states.filter((s) => s === "live").length === 2);
    event();
    await hub.beat();
    await until(() => seqs.length === 3);
    expect(seqs).toEqual([1, 2, 3]);
    expect(feed.seq).toBe(3);
    expect(states).toEqual(["connecting", "live", "waiting", "connecting", "live"]);
  });

  test("a refused key ends it", async () => {
    const { baseUrl } = await gateway();
    const states: FeedState[] = [];
    await new Promise<void>((resolve) => {
      createClient({ baseUrl, apiKey: "nobody", WebSocket: WebSocket as unknown as FeedSocketConstructor }).feed({
        onMessage: () => {},
        onState: (state) => {
          states.push(state);
          if (state === "refused") resolve();
        },
      });
    });
    expect(states).toEqual(["connecting", "refused"]);
  });
});
