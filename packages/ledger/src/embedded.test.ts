// Real starts of the database that npm ships. One cluster is made (initdb takes seconds); the rest is what may be found around it.

import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openPool } from "./database.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";

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

it("is started again at its own door after a kill, while a backend of the dead one still works, with all that was committed", async () => {
  const server = running.at(-1) as EmbeddedPostgres;
  const { url, pid } = server;
  await ask(server, "INSERT INTO kept VALUES (45)");
  // It looks for its dead postmaster only when its statement is through.
  const busy = ask(
    server,
    "SELECT count(*) FROM (SELECT pg_sleep(0) FROM generate_series(1, 3)) s, generate_series(1, 12_000_000)",
  ).catch((error) => error);
  await vi.waitFor(async () =>
    expect(
      await ask(server, "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM (S%'"),
    ).toEqual([1]),
  );
  process.kill(pid, "SIGKILL");
  expect(await server.exited).toBe("SIGKILL");
  await server.restart();
  expect(server.url).toBe(url);
  expect(server.pid).not.toBe(pid);
  expect(await ask(server, "SELECT count(*)::int FROM kept")).toEqual([4]);
  await busy;
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
  const again = server.restart();
  await vi.waitFor(() => expect(server.pid).not.toBe(pid));
  await server.stop();
  await expect(again).rejects.toThrow();
  expect(lives(server.pid)).toBe(false);
  await expect(server.restart()).rejects.toThrow("stopped");
  expect(lives(server.pid)).toBe(false);
  await start();
});

it("a first start that is cut while it recovers leaves no server", async () => {
  const { pid } = running.at(-1) as EmbeddedPostgres;
  process.kill(pid, "SIGKILL");
  await vi.waitFor(() => expect(lives(pid)).toBe(false));
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
    { interval: 1 },
  );
  cut.abort();
  expect(await cutStart).toBeInstanceOf(Error);
  expect(lives(next)).toBe(false);
  expect(await readFile(pidFile, "utf8").catch(() => "none")).toBe("none");
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
    await vi.waitFor(() => expect(other.signalCode).toBe("SIGKILL"));
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
