// The Redis under test: a redis-server of our own with a folder of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { Redis } from "ioredis";
import { guard } from "./guard.ts";
import { freePorts, until, within } from "./waiting.ts";

const UP_MS = 15_000;

export interface RedisServer {
  readonly url: string;
  /** FLUSHALL: the whole schedule is gone. */
  flush(): Promise<void>;
  /** kill -9 and a new start on the same append-only file. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Needs the Debian package redis-server. */
export async function openRedis(folder: string): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const [port] = (await freePorts(1)) as [number];
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess;
  let letGo = () => undefined as unknown;
  let failure: Error | undefined;

  const ask = async <T>(question: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on("error", () => undefined);
    try {
      await redis.connect();
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  };
  const start = async () => {
    const settings = {
      port,
      bind: "127.0.0.1",
      dir: folder,
      appendonly: "yes",
      "maxmemory-policy": "noeviction",
      save: "",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    child = spawn("redis-server", args, { stdio: "ignore" });
    letGo = child.pid === undefined ? () => undefined : guard({ pid: child.pid });
    child.on("error", (error) => {
      failure = new Error(`redis-server does not start (Debian package redis-server): ${error.message}`);
    });
    await until("redis-server answers", UP_MS, async () => {
      if (failure) return true;
      return (await ask((redis) => redis.ping())) === "PONG";
    });
    if (failure) throw failure;
  };
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((done) => child.once("exit", () => done()));
    child.kill("SIGKILL");
    await within("redis-server ends", UP_MS, ended);
    letGo();
  };
  await start();

  return {
    url,
    flush: async () => void (await ask((redis) => redis.flushall())),
    async kill() {
      await stop();
      await start();
    },
    close: stop,
  };
}
