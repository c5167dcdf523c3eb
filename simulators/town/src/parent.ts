// Ends with its parent: tells when whoever started this process is gone, also when that one was killed.

import * as fs from "node:fs";

/** Calls back once when the IPC channel closes or, without one, when a stdin that is a pipe ends. */
export function whenParentIsGone(act: () => void): void {
  if (process.channel) {
    process.once("disconnect", act);
    return;
  }
  // A terminal or /dev/null says nothing about a parent.
  if (!isPipe(0)) return;
  process.stdin.on("error", act).once("end", act).once("close", act).resume();
}

function isPipe(fd: number): boolean {
  try {
    const stat = fs.fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
