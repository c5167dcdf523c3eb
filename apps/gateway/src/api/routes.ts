// How a route is written down: what every route of the API has in common.

import { isUtf8 } from "node:buffer";
import type { Scope } from "@depesche/core";
import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { scope } from "./auth.ts";
import { SMALL_JSON_BYTES } from "./deps.ts";
import { ApiProblem } from "./problems.ts";
import { problem } from "./schemas.ts";

/** A JSON answer. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** An answer in bytes. */
export function binary(mediaType: string, description: string) {
  return { description, content: { [mediaType]: { schema: z.string().openapi({ format: "binary" }) } } };
}

/** A JSON body that must be there. */
export function body<T extends z.ZodType>(schema: T) {
  return { required: true, content: { "application/json": { schema } } } as const;
}

/** The error answers of every route; errors are thrown, so this is documentation. */
export const ERRORS = {
  "4XX": { description: "A problem (RFC 9457)", content: { "application/problem+json": { schema: problem } } },
  "5XX": { description: "A fault of ours", content: { "application/problem+json": { schema: problem } } },
} as const;

/** JSON is UTF-8 (RFC 8259 §8.1). What is not would be taken with replacement characters and sent to people like that. */
const utf8: MiddlewareHandler = async (c, next) => {
  if (c.req.raw.body && !isUtf8(await c.req.arrayBuffer()))
    throw new ApiProblem("broken-json", "The body is not UTF-8.");
  await next();
};

/** A route for callers with this scope; `undefined`: any good key. Bodies are cut off while they are read. */
export function guarded<P extends string, R extends Omit<RouteConfig, "path" | "middleware"> & { path: P }>(
  needed: Scope | undefined,
  route: R,
  maxBytes = SMALL_JSON_BYTES,
) {
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new ApiProblem("too-large", `The body is larger than ${maxBytes} bytes.`);
    },
  });
  const described: R = { ...route, security: [{ apiKey: needed === undefined ? [] : [needed] }] };
  const middleware = needed === undefined ? [limit, utf8] : [scope(needed), limit, utf8];
  // The middleware adds nothing to what a handler sees, so the route keeps the type it was written with.
  return createRoute(Object.assign(described, { middleware }) as R);
}
