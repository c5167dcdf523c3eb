// Lets a process of its own place fax calls, and holds what it has open afterwards against what it had before.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { Held, LeftBehind } from "../load/left-behind.ts";

const PROGRAM = fileURLToPath(new URL("../load/left-behind.ts", import.meta.url));
/** A call that leaves its session or its page behind leaves ten times as much. */
const OCTETS_A_CALL = 1024;
/** What the engine keeps of code that has just become hot. */
const OCTETS_OF_CODE = 1024 * 1024;

/** `own` calls twice over line time, then `paced` at once, twice, in real time; fails when anything stays. */
export async function expectNothingLeft(own: number, paced: number): Promise<void> {
  const flags = ["--expose-gc", "--conditions=depesche-source", "--import", "tsx"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, PROGRAM, String(own), String(paced)]);
  const left = JSON.parse(stdout) as LeftBehind;
  expect(left.failed).toEqual([]);
  expect(open(left.closed)).toEqual(open(left.before));
  for (const [kind, calls] of [
    ["own", own],
    ["paced", paced],
  ] as const) {
    const [first, again] = left[kind];
    expect(open(again)).toEqual(open(first));
    expect(again.octets - first.octets).toBeLessThan(OCTETS_OF_CODE + calls * OCTETS_A_CALL);
  }
}

function open({ resources, timers, files }: Held) {
  return { resources, timers, files };
}
