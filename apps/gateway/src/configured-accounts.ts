// The accounts of a house with lines outside: those its configuration names (DESIGN section 8).

import type { AccountConfig } from "@depesche/core";
import { type Pool, putAccount, putCredential, readAccount } from "@depesche/ledger";

/** Makes the accounts that are not there yet; of one that is there its credentials and fax numbers become those of the file. */
export async function keepConfiguredAccounts(pool: Pool, accounts: readonly AccountConfig[]): Promise<void> {
  for (const { id, name, password, apiKey, faxNumbers = [] } of accounts) {
    const known = await readAccount(pool, id);
    if (known) {
      const { id: _, name: knownName, ...settings } = known;
      await putAccount(pool, { id, name: knownName, settings, faxNumbers });
    } else {
      const faxNumber = faxNumbers[0];
      await putAccount(pool, { id, name, settings: faxNumber === undefined ? {} : { faxNumber }, faxNumbers });
    }
    if (password !== undefined) {
      await putCredential(pool, { kind: "faxde", login: String(id), secret: password, accountId: id });
    }
    if (apiKey !== undefined) await putCredential(pool, { kind: "api-key", login: "", secret: apiKey, accountId: id });
  }
}
