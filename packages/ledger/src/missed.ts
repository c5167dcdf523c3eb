// Calls that came in and left no fax: who called, why nothing came, and the record of the call. A by-product: the latest only.

import type { MissedCall, Page } from "@depesche/ports";
import { clean, type Pool } from "./database.ts";
import { pageOf } from "./read.ts";

interface Row {
  id: number;
  account_id: number;
  at: number;
  originator: string;
  called: string;
  remote_id: string;
  cause_code: string;
  cause_text: string;
  line_ms: number;
}

const toCall = (r: Row): MissedCall => ({
  id: r.id,
  accountId: r.account_id,
  at: r.at,
  originator: r.originator,
  called: r.called,
  remoteId: r.remote_id,
  cause: { code: r.cause_code, text: r.cause_text },
  lineMs: r.line_ms,
});

/** Keeps such a call with its record; the same call once. */
export async function keepMissedCall(
  pool: Pool,
  call: Omit<MissedCall, "id" | "at"> & { callId: string; ladder: Uint8Array },
): Promise<void> {
  await pool.query(
    /* sql */ `
    INSERT INTO missed_call (account_id, call_id, at, originator, called, remote_id, cause_code, cause_text, line_ms, bytes)
    VALUES ($1, $2, sim_ms(), $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (call_id) DO NOTHING`,
    [
      call.accountId,
      call.callId,
      clean(call.originator),
      clean(call.called),
      clean(call.remoteId),
      call.cause.code,
      clean(call.cause.text),
      Math.round(call.lineMs),
      call.ladder,
    ],
  );
}

/** Newest first. */
export async function readMissedCalls(
  pool: Pool,
  accountId: number,
  query: { limit: number; cursor?: string },
): Promise<Page<MissedCall>> {
  const before = Number(query.cursor ?? Number.MAX_SAFE_INTEGER);
  const { rows } = await pool.query<Row>(
    /* sql */ `
    SELECT id, account_id, at, originator, called, remote_id, cause_code, cause_text, line_ms
    FROM missed_call WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
    [accountId, Number.isSafeInteger(before) ? before : 0, query.limit + 1],
  );
  return pageOf(rows.map(toCall), query.limit, (call) => String(call.id));
}

export async function readMissedLadder(pool: Pool, accountId: number, id: number): Promise<Uint8Array | undefined> {
  if (!Number.isSafeInteger(id)) return undefined;
  const { rows } = await pool.query<{ bytes: Uint8Array }>(
    "SELECT bytes FROM missed_call WHERE account_id = $1 AND id = $2",
    [accountId, id],
  );
  return rows[0]?.bytes;
}
