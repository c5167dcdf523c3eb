// /v1/account, /v1/lines, /v1/clock: who one is, what the lines do, what time it is.

import { simulatedAt } from "@depesche/core";
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { linePrivacy } from "./line-privacy.ts";
import { ApiProblem } from "./problems.ts";
import { body, ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";
import { clockView } from "./views.ts";

export function addHouse(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const visible = linePrivacy(deps.ledger);

  const account = guarded(undefined, {
    method: "get",
    path: "/v1/account",
    tags: ["House"],
    summary: "Whose key this is and what it may do",
    responses: { 200: json(s.account, "The account"), ...ERRORS },
  });
  app.openapi(account, (c) => {
    const { account, scopes } = c.get("caller");
    return c.json({ id: account.id, name: account.name, scopes: [...scopes] }, 200);
  });

  const lines = guarded("jobs:read", {
    method: "get",
    path: "/v1/lines",
    tags: ["House"],
    summary: "What every line is doing",
    responses: { 200: json(s.listing(s.line), "Lines"), ...ERRORS },
  });
  app.openapi(lines, async (c) => {
    const items = await visible(deps.lines.snapshot(), c.get("caller").account.id);
    return c.json({ items }, 200);
  });

  const stats = guarded("jobs:read", {
    method: "get",
    path: "/v1/stats",
    tags: ["House"],
    summary: "What happened minute by minute, and what waits",
    description: "Minutes of wall time, oldest first and without gaps; the last one is under way.",
    request: { query: z.object({ minutes: s.minutes }) },
    responses: { 200: json(s.stats, "The account's figures"), ...ERRORS },
  });
  app.openapi(stats, async (c) => {
    const { minutes } = c.req.valid("query");
    return c.json(await deps.stats.view(c.get("caller").account.id, deps.wall.now(), minutes, true), 200);
  });

  const clock = guarded(undefined, {
    method: "get",
    path: "/v1/clock",
    tags: ["House"],
    summary: "The simulated clock",
    responses: { 200: json(s.clock, "The clock"), ...ERRORS },
  });
  app.openapi(clock, async (c) =>
    c.json(clockView(await deps.ledger.clock(), deps.wall.now(), deps.clockSettable), 200),
  );

  const setClock = guarded("clock:write", {
    method: "put",
    path: "/v1/clock",
    tags: ["House"],
    summary: "Set the simulated clock forward, or change its speed",
    request: { body: body(s.clockChange) },
    responses: { 200: json(s.clock, "The clock after the change"), ...ERRORS },
  });
  app.openapi(setClock, async (c) => {
    if (!deps.clockSettable) throw new ApiProblem("clock-not-settable", "Outside the simulation time cannot be set.");
    const { speed, setTo, advanceMs } = c.req.valid("json");
    const target =
      advanceMs === undefined
        ? setTo && Date.parse(setTo)
        : simulatedAt(await deps.ledger.clock(), deps.wall.now()) + advanceMs;
    const pace = speed !== undefined && { speed: speed === "max" ? 1000 : speed, unpaced: speed === "max" };
    const account = c.var.caller.account.id;
    const change = { ...pace, ...(typeof target === "number" && { setTo: target }) };
    // A fast clock may have come past the place it was to be advanced to while it was asked: then it is there.
    const setting =
      (await deps.ledger.changeClock(change, account)) ??
      (advanceMs === undefined ? undefined : await deps.ledger.changeClock({ ...pace }, account));
    if (!setting) throw new ApiProblem("clock-goes-forward", `${setTo} lies before the simulated time.`);
    return c.json(clockView(setting, deps.wall.now(), true), 200);
  });
}
