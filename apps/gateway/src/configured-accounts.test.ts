import { randomBytes } from "node:crypto";
import {
  createFaceLedger,
  faxNumbers,
  migrate,
  openListener,
  openPool,
  type Pool,
  readAccount,
} from "@depesche/ledger";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keepConfiguredAccounts } from "./configured-accounts.ts";
import { DEMO_API_KEY, dropDemoCredentials, makeDemoAccounts } from "./demo.ts";

let pool: Pool;
let admin: Pool;
let listener: ReturnType<typeof openListener>;
const name = `gateway_${randomBytes(6).toString("hex")}`;

beforeAll(async () => {
  const base = process.env.DEPESCHE_TEST_DATABASE;
  if (!base) throw new Error("DEPESCHE_TEST_DATABASE is not set: the test run's setup did not start PostgreSQL");
  admin = openPool(base, 1);
  await admin.query(`CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(base), { pathname: `/${name}` }).href;
  pool = openPool(url);
  listener = openListener(url);
  await migrate(pool);
});
afterAll(async () => {
  await listener.close();
  await pool.end();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
});

it("a house that was a simulation loses what everybody knows, and gets the accounts of its configuration", async () => {
  await makeDemoAccounts(pool);
  const knows = async (kind: "faxde" | "api-key" | "binect", login: string, secret: string) =>
    (await createFaceLedger(pool, listener).authenticate(kind, login, secret, "127.0.0.1")).ok;
  expect(await knows("api-key", "", DEMO_API_KEY)).toBe(true);

  const own = { id: 1000, name: "Beispiel", password: "geheim-genug", apiKey: "schluessel-1000-abc" };
  await dropDemoCredentials(pool);
  await keepConfiguredAccounts(pool, [
    { ...own, faxNumbers: ["+493023125920"] },
    { id: 4711, name: "Muster" },
  ]);
  expect(await knows("api-key", "", DEMO_API_KEY)).toBe(false);
  expect(await knows("faxde", "1000", "geheim")).toBe(false);
  expect(await knows("faxde", "2000", "geheim")).toBe(false);
  expect(await knows("binect", "demo@depesche.example", "geheim")).toBe(false);
  expect(await knows("faxde", "1000", "geheim-genug")).toBe(true);
  expect(await knows("api-key", "", "schluessel-1000-abc")).toBe(true);
  expect(await faxNumbers(pool)).toContain("+493023125920");
  // What was there stays as it was; another start changes nothing.
  expect(await readAccount(pool, 1000)).toMatchObject({ name: "Depesche Demo" });
  await dropDemoCredentials(pool);
  await keepConfiguredAccounts(pool, [own]);
  expect(await knows("faxde", "1000", "geheim-genug")).toBe(true);
  expect(await readAccount(pool, 4711)).toMatchObject({ name: "Muster" });
});
