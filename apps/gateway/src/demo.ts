// Demo accounts of a fresh simulation (DESIGN section 8). A house with an outside carrier has none.

import { type Pool, putAccount, putCredential } from "@depesche/ledger";

const SECRET = "geheim";
export const DEMO_API_KEY = "demo-key";
export const DEMO_INBOUND_NUMBER = "+493023125900";
export const TWILIO_DEMO = { accountSid: `AC${"0".repeat(32)}`, authToken: SECRET };

/** Makes the demo accounts once; what was changed in them since is left alone. */
export async function makeDemoAccounts(pool: Pool): Promise<void> {
  const { rowCount } = await pool.query("SELECT 1 FROM account LIMIT 1");
  if (rowCount) return;
  await putAccount(pool, {
    id: 1000,
    name: "Depesche Demo",
    settings: { duplicateCheck: false, faxNumber: DEMO_INBOUND_NUMBER },
    faxNumbers: [DEMO_INBOUND_NUMBER],
  });
  await putAccount(pool, {
    id: 2000,
    name: "Depesche Trial",
    settings: { trial: true, mass: false, foreign: false, channels: ["fax", "sms", "letter"] },
  });
  await Promise.all([
    putCredential(pool, { kind: "faxde", login: "1000", secret: SECRET, accountId: 1000 }),
    putCredential(pool, { kind: "faxde", login: "2000", secret: SECRET, accountId: 2000 }),
    putCredential(pool, { kind: "binect", login: "demo@depesche.example", secret: SECRET, accountId: 1000 }),
    putCredential(pool, { kind: "api-key", login: "", secret: DEMO_API_KEY, accountId: 1000 }),
  ]);
}
