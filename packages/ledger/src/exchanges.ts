// Requests that made jobs, with their answers: a by-product, bounded to the newest jobs.

import type { Exchange } from "@depesche/ports";
import { type Pool, toJson } from "./database.ts";

/** Keeps requests and answers, of each job the first, and in all those of the newest `most` jobs. */
export async function keepExchanges(pool: Pool, exchanges: readonly Exchange[], most: number): Promise<void> {
  if (exchanges.length === 0) return;
  const rows = exchanges.map(({ job, requestHeaders, requestBytes, responseHeaders, tookMs, ...same }) => {
    const headers = { request_headers: requestHeaders, response_headers: responseHeaders };
    return { ...same, ...headers, job_id: job, request_bytes: requestBytes, took_ms: tookMs };
  });
  await pool.query(
    /* sql */ `
    INSERT INTO exchange SELECT * FROM json_populate_recordset(NULL::exchange, $1::json) ON CONFLICT (job_id) DO NOTHING`,
    [toJson(rows)],
  );
  await pool.query(
    "DELETE FROM exchange WHERE job_id <= (SELECT job_id FROM exchange ORDER BY job_id DESC OFFSET $1 LIMIT 1)",
    [most],
  );
}

export async function readExchange(pool: Pool, jobId: number): Promise<Exchange | undefined> {
  const { rows } = await pool.query<Exchange>(
    /* sql */ `
    SELECT job_id AS job, at, method, path, request_headers AS "requestHeaders", request, request_bytes AS "requestBytes", status,
      response_headers AS "responseHeaders", response, took_ms AS "tookMs" FROM exchange WHERE job_id = $1`,
    [jobId],
  );
  return rows[0];
}
