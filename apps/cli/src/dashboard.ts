// The dashboard's files: `npm ci` builds them; after a clean they are made here.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { EXIT } from "./exit-code.ts";
import { Failure } from "./failure.ts";
import type { Say } from "./language.ts";

const ROOM = fileURLToPath(new URL("../../dashboard/", import.meta.url));

/** Builds the dashboard when it is missing, in a process of its own: a bundler does not belong into a launcher's memory. */
export async function buildDashboard(say: Say, print: (line: string) => void): Promise<void> {
  if (existsSync(join(ROOM, "dist", "index.html"))) return;
  print(say("up.building"));
  try {
    const vite = createRequire(join(ROOM, "package.json")).resolve("vite/package.json");
    const script = join(dirname(vite), "bin", "vite.js");
    await promisify(execFile)(process.execPath, [script, "build", "--logLevel", "warn"], { cwd: ROOM });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split("\n").at(-1);
    throw new Failure(EXIT.failed, "up.fail.dashboard", { why: said || (error as Error).message });
  }
}
