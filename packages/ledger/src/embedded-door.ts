// Where the embedded database is reached: a socket in its own folder, or a port of the loopback.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { join } from "node:path";

export type Door = { folder: string } | { port: number };

/** A path of a Unix socket is no longer than this (sockaddr_un, the smallest of all systems). */
const LONGEST_SOCKET = 103;
/** Names the socket only; nobody listens on this port. */
export const SOCKET_PORT = 5432;
/** What PostgreSQL puts beside its socket; it names the process. */
export const SOCKET_LOCK = `.s.PGSQL.${SOCKET_PORT}.lock`;

/**
 * The doors to try, in their order. The socket: a call through it costs a third of one over TCP, and nobody on the network can knock.
 * TCP where the folder's path is too long for one, and where the socket failed: some file systems have none. Twice, because somebody
 * may be quicker with the port.
 */
export async function* doorsOf(home: string): AsyncGenerator<Door> {
  const path = join(home, SOCKET_LOCK);
  // PostgreSQL reads a list of folders there, with commas and quotes.
  const fits = Buffer.byteLength(path) <= LONGEST_SOCKET && /^\/[^,"]*$/.test(path);
  if (fits) yield { folder: home };
  yield { port: await freePort() };
  yield { port: await freePort() };
}

export function urlOf(door: Door, password: string): string {
  const login = `postgresql://depesche:${password}@`;
  if ("port" in door) return `${login}127.0.0.1:${door.port}/depesche`;
  return `${login}localhost:${SOCKET_PORT}/depesche?host=${encodeURIComponent(door.folder)}`;
}

/** Below what systems hand out to outgoing connections and to port 0: also for a server that is started again its port is free. */
const PORTS = [10_000, 30_000] as const;

async function freePort(): Promise<number> {
  let last: unknown;
  for (let tried = 0; tried < 100; tried++) {
    const port = randomInt(...PORTS);
    try {
      await listenOnce(port);
      return port;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

function listenOnce(port: number): Promise<void> {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(port, "127.0.0.1", () => server.close(() => done()));
  });
}
