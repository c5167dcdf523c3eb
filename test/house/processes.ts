// Which processes belong to a house: everything whose command line or environment names its data folder (Linux).

import { readdirSync, readFileSync } from "node:fs";

export interface Running {
  pid: number;
  command: string;
}

/** The compiler of a process that runs from sources: it sees by its stdin that its parent is gone, a moment after that. */
const COMPILER = /\/esbuild --service=/;

/** Processes of the house on this data folder with all their children, the calling process apart. Zombies and compilers do not count. */
export function processesOf(dataFolder: string): Running[] {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? lookAt(Number(name)) : []));
  const own = new Set(
    all.filter((one) => one.pid !== process.pid && namesFolder(one, dataFolder)).map(({ pid }) => pid),
  );
  // PostgreSQL's processes name neither; a parent that is the house's own makes them so.
  for (let before = -1; before < own.size; ) {
    before = own.size;
    for (const { pid, parent } of all) if (own.has(parent)) own.add(pid);
  }
  return all
    .filter(({ pid, command }) => own.has(pid) && !COMPILER.test(command))
    .map(({ pid, command }) => ({ pid, command }));
}

interface Seen extends Running {
  parent: number;
}

function lookAt(pid: number): Seen[] {
  const status = read(`/proc/${pid}/status`);
  const parent = /^PPid:\s+(\d+)$/m.exec(status)?.[1];
  if (parent === undefined || /^State:\s+Z/m.test(status)) return [];
  return [{ pid, parent: Number(parent), command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim() }];
}

function namesFolder({ pid, command }: Seen, folder: string): boolean {
  return command.includes(folder) || read(`/proc/${pid}/environ`).split("\0").includes(`DEPESCHE_DATA=${folder}`);
}

/** A process may be gone, or not ours to read. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
