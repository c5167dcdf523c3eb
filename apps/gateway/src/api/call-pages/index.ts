// /v1/attempts/{key}/pages: the pages of a fax call as they were sent and as the other machine got them.

import { type Attempt, type Job, parseAttemptKey } from "@depesche/core";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import { receivedFax } from "../../simulation/control.ts";
import { scope } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { pageNumber } from "../documents.ts";
import { notFound } from "../problems.ts";
import { binary, ERRORS, guarded, json } from "../routes.ts";
import * as s from "../schemas.ts";
import { agreedIn, pagesBegun } from "./agreed.ts";
import { type OpenCall, openCall, type Side } from "./pages.ts";

/** A list and the pictures of its pages are asked for one after the other: the work is done once. */
const REMEMBER_MS = 30_000;
const MOST_CALLS = 8;
const KEY = z.string().openapi({ example: "17.0.1", description: "job.recipient.attempt" });

export function addCallPages(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const remembered = new Map<string, { call: Promise<OpenCall>; until: number }>();
  /** Rejects with the problem to answer. */
  const open = async (account: number, key: string): Promise<OpenCall> => {
    const place = parseAttemptKey(key);
    const job = place && (await deps.ledger.job(account, place.job));
    if (!place || job?.channel !== "fax") throw notFound("such fax call");
    const attempt = (await deps.ledger.attempts(job.id, place.n)).find((made) => made.key === key);
    if (!attempt) throw notFound(`call of attempt ${key} (yet)`);
    const now = deps.wall.now();
    for (const [old, { until }] of remembered) if (until <= now || remembered.size > MOST_CALLS) remembered.delete(old);
    const known = remembered.get(key);
    if (known) return known.call;
    const call = openAttempt(deps, job, place, attempt);
    remembered.set(key, { call, until: now + REMEMBER_MS });
    call.catch(() => remembered.delete(key));
    return call;
  };

  const route = guarded("jobs:read", {
    method: "get",
    path: "/v1/attempts/{key}/pages",
    tags: ["Attempts"],
    summary: "The pages of a fax call, as sent and as received",
    description:
      "What was sent is shown as it was encoded for this receiver. What was received can be shown when a simulated " +
      "machine took the call and still holds the fax; a page broken off shows the lines that came.",
    request: { params: z.object({ key: KEY }) },
    responses: { 200: json(s.callPages, "The pages and what differs"), ...ERRORS },
  });
  app.openapi(route, async (c) => {
    const call = await open(c.get("caller").account.id, c.req.valid("param").key);
    return c.json(await call.list(), 200);
  });

  for (const side of ["sent", "received", "difference"] as const satisfies readonly Side[]) {
    app.openAPIRegistry.registerPath({
      method: "get",
      path: `/v1/attempts/{key}/pages/{n}/${side}.png`,
      tags: ["Attempts"],
      security: [{ apiKey: ["jobs:read"] }],
      summary: SUMMARIES[side],
      request: { params: z.object({ key: KEY, n: z.int().min(1) }) },
      responses: { 200: binary("image/png", "The page, pel for pel"), ...ERRORS },
    });
    app.get(`/v1/attempts/:key/pages/:page{[1-9][0-9]{0,5}}/${side}.png`, scope("jobs:read"), async (c) => {
      const call = await open(c.get("caller").account.id, c.req.param("key"));
      const png = await call.picture(pageNumber(c), side);
      if (!png) throw notFound(`such page of attempt ${c.req.param("key")}, ${side}`);
      return new Response(png.slice().buffer, {
        headers: { "content-type": "image/png", "cache-control": "private, max-age=60" },
      });
    });
  }
}

const SUMMARIES: Readonly<Record<Side, string>> = {
  sent: "A page as it was encoded for this receiver",
  received: "A page as the simulated machine got it",
  difference: "Both over each other: black where both are, red only sent, blue only received",
};

async function openAttempt(
  deps: ApiDeps,
  job: Job,
  place: { n: number; k: number },
  attempt: Attempt,
): Promise<OpenCall> {
  const { pages } = job.content;
  const [stored, tiff, received] = await Promise.all([
    deps.ledger.ladder(job.id, place.n, place.k),
    pages && deps.blobs.get(pages.hash),
    deps.simulators && receivedFax(deps.simulators, attempt.key),
  ]);
  const lines = stored && deps.renderLadder(stored);
  const confirmed = attempt.pages ?? 0;
  const begun = lines ? pagesBegun(lines, confirmed) : confirmed;
  return openCall({
    ...(tiff && { sent: { tiff, pages: begun } }),
    ...(received && { received }),
    ...(lines && { agreed: agreedIn(lines) }),
  });
}
