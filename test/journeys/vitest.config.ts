// The wider suites: journeys through a whole house, the same on a Redis schedule, foreign programs at every edge, a real browser.
// Each project brings a house of its own up; `--project NAME` picks one. They need what .ci/run installs.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../../", import.meta.url));

const suite = (name: string, include: string[], setup: string) => ({
  extends: true as const,
  test: { root, name, include, globalSetup: [setup] },
});

export default defineConfig({
  root,
  resolve: { conditions: ["depesche-source"] },
  ssr: { resolve: { conditions: ["depesche-source", "node"], externalConditions: ["depesche-source"] } },
  test: {
    pool: "threads",
    // Journeys share a house, and two cores are soon busy: one file after the other.
    fileParallelism: false,
    exclude: ["**/node_modules/**", "**/*.line.test.ts"],
    // These guard against a hang only: a house comes up twice in a test, and a browser looks at many screens in another, each of
    // which takes ten times as long on a machine that is busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      suite("journeys", ["test/journeys/*.test.ts"], "test/journeys/house.setup.ts"),
      suite(
        "redis",
        ["test/journeys/{outcomes,documents,inbound,messages,rest}.test.ts"],
        "test/journeys/redis.setup.ts",
      ),
      suite("foreign", ["test/conformance/foreign/*.test.ts"], "test/journeys/house.setup.ts"),
      suite("browser", ["test/journeys/browser/*.test.ts"], "test/journeys/house.setup.ts"),
    ],
  },
});
