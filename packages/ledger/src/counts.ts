// What happened by account and minute, counted by the database from the event log, and what waits, from the chunks.

import type { Channel, Outcome } from "@depesche/core";
import type { MinuteCount, QueueCount } from "@depesche/ports";
import type { Pool } from "./database.ts";

/**
 * Number of the first event at or after a wall time; one past the last when there is none. The log has no index on time and needs none:
 * order of number is order of time, so the place is found by halving.
 */
export async function firstSeqAt(pool: Pool, at: number): Promise<number> {
  const { rows } = await pool.query<{ low: number | null; high: number }>(
    "SELECT (SELECT seq FROM event ORDER BY seq LIMIT 1) AS low, (SELECT seq FROM feed_head) AS high",
  );
  // An empty log has no lowest number; everything at or above `high` is wanted, everything below `low` is not.
  let low = rows[0]?.low ?? (rows[0]?.high ?? 0) + 1;
  let high = (rows[0]?.high ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const probe = await pool.query<{ seq: number; at: number }>(
      "SELECT seq, at FROM event WHERE seq >= $1 ORDER BY seq LIMIT 1",
      [middle],
    );
    const found = probe.rows[0];
    if (found && found.at < at) low = found.seq + 1;
    else high = middle;
  }
  return low;
}

interface CountRow {
  account_id: number;
  minute: number;
  outcome: Outcome | null;
  jobs: number;
  attempts: number;
  pages: number;
  final: number;
}

/** Events with `after < seq <= upTo`, counted by account and minute of wall time; the house's own (account 0) are left out. */
export async function countEvents(pool: Pool, after: number, upTo: number): Promise<MinuteCount[]> {
  const { rows } = await pool.query<CountRow>(
    /* sql */ `
    SELECT account_id, at - at % 60000 AS minute, CASE WHEN final THEN outcome END AS outcome,
      count(*) FILTER (WHERE type = 'job.accepted') AS jobs, count(*) FILTER (WHERE type = 'attempt.ended') AS attempts,
      coalesce(sum((data ->> 'pages')::bigint) FILTER (WHERE type = 'attempt.ended'), 0)::bigint AS pages,
      count(*) FILTER (WHERE final) AS final
    FROM event WHERE seq > $1 AND seq <= $2 AND account_id > 0 GROUP BY 1, 2, 3`,
    [after, upTo],
  );
  return rows.map(({ account_id, outcome, final, ...counted }) => ({
    account: account_id,
    ...counted,
    outcomes: outcome === null ? {} : { [outcome]: final },
  }));
}

/** Recipients not final, by account and channel; `dispatched`: of these in chunks that are handed out now. */
export async function queueDepth(pool: Pool): Promise<QueueCount[]> {
  const { rows } = await pool.query<{ account: number; channel: Channel; open: number; dispatched: number }>(
    /* sql */ `
    SELECT account_id AS account, channel, sum(open)::bigint AS open, sum(dispatched)::bigint AS dispatched FROM (
      SELECT account_id, channel, open, 0 AS dispatched FROM chunk WHERE open > 0 AND dispatched_at IS NULL
      UNION ALL SELECT account_id, channel, open, open FROM chunk WHERE open > 0 AND dispatched_at IS NOT NULL) c
    GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return rows;
}
