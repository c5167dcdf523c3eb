// /v1/limits: what accounts, channels and destinations may have under way, over all workers. For the house's operator.

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { body, ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";

export function addLimits(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const list = guarded("admin", {
    method: "get",
    path: "/v1/limits",
    tags: ["House"],
    summary: "All limits",
    responses: { 200: json(s.listing(s.limit), "Limits by scope"), ...ERRORS },
  });
  app.openapi(list, async (c) => c.json({ items: await deps.ledger.limits() }, 200));

  const set = guarded("admin", {
    method: "put",
    path: "/v1/limits",
    tags: ["House"],
    summary: "Pause or limit an account, a channel or a destination",
    description:
      "Sets all limits of one scope; a scope without any is removed. What waits keeps its place and its due time. An attempt needs room in every scope it belongs to.",
    request: { body: body(s.limit) },
    responses: { 200: json(s.listing(s.limit), "All limits after the change"), ...ERRORS },
  });
  app.openapi(set, async (c) => {
    const { scope, ...limits } = c.req.valid("json");
    await deps.ledger.setLimits(scope, limits, c.get("caller").account.id);
    return c.json({ items: await deps.ledger.limits() }, 200);
  });
}
