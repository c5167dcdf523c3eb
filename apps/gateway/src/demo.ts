// Demo accounts of a fresh simulation (DESIGN section 8). A house with an outside carrier has none.

import { type Client, dropCredential, type Pool, putAccount, putCredential, transaction } from "@depesche/ledger";

const SECRET = "geheim";
export const DEMO_API_KEY = "demo-key";
export const DEMO_INBOUND_NUMBER = "+493023125900";
export const TWILIO_DEMO = { accountSid: `AC${"0".repeat(32)}`, authToken: SECRET };

/** What everybody knows. */
const DEMO_CREDENTIALS = [
  { kind: "faxde", login: "1000", secret: SECRET, accountId: 1000 },
  { kind: "faxde", login: "2000", secret: SECRET, accountId: 2000 },
  { kind: "binect", login: "demo@depesche.example", secret: SECRET, accountId: 1000 },
  { kind: "api-key", login: "", secret: DEMO_API_KEY, accountId: 1000 },
] as const;

/** Takes away what a simulation has left in the same data folder, before telephones outside can be reached. */
export async function dropDemoCredentials(pool: Pool): Promise<void> {
  for (const credential of DEMO_CREDENTIALS) await dropCredential(pool, credential);
}

/** Makes the demo accounts once; what was changed in them since is left alone. */
export async function makeDemoAccounts(pool: Pool): Promise<void> {
  await transaction(pool, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM account LIMIT 1");
    if (!rowCount) await makeThem(client);
  });
}

async function makeThem(client: Client): Promise<void> {
  await putAccount(client, {
    id: 1000,
    name: "Depesche Demo",
    settings: { duplicateCheck: false, faxNumber: DEMO_INBOUND_NUMBER },
    faxNumbers: [DEMO_INBOUND_NUMBER],
  });
  await putAccount(client, {
    id: 2000,
    name: "Depesche Trial",
    settings: { trial: true, mass: false, foreign: false, channels: ["fax", "sms", "letter"] },
  });
  for (const credential of DEMO_CREDENTIALS) await putCredential(client, credential);
}
