// Where the embedded database is reached: a socket in its own folder, or a port of the loopback.

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

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
