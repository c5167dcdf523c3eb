// The ledger's word on every job of a run: its recipients in order with one outcome each, and counters that are their sums.

import type { Client, JobDetail, RecipientView } from "@depesche/client";
import { OUTCOMES, type Outcome } from "@depesche/core";
import { Checked } from "./check.ts";
import { addressOf, behaviourOf, type OrderPlan, referenceOf } from "./orders.ts";
import { codeOf, type JobRow, outcomeOfCode, type Roster } from "./roster.ts";

const PAGE = 1000;
const NOTHING = "-";

export function ledgerChecks() {
  return {
    /** Every recipient is there, in its place, and final. */
    ledger: new Checked("ledger"),
    /** Each outcome is that of its number. */
    outcomes: new Checked("outcomes"),
    /** The feed told the same outcome, once. */
    feed: new Checked("feed"),
    /** Outcomes that were not told are none of the feed's faults. */
    feedMayLack: false,
    /** The job's counters are the sums of its recipients. */
    counters: new Checked("counters"),
  };
}
export type LedgerChecks = ReturnType<typeof ledgerChecks>;

/** Reads a job with its recipients and notes in the roster what they say. Answers the job. */
export async function checkJob(
  client: Pick<Client, "job" | "recipients">,
  plan: OrderPlan,
  row: JobRow,
  roster: Roster,
  checks: LedgerChecks,
): Promise<JobDetail> {
  const sums = new Float64Array(OUTCOMES.length + 1);
  let seen = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await client.recipients(row.id, { limit: PAGE, cursor });
    for (const recipient of page.items) {
      const code = recipient.outcome === undefined ? 0 : codeOf(recipient.outcome);
      sums[code] = (sums[code] as number) + 1;
      if (seen < row.count) checkRecipient(plan, row, seen, recipient, roster, checks);
      seen += 1;
    }
    cursor = page.next;
    if (cursor === undefined) break;
  }
  // Those that the ledger does not have are named one by one, those it has beyond ours as one.
  for (let n = seen; n < row.count; n++) {
    const reference = referenceOf(row.first + n);
    checks.ledger.hold(false, () => ({ job: row.id, n, reference, expected: "final", found: NOTHING }));
  }
  if (seen > row.count)
    checks.ledger.hold(false, () => ({ job: row.id, expected: String(row.count), found: String(seen) }));
  const job = await client.job(row.id);
  const expected = countersText({ total: seen, final: seen - (sums[0] as number), outcomes: outcomesOf(sums) });
  const found = countersText(job);
  checks.counters.hold(expected === found, () => ({ job: row.id, expected, found }));
  return job;
}

function checkRecipient(
  plan: OrderPlan,
  row: JobRow,
  n: number,
  recipient: RecipientView,
  roster: Roster,
  checks: LedgerChecks,
): void {
  const place = row.first + n;
  const reference = referenceOf(place);
  const { state, outcome } = recipient;
  const at = { job: row.id, n, reference };
  const address = addressOf(row.channel, behaviourOf(plan, row.channel, place), place);
  // A letter's address is found on its sheet.
  const isMeant =
    recipient.n === n &&
    recipient.reference === reference &&
    (row.channel === "letter" || recipient.address === address);
  checks.ledger.hold(isMeant && state === "final" && outcome !== undefined, () => ({
    ...at,
    expected: `${address} final`.trim(),
    found: `${recipient.reference} ${recipient.address} ${state}`,
  }));
  roster.ledger[place] = outcome === undefined ? 0 : codeOf(outcome);
  roster.attempts[place] = Math.min(recipient.attempts, 65_535);
  roster.repeated[place] = recipient.repeated ? 1 : 0;
  if (outcome === undefined) return;
  const expected = outcomeOfCode(roster.expected[place] as number) as Outcome;
  checks.outcomes.hold(outcome === expected, () => ({ ...at, expected, found: outcome }));
  const told = roster.told[place] as number;
  const onFeed = outcomeOfCode(roster.feed[place] as number);
  if (told === 0 && checks.feedMayLack) return;
  checks.feed.hold(told === 1 && onFeed === outcome, () => ({
    ...at,
    expected: outcome,
    found: told < 2 ? (onFeed ?? NOTHING) : `${onFeed} x ${told}`,
  }));
}

function outcomesOf(sums: Float64Array): JobDetail["outcomes"] {
  return Object.fromEntries(OUTCOMES.map((outcome, i) => [outcome, sums[i + 1] as number]));
}

function countersText({ total, final, outcomes }: Pick<JobDetail, "total" | "final" | "outcomes">): string {
  const words = OUTCOMES.filter((o) => (outcomes[o] ?? 0) > 0).map((o) => `${outcomes[o]} ${o}`);
  return `${total} total, ${final} final: ${words.join(", ") || NOTHING}`;
}
