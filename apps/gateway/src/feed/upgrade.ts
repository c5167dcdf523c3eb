// The way onto the feed: an HTTP upgrade at /v1/feed with an API key, checked before anything is sent.

import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { FEED_KEY_PREFIX, FEED_PROTOCOL, FEED_REFUSED } from "@depesche/client";
import type { FaceLedger } from "@depesche/ports";
import { WebSocketServer } from "ws";
import { bearerKey, callerOf } from "../api/auth.ts";
import { type Caller, may } from "../api/deps.ts";
import { ApiProblem, problemView } from "../api/problems.ts";
import type { FeedHub } from "./hub.ts";

const PATH = "/v1/feed";

export interface UpgradeDeps {
  ledger: FaceLedger;
  hub: FeedHub;
  onFault(fault: unknown, where: string): void;
}

function protocolsOf(request: IncomingMessage): string[] {
  return (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
}

/** The key of an upgrade: header, subprotocol (browsers), or query. */
function keyOf(request: IncomingMessage, url: URL): string | undefined {
  const header = bearerKey(request.headers.authorization);
  if (header !== undefined) return header;
  const named = protocolsOf(request).find((name) => name.startsWith(FEED_KEY_PREFIX));
  if (named !== undefined) return Buffer.from(named.slice(FEED_KEY_PREFIX.length), "base64url").toString("utf8");
  return url.searchParams.get("key") ?? undefined;
}

/** The `from` of an upgrade; undefined: from now on. Throws when it is no sequence number. */
function fromOf(url: URL): number | undefined {
  const text = url.searchParams.get("from");
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new ApiProblem("invalid", "from: a sequence number.");
  return Number(text);
}

/** The target of an upgrade. Undefined when it is no address: this runs before anybody has been asked for a key, so it never throws. */
function targetOf(request: IncomingMessage): URL | undefined {
  const target = request.url ?? "/";
  // A target that begins with // is a path (RFC 9112 §3.2.1), not another host.
  const address = target.startsWith("/") ? `http://gateway${target}` : target;
  return URL.canParse(address) ? new URL(address) : undefined;
}

/**
 * Gives a request whose upgrade means nothing to us back to the server as the plain request it also is (RFC 9110 §7.8: an upgrade may
 * be ignored). Java's HttpClient asks every server for h2c with its first call.
 */
function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name, value] = request.rawHeaders.slice(at, at + 2) as [string, string];
    if (!/^(upgrade|connection|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`);
  }
  const plain = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  socket.unshift(Buffer.concat([plain, head]));
  server.emit("encrypted" in socket ? "secureConnection" : "connection", socket);
}

function refuse(socket: Duplex, problem: ApiProblem): void {
  const body = JSON.stringify(problemView(problem.code, problem.message));
  const { status, title } = JSON.parse(body) as { status: number; title: string };
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/**
 * Takes upgrades to the feed on a Node HTTP server's upgrade event. WebSockets at other paths are left to other listeners, or refused
 * when there are none. Answers how to stop listening; open feeds are the hub's to close.
 */
export function listenForFeeds(server: Server, deps: UpgradeDeps): () => void {
  // The feed takes no messages; a small limit keeps a talkative peer from filling memory.
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 4096,
    perMessageDeflate: false,
    handleProtocols: (names) => (names.has(FEED_PROTOCOL) ? FEED_PROTOCOL : false),
  });

  async function check(request: IncomingMessage, url: URL): Promise<{ caller: Caller; from: number | undefined }> {
    const caller = await callerOf(deps.ledger, keyOf(request, url), request.socket.remoteAddress ?? "");
    if (!may(caller, "jobs:read")) throw new ApiProblem("scope-missing", "This API key lacks the scope jobs:read.");
    if (deps.hub.full) throw new ApiProblem("store-down", "Too many listen already.");
    return { caller, from: fromOf(url) };
  }

  function problemOf(fault: unknown): ApiProblem {
    if (fault instanceof ApiProblem) return fault;
    deps.onFault(fault, "feed");
    return new ApiProblem("internal", "Something went wrong on our side.");
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): Promise<void> {
    const outcome = await check(request, url).catch(problemOf);
    if (socket.destroyed) return;
    const refused = outcome instanceof ApiProblem;
    // A browser is told nothing of a refused upgrade; a close code it can read. Every other client gets the problem itself.
    if (refused && !(outcome.code === "unauthorized" && protocolsOf(request).includes(FEED_PROTOCOL))) {
      refuse(socket, outcome);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      if (refused) {
        ws.close(FEED_REFUSED, "unauthorized");
        return;
      }
      const { pong, left } = deps.hub.join(ws, outcome.caller, outcome.from);
      ws.on("error", () => ws.terminate());
      ws.on("pong", pong);
      ws.on("close", left);
    });
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() !== "websocket") {
      ignoreUpgrade(server, request, socket, head);
      return;
    }
    const url = targetOf(request);
    socket.on("error", () => socket.destroy());
    if (url?.pathname === PATH) void upgrade(request, socket, head, url);
    else if (server.listenerCount("upgrade") === 1)
      refuse(socket, new ApiProblem("not-found", "There is no such feed."));
  };
  server.on("upgrade", onUpgrade);
  return () => server.off("upgrade", onUpgrade);
}
