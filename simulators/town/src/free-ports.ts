// Ports for what tests start, or start again: none that a system would give to another test's connection meanwhile.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import * as net from "node:net";

/** Below those that systems hand out to outgoing connections and to port 0. */
const FROM = 10_000;
const BELOW = 30_000;

/** So many different ports of 127.0.0.1 that nobody has at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FROM, BELOW);
    const server = net.createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch {
      continue;
    }
    server.close();
    await once(server, "close");
    ports.add(port);
  }
  return [...ports];
}
