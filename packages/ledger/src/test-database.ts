// For tests only: a fresh, migrated database on the server the test run brought up.

import { randomBytes } from "node:crypto";
import { migrate, openPool, type Pool } from "./database.ts";

export async function freshDatabase(): Promise<{ pool: Pool; url: string; drop(): Promise<void> }> {
  const base = process.env.DEPESCHE_TEST_DATABASE;
  if (!base) throw new Error("DEPESCHE_TEST_DATABASE is not set: the test run's setup did not start PostgreSQL");
  const name = `t_${randomBytes(6).toString("hex")}`;
  const admin = openPool(base, 1);
  await admin.query(`CREATE DATABASE ${name}`);
  const { href: url } = Object.assign(new URL(base), { pathname: `/${name}` });
  const pool = openPool(url);
  await migrate(pool);
  return {
    pool,
    url,
    async drop() {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
