// What `depesche doctor` asks those that answer: the database about itself, Redis about what it throws away, everybody for the time.

import { readFile } from "node:fs/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";

const PATIENCE_MS = 2_000;

export interface DatabaseFacts {
  version: string;
  bytes: number;
  /** Number of the last migration; undefined before the first start. */
  schema: number | undefined;
  /** Its clock, ms since 1970, less ours in the middle of the question. */
  aheadMs: number;
}

/** Asks a PostgreSQL about itself. Rejects when it does not let us in. */
export async function databaseFacts(url: string): Promise<DatabaseFacts> {
  const { openPool } = await import("@depesche/ledger");
  const pool = openPool(url, 1);
  try {
    const asked = Date.now();
    const { rows } = await pool.query<{ version: string; bytes: number; now: string; known: boolean }>(
      `SELECT current_setting('server_version') AS version, pg_database_size(current_database())::bigint AS bytes,
         (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, to_regclass('migration') IS NOT NULL AS known`,
    );
    const middle = (asked + Date.now()) / 2;
    const [row] = rows as [{ version: string; bytes: number; now: string; known: boolean }];
    const schema = row.known
      ? (await pool.query<{ number: number }>("SELECT max(number) AS number FROM migration")).rows[0]?.number
      : undefined;
    return { version: row.version, bytes: row.bytes, schema, aheadMs: Math.round(Number(row.now) - middle) };
  } finally {
    await pool.end().catch(() => undefined);
  }
}

/** Where the embedded database of a running house is reached; undefined when it does not run. */
export async function embeddedUrl(dataFolder: string): Promise<string | undefined> {
  try {
    const { id, password } = JSON.parse(await readFile(join(dataFolder, "postgres.json"), "utf8")) as Record<
      string,
      string
    >;
    for (const home of [join(dataFolder, "postgres"), join("/var/lib/depesche", String(id))]) {
      // Lines of postmaster.pid: process, folder, start, port, folder of the socket, address.
      const lines = (await readFile(join(home, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
      const [port, socket] = [lines[3], lines[4]];
      if (!port) continue;
      const login = `postgresql://depesche:${password}@`;
      return socket
        ? `${login}localhost:${port}/depesche?host=${encodeURIComponent(socket)}`
        : `${login}127.0.0.1:${port}/depesche`;
    }
  } catch {
    // No house has been here yet.
  }
  return undefined;
}

/** Redis's maxmemory-policy: BullMQ loses jobs under any other than noeviction. Rejects when it is not told. */
export async function evictionPolicy(url: string, patienceMs = PATIENCE_MS): Promise<string> {
  const { hostname, port, username, password, protocol } = new URL(url);
  const at = { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port) || 6379 };
  const socket: Socket = protocol === "rediss:" ? connectTls({ ...at, servername: at.host }) : connectTcp(at);
  socket.setTimeout(patienceMs, () => socket.destroy(new Error("no answer in time")));
  const user = username === "" ? [] : [decodeURIComponent(username)];
  const auth = password === "" ? [] : [["AUTH", ...user, decodeURIComponent(password)]];
  const commands = [...auth, ["CONFIG", "GET", "maxmemory-policy"], ["QUIT"]];
  socket.write(commands.map(resp).join(""));
  let answer = "";
  try {
    for await (const chunk of socket) answer += chunk;
  } finally {
    socket.destroy();
  }
  const policy = /maxmemory-policy\r\n\$\d+\r\n([a-z-]+)\r\n/.exec(answer)?.[1];
  if (policy === undefined) throw new Error(/^-(.*)\r$/m.exec(answer)?.[1] ?? "it does not tell");
  return policy;
}

/** A command in Redis's protocol (RESP2). */
function resp(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

export interface ClockFacts {
  aheadMs: number;
  simulated: string;
  speed: number;
  unpaced: boolean;
}

/** The gateway's clocks; undefined when it does not answer or does not know the key. */
export async function gatewayClock(
  base: string,
  key: string,
  patienceMs = PATIENCE_MS,
): Promise<ClockFacts | undefined> {
  try {
    const asked = Date.now();
    const answer = await fetch(`${base}/v1/clock`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(patienceMs),
    });
    const middle = (asked + Date.now()) / 2;
    if (!answer.ok) return undefined;
    const clock = (await answer.json()) as { wall: string; now: string; speed: number; unpaced: boolean };
    return {
      aheadMs: Math.round(Date.parse(clock.wall) - middle),
      simulated: clock.now,
      speed: clock.speed,
      unpaced: clock.unpaced,
    };
  } catch {
    return undefined;
  }
}
