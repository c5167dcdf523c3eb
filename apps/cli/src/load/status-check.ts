// StatusFile of FAX.de's face, row by row in order, held against the ledger.

import type { Outcome } from "@depesche/core";
import type { Checked } from "./check.ts";
import { type LoadChannel, referenceOf } from "./orders.ts";
import { type JobRow, outcomeOfCode, type Roster } from "./roster.ts";

/** The words of FAX.de's paper, written down here anew: a table shared with the face would share its faults. */
const WORDS: Readonly<Record<Outcome, string>> = {
  OK: "OK",
  BUSY: "Busy",
  NOANSWER: "No Answer",
  VOICE: "Voice",
  NORING: "Call failed",
  ISDNERR: "Call failed",
  NOSERVICE: "No Service",
  SENDFAIL: "Send-Fail",
  BLACKLIST: "Black-List",
  CANCELLED: "Canceled",
};
const OF_A_CALL: readonly Outcome[] = ["BUSY", "NOANSWER", "VOICE", "NORING", "ISDNERR", "NOSERVICE"];

/** What RESULT must say. Words of a call are no words for a message that was tried: that one has "Send-Fail". */
export function wordOf(channel: LoadChannel, outcome: Outcome, attempts: number): string {
  return WORDS[channel !== "fax" && attempts > 0 && OF_A_CALL.includes(outcome) ? "SENDFAIL" : outcome];
}

/** `rows`: RECIPIENT, JOBTYPE, RESULT, REMOTEID, PAGES, SENDDATETIME, DURATION, REFID. */
export async function checkStatusFile(
  rows: AsyncIterable<string[]>,
  row: JobRow,
  roster: Roster,
  status: Checked,
): Promise<void> {
  let n = 0;
  for await (const fields of rows) {
    const found = `${fields[7]} ${fields[2]}`;
    if (n < row.count) {
      const expected = expectedOf(row, n, roster);
      status.hold(found === expected, () => ({
        job: row.id,
        n,
        reference: referenceOf(row.first + n),
        expected,
        found,
      }));
    } else status.hold(false, () => ({ job: row.id, n, expected: "-", found }));
    n += 1;
  }
  for (; n < row.count; n++) {
    const at = n;
    const reference = referenceOf(row.first + at);
    status.hold(false, () => ({ job: row.id, n: at, reference, expected: expectedOf(row, at, roster), found: "-" }));
  }
}

function expectedOf(row: JobRow, n: number, roster: Roster): string {
  const place = row.first + n;
  const outcome = outcomeOfCode(roster.ledger[place] as number);
  const word = outcome === undefined ? "" : wordOf(row.channel, outcome, roster.attempts[place] as number);
  return `${referenceOf(place)} ${word}`;
}
