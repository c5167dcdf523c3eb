// Which lines an account may look into. Whose job a call belongs to is asked of the ledger once and remembered.

import type { LineView } from "@depesche/client";
import type { FaceLedger } from "@depesche/ports";
import { jobOnLine, maskedLine } from "./views.ts";

const REMEMBERED = 10_000;

/** Answers lines as an account may see them. */
export function linePrivacy(ledger: FaceLedger): (lines: readonly LineView[], account: number) => Promise<LineView[]> {
  const owned = new Map<string, boolean>();

  const owns = async (account: number, job: number): Promise<boolean> => {
    const key = `${account}:${job}`;
    const known = owned.get(key);
    if (known !== undefined) return known;
    const answer = (await ledger.job(account, job)) !== undefined;
    // Oldest first out: a Map keeps the order in which keys came.
    if (owned.size >= REMEMBERED) owned.delete(owned.keys().next().value as string);
    owned.set(key, answer);
    return answer;
  };

  return async (lines, account) => {
    return Promise.all(
      lines.map(async (line) => {
        const job = jobOnLine(line);
        if (job !== undefined) return (await owns(account, job)) ? line : maskedLine(line);
        // A call that comes in belongs to whoever owns the called number; the tray tells them.
        return line.address === undefined ? line : maskedLine(line);
      }),
    );
  };
}
