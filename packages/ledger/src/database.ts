// The connection pool, migrations, and what every statement shares.

import pg from "pg";
import { MIGRATIONS } from "./schema.ts";

export type Pool = pg.Pool;
export type Client = pg.PoolClient;

/** Serialises migrations of several processes; any constant that nobody else uses. */
const MIGRATION_LOCK = 7_313_375;

/** Milliseconds and ids stay far below 2^53: bigint comes as a number. */
const types = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === 20 ? Number : pg.types.getTypeParser(oid, format as "text")) as typeof pg.types.getTypeParser,
};

/**
 * The statements that run often are long and always want the index of what they name: they are planned once, as nested loops by index,
 * whatever the statistics say. A plan made while a table was small would otherwise read all of a mass job for every batch.
 */
const PLANS = [
  "plan_cache_mode=force_generic_plan",
  "enable_seqscan=off",
  "enable_hashjoin=off",
  "enable_mergejoin=off",
]
  .map((setting) => `-c ${setting}`)
  .join(" ");

/** Opens a pool on a PostgreSQL 15 or newer. `max`: connections. */
export function openPool(url: string, max = 10): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    application_name: "depesche",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: PLANS,
  });
  // A connection that breaks is replaced at the next use; without a listener the break would end the process. The pool listens to idle
  // ones only, so each connection gets a listener of its own: a transaction may be thinking while the server goes away.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** Brings the schema up to date under an advisory lock. Refuses a server older than PostgreSQL 15. */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    const server = await client.query<{ number: number; name: string }>(
      "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name",
    );
    if ((server.rows[0]?.number ?? 0) < 150_000)
      throw new Error(`the database is PostgreSQL ${server.rows[0]?.name}; Depesche needs 15 or newer`);
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await client.query(
      "CREATE TABLE IF NOT EXISTS migration (number integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
    );
    const { rows } = await client.query<{ number: number }>("SELECT coalesce(max(number), 0) AS number FROM migration");
    const have = rows[0]?.number ?? 0;
    if (have > MIGRATIONS.length) throw new SchemaTooNew(have);
    for (let number = have + 1; number <= MIGRATIONS.length; number++) {
      await client.query("BEGIN");
      await client.query(MIGRATIONS[number - 1] as string);
      await client.query("INSERT INTO migration (number) VALUES ($1)", [number]);
      await client.query("COMMIT");
    }
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => undefined);
    client.release();
  }
}

/** How long a worker waits for the gateway, which migrates. */
const SCHEMA_PATIENCE_MS = 60_000;

/** Waits until the schema is the one this program knows; refuses a newer one. */
export async function awaitSchema(pool: Pool): Promise<void> {
  for (const end = performance.now() + SCHEMA_PATIENCE_MS; ; ) {
    const have = await schemaNumber(pool);
    if (have > MIGRATIONS.length) throw new SchemaTooNew(have);
    if (have === MIGRATIONS.length) return;
    if (performance.now() > end)
      throw new Error(
        `the database has schema ${have}, this program needs ${MIGRATIONS.length}: start the gateway, it migrates`,
      );
    await new Promise((next) => setTimeout(next, 50));
  }
}

async function schemaNumber(pool: Pool): Promise<number> {
  try {
    const { rows } = await pool.query<{ number: number }>("SELECT coalesce(max(number), 0) AS number FROM migration");
    return rows[0]?.number ?? 0;
  } catch (error) {
    if ((error as { code?: string }).code === "42P01") return 0; // no such table yet
    throw error;
  }
}

export class SchemaTooNew extends Error {
  constructor(have: number) {
    super(`the database has schema ${have}, this program knows only ${MIGRATIONS.length}: update the program`);
    this.name = "SchemaTooNew";
  }
}

const closing = new WeakMap<Client, string[]>();

/**
 * Statements (without parameters) that run in one message with the COMMIT. What takes a lock that all others want belongs here: the
 * lock then lasts as long as the server needs, not as long as we take to send the next statement.
 */
export function atCommit(client: Client, text: string): void {
  closing.set(client, [...(closing.get(client) ?? []), text]);
}

/** Runs `work` in one transaction; rolls back when it rejects. */
export async function transaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query([...(closing.get(client) ?? []), "COMMIT"].join(";\n"));
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((e: Error) => {
      broken = e;
    });
    throw error;
  } finally {
    closing.delete(client);
    client.release(broken);
  }
}

/** Whether the error means that the connection, the server or its room went away for now (try again), not that the statement was wrong. */
export function isConnectionError(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  // connection, intervention, resources, system, rollback (deadlock), lock not available, cancelled, read-only standby
  if (code && /^(08|57P0|53|58|40|55P03|57014|25006)/.test(code)) return true;
  if (code && /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|ENOTFOUND|EHOST|ENETUNREACH|EAI_AGAIN)/.test(code)) return true;
  return /Connection terminated|timeout expired|timeout exceeded|Query read timeout|is not queryable|Cannot use a pool/i.test(
    message ?? "",
  );
}

/** Whether the server refused the values themselves (data, integrity, program limit): the same statement will be refused again. */
export function isRowFault(error: unknown): boolean {
  return /^(22|23|54)/.test((error as { code?: string }).code ?? "");
}

/** PostgreSQL's text cannot hold NUL, its JSON no half of a surrogate pair; what comes from the outside may. */
export function clean(text: string): string;
export function clean(text: string | undefined): string | null;
export function clean(text: string | undefined): string | null {
  return text === undefined ? null : text.replace(/[\0\p{Surrogate}]/gu, "\u{fffd}");
}

/** JSON that `json` and `jsonb` take, whatever the strings in it hold. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === "string" ? clean(one) : one));
}
