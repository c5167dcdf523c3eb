// One owner per data folder: taken before any port or database, so that two starts can never share a folder.
//
// The owner is the highest `owner.N.json`. To take a folder whose owner is dead means to link the next number, which only one of
// several starters can. Files are never changed by others and the last one stays, so that nobody can mistake the folder for new.

import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { EXIT } from "./exit-code.ts";
import { Failure, fileTrouble } from "./failure.ts";

/** A process that a reused number cannot be mistaken for. */
export interface ProcessName {
  pid: number;
  /** Boot and start time as the kernel counts them; empty where the kernel does not tell. */
  started: string;
}

interface Owner extends ProcessName {
  /** Processes it has started; they end by themselves when it is killed, but not at once. */
  children: ProcessName[];
}

export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  /** Processes that a dead owner has left, if they still run. */
  readonly leftovers: ProcessName[];
  /** Notes the processes that belong to this owner, for whoever comes after a kill -9. */
  note(pids: readonly number[]): void;
  release(): void;
}

/** The folder has a live owner. */
export class FolderTaken extends Failure {}

const OWNER_FILE = /^owner\.(\d{1,9})\.json$/;
/** Owners may come and go while we look; more changes than this in a row mean that something is wrong. */
const ATTEMPTS = 20;

/** Takes the folder, making it when it is not there. Throws FolderTaken or a Failure; both name the folder. */
export function takeDataFolder(folder: string): DataFolder {
  const path = resolve(folder);
  try {
    makeFolder(path);
    return take(path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(EXIT.usage, "up.fail.data", { folder: path, why: fileTrouble(error) });
  }
}

/** As `mkdir -p`. Node's own never ends where a folder that is there takes no new ones (/proc says "no such file"). */
function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  const above = dirname(path);
  if (!existsSync(above)) makeFolder(above);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another start was faster; a file in the way is told by what comes next.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !statSync(path).isDirectory()) throw error;
  }
}

/** The live owner of a folder, if there is one. */
export function ownerOf(folder: string): ProcessName | undefined {
  const last = highest(resolve(folder));
  const owner = last > 0 ? readOwner(ownerFile(resolve(folder), last)) : undefined;
  return owner && isAlive(owner) ? owner : undefined;
}

function take(path: string): DataFolder {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const last = highest(path);
    const before = last > 0 ? readOwner(ownerFile(path, last)) : undefined;
    if (before && isAlive(before))
      throw new FolderTaken(EXIT.failed, "up.fail.taken", { folder: path, pid: before.pid });
    const me: Owner = { ...processName(process.pid), children: [] };
    const file = ownerFile(path, last + 1);
    if (!claim(path, last + 1, me)) continue;
    // Others may have come and gone since we looked, and our number have been swept up behind one of them who is here now.
    if (highest(path) !== last + 1) {
      rmSync(file, { force: true });
      continue;
    }
    // The one before stays: a reader of the folder that was overtaken by our link must still see an owner.
    for (const n of numbers(path)) if (n < last) rmSync(ownerFile(path, n), { force: true });
    return {
      path,
      leftovers: (before?.children ?? []).filter(isAlive),
      note: (pids) => replace(file, { ...me, children: pids.map(processName) }),
      // The file stays, and says that nobody owns the folder.
      release: () => replace(file, { pid: 0, started: "", children: [] }),
    };
  }
  throw new FolderTaken(EXIT.failed, "up.fail.contended", { folder: path });
}

/** Writes the whole file aside and links it under its number: it is there complete, or it is somebody else's. */
function claim(path: string, n: number, me: Owner): boolean {
  const aside = join(path, `owner.new.${process.pid}`);
  writeFileSync(aside, JSON.stringify(me), { mode: 0o644 });
  try {
    linkSync(aside, ownerFile(path, n));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** On a full disk the old content stays, and does no harm: whoever comes next finds this process dead. */
function replace(file: string, owner: Owner): void {
  const aside = `${file}.${process.pid}`;
  try {
    writeFileSync(aside, JSON.stringify(owner), { mode: 0o644 });
    renameSync(aside, file);
  } catch {
    rmSync(aside, { force: true });
  }
}

function ownerFile(path: string, n: number): string {
  return join(path, `owner.${n}.json`);
}

function numbers(path: string): number[] {
  return readdirSync(path)
    .flatMap((name) => OWNER_FILE.exec(name)?.[1] ?? [])
    .map(Number);
}

function highest(path: string): number {
  try {
    return Math.max(0, ...numbers(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/** Undefined when the file is gone, or is none of ours: files appear complete, so a broken one has no owner. */
function readOwner(file: string): Owner | undefined {
  try {
    const { pid, started, children } = JSON.parse(readFileSync(file, "utf8")) as Partial<Owner>;
    if (!Number.isInteger(pid) || typeof started !== "string") return undefined;
    return { pid: pid as number, started, children: Array.isArray(children) ? children : [] };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || code === "ENOENT") return undefined;
    throw error;
  }
}

function processName(pid: number): ProcessName {
  return { pid, started: startOf(pid) ?? "" };
}

export function isAlive({ pid, started }: ProcessName): boolean {
  // 0 and negative numbers would ask about process groups.
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = startOf(pid);
  return now === undefined || started === "" || now === started;
}

/** Boot id and field 22 of /proc/PID/stat; undefined where there is no /proc. A process that waits to be buried has no start. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name may hold blanks and parentheses; behind it all is regular.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return "ended";
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}
