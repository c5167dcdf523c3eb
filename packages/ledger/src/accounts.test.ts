import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accountOfNumber,
  createAuthenticator,
  DEFAULT_ACCOUNT,
  faxNumbers,
  hashSecret,
  putAccount,
  putCredential,
  readAccount,
} from "./accounts.ts";
import type { Pool } from "./database.ts";
import { noteAnswered, registerWorker, retireWorker, unansweredNumbers } from "./reconcile.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;
let account: number;
const MINUTE = 60_000;
const LIMITS = { failures: 4, failuresOfAddress: 10, remembered: 1000 };

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  account = await putAccount(pool, { name: "Test" });
  await putCredential(pool, { kind: "faxde", login: "1000", secret: "geheim", accountId: account });
  await putCredential(pool, {
    kind: "api-key",
    login: "",
    secret: "key-1",
    accountId: account,
    scopes: ["jobs:read"],
  });
});
afterAll(() => drop());

/** The pool, with its credential look-ups counted: each is one that had to be hashed. */
function counted() {
  const looked = { up: 0 };
  const query = (text: string, values: unknown[]) => {
    if (text.includes("FROM credential")) looked.up++;
    return pool.query(text, values);
  };
  return { looked, pool: { query } as unknown as Pool };
}

describe("an account", () => {
  it("has the defaults for what was not said, and keeps its fax numbers", async () => {
    const id = await putAccount(pool, { name: "Numbers", settings: { trial: true }, faxNumbers: ["+493023125901"] });
    expect(await readAccount(pool, id)).toEqual({ ...DEFAULT_ACCOUNT, id, name: "Numbers", trial: true });
    expect(await accountOfNumber(pool, "+493023125901")).toBe(id);
    expect(await accountOfNumber(pool, "+493023125999")).toBeUndefined();
    expect(await faxNumbers(pool)).toEqual(["+493023125901"]);
    const worker = await registerWorker(pool);
    expect(await unansweredNumbers(pool)).toEqual(["+493023125901"]);
    await noteAnswered(pool, worker, ["+493023125901", "+493023125909"]);
    expect(await unansweredNumbers(pool)).toEqual([]);
    await retireWorker(pool, worker);
    expect(await unansweredNumbers(pool)).toEqual(["+493023125901"]);
  });

  it("is replaced under its number", async () => {
    await putAccount(pool, { id: 77, name: "first" });
    await putAccount(pool, { id: 77, name: "second", settings: { locked: true } });
    expect(await readAccount(pool, 77)).toMatchObject({ name: "second", locked: true });
  });
});

describe("a secret", () => {
  it("is stored as a salted scrypt hash, never as itself", async () => {
    const [one, two] = await Promise.all([hashSecret("geheim"), hashSecret("geheim")]);
    expect(one).toMatch(/^scrypt\$/);
    expect(one).not.toBe(two);
    const { rows } = await pool.query<{ row: string }>("SELECT credential::text AS row FROM credential");
    for (const { row } of rows) expect(row).not.toMatch(/geheim|key-1/);
  });
});

describe("authentication", () => {
  it("tells right, wrong and unknown, and gives the scopes of the credential", async () => {
    const auth = createAuthenticator(pool, () => 0);
    expect(await auth.authenticate("faxde", "1000", "geheim", "a")).toMatchObject({
      ok: true,
      account: { id: account },
    });
    expect(await auth.authenticate("faxde", "1000", "Geheim", "a")).toEqual({ ok: false, reason: "wrong-secret" });
    expect(await auth.authenticate("faxde", "1001", "geheim", "a")).toEqual({ ok: false, reason: "unknown" });
    expect(await auth.authenticate("binect", "1000", "geheim", "a")).toEqual({ ok: false, reason: "unknown" });
    expect(await auth.authenticate("api-key", "", "key-1", "a")).toMatchObject({ ok: true, scopes: ["jobs:read"] });
    expect(await auth.authenticate("api-key", "", "key-2", "a")).toEqual({ ok: false, reason: "unknown" });
  });

  it("takes any text as a secret and as a login", async () => {
    const auth = createAuthenticator(pool, () => 0);
    for (const odd of ["", "\0", "\ud800", "'; DROP TABLE account; --", "x".repeat(100_000)]) {
      expect(await auth.authenticate("faxde", odd, odd, "a")).toMatchObject({ ok: false });
      expect(await auth.authenticate("api-key", "", odd, "b")).toMatchObject({ ok: false });
    }
  });

  it("remembers a pair that was right for a minute, and hashes it once however many ask at once", async () => {
    let now = 0;
    const { looked, pool: watched } = counted();
    const auth = createAuthenticator(watched, () => now);
    const ask = () => auth.authenticate("faxde", "1000", "geheim", "a");
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    expect(answers.every((a) => a.ok)).toBe(true);
    expect(looked.up).toBe(1);
    now = MINUTE - 1;
    await ask();
    expect(looked.up).toBe(1);
    now = MINUTE + 1;
    await ask();
    expect(looked.up).toBe(2);
  });

  it("still asks the account itself, so that a change holds at once", async () => {
    const auth = createAuthenticator(pool, () => 0);
    const id = await putAccount(pool, { name: "Changed" });
    await putCredential(pool, { kind: "faxde", login: "changed", secret: "s", accountId: id });
    await auth.authenticate("faxde", "changed", "s", "a");
    await putAccount(pool, { id, name: "Changed", settings: { locked: true } });
    expect(await auth.authenticate("faxde", "changed", "s", "a")).toMatchObject({
      ok: true,
      account: { locked: true },
    });
  });

  it("holds up a guesser by login and address for a minute, and nobody else", async () => {
    let now = 0;
    const auth = createAuthenticator(pool, () => now, LIMITS);
    const guess = (login: string, source: string, i: number) => auth.authenticate("faxde", login, `guess-${i}`, source);
    for (let i = 0; i < 4; i++) expect(await guess("1000", "a", i)).toEqual({ ok: false, reason: "wrong-secret" });
    expect(await guess("1000", "a", 4)).toEqual({ ok: false, reason: "too-many-failures" });
    expect(await auth.authenticate("faxde", "1000", "geheim", "a")).toEqual({ ok: false, reason: "too-many-failures" });
    expect(await auth.authenticate("faxde", "1000", "geheim", "b")).toMatchObject({ ok: true });
    expect(await guess("1001", "a", 0)).toEqual({ ok: false, reason: "unknown" });
    now = MINUTE + 1;
    expect(await guess("1000", "a", 5)).toEqual({ ok: false, reason: "wrong-secret" });
  });

  it("holds up a burst of guesses as well as a sequence, before they are hashed", async () => {
    const { looked, pool: watched } = counted();
    const auth = createAuthenticator(watched, () => 0, LIMITS);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => auth.authenticate("faxde", "1000", `burst-${i}`, "a")),
    );
    expect(answers.filter((a) => !a.ok && a.reason === "too-many-failures")).toHaveLength(196);
    expect(looked.up).toBe(4);
  });

  it("does not hold our own fault against the client", async () => {
    let away = true;
    const flaky = {
      query: (text: string, values: unknown[]) =>
        away ? Promise.reject(new Error("Connection terminated")) : pool.query(text, values),
    } as unknown as Pool;
    const auth = createAuthenticator(flaky, () => 0);
    for (let i = 0; i < 30; i++) await expect(auth.authenticate("faxde", "1000", `x${i}`, "a")).rejects.toThrow();
    away = false;
    expect(await auth.authenticate("faxde", "1000", "geheim", "a")).toMatchObject({ ok: true });
  });

  it("holds up an address that tries one login after the other", async () => {
    const none = { query: async () => ({ rows: [] }) } as unknown as Pool;
    const auth = createAuthenticator(none, () => 0, LIMITS);
    const answers = await Promise.all(
      Array.from({ length: 13 }, (_, i) => auth.authenticate("faxde", `login-${i}`, "s", "a")),
    );
    expect(answers.map((a) => !a.ok && a.reason)).toEqual([
      ...Array(10).fill("unknown"),
      ...Array(3).fill("too-many-failures"),
    ]);
    expect(await auth.authenticate("faxde", "login-0", "s", "b")).toEqual({ ok: false, reason: "unknown" });
  });

  it("remembers no more than so many, guessers and friends", async () => {
    const { looked, pool: watched } = counted();
    const auth = createAuthenticator(watched, () => 0, { ...LIMITS, remembered: 4 });
    for (let i = 0; i < 4; i++) await auth.authenticate("faxde", "1000", `x${i}`, "a");
    expect(await auth.authenticate("faxde", "1000", "y", "a")).toEqual({ ok: false, reason: "too-many-failures" });
    // two strangers take the four places: what was known of the first is forgotten, not kept beside it
    for (const other of ["b", "c"]) await auth.authenticate("faxde", "1000", "y", other);
    expect(await auth.authenticate("faxde", "1000", "y", "a")).toEqual({ ok: false, reason: "wrong-secret" });
    const before = looked.up;
    for (let i = 0; i < 5; i++) {
      await putCredential(pool, { kind: "faxde", login: `friend-${i}`, secret: "s", accountId: account });
      await auth.authenticate("faxde", `friend-${i}`, "s", "d");
    }
    await auth.authenticate("faxde", "friend-0", "s", "d");
    expect(looked.up - before).toBe(6);
  });
});
