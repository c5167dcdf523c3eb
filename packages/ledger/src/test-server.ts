// For tests only: one embedded PostgreSQL for the whole unit run; each test file makes databases of its own on it (test-database.ts).

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "./embedded.ts";

export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "depesche-test-"));
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres(folder);
  process.env.DEPESCHE_TEST_DATABASE = server.url;
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
