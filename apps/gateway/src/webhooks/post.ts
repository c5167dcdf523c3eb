// One POST to a customer's server: bounded in time, no redirects, never into a network the rules forbid, whatever a name resolves to.

import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { addressAllowed, literalTargetProblem, type TargetRules } from "./target.ts";

export type PostResult = { ok: true } | { ok: false; reason: string };
export type Post = (url: string, headers: Record<string, string>, body: string) => Promise<PostResult>;

/** How names are resolved; `dns.lookup` of Node fits. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Resolves names and then leaves out every address the rules forbid. */
function guardedLookup(rules: TargetRules, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = (addresses ?? []).filter(({ address }) => addressAllowed(address, rules));
      const first = allowed[0];
      if (error) callback(error, "", 4);
      else if (!first) callback(new Error(`${hostname} is not a public address`), "", 4);
      else if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** A way to post; `close` ends its kept-alive connections. */
export function createPost(
  rules: TargetRules,
  { timeoutMs = 10_000, resolve: resolveName = lookup as Resolve } = {},
): { post: Post; close(): void } {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const guard = guardedLookup(rules, resolveName);

  const post: Post = (target, headers, body) =>
    new Promise((resolve) => {
      const url = new URL(target);
      const problem = literalTargetProblem(url, rules);
      if (problem) {
        resolve({ ok: false, reason: problem });
        return;
      }
      const secure = url.protocol === "https:";
      const request = (secure ? httpsRequest : httpRequest)(url, {
        method: "POST",
        headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
        agent: secure ? agents.https : agents.http,
        lookup: guard,
        signal: AbortSignal.timeout(timeoutMs),
      });
      request.on("response", (response) => {
        // The answer's body says nothing to us; reading it to its end keeps the connection usable.
        response.on("error", () => {});
        response.resume();
        const status = response.statusCode ?? 0;
        resolve(status >= 200 && status < 300 ? { ok: true } : { ok: false, reason: `answered ${status}` });
      });
      request.on("error", (error) => resolve({ ok: false, reason: error.message }));
      request.end(body);
    });

  return {
    post,
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
