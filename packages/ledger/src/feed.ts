// The event log: written in the commit that changed the state, numbered in the order of commit (DESIGN section 2).

import type { FeedEvent } from "@depesche/core";
import pg from "pg";
import { atCommit, type Client, type Pool, toJson } from "./database.ts";
import type { NotifyChannel } from "./listen.ts";
import { SIM_NOW, WALL_NOW } from "./schema.ts";

/** An event about to be written; sequence and times are given by the database. */
export interface NewEvent {
  account: number;
  channel?: string;
  type: FeedEvent["type"];
  job?: number;
  n?: number;
  k?: number;
  outcome?: string;
  final?: boolean;
  delivery?: string;
  data?: Record<string, unknown>;
}

/**
 * Writes the events with the COMMIT of the client's transaction. Their numbers are taken in that moment: the row lock on feed_head is
 * what makes order of number equal order of commit.
 */
export function appendEvents(client: Client, events: NewEvent[]): void {
  if (events.length === 0) return;
  atCommit(
    client,
    /* sql */ `
    WITH head AS (UPDATE feed_head SET seq = seq + ${events.length} RETURNING seq - ${events.length} AS base, ${WALL_NOW} AS wall)
    INSERT INTO event (seq, at, sim_at, account_id, channel, type, job_id, n, k, outcome, final, delivery, data)
    SELECT head.base + e.ord, head.wall, ${SIM_NOW}, e.account, e.channel, e.type, e.job, e.n, e.k, e.outcome, e.final, e.delivery, e.data
    FROM head, ROWS FROM (json_to_recordset(${pg.escapeLiteral(toJson(events))}::json) AS (account int, channel text, type text,
      job bigint, n int, k smallint, outcome text, final boolean, delivery text, data jsonb)) WITH ORDINALITY
      AS e(account, channel, type, job, n, k, outcome, final, delivery, data, ord)`,
  );
  notifyAtCommit(client, "depesche_feed");
}

/** Tells the listeners once the transaction is committed. */
export function notifyAtCommit(client: Client, ...channels: NotifyChannel[]): void {
  atCommit(client, channels.map((channel) => `NOTIFY ${channel}`).join(";\n"));
}

interface EventRow {
  seq: number;
  at: number;
  sim_at: number;
  account_id: number;
  channel: FeedEvent["channel"] | null;
  type: FeedEvent["type"];
  job_id: number | null;
  n: number | null;
  k: number | null;
  outcome: FeedEvent["outcome"] | null;
  final: boolean | null;
  delivery: FeedEvent["delivery"] | null;
  data: Record<string, unknown> | null;
}

function toEvent(row: EventRow): FeedEvent {
  const event: FeedEvent = { seq: row.seq, at: row.at, simAt: row.sim_at, account: row.account_id, type: row.type };
  if (row.channel !== null) event.channel = row.channel;
  if (row.job_id !== null) event.job = row.job_id;
  if (row.n !== null) event.recipient = row.n;
  if (row.k !== null) event.attempt = row.k;
  if (row.outcome !== null) event.outcome = row.outcome;
  if (row.final !== null) event.final = row.final;
  if (row.delivery !== null) event.delivery = row.delivery;
  if (row.data !== null) event.data = row.data;
  return event;
}

/** Events with `seq > after`, oldest first. With an account: its own and those of the house (account 0). */
export async function readEvents(pool: Pool, after: number, limit: number, accountId?: number): Promise<FeedEvent[]> {
  const { rows } = await pool.query<EventRow>(
    accountId === undefined
      ? "SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2"
      : "SELECT * FROM event WHERE seq > $1 AND account_id IN (0, $3) ORDER BY seq LIMIT $2",
    accountId === undefined ? [after, limit] : [after, limit, accountId],
  );
  return rows.map(toEvent);
}

export async function lastSeq(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ seq: number }>("SELECT seq FROM feed_head");
  return rows[0]?.seq ?? 0;
}
