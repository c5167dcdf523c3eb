// /v1/attempts/{key}/ladder: what was said on the line, decoded or as a capture file.

import { parseAttemptKey } from "@depesche/core";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import { scope } from "./auth.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { capture, decoded, ladderOf, type ToldLadder } from "./ladders.ts";
import { notFound } from "./problems.ts";
import { binary, ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";

const ATTEMPT = z.object({ key: z.string().openapi({ example: "17.0.1", description: "job.recipient.attempt" }) });

export function addAttempts(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const stored = async (account: number, key: string): Promise<ToldLadder> => {
    const parsed = parseAttemptKey(key);
    const job = parsed ? await deps.ledger.job(account, parsed.job) : undefined;
    if (!parsed || !job) throw notFound("such attempt");
    const ladder = await ladderOf(deps, parsed);
    // All failures and the latest successes keep theirs (DESIGN section 2, by-products are bounded).
    if (!ladder) throw notFound(`record of the call of attempt ${key} (any more)`);
    return ladder;
  };

  const route = guarded("jobs:read", {
    method: "get",
    path: "/v1/attempts/{key}/ladder",
    tags: ["Attempts"],
    summary: "The call of an attempt, decoded",
    request: { params: ATTEMPT },
    responses: {
      200: json(s.ladder, "What both ends said, in order; while the call is on the line, what has been said by now"),
      ...ERRORS,
    },
  });
  app.openapi(route, async (c) => {
    const told = await stored(c.get("caller").account.id, c.req.valid("param").key);
    return c.json(decoded(deps, told), 200);
  });

  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/attempts/{key}/ladder.pcap",
    tags: ["Attempts"],
    security: [{ apiKey: ["jobs:read"] }],
    summary: "The call of an attempt as a capture file for Wireshark",
    request: { params: ATTEMPT },
    responses: { 200: binary("application/vnd.tcpdump.pcap", "The capture"), ...ERRORS },
  });
  app.get("/v1/attempts/:key/ladder.pcap", scope("jobs:read"), async (c) => {
    const key = c.req.param("key");
    return capture(deps, await stored(c.get("caller").account.id, key), key);
  });
}
