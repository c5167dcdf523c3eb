// A worker as a process: settings from the environment, ready told over IPC, ended by SIGTERM, SIGINT or the end of its parent.

import { isOutside, readSettings } from "@depesche/core";
import { openConfigFile } from "@depesche/core/config-file";
import { openLog, startTracing } from "@depesche/telemetry";
import { startWorker } from "./worker.ts";

const log = openLog("worker", process.env.DEPESCHE_LOG);
const file = openConfigFile(process.env);
const read = readSettings(process.env, { outside: file.ok && isOutside(file.config) });
if (!file.ok || !read.ok || !read.settings.databaseUrl) {
  const missing = ["DATABASE_URL is not set: a worker alone needs the gateway's PostgreSQL."];
  const problems = [...(file.ok ? [] : file.problems), ...(read.ok ? [] : read.problems)];
  if (problems.length === 0) problems.push(...missing);
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exit(2);
}

try {
  const { settings } = read;
  const spans = await startTracing("depesche-worker", process.env);
  const worker = await startWorker({
    settings: { ...settings, databaseUrl: settings.databaseUrl as string },
    log,
    statusCallback: `http://127.0.0.1:${settings.port}/callbacks/twilio?attempt={attempt}`,
    twilio: { accountSid: `AC${"0".repeat(32)}`, authToken: "geheim", from: "+493023125901" },
    mailFrom: "post@depesche.example",
    outside: file.config,
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    worker
      .close()
      .finally(spans.close)
      .finally(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("disconnect", stop);
  process.send?.({ ready: true });
} catch (error) {
  process.stderr.write(`worker: ${(error as Error).message}\n`);
  process.exit(1);
}
