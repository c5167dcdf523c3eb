// The same house with its schedule on a Redis of its own.

import type { TestProject } from "vitest/node";
import { startRedis } from "../house/redis.ts";
import { provideHouse } from "./house.setup.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const redis = await startRedis();
  const closeHouse = await provideHouse(project, { REDIS_URL: redis.url }).catch(async (error) => {
    await redis.stop();
    throw error;
  });
  return async () => {
    await closeHouse().finally(() => redis.stop());
  };
}
