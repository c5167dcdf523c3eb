import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// One process for the whole unit suite; the wider suites (test/faults, test/journeys ...) have their own config in test/.
export default defineConfig({
  resolve: { conditions: ["depesche-source"] },
  ssr: { resolve: { conditions: ["depesche-source", "node"], externalConditions: ["depesche-source"] } },
  test: {
    include: ["{packages,apps,simulators}/**/src/**/*.test.{ts,tsx}", "test/conformance/**/*.test.ts"],
    // Calls at the pace of the line have a suite of their own (test/lines).
    exclude: ["**/node_modules/**", "**/dist/**", "test/conformance/foreign/**", "**/*.line.test.ts"],
    globalSetup: ["./packages/ledger/src/test-server.ts"],
    pool: "threads",
    // One more than there are cores: some tests wait for processes and sockets
    maxWorkers: availableParallelism() + 1,
    // Guards against a hang only: what takes a second here takes ten where others have the cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is waited for comes when the machine is loaded, too.
    expect: { poll: { timeout: 15_000 } },
  },
});
