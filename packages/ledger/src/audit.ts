// The audit table: who did what, written in the transaction that did it (DESIGN section 2).

import { type Client, toJson } from "./database.ts";

export interface Deed {
  accountId: number;
  /** The face it came through, or "account". */
  who: string;
  what: string;
  /** Never a secret. */
  data?: Record<string, unknown>;
}

export async function record(client: Client, { accountId, who, what, data }: Deed): Promise<void> {
  await client.query("INSERT INTO audit (account_id, who, what, data) VALUES ($1, $2, $3, $4)", [
    accountId,
    who,
    what,
    data === undefined ? null : toJson(data),
  ]);
}
