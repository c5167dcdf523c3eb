// The gateway as a process: settings from the environment, ready told over IPC, ended by SIGTERM, SIGINT or the end of its parent.

import { isOutside, readSettings } from "@depesche/core";
import { openConfigFile } from "@depesche/core/config-file";
import { openLog, startTracing } from "@depesche/telemetry";
import { startGateway } from "./server.ts";

const log = openLog("gateway", process.env.DEPESCHE_LOG);
const file = openConfigFile(process.env);
const outside = file.ok && isOutside(file.config);
const read = readSettings(process.env, { outside });
if (!file.ok || !read.ok || !read.settings.databaseUrl) {
  const missing = ["DATABASE_URL is not set: the gateway alone needs a PostgreSQL (`depesche up` starts its own)."];
  const problems = [...(file.ok ? [] : file.problems), ...(read.ok ? [] : read.problems)];
  if (problems.length === 0) problems.push(...missing);
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exit(2);
}

try {
  const { databaseUrl } = read.settings;
  const spans = await startTracing("depesche-gateway", process.env);
  const gateway = await startGateway({
    settings: { ...read.settings, databaseUrl },
    simulation: !outside && process.env.DEPESCHE_SIMULATION !== "0",
    accounts: file.config.accounts,
    restarted: process.env.DEPESCHE_RESTARTED === "1",
    log,
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    gateway
      .close()
      .finally(spans.close)
      .finally(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("disconnect", stop);
  process.send?.({ ready: true });
} catch (error) {
  process.stderr.write(`gateway: ${(error as Error).message}\n`);
  process.exit(1);
}
