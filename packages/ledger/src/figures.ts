// Figures and troubles of the workers, left in the ledger for whoever tells them: no truth, only a picture a few seconds old.

import { type Pool, toJson } from "./database.ts";

/** What is older belongs to a worker that is gone. */
const FRESH_MS = 20_000;

/** Leaves an incarnation's figures, and what it cannot do at the moment, in the place of those it left before. */
export async function leaveFigures(
  pool: Pool,
  incarnation: number,
  values: unknown,
  troubles: readonly string[],
): Promise<void> {
  await pool.query(
    /* sql */ `
    INSERT INTO figures (worker_id, at, data, troubles) VALUES ($1, wall_ms(), $2, $3)
    ON CONFLICT (worker_id) DO UPDATE SET at = excluded.at, data = excluded.data, troubles = excluded.troubles`,
    [incarnation, toJson(values), troubles],
  );
}

/** Figures of all workers heard of lately, as they left them; whoever reads them knows their shape. */
export async function workerFigures(pool: Pool): Promise<{ worker: number; host: string; values: unknown }[]> {
  const { rows } = await pool.query<{ worker: number; host: string; values: unknown }>(
    /* sql */ `
    SELECT w.id AS worker, w.host, f.data AS values FROM figures f JOIN worker w ON w.id = f.worker_id
    WHERE f.at > wall_ms() - $1 ORDER BY w.id`,
    [FRESH_MS],
  );
  return rows;
}

/** What living workers cannot do at the moment. */
export async function workerTroubles(pool: Pool): Promise<{ worker: number; trouble: string }[]> {
  const { rows } = await pool.query<{ worker: number; trouble: string }>(
    /* sql */ `
    SELECT w.id AS worker, t.trouble FROM figures f JOIN worker w ON w.id = f.worker_id, unnest(f.troubles) AS t (trouble)
    WHERE f.at > wall_ms() - $1 AND w.state = 'alive' ORDER BY w.id`,
    [FRESH_MS],
  );
  return rows;
}
