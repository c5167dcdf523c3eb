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
  expect(await ask(server, "SELECT count(*)::int FROM kept")).toEqual([3]);
});
