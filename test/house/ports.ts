// Ports for processes that tests start: free ones, so that suites and a running house never meet.

import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

/** So many ports of 127.0.0.1 that nobody has at the moment. All are held until the last is known, so they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  for (let i = 0; i < count; i++) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    held.push(server);
  }
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  for (const server of held) {
    server.close();
    await once(server, "close");
  }
  return ports;
}

/** Whether somebody listens there. */
export async function isTaken(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return true;
  }
  server.close();
  await once(server, "close");
  return false;
}
