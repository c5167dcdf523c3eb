// One owner per data folder: taken before any port or database, so that two starts can never share a folder.

import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

interface Owner {
  pid: number;
  /** Start time of the process as the kernel counts it, so that a reused pid is not taken for the owner. Empty where unknown. */
  started: string;
}

export class FolderTaken extends Error {}

/** Takes the folder or throws FolderTaken, whose message names it. */
export function takeDataFolder(folder: string): { release(): void } {
  const path = resolve(folder);
  mkdirSync(path, { recursive: true });
  const file = join(path, "owner.json");
  const me: Owner = { pid: process.pid, started: startTime(process.pid) ?? "" };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(me), { flag: "wx", mode: 0o644 });
      return {
        release() {
          if (readOwner(file)?.pid === process.pid) unlinkSync(file);
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = readOwner(file);
    if (owner && isAlive(owner))
      throw new FolderTaken(
        `The data folder ${path} is in use by another depesche (process ${owner.pid}). Stop that one, or choose another folder with DEPESCHE_DATA (--data).`,
      );
    // A dead owner's lock: moved aside under a name of our own, so that of two starters only one removes it.
    try {
      renameSync(file, `${file}.${process.pid}`);
      unlinkSync(`${file}.${process.pid}`);
    } catch {
      // somebody else was quicker
    }
  }
  throw new FolderTaken(`The data folder ${path} is being taken by another depesche at this moment.`);
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = startTime(owner.pid);
  return now === undefined || owner.started === "" || now === owner.started;
}

/** Field 22 of /proc/PID/stat; undefined where there is no /proc. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
