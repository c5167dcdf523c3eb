// Who calls: bearer API keys (RFC 6750), and what their scopes allow.

import type { Scope } from "@depesche/core";
import type { FaceLedger } from "@depesche/ports";
import type { MiddlewareHandler } from "hono";
import { type ApiEnv, type Caller, clientAddress, may } from "./deps.ts";
import { ApiProblem } from "./problems.ts";

const CHALLENGE = { "www-authenticate": 'Bearer realm="depesche"' };

/** The key of an Authorization header; undefined when there is none of this kind. */
export function bearerKey(header: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(header ?? "")?.[1];
}

/** Checks a key against the ledger. Throws the problem to answer. */
export async function callerOf(ledger: FaceLedger, key: string | undefined, source: string): Promise<Caller> {
  if (key === undefined) throw new ApiProblem("unauthorized", "This call needs an API key.", {}, CHALLENGE);
  const result = await ledger.authenticate("api-key", "", key, source);
  if (result.ok) return { account: result.account, scopes: result.scopes };
  if (result.reason === "too-many-failures") {
    throw new ApiProblem(
      "too-many-attempts",
      "Too many wrong keys came from this address.",
      {},
      { "retry-after": "60" },
    );
  }
  throw new ApiProblem("unauthorized", "This API key is not known.", {}, CHALLENGE);
}

/** Lets a request pass whose key is good, and remembers the caller. */
export function authenticated(ledger: FaceLedger): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set("caller", await callerOf(ledger, bearerKey(c.req.header("authorization")), clientAddress(c)));
    await next();
  };
}

/** Lets a request pass whose key has the scope (or "admin"). */
export function scope(needed: Scope): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (!may(c.get("caller"), needed)) {
      throw new ApiProblem("scope-missing", `This API key lacks the scope ${needed}.`);
    }
    await next();
  };
}
