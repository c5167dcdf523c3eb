// Should the runner itself be killed, the rooms end by themselves; databases and folders need somebody who sees to them.

import { spawn } from "node:child_process";

/** Waits for the end of its stdin, which is the end of the runner, then kills the process and removes the folder it was given. */
const SCRIPT = 'cat >/dev/null; [ -z "$1" ] || kill -9 "$1" 2>/dev/null; [ -z "$2" ] || { sleep 2; rm -rf -- "$2"; }';

/** Sees to a process or a folder of this run until it is let go. */
export function guard(of: { pid?: number; folder?: string }): () => void {
  const watcher = spawn("sh", ["-c", SCRIPT, "guard", String(of.pid ?? ""), of.folder ?? ""], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // Ctrl-C must not end it before the runner
  });
  watcher.on("error", () => undefined);
  watcher.unref();
  return () => watcher.kill("SIGKILL");
}
