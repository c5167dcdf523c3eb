// Servers of others that a house may use (PostgreSQL, Redis): where they are, and whether anything answers there.

import { connect } from "node:net";
import { EXIT } from "./exit-code.ts";
import { Failure } from "./failure.ts";

const PATIENCE_MS = 2_000;

/** Host and port of a server's address; `text` says both. */
export function placeOf(url: string, usualPort: number): { host: string; port: number; text: string } {
  const parsed = URL.canParse(url) ? new URL(url) : { hostname: "", port: "" };
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1") || "127.0.0.1";
  const port = Number(parsed.port) || usualPort;
  return { host, port, text: `${host}:${port}` };
}

/** Whether something takes connections there. */
export function answers(url: string, usualPort: number): Promise<boolean> {
  const { host, port } = placeOf(url, usualPort);
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const end = (ok: boolean) => {
      socket.destroy();
      done(ok);
    };
    socket
      .once("connect", () => end(true))
      .once("error", () => end(false))
      // A timer comes before what has come in: where it was this process that was away, the answer has its turn first.
      .once("timeout", () => setImmediate(() => end(false)));
  });
}

/** Rejects with a Failure that names the variable when a server is wanted and nothing answers there. */
export async function assertAnswers(variable: string, url: string | undefined, usualPort: number): Promise<void> {
  if (url === undefined || (await answers(url, usualPort))) return;
  throw new Failure(EXIT.failed, "up.fail.server", { variable, place: placeOf(url, usualPort).text });
}
