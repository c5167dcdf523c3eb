// Every request as a figure and, where traces are recorded, as a span below the caller's own.

import { inSpan } from "@depesche/telemetry";
import type { MiddlewareHandler } from "hono";
import type { GatewayFigures } from "./figures.ts";

/** Faces by the first part of the path. Figures name these only: a path of the outside could be anything. */
const ROUTES: Readonly<Record<string, string>> = {
  "xmlws.exe": "faxde",
  callbacks: "callbacks",
  v1: "api",
  docs: "docs",
  health: "health",
  ready: "health",
  metrics: "metrics",
};
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);
/** Asked every few seconds by machines: no spans. */
const UNTRACED = new Set(["health", "metrics"]);

export function watchRequests(figures: Pick<GatewayFigures, "answered">, monotonic: () => number): MiddlewareHandler {
  return async (c, next) => {
    const begunAt = monotonic();
    const route = ROUTES[c.req.path.split("/", 2)[1]?.toLowerCase() ?? ""] ?? "web";
    const method = METHODS.has(c.req.method) ? c.req.method : "other";
    if (UNTRACED.has(route)) await next();
    else {
      const order = {
        name: `${method} ${route}`,
        kind: "server" as const,
        traceparent: c.req.header("traceparent"),
        attributes: { "http.request.method": method, "url.path": c.req.path },
      };
      await inSpan(order, async (span) => {
        await next();
        span.setAttribute("http.response.status_code", c.res.status);
      });
    }
    figures.answered(route, method, c.res.status, (monotonic() - begunAt) / 1000);
  };
}
