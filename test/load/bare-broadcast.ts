// The reference of the feed run: a bare server of the `ws` package that gathers events of the same size for a tenth of a second and sends
// them to as many sockets, without a log, a ledger or anybody who stalls.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import WebSocket, { WebSocketServer } from "ws";

const BEAT_MS = 100;
/** Octets of an event of the feed. */
const EVENT_OCTETS = 220;

export async function bareBroadcast(plan: {
  listeners: number;
  eventsPerSecond: number;
  seconds: number;
}): Promise<{ lagMs: { p50: number; p99: number; max: number } }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  await once(server, "listening");
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lags: number[] = [];
  const sockets = Array.from({ length: plan.listeners }, () => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    // The oldest event of a message was written a beat before it went out.
    socket.on("message", (data: Buffer) => lags.push(performance.now() - data.readDoubleBE(0)));
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, "open")));
  const perBeat = Math.round((plan.eventsPerSecond * BEAT_MS) / 1000);
  const began = performance.now();
  for (let beat = 1; beat * BEAT_MS <= plan.seconds * 1000; beat++) {
    await pause(Math.max(0, began + beat * BEAT_MS - performance.now()));
    const message = Buffer.alloc(perBeat * EVENT_OCTETS);
    message.writeDoubleBE(began + (beat - 1) * BEAT_MS, 0);
    for (const client of server.clients) client.send(message);
  }
  await pause(BEAT_MS);
  for (const socket of sockets) socket.terminate();
  server.close();
  lags.sort((a, b) => a - b);
  const at = (share: number) => Math.round(lags[Math.min(lags.length - 1, Math.floor(lags.length * share))] as number);
  return { lagMs: { p50: at(0.5), p99: at(0.99), max: at(1) } };
}
