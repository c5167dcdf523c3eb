// The gateway as a process: settings from the environment, ready told over IPC, ended by SIGTERM, SIGINT or the end of its parent.

import { readSettings } from "@depesche/core";
import { openLog, startTracing } from "@depesche/telemetry";
import { startGateway } from "./server.ts";

const log = openLog("gateway", process.env.DEPESCHE_LOG);
const read = readSettings(process.env);
if (!read.ok || !read.settings.databaseUrl) {
  const problems = read.ok
    ? ["DATABASE_URL is not set: the gateway alone needs a PostgreSQL (`depesche up` starts its own)."]
    : read.problems;
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exit(2);
}

try {
  const { databaseUrl } = read.settings;
  const spans = await startTracing("depesche-gateway", process.env);
  const gateway = await startGateway({
    settings: { ...read.settings, databaseUrl },
    simulation: process.env.DEPESCHE_SIMULATION !== "0",
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
