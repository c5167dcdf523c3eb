// Real starts of the database that npm ships. One cluster is made (initdb takes seconds); the rest is what may be found around it.

import { spawn } from "node:child_process";
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openPool } from "./database.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";

// A cluster is made and servers come and go: on a busy machine each of it takes many seconds.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let folder: string;
const running: EmbeddedPostgres[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-embedded-"));
  await chmod(folder, 0o755);
});
afterAll(async () => {
  for (const server of running) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(folder);
  running.push(server);
  return server;
}

async function ask(server: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const pool = openPool(server.url, 1);
  try {
    return (await pool.query({ text: sql, rowMode: "array" })).rows.map((r) => r[0]);
  } finally {
    await pool.end();
  }
}

const until = (check: () => unknown) => vi.waitFor(check, 60_000);

/**
 * From now on a server that starts waits for more of a log that nobody writes, and is never ready: however late a stop comes, it comes
 * in the midst of the start. Resolves with what ends it.
 */
async function recoversForEver(): Promise<() => Promise<void>> {
  const [signal, settings] = ["standby.signal", "postgresql.auto.conf"].map((n) => join(folder, "postgres", n)) as [
    string,
    string,
  ];
  const before = await readFile(settings);
  await writeFile(signal, "");
  await appendFile(settings, "hot_standby = off\n");
  return async () => {
    await rm(signal);
    await writeFile(settings, before);
  };
}

const lives = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it("makes a cluster beside another that runs, durable and shut to strangers, and clears what a killed start left", async () => {
  await mkdir(join(folder, "postgres.new-dead"), { recursive: true });
  await writeFile(join(folder, "postgres.new-dead", "PG_VERSION"), "18\n");
  const server = await start();
  expect(await ask(server, "SHOW fsync")).toEqual(["on"]);
  expect(await ask(server, "SHOW synchronous_commit")).toEqual(["on"]);
  expect(await ask(server, "SHOW listen_addresses")).toEqual([""]);
  await ask(server, "CREATE TABLE kept AS SELECT 42 AS n");
  const stranger = { ...server, url: server.url.replace(/:[0-9a-f]{48}@/, ":geheim@") };
  await expect(ask(stranger, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  expect((await readdir(folder)).sort()).toEqual(["postgres", "postgres.json"]);
});

it("stops a database whose owner was killed, loses nothing of it, and starts anew", async () => {
  const [left] = running as [EmbeddedPostgres];
  await ask(left, "INSERT INTO kept VALUES (43)");
  const server = await start();
  expect(server.pid).not.toBe(left.pid);
  expect(lives(left.pid)).toBe(false);
  expect(await ask(server, "SELECT n FROM kept ORDER BY n")).toEqual([42, 43]);
});

it("comes back after the whole server was killed, with all that was committed", async () => {
  const last = running.at(-1) as EmbeddedPostgres;
  await ask(last, "INSERT INTO kept VALUES (44)");
  process.kill(last.pid, "SIGKILL");
  await last.exited;
  const server = await start();
  expect(await ask(server, "SELECT count(*)::int FROM kept")).toEqual([3]);
});

it("is started again at its own door after a kill, once a backend of the dead one has gone, with all that was committed", async () => {
  const server = running.at(-1) as EmbeddedPostgres;
  const { url, pid } = server;
  await ask(server, "INSERT INTO kept VALUES (45)");
  const client = openPool(url, 1);
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const backend = rows[0]?.pid as number;
  // Halted, it hears nothing of its postmaster's end, and keeps the memory that the next one would use.
  process.kill(backend, "SIGSTOP");
  process.kill(pid, "SIGKILL");
  expect(await server.exited).toBe("SIGKILL");
  const again = server.restart();
  again.catch(() => undefined);
  try {
    await until(() => expect(server.pid).not.toBe(pid));
    const refused = server.pid;
    await until(() => expect(server.pid).not.toBe(refused));
  } finally {
    process.kill(backend, "SIGCONT");
  }
  await again;
  expect(server.url).toBe(url);
  expect(server.pid).not.toBe(pid);
  expect(await ask(server, "SELECT count(*)::int FROM kept")).toEqual([4]);
  await client.end();
});

it("tells why it cannot be started again, and may be asked once more", async () => {
  const server = running.at(-1) as EmbeddedPostgres;
  const control = join(folder, "postgres", "global", "pg_control");
  process.kill(server.pid, "SIGKILL");
  await server.exited;
  await rename(control, `${control}.away`);
  await expect(server.restart()).rejects.toThrow("pg_control");
  expect(lives(server.pid)).toBe(false);
  await rename(`${control}.away`, control);
  await server.restart();
  expect(await ask(server, "SELECT count(*)::int FROM kept")).toEqual([4]);
});

it("a stop in the midst of its new start leaves no server, and none follows", async () => {
  const server = running.at(-1) as EmbeddedPostgres;
  const { pid } = server;
  process.kill(pid, "SIGKILL");
  await server.exited;
  const recover = await recoversForEver();
  const again = server.restart();
  again.catch(() => undefined);
  await until(() => expect(server.pid).not.toBe(pid));
  await server.stop();
  await expect(again).rejects.toThrow();
  expect(lives(server.pid)).toBe(false);
  await expect(server.restart()).rejects.toThrow("stopped");
  expect(lives(server.pid)).toBe(false);
  await recover();
  await start();
});

it("a first start that is cut while it recovers leaves no server", async () => {
  const { pid } = running.at(-1) as EmbeddedPostgres;
  process.kill(pid, "SIGKILL");
  await until(() => expect(lives(pid)).toBe(false));
  const recover = await recoversForEver();
  const cut = new AbortController();
  const pidFile = join(folder, "postgres", "postmaster.pid");
  const cutStart = startEmbeddedPostgres(folder, cut.signal).catch((error: Error) => error);
  const next = await vi.waitFor(
    async () => {
      const now = Number((await readFile(pidFile, "utf8")).split("\n")[0]);
      // The file is empty for a moment while it is made.
      expect(now).toBeGreaterThan(0);
      expect(now).not.toBe(pid);
      return now;
    },
    { interval: 1, timeout: 60_000 },
  );
  cut.abort();
  expect(await cutStart).toBeInstanceOf(Error);
  expect(lives(next)).toBe(false);
  expect(await readFile(pidFile, "utf8").catch(() => "none")).toBe("none");
  await recover();
  await start();
});

it("stops with nothing left, and harms nobody who has its old number since", async () => {
  const last = running.at(-1) as EmbeddedPostgres;
  await last.stop();
  expect(lives(last.pid)).toBe(false);
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const pidFile = join(folder, "postgres", "postmaster.pid");
  await writeFile(pidFile, `${other.pid}\n${join(folder, "postgres")}\n`);
  try {
    // PostgreSQL judges the stale file by itself
    await start();
    expect(lives(other.pid as number)).toBe(true);
    expect(other.exitCode).toBeNull();
    expect((await readFile(pidFile, "utf8")).split("\n")[0]).toBe(String(running.at(-1)?.pid));
  } finally {
    other.kill("SIGKILL");
    await until(() => expect(other.signalCode).toBe("SIGKILL"));
  }
});

it("listens on the loopback where the folder's path is too long for a socket", async () => {
  await running.at(-1)?.stop();
  const deep = join(folder, "a".repeat(90));
  await mkdir(deep);
  for (const name of ["postgres", "postgres.json"]) await rename(join(folder, name), join(deep, name));
  const server = await startEmbeddedPostgres(deep);
  running.push(server);
  expect(new URL(server.url)).toMatchObject({ hostname: "127.0.0.1", search: "" });
  expect(await ask(server, "SHOW listen_addresses")).toEqual(["127.0.0.1"]);
  expect(await ask(server, "SELECT count(*)::int FROM kept")).toEqual([4]);
  const { url } = server;
  process.kill(server.pid, "SIGKILL");
  await server.exited;
  await server.restart();
  expect(server.url).toBe(url);
  expect(await ask(server, "SELECT count(*)::int FROM kept")).toEqual([4]);
});
