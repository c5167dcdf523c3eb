// Accounts and credentials: one `authenticate` for all faces. Secrets are stored as scrypt hashes (DESIGN section 2).

import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { type Account, CHANNELS, SCOPES, type Scope } from "@depesche/core";
import type { AuthResult, CredentialKind } from "@depesche/ports";
import { type Client, clean, type Pool } from "./database.ts";

const SCRYPT = { N: 16384, r: 8, p: 1 };
/** A verified pair is remembered for a minute: FAX.de's and Binect's clients send it with every call. */
const REMEMBER_MS = 60_000;
/** Failures allowed within a minute, at one login from one address and from one address at whatever logins; and how much is remembered. */
const LIMITS = { failures: 20, failuresOfAddress: 200, remembered: 10_000 };

/** Nobody's secret: has the form of a stored one, and nothing hashes to it. */
const NOBODY = `scrypt$${Buffer.alloc(16).toString("base64")}$${Buffer.alloc(32).toString("base64")}`;

function hash(secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((done, fail) =>
    scrypt(secret, salt, 32, SCRYPT, (error, key) => (error ? fail(error) : done(key))),
  );
}

export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${salt.toString("base64")}$${(await hash(secret, salt)).toString("base64")}`;
}

async function matches(secret: string, stored: string): Promise<boolean> {
  const [, salt = "", key = ""] = stored.split("$");
  const want = Buffer.from(key, "base64");
  const got = await hash(secret, Buffer.from(salt, "base64"));
  return want.length === got.length && timingSafeEqual(want, got);
}

/** An API key is looked up by a short digest (not secret) and verified like any other secret. */
function loginOf(kind: CredentialKind, login: string, secret: string): string {
  return kind === "api-key" ? createHash("sha256").update(secret).digest("hex").slice(0, 16) : login;
}

export const DEFAULT_ACCOUNT: Omit<Account, "id" | "name"> = {
  locked: false,
  channels: [...CHANNELS],
  mass: true,
  foreign: true,
  trial: false,
  duplicateCheck: true,
  blacklist: [],
  statusFileCharset: "utf-8",
};

export interface NewAccount {
  id?: number;
  name: string;
  settings?: Partial<Omit<Account, "id" | "name">>;
  faxNumbers?: string[];
}

/** Makes or replaces an account. */
export async function putAccount(pool: Pool | Client, account: NewAccount): Promise<number> {
  const data = { ...DEFAULT_ACCOUNT, ...account.settings, name: account.name };
  const { rows } = await pool.query<{ id: number }>(
    account.id === undefined
      ? "INSERT INTO account (data) VALUES ($1) RETURNING id"
      : "INSERT INTO account (id, data) VALUES ($2, $1) ON CONFLICT (id) DO UPDATE SET data = $1 RETURNING id",
    account.id === undefined ? [JSON.stringify(data)] : [JSON.stringify(data), account.id],
  );
  const id = rows[0]?.id as number;
  for (const number of account.faxNumbers ?? [])
    await pool.query("INSERT INTO fax_number VALUES ($1, $2) ON CONFLICT (number) DO UPDATE SET account_id = $2", [
      number,
      id,
    ]);
  return id;
}

export async function putCredential(
  pool: Pool | Client,
  credential: { kind: CredentialKind; login: string; secret: string; accountId: number; scopes?: readonly Scope[] },
): Promise<void> {
  const login = loginOf(credential.kind, credential.login, credential.secret);
  await pool.query(
    `INSERT INTO credential (kind, login, account_id, secret_hash, scopes) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (kind, login) DO UPDATE SET account_id = $3, secret_hash = $4, scopes = $5`,
    [credential.kind, login, credential.accountId, await hashSecret(credential.secret), credential.scopes ?? SCOPES],
  );
}

/** Takes a credential away, if it is there with just this secret; false when it is not. */
export async function dropCredential(
  pool: Pool,
  { kind, login, secret }: { kind: CredentialKind; login: string; secret: string },
): Promise<boolean> {
  const key = [kind, loginOf(kind, login, secret)];
  const { rows } = await pool.query<{ secret_hash: string }>(
    "SELECT secret_hash FROM credential WHERE kind = $1 AND login = $2",
    key,
  );
  if (!rows[0] || !(await matches(secret, rows[0].secret_hash))) return false;
  await pool.query("DELETE FROM credential WHERE kind = $1 AND login = $2", key);
  return true;
}

export async function readAccount(pool: Pool, id: number): Promise<Account | undefined> {
  const { rows } = await pool.query<{ id: number; data: Omit<Account, "id"> }>(
    "SELECT id, data FROM account WHERE id = $1",
    [id],
  );
  return rows[0] && { ...DEFAULT_ACCOUNT, ...rows[0].data, id: rows[0].id };
}

/** Which account a called fax number belongs to. */
export async function accountOfNumber(pool: Pool, number: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ account_id: number }>("SELECT account_id FROM fax_number WHERE number = $1", [
    number,
  ]);
  return rows[0]?.account_id;
}

export async function faxNumbers(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ number: string }>("SELECT number FROM fax_number ORDER BY number");
  return rows.map((r) => r.number);
}

export interface Authenticator {
  authenticate(kind: CredentialKind, login: string, secret: string, source: string): Promise<AuthResult>;
}

/**
 * Checks credentials. `now` is monotonic milliseconds. Pairs that were right are remembered for a minute, under a keyed hash; attempts at
 * other pairs count against their login and address until they turn out right, so that a burst of guesses is held up as well as a
 * sequence, and never costs more hashing than is allowed.
 */
export function createAuthenticator(pool: Pool, now: () => number, limits = LIMITS): Authenticator {
  const key = randomBytes(32);
  const remembered = new Map<string, { accountId: number; scopes: Scope[]; until: number }>();
  const attempts = new Map<string, { count: number; until: number }>();
  /** Checks under way, so that a client that opens fifty connections at once is hashed once. */
  const checking = new Map<string, Promise<AuthResult>>();

  const countOf = (at: string): number => {
    const entry = attempts.get(at);
    return entry && entry.until > now() ? entry.count : 0;
  };
  const count = (at: string): void => {
    const entry = attempts.get(at);
    if (entry && entry.until > now()) {
      entry.count++;
      return;
    }
    attempts.delete(at);
    if (attempts.size >= limits.remembered) attempts.delete(attempts.keys().next().value as string);
    attempts.set(at, { count: 1, until: now() + REMEMBER_MS });
  };
  const uncount = (at: string): void => {
    const entry = attempts.get(at);
    if (entry) entry.count--;
  };

  const check = async (kind: CredentialKind, id: string, secret: string, pair: string): Promise<AuthResult> => {
    const { rows } = await pool.query<{ account_id: number; secret_hash: string; scopes: Scope[] }>(
      "SELECT account_id, secret_hash, scopes FROM credential WHERE kind = $1 AND login = $2",
      [kind, clean(id)],
    );
    const found = rows[0];
    if (!found && kind === "api-key") return { ok: false, reason: "unknown" };
    // An unknown login costs as much time as a wrong secret: nobody learns by the clock which logins there are.
    const right = await matches(secret, found?.secret_hash ?? NOBODY);
    if (!found) return { ok: false, reason: "unknown" };
    if (!right) return { ok: false, reason: "wrong-secret" };
    const account = await readAccount(pool, found.account_id);
    if (!account) return { ok: false, reason: "unknown" };
    if (remembered.size >= limits.remembered) remembered.clear();
    remembered.set(pair, { accountId: found.account_id, scopes: found.scopes, until: now() + REMEMBER_MS });
    return { ok: true, account, scopes: found.scopes };
  };

  return {
    async authenticate(kind, login, secret, source) {
      const id = loginOf(kind, login, secret);
      const pair = createHmac("sha256", key)
        .update(JSON.stringify([kind, id, secret]))
        .digest("base64");
      const known = remembered.get(pair);
      if (known && known.until > now()) {
        const account = await readAccount(pool, known.accountId);
        if (account) return { ok: true, account, scopes: known.scopes };
      }
      const running = checking.get(pair);
      if (running) return running;
      const places = [`${kind}|${kind === "api-key" ? "" : login.slice(0, 200)}|${source}`, source];
      const [byLogin, byAddress] = places.map(countOf) as [number, number];
      if (byLogin >= limits.failures || byAddress >= limits.failuresOfAddress)
        return { ok: false, reason: "too-many-failures" };
      places.forEach(count);
      const result = check(kind, id, secret, pair).finally(() => checking.delete(pair));
      checking.set(pair, result);
      // A fault of ours is no failure of theirs.
      const answer = await result.catch((error) => {
        places.forEach(uncount);
        throw error;
      });
      if (answer.ok) places.forEach(uncount);
      return answer;
    },
  };
}
