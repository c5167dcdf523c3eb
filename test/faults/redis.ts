// The Redis under test: a redis-server of our own that is flushed, or killed and started again on the same append-only file.

import { mkdirSync } from "node:fs";
import { Redis } from "ioredis";
import { freePorts } from "../house/ports.ts";
import { startRedisIn } from "../house/redis.ts";
import { guard } from "./guard.ts";

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
  const start = async () => {
    const server = await startRedisIn(folder, port);
    const letGo = guard({ pid: server.pid });
    const stop = async () => {
      await server.stop("SIGKILL");
      letGo();
    };
    return { url: server.url, stop };
  };
  let server = await start();

  return {
    url: server.url,
    async flush() {
      const redis = new Redis(server.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
      redis.on("error", () => undefined);
      try {
        await redis.connect();
        await redis.flushall();
      } finally {
        redis.disconnect();
      }
    },
    async kill() {
      await server.stop();
      server = await start();
    },
    close: () => server.stop(),
  };
}
