// Facts of the machine a figure was measured on, and what its processes have used (Linux).

import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

export interface MachineFacts {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  redis: string;
  /** Median of a write of 4 KiB with fdatasync in the folder for temporary files, microseconds. */
  fdatasyncUs: number;
}

export function machineFacts(): MachineFacts {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${systemName()}, Linux ${release()}`,
    node: process.version,
    redis: /v=([\d.]+)/.exec(said("redis-server", ["--version"]))?.[1] ?? "none",
    fdatasyncUs: fdatasyncUs(),
  };
}

function systemName(): string {
  return /^PRETTY_NAME="(.*)"$/m.exec(said("cat", ["/etc/os-release"]))?.[1] ?? process.platform;
}

function said(program: string, args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8" });
  } catch {
    return "";
  }
}

function fdatasyncUs(): number {
  const folder = mkdtempSync(join(tmpdir(), "depesche-disk-"));
  const file = openSync(join(folder, "file"), "w");
  const block = new Uint8Array(4096);
  const took = Array.from({ length: 200 }, () => {
    const began = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    return (performance.now() - began) * 1000;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return Math.round(took.sort((a, b) => a - b)[100] as number);
}

/** CPU seconds a process has used so far, its own threads included; 0 when it is gone. */
export function cpuSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Fields 14 and 15 of proc(5), in ticks of 10 ms.
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

/** Most memory a process ever had resident, MB; 0 when it is gone. */
export function peakMb(pid: number): number {
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024);
}

/** Memory a process holds now, MB. */
export function residentMb(pid: number): number {
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
