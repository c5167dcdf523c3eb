// Inbound faxes: kept until the customer deletes them (FAX.de RequestReceived, DeleteReceived).

import type { InboundFax, Page } from "@depesche/ports";
import { referBlobs } from "./accept.ts";
import { record } from "./audit.ts";
import { clean, type Pool, transaction } from "./database.ts";
import { appendEvents } from "./feed.ts";
import { pageOf } from "./read.ts";

interface Row {
  id: number;
  account_id: number;
  received_at: number;
  originator: string;
  called: string;
  remote_id: string;
  pages: number;
  complete: boolean;
  bad_lines: number;
  tiff_hash: string;
  state: InboundFax["state"];
}

const toFax = (r: Row): InboundFax => ({
  id: r.id,
  accountId: r.account_id,
  receivedAt: r.received_at,
  originator: r.originator,
  called: r.called,
  remoteId: r.remote_id,
  pages: r.pages,
  complete: r.complete,
  badLines: r.bad_lines,
  tiffHash: r.tiff_hash,
  state: r.state,
});

/** Stores a received fax; the same call is stored once, however often its end is told. The blob is durable already. */
export async function storeInbound(
  pool: Pool,
  fax: {
    accountId: number;
    callId: string;
    originator: string;
    called: string;
    remoteId: string;
    pages: number;
    /** False when the sender broke off. */
    complete: boolean;
    badLines: number;
    tiffHash: string;
    bytes: number;
  },
): Promise<number> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ id: number }>(
      /* sql */ `
      INSERT INTO inbound (account_id, call_id, received_at, originator, called, remote_id, pages, complete, tiff_hash, bad_lines)
      VALUES ($1, $2, sim_ms(), $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (call_id) DO NOTHING RETURNING id`,
      [
        fax.accountId,
        fax.callId,
        clean(fax.originator),
        clean(fax.called),
        clean(fax.remoteId),
        fax.pages,
        fax.complete,
        fax.tiffHash,
        fax.badLines,
      ],
    );
    const id = rows[0]?.id;
    if (id === undefined) {
      const known = await client.query<{ id: number }>("SELECT id FROM inbound WHERE call_id = $1", [fax.callId]);
      return known.rows[0]?.id as number;
    }
    await referBlobs(client, fax.accountId, `inbound:${id}`, [[fax.tiffHash, fax.bytes]]);
    const { originator, called, remoteId, pages, complete, badLines } = fax;
    appendEvents(client, [
      {
        account: fax.accountId,
        channel: "fax",
        type: "inbound.received",
        data: { id, originator, called, remoteId, pages, complete, ...(badLines > 0 && { badLines }) },
      },
    ]);
    return id;
  });
}

/** The oldest fax that was not deleted, marked as fetched. */
export async function nextInbound(pool: Pool, accountId: number): Promise<InboundFax | undefined> {
  const { rows } = await pool.query<Row>(
    /* sql */ `
    WITH oldest AS (SELECT id FROM inbound WHERE account_id = $1 AND state <> 'deleted' ORDER BY id LIMIT 1 FOR UPDATE)
    UPDATE inbound SET state = 'fetched' FROM oldest WHERE inbound.id = oldest.id RETURNING inbound.*`,
    [accountId],
  );
  return rows[0] && toFax(rows[0]);
}

export async function readInbound(pool: Pool, accountId: number, id: number): Promise<InboundFax | undefined> {
  if (!Number.isSafeInteger(id)) return undefined;
  const { rows } = await pool.query<Row>(
    "SELECT * FROM inbound WHERE account_id = $1 AND id = $2 AND state <> 'deleted'",
    [accountId, id],
  );
  return rows[0] && toFax(rows[0]);
}

/** Newest first; `deleted`: those that were deleted as well. */
export async function readInbounds(
  pool: Pool,
  accountId: number,
  query: { limit: number; cursor?: string; deleted?: boolean },
): Promise<Page<InboundFax>> {
  const before = Number(query.cursor ?? Number.MAX_SAFE_INTEGER);
  const { rows } = await pool.query<Row>(
    // Two texts: the index of those that are there does not serve a condition that may be off.
    `SELECT * FROM inbound WHERE account_id = $1 ${query.deleted ? "" : "AND state <> 'deleted'"} AND id < $2 ORDER BY id DESC LIMIT $3`,
    [accountId, Number.isSafeInteger(before) ? before : 0, query.limit + 1],
  );
  return pageOf(rows.map(toFax), query.limit, (f) => String(f.id));
}

export async function deleteInbound(pool: Pool, accountId: number, id: number): Promise<boolean> {
  if (!Number.isSafeInteger(id)) return false;
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ tiff_hash: string }>(
      "UPDATE inbound SET state = 'deleted' WHERE account_id = $1 AND id = $2 AND state <> 'deleted' RETURNING tiff_hash",
      [accountId, id],
    );
    if (!rows[0]) return false;
    // A ladder holds the page data, too.
    await client.query("DELETE FROM inbound_ladder WHERE inbound_id = $1", [id]);
    await client.query("DELETE FROM blob_ref WHERE hash = $1 AND owner = $2", [rows[0].tiff_hash, `inbound:${id}`]);
    await record(client, { accountId, who: "account", what: "inbound.deleted", data: { id } });
    appendEvents(client, [{ account: accountId, channel: "fax", type: "inbound.deleted", data: { id } }]);
    return true;
  });
}
