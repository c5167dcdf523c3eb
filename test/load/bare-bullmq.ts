// The measure of all: BullMQ alone on Redis (AOF everysec), a worker that does nothing, 50 at once, one job a recipient.

import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { startRedis } from "../house/redis.ts";

/** Jobs a second from the worker's start to the last job's end; the jobs stand in the queue before. */
export async function bareBullmq(jobs: number): Promise<number> {
  const redis = await startRedis();
  const connect = () => new Redis(redis.url, { maxRetriesPerRequest: null });
  const [feeding, working] = [connect(), connect()];
  const queue = new Queue("bare", { connection: feeding });
  try {
    for (let from = 0; from < jobs; from += 1000)
      await queue.addBulk(
        Array.from({ length: Math.min(1000, jobs - from) }, (_, i) => ({
          name: "send",
          data: { to: "+493023125001", reference: `r${from + i}` },
          opts: { removeOnComplete: true, removeOnFail: true },
        })),
      );
    const began = performance.now();
    await new Promise<void>((done, fail) => {
      let left = jobs;
      const worker = new Worker("bare", async () => undefined, { connection: working, concurrency: 50 });
      worker.on("error", fail);
      worker.on("completed", () => {
        if (--left === 0) void worker.close().then(done, fail);
      });
    });
    return (jobs / (performance.now() - began)) * 1000;
  } finally {
    await queue.close();
    feeding.disconnect();
    working.disconnect();
    await redis.stop();
  }
}
