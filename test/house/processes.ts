// Which processes belong to a house: everything whose command line or environment names its data folder (Linux).

import { readdirSync, readFileSync } from "node:fs";

export interface Running {
  pid: number;
  command: string;
}

/** Processes of the house on this data folder, the calling process apart. Zombies have neither and do not count. */
export function processesOf(dataFolder: string): Running[] {
  const found: Running[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const command = read(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim();
    const environment = read(`/proc/${name}/environ`).split("\0");
    if (command.includes(dataFolder) || environment.includes(`DEPESCHE_DATA=${dataFolder}`))
      found.push({ pid: Number(name), command });
  }
  return found;
}

/** Resident memory of a process, MB; undefined when it is gone. */
export function residentMb(pid: number): number | undefined {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return kib === undefined ? undefined : Number(kib) / 1024;
}

/** A process may be gone, or not ours to read. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
