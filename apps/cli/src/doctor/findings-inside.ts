// What was asked of those that answer, as findings.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Settings } from "@depesche/core";
import type { Finding } from "./checks.ts";
import { databaseFacts, embeddedUrl, evictionPolicy, gatewayClock } from "./inside.ts";

const run = promisify(execFile);
/** Beyond this, leases and signatures of processes on several hosts begin to disagree. */
const MOST_AHEAD_MS = 1_000;

/** Findings about database, queue and clocks, as far as somebody answers. `patienceMs`: for each of Redis and the gateway. */
export async function insideFindings(settings: Settings, key: string, patienceMs?: number): Promise<Finding[]> {
  const found = await Promise.all([
    databaseFindings(settings),
    queueFinding(settings, patienceMs),
    clockFindings(settings, key, patienceMs),
  ]);
  return found.flat();
}

async function databaseFindings({ databaseUrl, data }: Settings): Promise<Finding[]> {
  const url = databaseUrl ?? (await embeddedUrl(data));
  if (url === undefined) return [];
  try {
    const { version, bytes, schema, aheadMs } = await databaseFacts(url);
    const values = { version, megabytes: Math.ceil(bytes / 1024 ** 2), schema: schema ?? 0 };
    const isEnough = Number.parseInt(version, 10) >= 15;
    return [
      isEnough
        ? { state: "ok", check: "database-inside", key: "doctor.inside.database", values }
        : { state: "wrong", check: "database-inside", key: "doctor.inside.database-old", values },
      ahead("clock-database", "doctor.clock.database", "doctor.clock.database-off", aheadMs),
    ];
  } catch (error) {
    if (isSilent(error)) return [];
    const why = (error as Error).message;
    return [{ state: "warning", check: "database-inside", key: "doctor.inside.database-shut", values: { why } }];
  }
}

/** Nobody is there: that is said already where the address is looked at. */
function isSilent(error: unknown): boolean {
  return /^(ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)$/.test((error as NodeJS.ErrnoException).code ?? "");
}

async function queueFinding({ redisUrl }: Settings, patienceMs?: number): Promise<Finding[]> {
  if (!redisUrl) return [{ state: "ok", check: "queue", key: "doctor.queue.database", values: {} }];
  try {
    const policy = await evictionPolicy(redisUrl, patienceMs);
    return [
      policy === "noeviction"
        ? { state: "ok", check: "queue", key: "doctor.queue.redis", values: { policy } }
        : { state: "wrong", check: "queue", key: "doctor.queue.evicts", values: { policy } },
    ];
  } catch (error) {
    if (isSilent(error)) return [];
    const why = (error as Error).message;
    // Without the password nothing can be kept there, whatever its policy.
    if (/^(NOAUTH|WRONGPASS|NOPERM)/.test(why))
      return [{ state: "wrong", check: "queue", key: "doctor.queue.shut", values: { why } }];
    return [
      { state: "warning", check: "queue", key: "doctor.queue.unknown", values: { why: (error as Error).message } },
    ];
  }
}

async function clockFindings({ host, port }: Settings, key: string, patienceMs?: number): Promise<Finding[]> {
  const called = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  const clock = await gatewayClock(`http://${called}:${port}`, key, patienceMs);
  if (!clock) return [];
  const { aheadMs, simulated, speed, unpaced } = clock;
  return [
    ahead("clock-gateway", "doctor.clock.gateway", "doctor.clock.gateway-off", aheadMs),
    {
      state: "ok",
      check: "clock-simulated",
      key: unpaced ? "doctor.clock.unpaced" : "doctor.clock.simulated",
      values: { at: simulated, speed },
    },
  ];
}

function ahead(check: string, good: Finding["key"], off: Finding["key"], aheadMs: number): Finding {
  const values = { ms: aheadMs };
  return Math.abs(aheadMs) <= MOST_AHEAD_MS
    ? { state: "ok", check, key: good, values }
    : { state: "warning", check, key: off, values };
}

/** What a program says of its version; undefined when it says nothing that looks like one. */
export async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, ["--version"], { timeout: 5_000, maxBuffer: 1024 ** 2 });
    return /\d+(?:\.\d+)+/.exec(stdout || stderr)?.[0];
  } catch {
    return undefined;
  }
}
