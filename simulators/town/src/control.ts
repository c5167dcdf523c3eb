// The control API over the routes of all houses. Loopback only, and only for requests that name a loopback host,
// so that no web page can reach it under a name of its own.

import type { Context } from "hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type Answer, BadRequest, type Route } from "./house.ts";
import { openApiDocument } from "./openapi.ts";

/** A received fax of many pages, as base64 in JSON. */
const BODY_LIMIT_BYTES = 100 * 1024 * 1024;
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

export function controlApi(routes: readonly Route[]): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (LOOPBACK.test(c.req.header("host") ?? "")) return next();
    return c.json({ error: "The control API answers requests to 127.0.0.1 or localhost only." }, 403);
  });
  app.use(
    bodyLimit({
      maxSize: BODY_LIMIT_BYTES,
      onError: (c) => c.json({ error: `The body is larger than ${BODY_LIMIT_BYTES} bytes.` }, 413),
    }),
  );
  const document = openApiDocument(routes);
  app.get("/openapi.json", (c) => c.json(document));
  const methods = new Map<string, string[]>([["/openapi.json", ["GET"]]]);
  for (const route of routes) {
    const { pattern, names } = honoPath(route.path);
    methods.set(pattern, [...(methods.get(pattern) ?? []), route.method.toUpperCase()]);
    app.on(route.method.toUpperCase(), pattern, async (c) => {
      const path = Object.fromEntries(
        names.map(({ name, ending }) => [name, c.req.param(name)?.slice(0, -ending.length || undefined) ?? ""]),
      );
      const query = new URL(c.req.url).searchParams;
      return respond(c, await route.answer({ path, query, body: await jsonBody(c, route) }));
    });
  }
  // Behind the routes: what comes here has a path that is known, and another method.
  for (const [pattern, known] of methods) app.all(pattern, (c) => wrongMethod(c, known));
  app.notFound((c) =>
    c.json({ error: `There is nothing at ${c.req.path.slice(0, 200)}; /openapi.json lists what there is.` }, 404),
  );
  app.onError((error, c) => c.json({ error: error.message }, error instanceof BadRequest ? 400 : 500));
  return app;
}

/** 405 with what may be asked instead (RFC 9110 §15.5.6); HEAD goes wherever GET does. */
function wrongMethod(c: Context, known: readonly string[]): Response {
  const allow = known.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
  const error = `${c.req.method} is not for ${c.req.path.slice(0, 200)}, only ${allow}.`;
  return c.json({ error }, 405, { allow });
}

/** OpenAPI's path as Hono writes it. In `{n}.tif` the ending is part of what Hono calls n. */
function honoPath(path: string): { pattern: string; names: { name: string; ending: string }[] } {
  const names: { name: string; ending: string }[] = [];
  const pattern = path.replace(/\{(\w+)\}(\.\w+)?/g, (_, name: string, ending = "") => {
    names.push({ name, ending });
    return ending === "" ? `:${name}` : `:${name}{[^/]+\\${ending}}`;
  });
  return { pattern, names };
}

async function jsonBody(c: Context, route: Route): Promise<unknown> {
  if (route.method === "get") return undefined;
  const text = await c.req.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest("The body is not JSON.");
  }
}

function respond(c: Context, answer: Answer): Response {
  if ("json" in answer) return c.json(answer.json, (answer.status ?? 200) as 200);
  return new Response(answer.body as ReadableStream<Uint8Array>, {
    status: answer.status ?? 200,
    headers: { "content-type": answer.mediaType },
  });
}
