// GET /v1/jobs/{id}/exchange: the request that made a job, as it came, and its answer; and how the routes that make jobs leave them.

import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { shortened } from "../exchanges/index.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { notFound } from "./problems.ts";
import { ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";
import { iso } from "./views.ts";

export function addExchange(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const route = guarded("jobs:read", {
    method: "get",
    path: "/v1/jobs/{id}/exchange",
    tags: ["Jobs"],
    summary: "The request that made a job, and its answer",
    description:
      "Of the newest jobs only. Credentials are masked, documents shortened where they stand, long texts cut. Kept a moment after the answer; lost when the gateway is killed in that moment.",
    request: { params: z.object({ id: s.id }) },
    responses: { 200: json(s.exchange, "Request and answer"), ...ERRORS },
  });
  app.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    if (!(await deps.ledger.job(c.get("caller").account.id, id))) throw notFound("such job");
    let kept = await deps.ledger.exchange(id);
    if (!kept) {
      // Who has just had the answer may ask before its record is written; one batch may be on its way, ours in the next.
      await deps.exchanges.flush();
      await deps.exchanges.flush();
      kept = await deps.ledger.exchange(id);
    }
    if (!kept) throw notFound(`record of the request that made job ${id} (any more)`);
    const { job: _, at, ...exchange } = kept;
    return c.json({ ...exchange, at: iso(at) }, 200);
  });
}

/** Begins to watch a request that may make jobs; hand over the jobs and the answer (with its body) when it has, and get the answer back. */
export function noteExchange(
  c: Context<ApiEnv>,
  deps: ApiDeps,
): <R extends Response>(jobs: readonly number[], answer: R, body: unknown) => R {
  const [at, began] = [deps.wall.now(), deps.wall.monotonic()];
  return (jobs, answer, body) => {
    const { pathname, search } = new URL(c.req.url);
    const tookMs = deps.wall.monotonic() - began;
    // The text was read for validation; asking for it again costs nothing.
    const keep = (request: string) =>
      deps.exchanges.note({
        jobs,
        at,
        method: c.req.method,
        path: pathname + search,
        requestHeaders: c.req.raw.headers,
        request: shortened(request),
        requestBytes: Buffer.byteLength(request),
        status: answer.status,
        responseHeaders: answer.headers,
        response: JSON.stringify(body),
        tookMs,
      });
    c.req.text().then(keep, () => undefined);
    return answer;
  };
}
