// A gateway with a feed to listen to: a real HTTP server with real WebSockets that tells what a test has laid out.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { EventView, FeedMessage } from "@depesche/client";
import { WebSocketServer } from "ws";

export interface FeedDouble {
  env: Record<string, string>;
  /** What was asked for at each connection: `?from=5`. */
  asked: string[];
  close(): Promise<void>;
}

/** A peer that has just connected. */
export interface Peer {
  say(message: FeedMessage): void;
  /** A snapshot as far as listeners look at it. */
  snapshot(from: number, head: number): void;
  /** Breaks the connection without a goodbye. */
  drop(): void;
}

/** `script`: what happens at the first connection, the second, ...; the last one again and again. */
export async function feedDouble(script: ((peer: Peer) => void)[]): Promise<FeedDouble> {
  const asked: string[] = [];
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ id: 1000 }));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, request) => {
    asked.push(new URL(request.url ?? "", "http://house").search);
    const say = (message: FeedMessage) => socket.send(JSON.stringify(message));
    script[Math.min(asked.length, script.length) - 1]?.({
      say,
      snapshot: (from, head) => say({ snapshot: { from, head } } as FeedMessage),
      drop: () => socket.terminate(),
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    env: { DEPESCHE_PORT: String((server.address() as AddressInfo).port) },
    asked,
    close: () =>
      new Promise((done) => {
        for (const socket of sockets.clients) socket.terminate();
        sockets.close();
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The end of an attempt of job 17. */
export function ended(seq: number, fields: Partial<EventView> = {}): EventView {
  return {
    seq,
    at: "2026-11-22T12:00:00.250Z",
    simAt: "2026-11-22T12:00:00.250Z",
    account: 1000,
    channel: "fax",
    type: "attempt.ended",
    job: 17,
    recipient: 0,
    attempt: 1,
    outcome: "OK",
    final: true,
    ...fields,
  };
}
