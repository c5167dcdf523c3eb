// A redis-server of its own for a suite, as DESIGN section 2 demands it: noeviction, AOF everysec.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePorts } from "./ports.ts";

export interface RedisServer {
  url: string;
  pid: number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts it in a folder of its own, which goes with it. Throws a sentence that names the Debian package when there is none. */
export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "depesche-redis-"));
  const [port] = (await freePorts(1)) as [number];
  const server = await startRedisIn(folder, port);
  return {
    ...server,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts it on a folder, with what an earlier one left there. */
export async function startRedisIn(folder: string, port: number): Promise<RedisServer> {
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  const safety = ["--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"];
  const child = spawn("redis-server", [...settings, ...safety], { stdio: ["ignore", "pipe", "inherit"] });
  await ready(child);
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid as number,
    async stop(signal = "SIGTERM") {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  let said = "";
  const listening = (async () => {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      said += `${line}\n`;
      if (line.includes("Ready to accept connections")) return;
    }
    // Its last words are over: what they mean is told with its end.
    await new Promise(() => undefined);
  })();
  const failed = Promise.race([
    once(child, "error").then(([error]) => {
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      throw missing ? new Error("redis-server is not installed (Debian package redis-server)") : (error as Error);
    }),
    once(child, "close").then(() => {
      throw new Error(`redis-server does not start: ${said}`);
    }),
  ]);
  await Promise.race([listening, failed]);
  failed.catch(() => undefined);
  child.stdout?.resume();
}
