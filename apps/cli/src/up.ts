// `depesche up`: the whole house on one machine: database, gateway, worker, simulators, dashboard (DESIGN sections 2 and 7).

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { flagOf, SETTINGS, type Settings } from "@depesche/core";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@depesche/ledger";
import { type Child, startChild } from "./children.ts";
import { takeDataFolder } from "./data-lock.ts";

export interface UpOptions {
  settings: Settings;
  env: NodeJS.ProcessEnv;
  print(line: string): void;
}

const HEALTH_PATIENCE_MS = 40_000;

/** Brings everything up and resolves when it was stopped by a signal, with the exit code. Throws when it cannot start. */
export async function up({ settings, env, print }: UpOptions): Promise<number> {
  const lock = takeDataFolder(settings.data);
  let postgres: EmbeddedPostgres | undefined;
  const children: Child[] = [];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      // Worker first, so that its results still find the database; simulators may go at any time.
      await Promise.all(children.map((c) => c.stop()));
      await postgres?.stop();
      lock.release();
    })();
    return stopped;
  };
  const ended = new Promise<number>((done) => {
    const onSignal = () => void stop().then(() => done(0));
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
    process.on("SIGHUP", onSignal);
  });

  try {
    await buildDashboard(print);
    const house = { ...env, DEPESCHE_DATA: resolve(settings.data) };
    if (!settings.databaseUrl) {
      postgres = await startEmbeddedPostgres(settings.data);
      postgres.exited.then((words) => {
        if (!stopped) {
          print(`The embedded PostgreSQL ended by itself: ${words}. Stopping.`);
          void stop().then(() => process.exit(1));
        }
      });
    }
    const childEnv = { ...house, DATABASE_URL: settings.databaseUrl ?? postgres?.url };
    const start = (name: Child["name"]) => {
      const child = startChild(name, childEnv, print);
      children.push(child);
      return child.ready;
    };
    await Promise.all([start("gateway"), start("town"), start("worker")]);
    await healthy(settings.port);
    print(banner(settings));
  } catch (error) {
    if (!stopped) {
      await stop();
      throw error;
    }
  }
  return ended;
}

async function healthy(port: number): Promise<void> {
  const end = performance.now() + HEALTH_PATIENCE_MS;
  let last = "no answer";
  while (performance.now() < end) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2000) });
      if (answer.ok) return;
      last = await answer.text();
    } catch (error) {
      last = String((error as Error).cause ?? error);
    }
    await new Promise((next) => setTimeout(next, 100));
  }
  throw new Error(`the house is not healthy after ${HEALTH_PATIENCE_MS / 1000} s: ${last}`);
}

/** `npm ci` builds the dashboard; after a clean it is made here. */
async function buildDashboard(print: (line: string) => void): Promise<void> {
  const root = fileURLToPath(new URL("../../dashboard", import.meta.url));
  if (existsSync(join(root, "dist", "index.html"))) return;
  print("Building the dashboard (once) ...");
  const { build } = await import("vite");
  await build({ root, logLevel: "warn" });
}

function banner(s: Settings): string {
  const at = `http://127.0.0.1:${s.port}`;
  return `
Depesche is up. Simulators are the carriers: nothing leaves this machine.

  Dashboard       ${at}/
  REST API        ${at}/v1         API key demo-key, documentation at ${at}/docs
  FAX.de SOAP     ${at}/xmlws.exe?wsdl/IntfXMLWS
                  account 1000 password geheim (trial account: 2000 / geheim)
  Simulators      http://127.0.0.1:${s.simPort}   Twilio API on ${s.twilioPort}, SIP on ${s.sipPort}, mailbox (SMTP) on ${s.smtpPort}
  Data            ${resolve(s.data)}${s.databaseUrl ? "   (external database)" : ""}${s.redisUrl ? "   (schedule on Redis)" : ""}
  Clock           ${s.unpaced ? "as fast as the machine allows" : `${s.speed}x`}

  Send a fax:     npx depesche send fax +493023125001 letter.pdf
  Ctrl-C stops everything.`;
}

/** Flags of `up` as text for --help. */
export function upFlags(): { flag: string; meaning: string }[] {
  return SETTINGS.map((s) => ({
    flag: flagOf(s.variable),
    meaning: `${s.meaning}${s.fallback ? ` (${s.fallback})` : ""}`,
  }));
}
