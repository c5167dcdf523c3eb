// Facts of the machine a run was measured on: figures without them say little.

import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";

export interface MachineFacts {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
}

export function machineFacts(): MachineFacts {
  return {
    cpu: cpus()[0]?.model.trim() || "?",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${systemName()}${type()} ${release()}`,
    node: process.version,
  };
}

function systemName(): string {
  try {
    const name = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
    return name === undefined ? "" : `${name}, `;
  } catch {
    return "";
  }
}
