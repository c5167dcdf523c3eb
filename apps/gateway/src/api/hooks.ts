// /v1/webhooks: where events are to be told.

import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import { newSecret } from "../webhooks/signature.ts";
import { literalTargetProblem } from "../webhooks/target.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { ApiProblem, notFound } from "./problems.ts";
import { body, ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";
import { webhookView } from "./views.ts";

const HOOK = z.object({ id: s.id });
const MOST_HOOKS = 50;

export function addHooks(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const list = guarded("webhooks:write", {
    method: "get",
    path: "/v1/webhooks",
    tags: ["Webhooks"],
    summary: "List webhooks",
    responses: { 200: json(s.listing(s.webhook), "Webhooks"), ...ERRORS },
  });
  app.openapi(list, async (c) => {
    const hooks = await deps.ledger.webhooks(c.get("caller").account.id);
    return c.json({ items: hooks.map(webhookView) }, 200);
  });

  const add = guarded("webhooks:write", {
    method: "post",
    path: "/v1/webhooks",
    tags: ["Webhooks"],
    summary: "Add a webhook",
    description:
      "Events from now on are POSTed in order, each until it is answered 2xx, signed as Standard Webhooks describes: headers `webhook-id` (the same on every retry), `webhook-timestamp` and `webhook-signature` (`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` under the secret's bytes).",
    request: { body: body(s.webhookInput) },
    responses: { 201: json(s.webhookCreated, "Added; the secret is told this one time"), ...ERRORS },
  });
  app.openapi(add, async (c) => {
    const { url, types = [], secret = newSecret() } = c.req.valid("json");
    const problem = literalTargetProblem(new URL(url), deps);
    if (problem) throw new ApiProblem("target-not-allowed", problem);
    const account = c.get("caller").account.id;
    if ((await deps.ledger.webhooks(account)).length >= MOST_HOOKS) {
      throw new ApiProblem("invalid", `An account has at most ${MOST_HOOKS} webhooks.`);
    }
    const hook = await deps.ledger.addWebhook(account, { url, types, secret });
    c.header("Location", `/v1/webhooks/${hook.id}`);
    return c.json({ ...webhookView(hook), secret }, 201);
  });

  const read = guarded("webhooks:write", {
    method: "get",
    path: "/v1/webhooks/{id}",
    tags: ["Webhooks"],
    summary: "A webhook",
    request: { params: HOOK },
    responses: { 200: json(s.webhook, "The webhook"), ...ERRORS },
  });
  app.openapi(read, async (c) => {
    const { id } = c.req.valid("param");
    const hook = (await deps.ledger.webhooks(c.get("caller").account.id)).find((h) => h.id === id);
    if (!hook) throw notFound("such webhook");
    return c.json(webhookView(hook), 200);
  });

  const remove = guarded("webhooks:write", {
    method: "delete",
    path: "/v1/webhooks/{id}",
    tags: ["Webhooks"],
    summary: "Remove a webhook",
    request: { params: HOOK },
    responses: { 204: { description: "Removed" }, ...ERRORS },
  });
  app.openapi(remove, async (c) => {
    if (!(await deps.ledger.removeWebhook(c.get("caller").account.id, c.req.valid("param").id))) {
      throw notFound("such webhook");
    }
    return c.body(null, 204);
  });
}
