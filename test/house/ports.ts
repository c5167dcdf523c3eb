// Ports for processes that tests start: free ones, so that suites and a running house never meet. Alone here, since what brings a house up
// for a suite is loaded where no package of the workspace is found; within the rooms `@depesche/ports/contract/free-ports` draws them.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the range that systems hand out to outgoing connections and to port 0: nobody is given one before it is used. */
const FROM = 10_000;
const BELOW = 30_000;
/** What counts up from a port drawn here (ten modems) meets no other port drawn here. */
const STEP = 10;

/** So many different ports of 127.0.0.1 that nobody has at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = STEP * randomInt(FROM / STEP, BELOW / STEP);
    if (!(await isTaken(port))) ports.add(port);
  }
  return [...ports];
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
