// Dead letters: recipients that were tried, failed for good and were not sent again.

import type { Channel, Outcome } from "@depesche/core";
import type { Failure, FailureFilter, FailureGroup, Page } from "@depesche/ports";
import { clean, type Pool } from "./database.ts";
import { pageOf } from "./read.ts";

/** Groups told at most: causes are words of carriers, and a carrier may have many. */
const MOST_GROUPS = 1000;

/** Condition of a query on `failure f` and its values, `$1` being the account. */
export function failuresWhere(accountId: number, filter: FailureFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [accountId];
  const parts = ["f.account_id = $1"];
  const add = (condition: string, value: unknown) => {
    if (value === undefined) return;
    values.push(typeof value === "string" ? clean(value) : value);
    parts.push(condition.replace("?", `$${values.length}`));
  };
  add("f.channel = ?", filter.channel);
  add("f.outcome = ?", filter.outcome);
  add("f.cause_code = ?", filter.cause);
  add("f.job_id = ?", filter.job);
  add("f.at >= ?", filter.since);
  const { address } = filter;
  if (address?.startsWith("@")) add("starts_with(reverse(lower(f.address)), reverse(?))", address);
  else if (address) add("starts_with(lower(f.address), ?)", address);
  return { where: parts.join(" AND "), values };
}

export async function failureGroups(pool: Pool, accountId: number, filter: FailureFilter): Promise<FailureGroup[]> {
  const { where, values } = failuresWhere(accountId, filter);
  const { rows } = await pool.query<Omit<FailureGroup, "cause"> & { code: string; text: string }>(
    /* sql */ `
    SELECT f.channel, f.outcome, f.cause_code AS code, max(f.cause_text) AS text, count(*) AS count, count(DISTINCT f.job_id) AS jobs,
      min(f.at) AS "oldestAt", max(f.at) AS "latestAt"
    FROM failure f WHERE ${where} GROUP BY 1, 2, 3 ORDER BY count(*) DESC, 1, 2, 3 LIMIT ${MOST_GROUPS}`,
    values,
  );
  return rows.map(({ code, text, ...group }) => ({ ...group, cause: { code, text } }));
}

interface Row {
  id: number;
  job_id: number;
  n: number;
  address: string;
  reference: string;
  channel: Channel;
  outcome: Outcome;
  cause_code: string;
  cause_text: string;
  attempts: number;
  at: number;
}

/** Latest first; the cursor is the last id of the page before. */
export async function readFailures(
  pool: Pool,
  accountId: number,
  filter: FailureFilter,
  query: { limit: number; cursor?: string },
): Promise<Page<Failure>> {
  const { where, values } = failuresWhere(accountId, filter);
  const before = Number(query.cursor ?? Number.MAX_SAFE_INTEGER);
  const next = values.length + 1;
  const { rows } = await pool.query<Row>(
    `SELECT f.* FROM failure f WHERE ${where} AND f.id < $${next} ORDER BY f.id DESC LIMIT $${next + 1}`,
    [...values, Number.isSafeInteger(before) ? before : 0, query.limit + 1],
  );
  const page = pageOf(rows, query.limit, (row) => String(row.id));
  return {
    ...page,
    items: page.items.map(({ job_id, n, address, reference, channel, outcome, attempts, at, ...row }) => {
      const cause = { code: row.cause_code, text: row.cause_text };
      return { job: job_id, n, address, reference, channel, outcome, cause, attempts, at };
    }),
  };
}
