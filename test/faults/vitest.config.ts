import { defineConfig } from "vitest/config";

// The fault runs bring up and kill whole houses: one at a time, with patience, apart from the unit suite.
export default defineConfig({
  root: new URL("../..", import.meta.url).pathname,
  resolve: { conditions: ["depesche-source"] },
  ssr: { resolve: { conditions: ["depesche-source", "node"], externalConditions: ["depesche-source"] } },
  test: {
    include: ["test/faults/**/*.fault.ts"],
    pool: "forks",
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 900_000,
    // A whole house comes up in a hook.
    hookTimeout: 240_000,
    disableConsoleIntercept: true,
  },
});
