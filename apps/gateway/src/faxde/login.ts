// Who is calling: the account behind the customer number, and what stands in its way.
import type { Account, Scope } from "@depesche/core";
import type { FaceLedger } from "@depesche/ports";
import type { ReceivedCall } from "./receive.ts";

export type Login =
  | { ok: true; account: Account }
  | { ok: false; why: "empty" | "unknown" | "wrong-password" | "too-many-failures" | "locked" | "trial-over" };

export interface LoginDeps {
  ledger: Pick<FaceLedger, "authenticate">;
  /** Simulated time, ms since 1970. */
  now(): number;
}

/** Checks account and password, then lock, scope and trial, in this order. `source` is the client's address. */
export async function logIn(deps: LoginDeps, call: ReceivedCall, source: string, scope: Scope): Promise<Login> {
  const login = call.text("Account")?.trim() ?? "";
  if (login === "") return { ok: false, why: "empty" };
  const result = await deps.ledger.authenticate("faxde", login, call.text("Password") ?? "", source);
  if (!result.ok) return { ok: false, why: result.reason === "wrong-secret" ? "wrong-password" : result.reason };
  const { account, scopes } = result;
  if (account.locked || !(scopes.includes(scope) || scopes.includes("admin"))) return { ok: false, why: "locked" };
  if (account.trial && (account.trialEndsAt ?? Number.POSITIVE_INFINITY) <= deps.now())
    return { ok: false, why: "trial-over" };
  return { ok: true, account };
}

/** Why a login failed, as the return codes of one call; the calls differ in sign and meaning. */
export type LoginCodes = Readonly<Record<Exclude<Login, { ok: true }>["why"], number>>;
