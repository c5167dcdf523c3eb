// The simulators' process: starts the town from the environment and says on stdout, in one line of JSON, when it is ready.

import { readSettings } from "@depesche/core";
import pino from "pino";
import { whenParentIsGone } from "./parent.ts";
import { SettingProblem, townConfig } from "./settings.ts";
import { startTown, type Town } from "./town.ts";

/** Whatever still hangs then is cut. */
const STOP_WITHIN_MS = 900;

const log = pino({ base: { process: "simulators" } }, pino.destination({ fd: 2, sync: true }));
let town: Town | undefined;
let isStopping = false;

function stop(why: string): void {
  if (isStopping) return;
  isStopping = true;
  log.info({ why }, "stopping");
  const cut = setTimeout(() => process.exit(0), STOP_WITHIN_MS);
  void town?.close().finally(() => {
    clearTimeout(cut);
    process.exit(0);
  });
  // Still starting: nothing has been promised to anybody.
  if (town === undefined) process.exit(0);
}

process.on("SIGTERM", () => stop("SIGTERM"));
process.on("SIGINT", () => stop("SIGINT"));
// A parent that is gone reads no more lines.
process.stdout.on("error", () => stop("stdout closed"));
whenParentIsGone(() => stop("the parent is gone"));

try {
  const read = readSettings(process.env);
  if (!read.ok) throw new Error(read.problems.join(" "));
  town = await startTown(townConfig(read.settings));
  process.send?.({ ready: true });
  process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, ports: town.ports })}\n`);
} catch (error) {
  const isSetting = error instanceof SettingProblem;
  const detail = error instanceof Error ? error.message : String(error);
  log.fatal(isSetting ? { variable: error.variable } : { err: error }, detail);
  process.stdout.write(
    `${JSON.stringify({ ready: false, variable: isSetting ? error.variable : undefined, detail })}\n`,
  );
  process.exitCode = 1;
  setImmediate(() => process.exit());
}
