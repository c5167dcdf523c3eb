// Calls at the pace of the line, with programs nobody here wrote and with ends that behave like them: they wait more than they
// work, so many run at once, each file with numbers and modems of its own at one house.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LINE_CALLS } from "./files.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export default defineConfig({
  root,
  resolve: { conditions: ["depesche-source"] },
  ssr: { resolve: { conditions: ["depesche-source", "node"], externalConditions: ["depesche-source"] } },
  test: {
    include: LINE_CALLS,
    globalSetup: ["test/journeys/house.setup.ts"],
    pool: "threads",
    maxWorkers: 12,
    // A call of a minute takes longer where others have the cores; these guard against a hang only.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
