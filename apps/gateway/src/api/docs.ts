// The documentation page: Swagger UI from the house's own files, the OpenAPI document, and the page of problems.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { SCOPES } from "@depesche/core";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import type { ApiEnv } from "./deps.ts";
import { ApiProblem, PROBLEMS } from "./problems.ts";
import { ERRORS } from "./routes.ts";

const FILES: Record<string, string> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

// Swagger UI styles its elements one by one and draws its icons from data URLs; nothing of it comes from elsewhere.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Depesche REST API</title><link rel="icon" href="/docs/favicon-32x32.png"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`;

// The validator's badge would ask a server outside.
const START = `SwaggerUIBundle({ url: "/v1/openapi.json", dom_id: "#ui", deepLinking: true, validatorUrl: null, persistAuthorization: true });
`;

function problemsPage(): string {
  const rows = Object.entries(PROBLEMS)
    .map(([code, { status, title, help }]) => {
      return `<tr id="${code}"><td>${status}</td><td><code>${code}</code></td><td>${title}</td><td>${help}</td></tr>`;
    })
    .join("\n");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Problems of the Depesche REST API</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color-scheme:light dark}td,th{text-align:left;padding:.3rem 1rem .3rem 0;vertical-align:top}:target{outline:2px solid}</style></head>
<body><h1>Problems</h1><p>Every error is a JSON document of type application/problem+json (RFC 9457); its <code>code</code> is one of these.</p>
<table><thead><tr><th>Status</th><th>Code</th><th>Title</th><th>When, and what to try</th></tr></thead><tbody>
${rows}
</tbody></table></body></html>
`;
}

const html = (page: string) =>
  new Response(page, {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY },
  });

export function addDocs(app: OpenAPIHono<ApiEnv>): void {
  const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: `An API key. Scopes: ${SCOPES.join(", ")}.`,
  });
  app.doc31("/v1/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "Depesche",
      version: "1",
      description:
        "Fax, SMS, e-mail and letters through one gateway. Times are ISO 8601 in UTC. Listings take `limit` and `cursor`. Errors are problem documents, explained at [/docs/problems](/docs/problems).",
    },
    servers: [{ url: "/" }],
  });

  app.get("/docs", () => html(PAGE));
  app.get("/docs/problems", () => html(problemsPage()));
  app.get(
    "/docs/start.js",
    () => new Response(START, { headers: { "content-type": "text/javascript; charset=utf-8" } }),
  );
  app.get("/docs/:file", async (c) => {
    const name = c.req.param("file");
    const mediaType = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    if (mediaType === undefined) return c.notFound();
    const content = await readFile(join(folder, name));
    return new Response(content.slice().buffer, {
      headers: { "content-type": mediaType, "cache-control": "public, max-age=3600" },
    });
  });
}

/** The feed is taken before it comes here (an upgrade); it is described with the others, and plain requests are told. */
export function describeFeed(app: OpenAPIHono<ApiEnv>): void {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/feed",
    tags: ["Feed"],
    security: [{ apiKey: ["jobs:read"] }],
    summary: "Live events over a WebSocket",
    description:
      "Messages are JSON: `{snapshot}` first, then `{events, seq}` batches, `{jobs, today}` for jobs that changed and `{lines}` for lines that changed. Come back with `?from=` the last `seq` and no event is missed. The key travels in the Authorization header, as `?key=`, or as subprotocol `depesche.key.` and its base64url beside `depesche.v1`.",
    request: { query: z.object({ from: z.int().min(0).optional() }) },
    responses: { 101: { description: "Switching to WebSocket" }, ...ERRORS },
  });
  app.get("/v1/feed", () => {
    throw new ApiProblem("upgrade-required", "The feed is a WebSocket.", {}, { upgrade: "websocket" });
  });
}
